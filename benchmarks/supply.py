"""Reserves beside their peers: dispatch over time on synthetic regions, NETGEN's flow, a pre-positioning case.

    python benchmarks/supply.py                         200 depots, 500 areas, 20 items, 6, 24 and 72 periods; all peers
    python benchmarks/supply.py --periods 72 --no-peer  only ours
    python benchmarks/supply.py --peer-periods 6 24     peers also at 24 (PuLP takes minutes and much memory)
    python benchmarks/supply.py --size 20 50 5          depots, areas, items

One JSON line for each run, and all of them in the last. Seconds are processor seconds (the peers' child processes
counted), after the kernels are compiled. Peers: PuLP with its CBC, linopy with HiGHS (interior point), and the same
program given whole to HiGHS by us. Objectives are counted here from the shipments. NETGEN and the pre-positioning case
are read from --logistics FOLDER (default ../shared/data/bench/logistics) and said to be absent where they are.
"""

import argparse
import csv
import json
import resource
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from rawls_turnquist import case  # noqa: E402

from luoshu.methods.dispatch_exact import by_program  # noqa: E402
from luoshu.methods.dispatch_model import orders  # noqa: E402
from luoshu.methods.dispatch_prices import arrivals  # noqa: E402
from luoshu.methods.supply import dispatch, min_cost_flow, preposition  # noqa: E402


def spent():
    """Processor seconds of this process and of its children so far."""
    parts = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in parts)


def region(depots, areas, items, periods, seed=4, near=8):
    """Depots and areas on a map of 100 km by 100 km; each area has ways to its eight nearest depots, an hour for 12 km.

    Need is highest in the first hours; seven tenths of it lie in stock, unevenly; a tenth of the depots get producers'
    deliveries twice a day; a depot's gate lets through half as much again as the mean need, unevenly too.
    """
    random = np.random.default_rng(seed)
    depot, area = random.random((depots, 2)) * 100, random.random((areas, 2)) * 100
    km = np.hypot(*(depot[:, None] - area[None]).transpose(2, 0, 1))
    rank = km.argsort(axis=0).argsort(axis=0)
    travel = np.where(rank < near, np.maximum(1, np.ceil(km / 12)), np.inf)
    people, rate = random.lognormal(1.5, 0.8, areas), random.lognormal(0, 0.6, items)
    sizes = random.lognormal(0, 0.5, items)
    course = 1 + 2 * np.exp(-np.arange(periods) / 4)
    need = people[:, None, None] * rate[None, :, None] * course[None, None, :]
    need = np.round(need * random.uniform(0.5, 1.5, (areas, items, 1)))
    total = need.sum(axis=(0, 2))
    stock = np.zeros((depots, items, periods))
    stock[:, :, 0] = np.round(random.dirichlet(np.ones(depots), items).T * total * 0.7)
    makers = random.choice(depots, max(1, depots // 10), replace=False)
    for hour in range(min(6, periods // 2), periods, 12):
        part = random.dirichlet(np.ones(len(makers)), items).T
        stock[makers, :, hour] = np.round(part * total * 0.3 / max(1, (periods - 6) // 12))
    gate = random.lognormal(0, 0.5, depots)
    gate *= (need * sizes[None, :, None]).sum() / periods * 1.5 / gate.sum()
    weights = np.round(random.uniform(1, 5, (1, items)) * random.choice([1, 1, 1, 2], (areas, 1)), 2)
    return {"need": need, "stock": stock, "travel": travel, "capacity": gate, "sizes": sizes, "weights": weights}


def laid_out(given):
    return orders(
        **given, never=None, costs=None, first=0.0, extra=0.0, lost=False, cut_off=False,
    )  # fmt: skip


def told(line):
    print(json.dumps(line), flush=True)
    return line


def ours(given, accept, label):
    """Checks and layout are part of it; ``build`` is measured apart, by doing them once more."""
    begun = spent()
    laid = laid_out(given)
    build, begun = spent() - begun, spent()
    plan = dispatch(**given, accept=accept)
    line = {"case": label, "who": f"luoshu, {plan.method}", "columns": laid.columns, "build": round(build, 2)}
    line |= {"solve": round(spent() - begun - build, 2), "objective": plan.objective, "bound": plan.bound}
    return told(line | {"gap": plan.gap, "unmet_share": float(plan.unmet.sum() / np.sum(given["need"]))})


def counted(laid, plan):
    return laid.value(arrivals(laid, plan), float((plan.sum(axis=1) * laid.cost).sum()))


def fits(laid, plan):
    """Whether a plan can be carried out: no depot gives more than it had, nor more in a period than its gate lets."""
    leaving = np.zeros(laid.stock.shape)
    np.add.at(leaving, (laid.item, laid.depot), plan)
    had, gone = np.cumsum(laid.stock, axis=2), np.cumsum(leaving, axis=2)
    load = (leaving * laid.sizes[:, None, None]).sum(axis=0)
    return bool((gone <= had + 1e-4 * (1 + had)).all() and (load <= laid.capacity * (1 + 1e-4) + 1e-4).all())


def fair_share(given, label):
    """Fair first: the worst-served area's share of its scarcest item, and what it costs in waiting."""
    begun = spent()
    plan = dispatch(**{**given, "capacity": None}, fair=True, cut_off=True)
    line = {"case": label, "who": f"luoshu, fair first ({plan.fairness}), {plan.method}"}
    got = 1 - plan.unmet / np.maximum(np.sum(given["need"], axis=2), 1e-12)
    line |= {"solve": round(spent() - begun, 2), "objective": plan.objective, "bound": plan.bound, "gap": plan.gap}
    return told(line | {"least_share": float(got.min()), "fair_share": float(np.nanmin(plan.fair))})


def whole_program(given, label, seconds):
    begun = spent()
    laid = laid_out(given)
    found = by_program(laid, seconds=seconds, corner=False)
    line = {"case": label, "who": "HiGHS, interior point", "solve": round(spent() - begun, 2)}
    if found is None:
        return told(line | {"says": f"no answer in {seconds:g} s"})
    return told(line | {"objective": counted(laid, found[0]), "gap": 0.0})


def pulp_program(given, label, seconds):
    """The same program as somebody writes it in PuLP: one variable and one row at a time."""
    try:
        import pulp
    except ImportError as absent:
        return told({"case": label, "who": "PuLP (CBC)", "absent": str(absent)})
    begun = spent()
    laid = laid_out(given)
    items, areas, periods = laid.need.shape
    model = pulp.LpProblem("dispatch", pulp.LpMinimize)
    coming = [[] for _ in range(items * areas * periods)]
    leaving = [[] for _ in range(items * laid.stock.shape[1] * periods)]
    filling = [[] for _ in range(laid.capacity.size)]
    sent = {}
    for lane, (i, d, n, late) in enumerate(zip(laid.item, laid.depot, laid.area, laid.delay, strict=True)):
        for t in range(periods - int(late)):
            one = sent[lane, t] = pulp.LpVariable(f"x{lane}_{t}", 0)
            coming[(i * areas + n) * periods + t + late].append((one, 1))
            leaving[(i * laid.stock.shape[1] + d) * periods + t].append((one, 1))
            filling[d * periods + t].append((one, float(laid.sizes[i])))
    waits = [pulp.LpVariable(f"w{cell}", 0) for cell in range(len(coming))]
    ready = [pulp.LpVariable(f"r{cell}", 0) for cell in range(len(coming))]
    kept = [pulp.LpVariable(f"k{cell}", 0) for cell in range(len(leaving))]
    wait, need, stock = laid.wait.ravel(), laid.need.ravel(), laid.stock.ravel()
    model += pulp.LpAffineExpression([(waits[cell], float(wait[cell])) for cell in range(len(waits))])
    for cell, terms in enumerate(coming):
        before = [(ready[cell - 1], 1), (waits[cell - 1], -1)] if cell % periods else []
        row = [*terms, *before, (ready[cell], -1), (waits[cell], 1)]
        model += pulp.LpAffineExpression(row) == float(need[cell])
    for cell, terms in enumerate(leaving):
        before = [(kept[cell - 1], -1)] if cell % periods else []
        model += pulp.LpAffineExpression([*terms, *before, (kept[cell], 1)]) == float(stock[cell])
    for cell, terms in enumerate(filling):
        if terms:
            model += pulp.LpAffineExpression(terms) <= float(laid.capacity.ravel()[cell])
    build, begun = spent() - begun, spent()
    model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=seconds, threads=1))
    line = {"case": label, "who": "PuLP (CBC)", "build": round(build, 2), "solve": round(spent() - begun, 2)}
    line["says"] = pulp.LpStatus[model.status]
    plan = np.zeros((len(laid.item), periods))
    for (lane, t), one in sent.items():
        plan[lane, t] = one.value() or 0.0
    if not fits(laid, plan):
        return told(line | {"objective": None, "says": f"no plan that can be carried out in {seconds:g} s"})
    line["proven"] = model.sol_status == pulp.LpSolutionOptimal
    return told(line | {"objective": counted(laid, plan)})


def linopy_program(given, label, seconds):
    """The same program as somebody writes it in linopy: arrays of variables, sums over lanes by group."""
    try:
        import linopy
        import pandas as pd
        import xarray as xr
    except ImportError as absent:
        return told({"case": label, "who": "linopy (HiGHS)", "absent": str(absent)})
    begun = spent()
    laid = laid_out(given)
    (items, areas, periods), depots = laid.need.shape, laid.stock.shape[1]
    lane = np.repeat(np.arange(len(laid.item)), periods - laid.delay)
    leaves = np.concatenate([np.arange(periods - late) for late in laid.delay])
    item, depot, area, size = laid.item[lane], laid.depot[lane], laid.area[lane], laid.sizes[laid.item[lane]]
    ways, cells = pd.RangeIndex(len(lane), name="way"), pd.RangeIndex(items * areas * periods, name="cell")
    stores = pd.RangeIndex(items * depots * periods, name="store")
    model = linopy.Model()
    sent = model.add_variables(lower=0, coords=[ways], name="sent")
    waits, ready = (model.add_variables(lower=0, coords=[cells], name=name) for name in ("waits", "ready"))
    kept = model.add_variables(lower=0, coords=[stores], name="kept")

    def grouped(place, index):
        return (1 * sent).groupby(xr.DataArray(place, dims="way", name=index.name)).sum().reindex({index.name: index})

    def before(variable, index):
        first = xr.DataArray(np.asarray(index) % periods == 0, coords=[index])
        return variable.shift({index.name: 1}).where(~first)

    comes = grouped((item * areas + area) * periods + leaves + laid.delay[lane], cells)
    goes = grouped((item * depots + depot) * periods + leaves, stores)
    need, stock = xr.DataArray(laid.need.ravel(), coords=[cells]), xr.DataArray(laid.stock.ravel(), coords=[stores])
    model.add_constraints(comes + before(ready, cells) - before(waits, cells) - ready + waits == need)
    model.add_constraints(goes + kept - before(kept, stores) == stock)
    place = xr.DataArray(depot * periods + leaves, dims="way", name="gate")
    loads = (xr.DataArray(size, coords=[ways]) * sent).groupby(place).sum()
    gates = loads.indexes["gate"]
    model.add_constraints(loads <= xr.DataArray(laid.capacity.ravel()[gates], coords=[gates]))
    model.add_objective((xr.DataArray(laid.wait.ravel(), coords=[cells]) * waits).sum())
    build, begun = spent() - begun, spent()
    status, why = model.solve("highs", io_api="direct", solver="ipm", threads=1, time_limit=seconds, output_flag=False)
    line = {"case": label, "who": "linopy (HiGHS)", "build": round(build, 2), "solve": round(spent() - begun, 2)}
    if status != "ok" or why != "optimal":
        return told(line | {"says": f"no answer in {seconds:g} s ({why})"})
    plan = np.zeros((len(laid.item), periods))
    plan[lane, leaves] = np.maximum(sent.solution.to_numpy(), 0.0)
    return told(line | {"objective": counted(laid, plan), "fits": fits(laid, plan)})


def netgen(path):
    if not path.exists():
        return told({"case": "NETGEN", "absent": str(path.name)})
    with path.open() as file:
        rows = [[int(word) for word in row[1:]] for row in csv.reader(file)]
    nodes = [row for row in rows if len(row) == 2]
    place = {row[0]: number for number, row in enumerate(nodes)}
    tails, heads, capacity, costs = zip(*(row for row in rows if len(row) == 4), strict=True)
    begun = spent()
    flow = min_cost_flow(
        [place[one] for one in tails],
        [place[one] for one in heads],
        costs,
        [row[1] for row in nodes],
        capacity=capacity,
    )
    line = {"case": "NETGEN", "objective": flow.objective, "bound": flow.bound, "gap": flow.gap}
    return told(line | {"published": 6_749_969_302, "seconds": round(spent() - begun, 3)})


def stores(path, seconds):
    if not path.exists():
        return told({"case": "Rawls and Turnquist", "absent": str(path.name)})
    given, begun = case(path), spent()
    plan = preposition(**given, seconds=seconds)
    line = {"case": "Rawls and Turnquist", "objective": round(plan.objective), "bound": round(plan.bound)}
    line |= {"gap": plan.gap, "published": 89_500_000, "off": plan.objective / 89.5e6 - 1}
    return told(line | {"stores": int((plan.size >= 0).sum()), "seconds": round(spent() - begun, 1)})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, nargs=3, default=(200, 500, 20), metavar=("DEPOTS", "AREAS", "ITEMS"))
    parser.add_argument("--periods", type=int, nargs="+", default=(6, 24, 72))
    parser.add_argument("--peer-periods", type=int, nargs="*", default=(6,), help="where peers run too (default 6)")
    parser.add_argument("--accept", type=float, default=0.003, help="the gap at which ours stops (default 0.003)")
    parser.add_argument("--seconds", type=float, default=120.0, help="for each peer, and for HiGHS (default 120)")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--logistics", type=Path, default=ROOT.parent / "shared/data/bench/logistics", metavar="FOLDER")
    asked = parser.parse_args()
    dispatch(**region(6, 9, 2, 6), exact_columns=0, rounds=100)  # compiles the kernels
    lines = []
    for periods in asked.periods:
        given = region(*asked.size, periods)
        label = " x ".join(str(one) for one in (*asked.size, periods))
        lines.append(ours(given, asked.accept, label))
        if asked.no_peer or periods not in asked.peer_periods:
            continue
        if not len(laid_out(given).item):
            lines.append(told({"case": label, "who": "peers", "absent": "no way is open in time: nothing to build"}))
        else:
            lines.append(whole_program(given, label, asked.seconds))
            lines.append(pulp_program(given, label, asked.seconds))
            lines.append(linopy_program(given, label, asked.seconds))
    size = tuple(min(one, most) for one, most in zip(asked.size, (20, 50, 5), strict=True))
    fair = fair_share(region(*size, 6), " x ".join(str(one) for one in (*size, 6)))
    flow = netgen(asked.logistics / "networkx_netgen-2.csv")
    holding = stores(asked.logistics / "rawls_turnquist_2010.json", asked.seconds)
    print(json.dumps({"dispatch": lines, "fair": fair, "min_cost_flow": flow, "preposition": holding}))


if __name__ == "__main__":
    main()
