"""YAML as data only: bounded, without aliases or tags, with the line of every value and every fault as a problem."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

from luoshu.book.delimited import decode
from luoshu.book.problem import Problem, Source
from luoshu.words.message import Message, say

MOST_BYTES = 20_000_000
MOST_DEPTH = 30
MOST_NODES = 2_000_000

_INT = re.compile(r"[+-]?(0|[1-9]\d*)")
_FLOAT = re.compile(r"[+-]?(\d+\.\d*|\.\d+|\d+)([eE][+-]?\d{1,3})?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, kw_only=True)
class Node:
    """One value with the line it begins on (from 1), the line after its end, and the nodes inside a list or mapping."""

    value: Any
    line: int
    end: int
    items: tuple[Node, ...] = ()
    fields: dict[Any, Node] = field(default_factory=dict)
    key_lines: dict[Any, int] = field(default_factory=dict)
    flow: bool = False


class _Refused(Exception):
    def __init__(self, code: str, says: Message, mend: Message, line: int) -> None:
        super().__init__(says)
        self.code, self.says, self.mend, self.line = code, says, mend, line


def read_yaml(data: bytes, file: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """The one document of a YAML file, and its problems; None where there is nothing or it can't be read.

    Words stay words: only true and false are yes and no, only digits are numbers, only 2025-12-31 is a day; `no`, `on`,
    `1_000` and `12:30` are text. A key that stands twice keeps its first value and is a problem.

    >>> node, problems = read_yaml(b"level: {2020-12-01: 120, 2023-08-25: 110}", "c.yaml")
    >>> node.value
    {'level': {datetime.date(2020, 12, 1): 120, datetime.date(2023, 8, 25): 110}}
    """
    if len(data) > MOST_BYTES:
        return None, (
            Problem(
                code="file-too-large",
                says=say("the file holds {size} bytes, more than {limit}", size=len(data), limit=MOST_BYTES),
                source=Source(file=file),
                mend=say("Split it, or leave old entries out"),
            ),
        )
    text = decode(data, file)
    problems = list(text.problems)
    try:
        node = _Reading(file, problems).document(yaml.parse(text.text, Loader=_Loader))
    except _Refused as refused:
        problems.append(
            Problem(
                code=refused.code, says=refused.says, source=Source(file=file, line=refused.line), mend=refused.mend
            )
        )
        return None, tuple(problems)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        problems.append(_syntax(error, file))
        return None, tuple(problems)
    return node, tuple(problems)


def _syntax(error: Exception, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    detail = getattr(error, "problem", None) or "the text cannot be read"
    return Problem(
        code="yaml-syntax",
        says=say("this is not valid YAML: {detail}", detail=str(detail)[:200]),
        source=Source(file=file, line=mark.line + 1 if mark else None),
        mend=say("Check indentation, quotes and the space after each colon"),
    )


class _Reading:
    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file, self.problems, self.nodes = file, problems, 0

    def document(self, events: Iterator[Any]) -> Node | None:
        found: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if found is not None:
                    raise _Refused("yaml-documents", say("a second document begins here"),
                                   say("Keep one document in the file: remove the line ---"), _line(event))  # fmt: skip
                found = self.node(_next(events), events, 0)
        return found

    def node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        self.nodes += 1
        line = _line(event)
        if depth > MOST_DEPTH or self.nodes > MOST_NODES:
            raise _Refused("yaml-too-deep", say("the entries are nested too deeply or are too many"),
                           say("Write the entries one below the other"), line)  # fmt: skip
        if isinstance(event, yaml.AliasEvent):
            raise _Refused("yaml-alias", say("*{name} repeats another entry, which is not allowed", name=event.anchor),
                           say("Write the entry out"), line)  # fmt: skip
        tag = getattr(event, "tag", None)
        if tag not in (None, "!", "tag:yaml.org,2002:str"):
            raise _Refused(
                "yaml-tag", say("the tag {tag} is not allowed", tag=str(tag)[:60]), say("Remove the tag"), line
            )
        if isinstance(event, yaml.ScalarEvent):
            value = plain(event.value) if event.style in (None, "") and tag is None else event.value
            return Node(value=value, line=line, end=_end(event))
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(event, events, depth, line)
        return self.mapping(event, events, depth, line)

    def sequence(self, event: Any, events: Iterator[Any], depth: int, line: int) -> Node:
        items: list[Node] = []
        while not isinstance(inner := _next(events), yaml.SequenceEndEvent):
            items.append(self.node(inner, events, depth + 1))
        end = items[-1].end if items and not event.flow_style else _end(inner)
        return Node(value=[i.value for i in items], line=line, end=end, items=tuple(items), flow=bool(event.flow_style))

    def mapping(self, event: Any, events: Iterator[Any], depth: int, line: int) -> Node:
        fields: dict[Any, Node] = {}
        key_lines: dict[Any, int] = {}
        end = line
        while not isinstance(inner := _next(events), yaml.MappingEndEvent):
            key = self.node(inner, events, depth + 1)
            value = self.node(_next(events), events, depth + 1)
            end = value.end
            if isinstance(key.value, list | dict):
                raise _Refused("yaml-key", say("a list or mapping stands where a name must stand"),
                               say("Write a name before the colon"), key.line)  # fmt: skip
            if key.value in fields:
                self.twice(key, key_lines[key.value])
                continue
            fields[key.value] = value
            key_lines[key.value] = key.line
        if event.flow_style:
            end = _end(inner)
        return Node(value={k: n.value for k, n in fields.items()}, line=line, end=end, fields=fields,
                    key_lines=key_lines, flow=bool(event.flow_style))  # fmt: skip

    def twice(self, key: Node, first: int) -> None:
        if len(self.problems) < 1000:
            self.problems.append(
                Problem(
                    code="yaml-key-twice",
                    says=say(
                        "{key!r} already stands in line {line}; this one is not read",
                        key=str(key.value)[:60],
                        line=first,
                    ),
                    source=Source(file=self.file, line=key.line),
                    mend=say("Keep one of the two"),
                )
            )


def plain(text: str) -> Any:
    """An unquoted word as the value it writes.

    >>> [plain(t) for t in ("no", "true", "012", "1_000", "3.5", "2025-12-31", "~")]
    ['no', True, '012', '1_000', 3.5, datetime.date(2025, 12, 31), None]
    """
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if _INT.fullmatch(text) and len(text) < 20:
        return int(text)
    if (
        _FLOAT.fullmatch(text)
        and (text[0] != "0" or len(text) == 1 or not text[1].isdigit())
        and not _INT.fullmatch(text)
    ):
        number = float(text)
        return number if abs(number) != float("inf") else text
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text


def _next(events: Iterator[Any]) -> Any:
    return next(events)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _end(event: Any) -> int:
    """The last line that an event's text stands on, counted from 1 (a block of text ends at the head of the next)."""
    mark = event.end_mark
    ends_before = mark.column == 0 and mark.line > event.start_mark.line
    return int(mark.line) + (0 if ends_before else 1)
