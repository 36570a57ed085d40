"""The best team: all teams counted out for small lists, reasons of those who do not suit, and what is refused."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshu.methods.team_assignment import Person, Task, assign_team


def brought(person, task, place):
    """What this person brings to this task, or nothing where that cannot be."""
    minutes = person.minutes[place]
    level = person.skills.get(task.skill, -1)
    if not person.free or level < task.least or minutes > task.within or np.isinf(minutes):
        return 0.0
    return task.weight * (1 + max(level - 0.002 * minutes, -1))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_team_brings_more(seed):
    random = np.random.default_rng(seed)
    skills = ["pumps", "boats", "power"]
    tasks = [
        Task(id=f"t{place}", skill=str(random.choice(skills)), least=float(random.choice([0, 0.5])),
             weight=float(random.integers(1, 4)), within=float(random.choice([60, np.inf])))
        for place in range(random.integers(0, 4))
    ]  # fmt: skip
    people = [
        Person(id=f"p{place}", free=bool(random.random() < 0.8),
               skills={str(one): float(random.random()) for one in skills if random.random() < 0.6},
               minutes=tuple(random.choice([0.0, 30.0, 90.0, 900.0, np.inf], len(tasks)).tolist()))
        for place in range(random.integers(0, 5))
    ]  # fmt: skip
    team = assign_team(people, tasks)
    nobody = [None] * len(tasks)
    best = max(
        sum(
            brought(people[one], tasks[place], place) for place, one in enumerate(choice) if one is not None
        )
        for choice in itertools.permutations([*range(len(people)), *nobody], len(tasks))
    )  # fmt: skip
    assert team.score == pytest.approx(best)
    assert len({pair.person for pair in team.pairs}) == len(team.pairs)
    assert len(team.pairs) + sum(number for _, number in team.open) == len(tasks)


def test_reasons_are_told_apart():
    task = Task(id="drain", skill="pumps", least=0.5, within=60, people=2)
    people = [
        Person(id="fits", skills={"pumps": 0.9}, minutes=10),
        Person(id="busy", skills={"pumps": 0.9}, free=False),
        Person(id="skill", skills={"boats": 1.0}),
        Person(id="level", skills={"pumps": 0.4}),
        Person(id="way", skills={"pumps": 0.9}, minutes=61),
    ]
    team = assign_team(people, [task])
    assert [(pair.person, pair.minutes) for pair in team.pairs] == [("fits", 10.0)]
    assert team.open == (("drain", 1),)
    assert team.refused == tuple(("drain", one, one) for one in ("busy", "skill", "level", "way"))


def test_who_is_engaged_elsewhere_is_said_and_a_spare_is_valued():
    people = [Person(id="a", skills={"x": 1.0}), Person(id="b", skills={"x": 0.7})]
    team = assign_team(people, [Task(id="one", skill="x")])
    assert team.pairs[0].person == "a"
    assert team.pairs[0].spare == pytest.approx(0.3)
    team = assign_team(people[:1], [Task(id="one", skill="x", weight=2), Task(id="two", skill="x")])
    assert team.refused == (("two", "a", "engaged"),)


@pytest.mark.parametrize(
    ("people", "tasks", "words"),
    [
        ([Person(id="a", skills={}), Person(id="a", skills={})], [], "people names a twice"),
        ([Person(id="a", skills={"x": 2})], [], "level of a in x is 2"),
        ([Person(id="a", skills={}, minutes=-1)], [], "minutes of a must be zero or more"),
        ([Person(id="a", skills={}, minutes=[1, 2])], [Task(id="t", skill="x")], "one number or 1"),
        ([], [Task(id="t", skill="x", weight=0)], "weight of t is 0"),
        ([], [Task(id="t", skill="x", people=0)], "1 person or more"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(people, tasks, words):
    with pytest.raises(ValueError, match=words):
        assign_team(people, tasks)
