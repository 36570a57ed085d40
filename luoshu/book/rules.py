"""Rules as data with dates of force: scoring sheets, bands and limits change, history stays judged by the old."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from luoshu.book.problem import Problem, Source
from luoshu.book.yamltext import read_yaml
from luoshu.words.message import say


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule as it was in force from `since` until the day `until` (exclusive; None: until further notice)."""

    name: str
    title: str
    since: date
    until: date | None
    values: Mapping[str, Any]
    source: Source


def read_rules(data: bytes, name: str, file: str) -> tuple[tuple[Rule, ...], tuple[Problem, ...]]:
    """The versions of a rule, oldest first, of a file `title: …` and `in_force: {day: {name: value, …}, …}`.

    >>> text = b"in_force:\\n  2020-01-01: {limit: 3}\\n  2024-01-01: {limit: 2}\\n"
    >>> rules, problems = read_rules(text, "band", "rules/band.yaml")
    >>> [(r.since.year, r.values["limit"]) for r in rules], problems
    ([(2020, 3), (2024, 2)], ())
    """
    node, found = read_yaml(data, file)
    problems = list(found)
    if node is None:
        return (), tuple(problems)
    force = node.fields.get("in_force")
    if force is None or not force.fields:
        says = say("the rule does not say from which day it is in force")
        problems.append(Problem(code="rule-without-day", says=says,
                                source=Source(file=file, line=node.line),
                                mend=say("Write in_force: and below it one day for each version")))  # fmt: skip
        return (), tuple(problems)
    title = str(node.value.get("title") or name)
    sound: list[tuple[date, Mapping[str, Any], int]] = []
    for key, version in force.fields.items():
        line = force.key_lines[key]
        if not isinstance(key, date) or not isinstance(version.value, dict):
            problems.append(Problem(code="rule-without-day", says=say("{found!r} does not begin a version of the rule",
                                    found=str(key)[:60]), source=Source(file=file, line=line),
                                    mend=say("Write a day as in 2024-01-01:, and the values below it")))  # fmt: skip
            continue
        sound.append((key, version.value, line))
    sound.sort(key=lambda s: s[0])
    ends = [*(s[0] for s in sound[1:]), None][: len(sound)]
    rules = tuple(
        Rule(name=name, title=title, since=since, until=until, values=values, source=Source(file=file, line=line))
        for (since, values, line), until in zip(sound, ends, strict=True)
    )
    return rules, tuple(problems)
