"""One thing that the reader found, with its place in the document and what a person made of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

STATES = ("open", "settled", "rejected")
STATUSES = ("promise", "fact", "task")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A promise that a fact may answer or a promise may move: its record or proposal, how well they fit (0 to 1)."""

    id: str
    subject: str
    score: float
    settled: bool = False


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A promise, a fact or a task found in a document; the fields of the reading guide, then what else is known of it.

    `start` and `end` are offsets in the document's text; `text` is the sentence as it stands there, `words` the clause
    that promises, its lines joined. `answers` are the
    targets that a fact may be a result of; `moves` the settled target whose level or deadline a promise changes;
    `contradicts` the proposals or observations that give another figure for the same thing and day. `settled_as` is the
    record that an accepted proposal became, `entered` what undoing it needs to know.
    """

    id: str = ""
    document: str = ""
    status: str = "promise"
    start: int = 0
    end: int = 0
    value: float | None = None
    value_high: float | None = None
    unit: str = ""
    comparator: str = ""
    change: str = ""
    per: str = ""
    each: Mapping[str, Any] | None = None
    due: date | None = None
    subject: str = ""
    owner: str = ""
    verb: str = ""
    object: str = ""
    confidence: float = 0.5
    kind: str = ""
    text: str = ""
    title: str = ""
    chapter: str = ""
    words: str = ""
    line: int = 1
    page: int | None = None
    published: date | None = None
    answers: tuple[Answer, ...] = ()
    moves: Answer | None = None
    contradicts: tuple[str, ...] = ()
    state: str = "open"
    settled_as: str = ""
    corrected: Mapping[str, Any] = field(default_factory=dict)
    entered: Mapping[str, Any] = field(default_factory=dict)


_FIRST = (
    "status", "start", "end", "value", "value_high", "unit", "comparator", "change", "per", "each", "due", "subject",
    "owner", "verb", "object", "confidence", "kind", "text", "title", "line",
)  # fmt: skip
_ORDER = (*_FIRST, *(f.name for f in fields(Proposal) if f.name not in _FIRST))
_TASKS_ONLY = ("verb", "object")
_HELD: dict[str, type] = {"str": str, "Mapping[str, Any]": Mapping, "Mapping[str, Any] | None": Mapping}


def as_json(proposal: Proposal) -> dict[str, Any]:
    """The proposal as one JSON-ready object: the guide's fields first and always, the others where they say something.

    >>> list(as_json(Proposal(status="fact", value=3.0, unit="个")))[:6]
    ['status', 'start', 'end', 'value', 'value_high', 'unit']
    """
    said: dict[str, Any] = {}
    for name in _ORDER:
        value = getattr(proposal, name)
        if name in _TASKS_ONLY and proposal.status != "task":
            continue
        if name in _FIRST or name in ("id", "document", "state") or value not in (None, "", (), {}):
            said[name] = _plain(value)
    return said


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Answer):
        return {"id": value.id, "subject": value.subject, "score": value.score, "settled": value.settled}
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        return int(value)
    return value


def from_json(said: Mapping[str, Any]) -> Proposal:
    """A proposal from an object of a proposals file; unknown names are left out. ValueError where it is none.

    >>> answer = Answer(id="museums", subject="博物馆", score=1.0)
    >>> one = Proposal(status="fact", value=112.0, unit="家", due=date(2024, 12, 31), answers=(answer,))
    >>> from_json(json.loads(json.dumps(as_json(one)))) == one
    True
    """
    known = {f.name: f for f in fields(Proposal)}
    values: dict[str, Any] = {name: value for name, value in said.items() if name in known and value is not None}
    try:
        json.dumps(said, allow_nan=False, default=str)  # a figure that is no number is refused wherever it stands
        for name in ("due", "published"):
            if name in values:
                values[name] = date.fromisoformat(values[name])
        for name in ("value", "value_high", "confidence"):
            if name in values:
                values[name] = float(values[name])
        for name in ("start", "end", "line", "page"):
            if name in values:
                values[name] = int(values[name])
        values["answers"] = tuple(Answer(**answer) for answer in values.get("answers", ()))
        if "moves" in values:
            values["moves"] = Answer(**values["moves"])
        values["contradicts"] = tuple(map(str, values.get("contradicts", ())))
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ValueError(f"this is no proposal: {error}") from None
    for name, value in values.items():
        wanted = _HELD.get(str(known[name].type))
        if wanted and not isinstance(value, wanted):
            raise ValueError(f"this is no proposal: {name} is {value!r}")
    if values.get("state", "open") not in STATES or values.get("status", "promise") not in STATUSES:
        raise ValueError(f"state {values.get('state')!r} or status {values.get('status')!r} is not known")
    return Proposal(**values)


def version(proposal: Proposal) -> str:
    """The content hash by which two editors of one proposal notice each other."""
    said = as_json(proposal)
    for name in ("answers", "moves", "contradicts"):
        said.pop(name, None)
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]
