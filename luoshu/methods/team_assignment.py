"""Who does what: the best team for a list of tasks, with the reason of every pair."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Person:
    """``skills``: level from 0 to 1 of each; ``minutes``: the way to each task (or one for all; infinity: no way);
    ``free``: whether this person can be called on at all."""

    id: str
    skills: Mapping[str, float]
    minutes: Sequence[float] | float = 0.0
    free: bool = True


@dataclass(frozen=True, kw_only=True)
class Task:
    """``skill``: what it asks for (one name), at a level of ``least`` or more; ``weight``: how much it matters that it
    is done (above zero); ``within``: minutes by which somebody must be there; ``people``: how many it takes."""

    id: str
    skill: str
    least: float = 0.0
    weight: float = 1.0
    within: float = np.inf
    people: int = 1


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One person for one task: ``score`` (level less what the way takes off), ``level``, ``minutes``; ``spare``: what
    would be lost if this person dropped out and the best of those without a task stepped in (1 + score: nobody
    could)."""

    task: str
    person: str
    score: float
    level: float
    minutes: float
    spare: float


@dataclass(frozen=True, kw_only=True)
class Team:
    """``pairs`` by task, ``open``: tasks with fewer people than they take (id, how many are missing), ``refused``: why
    people do not suit an open task (task, person, reason: busy | skill | level | way | engaged). ``score``: the
    sum over pairs of weight times (1 + score): no other team has more."""

    pairs: tuple[Pair, ...]
    open: tuple[tuple[str, int], ...]
    refused: tuple[tuple[str, str, str], ...]
    score: float


def assign_team(people: Sequence[Person], tasks: Sequence[Task], *, minute_cost: float = 0.002) -> Team:
    """The team that fills the weightiest places with the best people.

    A pair is possible where the person is free, has the task's skill at the least level or more, and is there in time.
    It scores level less ``minute_cost`` times minutes, never below -1 (500 minutes of way weigh as much as the whole
    range of skill), and a place filled brings ``weight * (1 + score)``, so that a pair never brings less than nothing.
    An exact assignment (Jonker and Volgenant, as in scipy): each place of a task is a row, each person a column, and
    nobody gets two tasks.

    ValueError for ids that come twice, levels outside 0 to 1, minutes that do not fit, weights not above zero.

    >>> team = assign_team(
    ...     [Person(id="Li", skills={"pumps": 0.9, "boats": 0.8}, minutes=30), Person(id="Ma", skills={"pumps": 0.6})],
    ...     [Task(id="drain the tunnel", skill="pumps"), Task(id="ferry", skill="boats", least=0.5)])
    >>> [(pair.task, pair.person, pair.level, pair.minutes, round(pair.score, 2)) for pair in team.pairs]
    [('drain the tunnel', 'Ma', 0.6, 0.0, 0.6), ('ferry', 'Li', 0.8, 30.0, 0.74)]
    >>> assign_team([Person(id="Ma", skills={"pumps": 0.6})], [Task(id="ferry", skill="boats")]).refused
    (('ferry', 'Ma', 'skill'),)
    """
    from scipy.optimize import linear_sum_assignment

    _check(people, tasks, minute_cost)
    level, minutes, reason = _suits(people, tasks)
    fits = reason == ""
    score = np.where(fits, np.maximum(level - minute_cost * np.where(fits, minutes, 0.0), -1.0), 0.0)
    weight = np.array([task.weight for task in tasks])
    gain = np.where(fits, weight[:, None] * (1 + score), 0.0)
    rows = np.repeat(np.arange(len(tasks)), [min(task.people, len(people)) for task in tasks])
    chosen, taker = linear_sum_assignment(gain[rows], maximize=True)
    taken = sorted((int(rows[row]), int(one)) for row, one in zip(chosen, taker, strict=True) if fits[rows[row], one])
    left = np.ones(len(people), dtype=np.bool_)
    left[[one for _, one in taken]] = False
    pairs = []
    for task, one in taken:
        best = float(score[task, fits[task] & left].max(initial=-1.0))
        pairs.append(
            Pair(
                task=tasks[task].id, person=people[one].id, score=float(score[task, one]),
                level=float(level[task, one]), minutes=float(minutes[task, one]),
                spare=float(score[task, one]) - best,
            )
        )  # fmt: skip
    filled = np.bincount(np.array([task for task, _ in taken], dtype=np.int64), minlength=len(tasks))
    lacking = [(place, task) for place, task in enumerate(tasks) if filled[place] < task.people]
    return Team(
        pairs=tuple(pairs), open=tuple((task.id, int(task.people - filled[place])) for place, task in lacking),
        refused=tuple(
            (task.id, person.id, str(reason[place, one]) or "engaged")
            for place, task in lacking for one, person in enumerate(people) if (place, one) not in taken
        ),
        score=float(sum(gain[pair] for pair in taken)),
    )  # fmt: skip


def _suits(
    people: Sequence[Person], tasks: Sequence[Task]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.str_]]:
    """Level and minutes of every pair (tasks by people), and why it is impossible (empty: it is not)."""
    shape = (len(tasks), len(people))
    level = np.array([[one.skills.get(task.skill, 0.0) for one in people] for task in tasks]).reshape(shape)
    minutes = np.array([np.broadcast_to(one.minutes, len(tasks)) for one in people], dtype=float).reshape(shape[::-1]).T
    known = np.array([[task.skill in one.skills for one in people] for task in tasks], dtype=bool).reshape(shape)
    least = np.array([task.least for task in tasks])[:, None]
    within = np.array([task.within for task in tasks])[:, None]
    busy = np.broadcast_to(np.array([not one.free for one in people], dtype=bool), shape)
    reason = np.select(
        [busy, ~known, level < least, (minutes > within) | np.isinf(minutes)], ["busy", "skill", "level", "way"], ""
    )
    return level, minutes, reason


def _check(people: Sequence[Person], tasks: Sequence[Task], minute_cost: float) -> None:
    for name, ids in (("people", [one.id for one in people]), ("tasks", [one.id for one in tasks])):
        twice = next((one for place, one in enumerate(ids) if one in ids[:place]), None)
        if twice is not None:
            raise ValueError(f"{name} names {twice} twice.")
    for one in people:
        minutes = np.asarray(one.minutes, dtype=np.float64)
        if minutes.shape not in ((), (len(tasks),)):
            raise ValueError(f"minutes of {one.id} must be one number or {len(tasks)}, one for each task.")
        if np.isnan(minutes).any() or (minutes < 0).any():
            raise ValueError(f"minutes of {one.id} must be zero or more (infinity: no way), and no NaN.")
        wrong = next((skill for skill, level in one.skills.items() if not 0 <= level <= 1), None)
        if wrong is not None:
            raise ValueError(f"The level of {one.id} in {wrong} is {one.skills[wrong]}, and must be from 0 to 1.")
    for task in tasks:
        if not 0 < task.weight < np.inf:
            raise ValueError(f"The weight of {task.id} is {task.weight}, and must be a finite number above zero.")
        if not 0 <= task.least <= 1 or not task.within >= 0 or task.people < 1:
            raise ValueError(
                f"{task.id} must ask for a level from 0 to 1, minutes of zero or more and 1 person or more."
            )
    if not 0 <= minute_cost < np.inf:
        raise ValueError(f"minute_cost is {minute_cost}, and must be a finite number of zero or more.")
