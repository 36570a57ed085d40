"""Settled records (commitments.yaml): fields that may be written by dates, and edits that touch one record alone."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from luoshu.book.files import Conflict, alone, revision, write
from luoshu.book.problem import Problem, Source
from luoshu.book.yamltext import Node, plain, read_yaml
from luoshu.words.message import say

COMMITMENTS = "commitments.yaml"


@dataclass(frozen=True, kw_only=True)
class Step:
    """From the day `since` on, a field has this value; `about` holds what else was written with it (source, note)."""

    since: date | None
    value: Any
    source: Source = field(default_factory=Source)
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Dated:
    """A value with its history, first to last.

    >>> level = Dated((Step(since=date(2020, 12, 1), value=120), Step(since=date(2023, 8, 25), value=110)))
    >>> level.on(date(2022, 1, 1)), level.on(date(2024, 1, 1)), level.on(date(2019, 1, 1)), level.latest
    (120, 110, None, 110)
    """

    steps: tuple[Step, ...]

    def on(self, day: date) -> Any:
        """The value in force on a day; None before the first."""
        step = self.step(day)
        return step.value if step else None

    def step(self, day: date) -> Step | None:
        return next((s for s in reversed(self.steps) if s.since is None or s.since <= day), None)

    @property
    def latest(self) -> Any:
        return self.steps[-1].value if self.steps else None


@dataclass(frozen=True, kw_only=True)
class Record:
    """One entry of commitments.yaml as written; `fields` hold plain values, lists, mappings and `Dated` values."""

    fields: Mapping[str, Any]
    source: Source
    lines: Mapping[str, int] = field(default_factory=dict)
    end: int = 0

    @property
    def kind(self) -> str:
        return str(self.fields.get("kind") or "")

    @property
    def id(self) -> str:
        return str(self.fields.get("id") or "")

    def on(self, name: str, day: date, default: Any = None) -> Any:
        """The value of a field on a day: by its dates where it has them, else as it is written."""
        value = self.fields.get(name)
        if isinstance(value, Dated):
            value = value.on(day)
        return default if value is None else value

    def latest(self, name: str, default: Any = None) -> Any:
        value = self.fields.get(name)
        if isinstance(value, Dated):
            value = value.latest
        return default if value is None else value

    def history(self, name: str) -> tuple[Step, ...]:
        """All values of a field in order; one step without a day where it has no dates; nothing where it is absent."""
        value = self.fields.get(name)
        if isinstance(value, Dated):
            return value.steps
        return (Step(since=None, value=value, source=self.source_of(name)),) if value is not None else ()

    def source_of(self, name: str) -> Source:
        """Where a field is written; the record's own place where it is not."""
        return Source(file=self.source.file, line=self.lines.get(name, self.source.line), column=name)


def read_records(data: bytes, file: str) -> tuple[tuple[Record, ...], tuple[Problem, ...]]:
    """The records of a YAML list, and the problems; entries that are no records are left out and listed.

    >>> entry = b"- {kind: target, id: museums, level: {2020-12-01: 120, 2023-08-25: 110}}"
    >>> records, problems = read_records(entry, "c.yaml")
    >>> records[0].on("level", date(2022, 1, 1)), problems
    (120, ())
    """
    node, found = read_yaml(data, file)
    problems = list(found)
    if node is None or node.value is None:
        return (), tuple(problems)
    if not isinstance(node.value, list):
        problems.append(_problem("not-a-list", say("the file must be a list of entries"), file, node.line,
                                 say("Begin each entry with a dash: - kind: target")))  # fmt: skip
        return (), tuple(problems)
    records: list[Record] = []
    first: dict[str, int] = {}
    for item in node.items:
        if not isinstance(item.value, dict) or not all(isinstance(key, str) for key in item.value):
            problems.append(_problem("not-a-record", say("this entry is not made of named fields"), file, item.line,
                                     say("Write it as name: value, one below the other")))  # fmt: skip
            continue
        record = _record(item, file)
        lacking = [name for name in ("kind", "id") if not record.fields.get(name)]
        for name in lacking:
            problems.append(_problem("missing-field", say("the entry has no {field}", field=name), file, item.line,
                                     say("Add {field}: …", field=name)))  # fmt: skip
        if lacking:
            continue
        if record.id in first:
            problems.append(
                _problem("duplicate", say("id {id} already stands in line {line}", id=record.id, line=first[record.id]),
                         file, record.lines["id"], say("Give one of the two another id"))
            )  # fmt: skip
            continue
        first[record.id] = item.line
        records.append(record)
    return tuple(records), tuple(problems)


def _problem(code: str, says: str, file: str, line: int, mend: str) -> Problem:
    return Problem(code=code, says=says, source=Source(file=file, line=line), mend=mend)


def _record(item: Node, file: str) -> Record:
    fields = {name: _dated(node, file) for name, node in item.fields.items()}
    return Record(fields=fields, source=Source(file=file, line=item.line), lines=dict(item.key_lines), end=item.end)


def _dated(node: Node, file: str) -> Any:
    """A mapping whose keys are all days is a history; a step may be `{value: 110, source: …}`."""
    if not node.fields or not all(isinstance(key, date) for key in node.fields):
        return node.value
    steps = []
    for day in sorted(node.fields):
        value = node.fields[day].value
        about: dict[str, Any] = {}
        if isinstance(value, dict) and "value" in value:
            about = {k: v for k, v in value.items() if k != "value"}
            value = value["value"]
        steps.append(Step(since=day, value=value, source=Source(file=file, line=node.key_lines[day]), about=about))
    return Dated(tuple(steps))


def append_record(path: Path, fields: Mapping[str, Any], *, expected: str | None = None) -> str:
    """Add a record at the end of the file, which is made where it is missing; the new revision of the file.

    `expected` is the revision that the editor saw; `Conflict` where the file is another by now. All else in the file
    stays as it is, byte for byte. ValueError where the id already stands in it or a value cannot be written.
    """
    return _change(path, expected, lambda data: with_record(data, fields))


def replace_record(path: Path, id: str, fields: Mapping[str, Any], *, expected: str | None = None) -> str:
    """Put new fields in the place of the record `id`; the new revision. KeyError where there is no such record."""
    return _change(path, expected, lambda data: with_record(data, fields, instead_of=id))


def remove_record(path: Path, id: str, *, expected: str | None = None) -> str:
    """Take the record `id` out; comments around it stay. The new revision; KeyError where there is no such record."""
    return _change(path, expected, lambda data: without_record(data, id))


def _change(path: Path, expected: str | None, edit: Callable[[bytes], bytes]) -> str:
    with alone(path.parent):
        data = path.read_bytes() if path.exists() else b""
        if expected is not None and revision(data) != expected:
            raise Conflict(f"{path.name} was changed by somebody else since it was read")
        data = edit(data)
        write(path, data)
    return revision(data)


def with_record(data: bytes, fields: Mapping[str, Any], *, instead_of: str = "") -> bytes:
    """The bytes of a list of records with one more at its end, or one in the place of `instead_of`; the rest unchanged.

    >>> with_record(b"# plan\\n", {"kind": "task", "id": "bridge"})
    b'# plan\\n- kind: task\\n  id: bridge\\n'
    >>> with_record(b"[]\\n", {"kind": "task", "id": "bridge"})
    b'- kind: task\\n  id: bridge\\n'
    """
    there = _sound(data)
    if not there:  # a list written empty, as other programs do, gives way to its first record
        data = re.sub(rb"(?m)^\[\s*\][ \t]*\r?\n?", b"", data)
    id = str(fields.get("id"))
    if id != instead_of and id in there:
        raise ValueError(f"the id {id!r} already stands in the file")
    if instead_of:
        before, own, after, newline = _around(data, instead_of)
        there.pop(instead_of)
        expected = {**there, id: plain_value(fields)}
        with contextlib.suppress(ValueError):
            return _proved(before + _edited(data, instead_of, own, fields, newline) + after, expected)
    else:
        newline = b"\r\n" if b"\r\n" in data else b"\n"
        before, after = data + (newline if data and not data.endswith(b"\n") else b""), b""
    return _proved(before + _lines(fields, newline) + after, {**there, id: plain_value(fields)})


def without_record(data: bytes, id: str) -> bytes:
    """The bytes of a list of records without the record `id`; the rest, comments too, unchanged."""
    there = _sound(data)
    before, _, after, _ = _around(data, id)
    there.pop(id)
    return _proved(before + after, there)


def _sound(data: bytes) -> dict[str, Any]:
    """The fields of each record by its id; ValueError where the file has faults, since an edit might hide them."""
    records, problems = read_records(data, COMMITMENTS)
    if problems:
        raise ValueError(f"{COMMITMENTS} must be mended before it can be changed: {problems[0]}")
    return {r.id: plain_value(r.fields) for r in records}


def _around(data: bytes, id: str) -> tuple[bytes, bytes, bytes, bytes]:
    """What stands before a record, the record, what stands after it, and the line ending in use."""
    record = next((r for r in read_records(data, COMMITMENTS)[0] if r.id == id), None)
    if record is None or record.source.line is None:
        raise KeyError(f"{COMMITMENTS} has no record {id!r}")
    lines = data.splitlines(keepends=True)
    start = record.source.line - 1
    while start > 0 and not lines[start].lstrip(b"\xef\xbb\xbf \t").startswith(b"-"):
        start -= 1
    if lines[start].lstrip(b"\xef\xbb\xbf \t").startswith(b"[") or record.end <= start:
        raise ValueError("the file is written in brackets; write each record below a dash to change it here")
    newline = b"\r\n" if lines[start].endswith(b"\r\n") else b"\n"
    own = b"".join(lines[start : record.end])
    return b"".join(lines[:start]), own, b"".join(lines[record.end :]), newline


def _edited(data: bytes, id: str, own: bytes, fields: Mapping[str, Any], newline: bytes) -> bytes:
    """A record's text with new fields, in which the lines of every field that did not change stay as they are.

    ValueError where the record is not laid out a field below the other.
    """
    record = next(r for r in read_records(data, COMMITMENTS)[0] if r.id == id)
    names = sorted(record.lines, key=record.lines.__getitem__)
    lines = own.splitlines(keepends=True)
    top = record.end - len(lines) + 1
    starts = [record.lines[name] - top for name in names]
    if len(set(starts)) != len(starts) or starts[0] != 0 or fields.get(names[0]) != record.fields[names[0]]:
        raise ValueError("the record is not laid out a field below the other")
    indent = len(lines[0]) - len(lines[0].lstrip(b" -"))
    blocks = {n: b"".join(lines[a:b]) for n, a, b in zip(names, starts, [*starts[1:], len(lines)], strict=True)}
    text = b""
    for name in [*(n for n in names if n in fields), *(n for n in fields if n not in names)]:
        if name in blocks and plain_value(fields[name]) == plain_value(record.fields[name]):
            block = blocks[name]
        else:
            dumped = yaml.dump(
                {name: plain_value(fields[name])}, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=10_000
            )
            block = b"".join(b" " * indent + line + newline for line in dumped.encode().splitlines())
        text += block if block.endswith(b"\n") else block + newline
    return text


def _proved(data: bytes, expected: Mapping[str, Any]) -> bytes:
    """The bytes, if they read back as exactly the records that they should hold."""
    if _sound(data) != expected:
        raise ValueError(f"{COMMITMENTS} cannot be changed here: its entries are not plainly laid out below each other")
    return data


class Dumper(yaml.SafeDumper):
    """Writes words so that `read_yaml` reads them back as words."""


def _represent_str(dumper: Dumper, text: str) -> yaml.Node:
    quote = "'" if plain(text) != text or not isinstance(plain(text), str) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=quote)


def _represent_float(dumper: Dumper, number: float) -> yaml.Node:
    if number != number or abs(number) == float("inf"):
        raise ValueError("a figure must be a finite number")
    mantissa, e, exponent = repr(number).partition("e")
    return dumper.represent_scalar(
        "tag:yaml.org,2002:float", mantissa + (".0" if e and "." not in mantissa else "") + e + exponent
    )


Dumper.add_representer(str, _represent_str)
Dumper.add_representer(float, _represent_float)
Dumper.ignore_aliases = lambda self, data: True  # type: ignore[method-assign]


def _lines(fields: Mapping[str, Any], newline: bytes) -> bytes:
    plain_fields = {name: plain_value(value) for name, value in fields.items()}
    text = yaml.dump([plain_fields], Dumper=Dumper, allow_unicode=True, sort_keys=False, width=10_000)
    return text.encode().replace(b"\n", newline)


def plain_value(value: Any) -> Any:
    """A value as YAML can hold it: histories become mappings by day, tuples lists, messages words."""
    if isinstance(value, Dated):
        steps = ((s.since, plain_value(s.value), plain_value(s.about)) for s in value.steps)
        return {since: {"value": inner, **about} if about else inner for since, inner, about in steps}
    if isinstance(value, Mapping):
        return {k: plain_value(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(v) for v in value]
    if isinstance(value, str):
        return str.__str__(value)
    if value is None or isinstance(value, bool | int | float | date):
        return value
    raise ValueError(f"a {type(value).__name__} cannot be written into a record")
