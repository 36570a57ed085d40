"""From a settled record to a commitment: its fields read by the dataclass of its kind, its faults listed."""

from __future__ import annotations

import difflib
import math
import re
import types
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from luoshu.book.problem import Problem, Source
from luoshu.book.records import Dated, Record, Step
from luoshu.kinds.commitment import Commitment
from luoshu.words.message import Message, say

_YEAR = re.compile(r"((?:19|20|21)\d\d)(?:-(\d\d))?")


def make(record: Record, kinds: Iterable[type[Commitment]]) -> tuple[Commitment | None, tuple[Problem, ...]]:
    """The commitment that a record of commitments.yaml stands for, and what is wrong with it.

    A field that no kind knows is listed and left out; a field that is wrong or missing leaves the whole commitment out,
    since a promise judged without its deadline or its level would be judged wrongly.
    """
    by_name = {kind.kind: kind for kind in kinds}
    kind = by_name.get(record.kind)
    if kind is None:
        known = ", ".join(by_name)
        return None, (
            _problem(record, "kind", "unknown-kind", say("kind {found!r} is not known", found=record.kind),
                     _perhaps(record.kind, list(by_name), say("It is one of: {names}", names=known))),
        )  # fmt: skip
    form = _Form(record, kind)
    values = form.values()
    problems = tuple(form.problems)
    if form.broken:
        return None, problems
    try:
        return kind(**values), problems
    except ValueError as error:
        return None, (
            *problems,
            _problem(record, "id", "bad-value", say("{why}", why=str(error)), say("Mend the entry")),
        )


class _Form:
    """One record against the fields of its kind."""

    def __init__(self, record: Record, kind: type[Commitment]) -> None:
        self.record, self.kind = record, kind
        self.problems: list[Problem] = []
        self.broken = False

    def values(self) -> dict[str, Any]:
        declared = {f.name: f for f in fields(self.kind) if f.name != "history"}
        hints = _hints(self.kind)
        values: dict[str, Any] = {}
        history: dict[str, tuple[Step, ...]] = {}
        for name, written in self.record.fields.items():
            if name == "kind":
                continue
            if name not in declared:
                self._unknown(name, list(declared))
                continue
            if written is None or written == "":
                continue
            if isinstance(written, Dated):
                steps = tuple(self._step(name, step, declared[name], hints[name]) for step in written.steps)
                history[name] = steps
                values[name] = steps[-1].value
            else:
                values[name] = self._read(name, written, declared[name], hints[name])
        for name, each in declared.items():
            if name not in values and each.default is MISSING and each.default_factory is MISSING:
                note = str(each.metadata.get("note", ""))
                self._fail(name, "missing-field", say("the entry has no {field}", field=name),
                           say("Add {field}: {note}", field=name, note=note))  # fmt: skip
        return {**values, "history": history}

    def _step(self, name: str, step: Step, declared: Field[Any], hint: Any) -> Step:
        about = dict(step.about)
        if isinstance(about.get("source"), Mapping):
            about["source"] = self._read(name, about["source"], declared, Source)
        value = self._read(name, step.value, declared, hint)
        return Step(since=step.since, value=value, source=step.source, about=about)

    def _read(self, name: str, written: Any, declared: Field[Any], hint: Any) -> Any:
        value = _value(written, hint, declared.metadata.get("period", ""))
        choices: Sequence[str] = declared.metadata.get("choices", ())
        if isinstance(value, _Wrong):
            self._fail(name, "bad-value", value.says(name, written), value.mend)
            return None
        if choices and isinstance(value, str) and value not in choices:
            says = say("{field} is {found!r}, which is not one of its words", field=name, found=_short(value))
            mend = say("Write one of: {names}", names=", ".join(filter(None, choices)))
            self._fail(name, "bad-value", says, _perhaps(value, choices, mend))
        return value

    def _unknown(self, name: str, known: Sequence[str]) -> None:
        mend = _perhaps(name, known, say("Remove it, or use one of: {names}", names=", ".join(known)))
        says = say("{kind} has no field {field!r}", kind=self.kind.kind, field=name)
        self.problems.append(_problem(self.record, name, "unknown-field", says, mend))

    def _fail(self, name: str, code: str, says: Message, mend: Message) -> None:
        self.broken = True
        self.problems.append(_problem(self.record, name, code, says, mend))


class _Wrong:
    """Why a written value is not of the type that its field wants."""

    def __init__(self, wanted: Message, mend: Message) -> None:
        self.wanted, self.mend = wanted, mend

    def says(self, name: str, written: Any) -> Message:
        return say("{field} is {found!r}, which is not {wanted}", field=name, found=_short(written), wanted=self.wanted)


def _short(written: Any) -> str:
    text = str(written)
    return text if len(text) <= 40 else text[:39] + "…"


def _value(written: Any, hint: Any, period: str = "") -> Any:
    """A written value as the type `hint` wants it, or the `_Wrong` that says why not."""
    if get_origin(hint) in (Union, types.UnionType):
        inner = [a for a in get_args(hint) if a is not type(None)]
        return None if written is None else _value(written, inner[0], period)
    if get_origin(hint) is tuple:
        items = written if isinstance(written, list | tuple) else [written]
        read = [_value(item, get_args(hint)[0]) for item in items]
        return next((r for r in read if isinstance(r, _Wrong)), tuple(read))
    if is_dataclass(hint) and isinstance(hint, type):
        return _inner(written, hint)
    if hint is str:
        if isinstance(written, str | int | float) and not isinstance(written, bool):
            return str(written)
        return _Wrong(say("a word"), say("Write it as plain text"))
    if hint is date:
        return _day(written, period)
    if hint is bool:
        return written if isinstance(written, bool) else _Wrong(say("true or false"), say("Write true or false"))
    if hint in (float, int):
        return _number(written, hint)
    return written


def _day(written: Any, period: str) -> Any:
    """A day as it is; a bare year or month as the day of it that `period` says, where it says one."""
    if isinstance(written, date):
        return written
    found = _YEAR.fullmatch(str(written)) if period and not isinstance(written, bool) else None
    if not found:
        return _Wrong(say("a day"), say("Write it as in 2025-12-31"))
    year, month = int(found[1]), int(found[2] or (1 if period == "start" else 12))
    if not 1 <= month <= 12:
        return _Wrong(say("a day"), say("Write it as in 2025-12-31"))
    return date(year, month, 1 if period == "start" else monthrange(year, month)[1])


def _number(written: Any, hint: type) -> Any:
    wrong = _Wrong(say("a number"), say("Write digits, as in 40"))
    if isinstance(written, bool) or not isinstance(written, int | float) or not math.isfinite(written):
        return wrong
    if hint is int:
        return int(written) if written == int(written) else wrong
    return float(written)


def _inner(written: Any, hint: type) -> Any:
    names = [f.name for f in fields(hint)]
    shape = say("a group of named values")
    mend = say("Write it as in {{{names}}}", names=", ".join(f"{n}: …" for n in names))
    if not isinstance(written, Mapping) or not set(map(str, written)) <= set(names):
        return _Wrong(shape, mend)
    hints = _hints(hint)
    periods = {f.name: f.metadata.get("period", "") for f in fields(hint)}
    values = {name: _value(value, hints[name], periods[name]) for name, value in written.items() if value is not None}
    wrong = next((v for v in values.values() if isinstance(v, _Wrong)), None)
    if wrong:
        return wrong
    try:
        return hint(**values)
    except TypeError:
        return _Wrong(shape, mend)


@cache
def _hints(cls: type) -> dict[str, Any]:
    """Types of the fields by name; names that are imported for type checking only count as Any."""
    from luoshu.book.book import Book

    return get_type_hints(cls, localns={"Step": Step, "Book": Book})


def _perhaps(word: str, known: Iterable[str], otherwise: Message) -> Message:
    near = difflib.get_close_matches(word.casefold().replace("-", "_"), [k for k in known if k], n=1, cutoff=0.6)
    return say("Did you mean {name}?", name=near[0]) if near else otherwise


def _problem(record: Record, name: str, code: str, says: Message, mend: Message) -> Problem:
    return Problem(code=code, says=says, source=record.source_of(name), mend=mend)
