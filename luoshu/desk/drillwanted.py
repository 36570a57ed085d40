"""What a drill expects at a moment: of a thing, of an act, of a dispatch; and why it does not stand."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from luoshu.desk.act import ACTS, Thing
from luoshu.desk.drillscript import Wanted
from luoshu.desk.room import Room
from luoshu.words.message import Message, named, say


def missing(wanted: Wanted, room: Room, dispatches: Sequence[tuple[datetime, Mapping[str, Any]]]) -> Message | None:
    """Why what is expected does not stand now; None where it does. Figures are those of the last of the dispatches."""
    if wanted.dispatch:
        figures = dispatches[-1][1] if dispatches else {}
        return differs(figures, wanted)
    if wanted.act:
        return not_done(wanted, room)
    sort = thing_of(wanted)
    things = room.standing().all(sort)
    if wanted.count is not None:
        fits = [key for key, thing in things.items() if not differs(values_of(thing), wanted)]
        if len(fits) == wanted.count:
            return None
        return say("{count} {sort} were expected so, and there are {found}", count=wanted.count, sort=wanted.thing,
                   found=len(fits))  # fmt: skip
    if wanted.key:
        thing = things.get(wanted.key)
        if thing is None:
            return say("there is no {sort} {key}", sort=wanted.thing, key=wanted.key)
        return differs(values_of(thing), wanted)
    faults = [differs(values_of(thing), wanted) for thing in things.values()]
    if not faults:
        return say("there is no {sort} at all", sort=wanted.thing)
    return None if None in faults else faults[-1]


def not_done(wanted: Wanted, room: Room) -> Message | None:
    """Why an act that is expected was not done so often; None where it was."""
    done = [
        entry for entry in room.journal.entries()
        if entry.draft.what == wanted.act
        and (not wanted.by or entry.draft.who == wanted.by)
        and (wanted.since is None or entry.at >= wanted.since)
        and (not wanted.key or entry.draft.about.partition(":")[2] == wanted.key)
        and not differs(entry.draft.facts, wanted)
    ]  # fmt: skip
    if wanted.count is None and not done:
        return say("{act} was expected, and was not done", act=ACTS[wanted.act].says)
    if wanted.count is not None and len(done) != wanted.count:
        return say("{act} was expected {count} times, and was done {found} times", act=ACTS[wanted.act].says,
                   count=wanted.count, found=len(done))  # fmt: skip
    return None


def expected(wanted: Wanted) -> Message:
    """What is expected, in a line."""
    if wanted.dispatch:
        return say("the dispatch is as expected")
    if wanted.act:
        return say("as expected, this was done: {act}", act=ACTS[wanted.act].says)
    fields = {**wanted.equal, **wanted.at_least, **wanted.at_most, **wanted.holds}
    told = ", ".join(f"{name} {'—' if value is None else value}" for name, value in fields.items())
    thing = thing_of(wanted)
    sort = named(thing.zh or thing.sort, thing.sort)
    if wanted.count is not None:
        return say("as expected: {count} {sort} {fields}", count=wanted.count, sort=sort, fields=told)
    return say("as expected: {sort} {key} {fields}", sort=sort, key=wanted.key, fields=told)


def thing_of(wanted: Wanted) -> type[Thing]:
    """The sort of thing that is expected."""
    return next(each.thing for each in ACTS.values() if each.thing.sort == wanted.thing)


def values_of(thing: Thing) -> Mapping[str, Any]:
    """The fields of a thing and what it says of itself, as plain values; read when they are asked for."""
    return _Values(thing)


class _Values(Mapping[str, Any]):
    def __init__(self, thing: Thing) -> None:
        self.thing = thing

    def __getitem__(self, name: str) -> Any:
        if name.startswith("_") or not hasattr(self.thing, name):
            raise KeyError(name)
        return getattr(self.thing, name)

    def __iter__(self) -> Any:
        return iter(each.name for each in dataclasses.fields(self.thing))

    def __len__(self) -> int:
        return len(dataclasses.fields(self.thing))


def differs(values: Mapping[str, Any], wanted: Wanted) -> Message | None:
    """The first field that is not as it is wanted; None where all are."""
    for how, fields in (("is", wanted.equal), ("at least", wanted.at_least), ("at most", wanted.at_most),
                        ("holds", wanted.holds)):  # fmt: skip
        for name, value in fields.items():
            if name not in values:
                known = ", ".join(sorted(values))
                return say("there is no field {field}; there are {known}", field=name, known=known)
            found = as_plain(values[name])
            if not fits(how, found, value):
                return say("{field} was expected to be {how} {value}, and is {found}", field=name,
                           how="" if how == "is" else how, value=value, found=found)  # fmt: skip
    return None


def fits(how: str, found: Any, value: Any) -> bool:
    """Whether a value is as it is wanted.

    >>> fits("at least", 3, 2), fits("holds", ["a", "b"], "b"), fits("is", "III", "III"), fits("at most", None, 2)
    (True, True, True, False)
    """
    if how == "is":
        return bool(found == value)
    if how == "holds":
        return value in found if isinstance(found, (list, tuple, str, dict)) else False
    if not isinstance(found, (int, float)):
        return False
    return bool(found >= value if how == "at least" else found <= value)


def as_plain(value: Any) -> Any:
    """A value as the script writes it: moments and days as text, tuples as lists.

    >>> from datetime import date
    >>> as_plain((1, date(2021, 7, 20)))
    [1, '2021-07-20']
    """
    if isinstance(value, (list, tuple, set, frozenset)):
        return [as_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): as_plain(each) for key, each in value.items()}
    return value.isoformat() if hasattr(value, "isoformat") else value
