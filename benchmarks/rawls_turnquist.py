"""The pre-positioning case of Rawls and Turnquist (2010) as arguments of ``preposition``, from its file of facts.

Link miles are not published: great-circle miles between the places are taken, so that the optimum need not be the
published 89.5 million dollars to the last digit (allow 2 %). Stock at a landfall is lost, roads named in the case are
closed, whole demand of a scenario is that of its hurricanes together.
"""

import json

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.csgraph import shortest_path

EARTH_MILES = 3958.8


def case(path):
    facts = json.loads(path.read_text("utf-8"))
    places, scenarios = facts["nodes"], facts["scenarios"]
    goods = list(facts["commodities"].values())
    miles = great_circle(np.radians([[one["lat"], one["lon"]] for one in places]))
    links = [(start - 1, end - 1) for start, end, _ in facts["links_hours_tsdro"]]
    need = np.zeros((len(scenarios), len(places), len(goods)))
    ways, survives = np.zeros((len(scenarios), len(places), len(places))), np.ones(need.shape[:2])
    for number, scenario in enumerate(scenarios):
        closed = set()
        for name in scenario["h"]:
            storm = facts["hurricanes"][str(name)]
            for place, amounts in storm["node_demand_tsdro"].items():
                need[number, int(place) - 1] += amounts
            survives[number, [place - 1 for place in storm["landfall"]]] = 0
            closed |= {frozenset(end - 1 for end in link) for link in storm["links_unusable"]}
        tail, head = np.array([link for link in links if frozenset(link) not in closed]).T
        roads = sparse.csr_array((miles[tail, head], (tail, head)), shape=miles.shape)
        ways[number] = shortest_path(roads, directed=False)
    price = np.array([one["price"] for one in goods])
    chance = np.array([one["p"] for one in scenarios])
    return {
        "need": need, "chance": chance / chance.sum(), "ways": ways, "survives": survives, "prices": price,
        "penalties": price * facts["penalty_multiple_of_price"], "keeping": price * facts["holding_fraction_of_price"],
        "volumes": [one["ft3"] for one in goods], "carriage": [one["cost_per_mile"] for one in goods],
        "store_costs": [one["F"] for one in facts["facility_sizes"]],
        "store_volumes": [one["M"] for one in facts["facility_sizes"]],
    }  # fmt: skip


def great_circle(radians):
    """Miles between all pairs of places (latitude and longitude in radians)."""
    lat, lon = radians[:, [0]], radians[:, [1]]
    cosine = np.sin(lat) * np.sin(lat.T) + np.cos(lat) * np.cos(lat.T) * np.cos(lon - lon.T)
    return EARTH_MILES * np.arccos(np.clip(cosine, -1, 1))
