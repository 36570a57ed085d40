"""The page of one promise: where it stands, because of what, how it was reached, and where it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from typing import Any

from luoshu.book.records import Dated, Record
from luoshu.kinds.commitment import Amount, Commitment, Curves, Gauge, Listing, Reason
from luoshu.show.correcting import COMPARATOR_WORDS
from luoshu.show.curves import CurvesDrawn, curves_drawn
from luoshu.show.links import file_name, join
from luoshu.show.page import Page, Row, Visit
from luoshu.show.series import Cite, Series

QUOTED_AROUND = 60
CHOICE_WORDS = COMPARATOR_WORDS
"""Signs that stand for words among the choices of a field."""


@dataclass(frozen=True, kw_only=True)
class NamedAmount:
    """A single figure beside its name, or the reason why it is not known."""

    name: str
    value: float | None
    text: str
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell of a listing; numbers stand at the right."""

    text: str
    number: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """A small table."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Because:
    """A reason with what it rests on."""

    text: str
    tone: str
    cite: Cite | None = None


@dataclass(frozen=True, kw_only=True)
class Quote:
    """The words of the plan around the promise."""

    before: str
    words: str
    after: str
    cite: Cite


@dataclass(frozen=True, kw_only=True)
class NextMove:
    """What could be done next."""

    text: str
    cost: str
    gain: str
    because: tuple[Because, ...]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A field as it was settled."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One dated value of a settled field: what was written when."""

    field: str
    since: str
    value: str
    cite: Cite | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class PromisePage(Page):
    """One promise in full."""

    row: Row
    amounts: tuple[NamedAmount, ...]
    charts: tuple[Series, ...]
    curves: tuple[CurvesDrawn, ...]
    tables: tuple[Table, ...]
    reasons: tuple[Because, ...]
    quote: Quote | None
    moves: tuple[NextMove, ...]
    settled: tuple[Entry, ...]
    revisions: tuple[Revision, ...]
    place: str
    silence: str
    permalink: str
    map_href: str
    before: tuple[str, str] | None
    after: tuple[str, str] | None


def promise(visit: Visit, name: str, query: Mapping[str, str] | None = None) -> PromisePage:
    """The page of the promise called `name`; raises KeyError where there is none."""
    from luoshu.show.overview import silence

    view, language = visit.view, visit.language
    gauge = view.gauge(name)
    if gauge is None:
        raise KeyError(name)
    record = view.records.get(gauge.commitment.id)
    before, after = _neighbours(visit, gauge)
    return PromisePage(
        title=language.word(gauge.commitment.words),
        day=view.day,
        language=language.code,
        row=visit.row(gauge),
        amounts=tuple(_amount(visit, figure) for figure in gauge.figures if isinstance(figure, Amount)),
        charts=visit.charts(gauge),
        curves=tuple(curves_drawn(figure, language) for figure in gauge.figures if isinstance(figure, Curves)),
        tables=tuple(_table(visit, figure) for figure in gauge.figures if isinstance(figure, Listing)),
        reasons=tuple(_because(visit, reason) for reason in gauge.because),
        quote=_quote(visit, gauge),
        moves=tuple(_move(visit, move) for move in view.moves.get(gauge.commitment.id, ())),
        settled=_settled(visit, gauge.commitment),
        revisions=tuple(_revisions(visit, gauge.commitment, record)) if record else (),
        place=str(gauge.commitment.source) if gauge.commitment.source.file else "",
        silence=silence(gauge, view.day, language),
        permalink=visit.links.to(join("promises", gauge.commitment.id), **_dated(visit)),
        map_href=visit.links.to("map", promise=gauge.commitment.id) if _is_drawn(visit, gauge) else "",
        before=before,
        after=after,
    )


def _is_drawn(visit: Visit, gauge: Gauge) -> bool:
    """Whether the map shows the promise; asked without drawing anything."""
    return visit.view.layers is not None and file_name(gauge.commitment.id) in visit.view.layers.gauges


def _dated(visit: Visit) -> dict[str, str]:
    return {"day": visit.view.day.isoformat()} if visit.links.mouth == "server" else {}


def _neighbours(visit: Visit, gauge: Gauge) -> tuple[tuple[str, str] | None, tuple[str, str] | None]:
    gauges = visit.view.gauges
    index = next(i for i, other in enumerate(gauges) if other is gauge)

    def link(other: Gauge) -> tuple[str, str]:
        return visit.links.to(join("promises", other.commitment.id)), visit.language.word(other.commitment.words)

    return (
        link(gauges[index - 1]) if index else None,
        link(gauges[index + 1]) if index + 1 < len(gauges) else None,
    )


def _amount(visit: Visit, amount: Amount) -> NamedAmount:
    language = visit.language
    share = amount.unit == "share"
    return NamedAmount(
        name=language.message(amount.name),
        value=amount.value,
        text=language.share(amount.value) if share else language.figure(amount.value, amount.unit),
        why=language.message(amount.why),
    )


def _table(visit: Visit, listing: Listing) -> Table:
    def cell(value: Any) -> Cell:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return Cell(text=visit.language.cell(value), number=number)

    return Table(
        name=visit.language.message(listing.name),
        columns=tuple(visit.language.message(column) for column in listing.columns),
        rows=tuple(tuple(cell(value) for value in row) for row in listing.rows),
        note=visit.language.message(listing.note),
    )


def _because(visit: Visit, reason: Reason) -> Because:
    return Because(text=visit.language.message(reason.says), tone=reason.tone, cite=visit.cite(reason.source))


def _move(visit: Visit, move: Any) -> NextMove:
    language = visit.language
    return NextMove(
        text=language.message(move.does),
        cost=language.figure(move.cost, "元") if move.cost is not None else "",
        gain=language.share(move.gain) if move.gain is not None else "",
        because=tuple(_because(visit, reason) for reason in move.because),
    )


def _quote(visit: Visit, gauge: Gauge) -> Quote | None:
    """The promise's own place in its document, with the sentence around it."""
    source = gauge.commitment.source
    paper = visit.view.paper_of(source.file) if source.file else None
    cite = visit.cite(source)
    if paper is None or cite is None or source.start is None or source.end is None:
        return None
    start, end = source.start, min(source.end, len(paper.text))
    if not 0 <= start < end:
        return None
    first, last = sentence(paper.text, start, end)
    return Quote(before=paper.text[first:start], words=paper.text[start:end], after=paper.text[end:last], cite=cite)


def sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence around [start, end), at most QUOTED_AROUND characters longer on either side.

    >>> sentence("先前一句。到2025年达到120家。后来一句。", 8, 14)
    (5, 18)
    """
    stops = "。！？；\n"
    first = max(start - QUOTED_AROUND, max((text.rfind(stop, 0, start) for stop in stops), default=-1) + 1)
    ends = [index for stop in stops if (index := text.find(stop, end)) >= 0]
    return first, min(min(ends, default=len(text)) + 1, end + QUOTED_AROUND, len(text))


def _settled(visit: Visit, commitment: Commitment) -> tuple[Entry, ...]:
    """The kind's own fields as they were settled; the shared ones stand at the head of the page."""
    shared = {field.name for field in fields(Commitment)}
    entries = []
    for field in fields(commitment):
        value = getattr(commitment, field.name)
        if field.name in shared or value in ("", None, (), False) or hasattr(value, "__dataclass_fields__"):
            continue
        choices = field.metadata.get("choices") and isinstance(value, str)
        if isinstance(value, Mapping):
            text = " ".join(f"{name} {visit.language.cell(each)}" for name, each in value.items())
        elif isinstance(value, tuple):
            text = ", ".join(str(each) for each in value)
        else:
            text = visit.language.text(CHOICE_WORDS.get(value, value)) if choices else named(visit, value)
        entries.append(Entry(name=label(visit, field), value=text, note=str(field.metadata.get("note", ""))))
    return tuple(entries)


def label(visit: Visit, field: Field[Any]) -> str:
    """What a field of a commitment is called."""
    chinese = str(field.metadata.get("zh", ""))
    return chinese if chinese and visit.language.code == "zh" else field.name.replace("_", " ")


def named(visit: Visit, value: Any) -> str:
    """A field's value; an id of a place or an indicator by its name."""
    chinese, english = visit.view.names.get(value, ("", "")) if isinstance(value, str) else ("", "")
    return (
        (english if visit.language.code == "en" else "") or visit.language.word(chinese) or visit.language.cell(value)
    )


def _revisions(visit: Visit, commitment: Commitment, record: Record) -> list[Revision]:
    """Every field that was written by dates until the day that is looked at, oldest first."""
    labels = {field.name: label(visit, field) for field in fields(commitment)}
    return [
        Revision(
            field=labels.get(name, name),
            since=step.since.isoformat() if step.since else "",
            value=visit.language.cell(step.value),
            cite=visit.cite(step.source),
            note=str(step.about.get("note") or ""),
        )
        for name, value in record.fields.items()
        if isinstance(value, Dated)
        for step in value.steps
        if step.since is None or step.since <= visit.view.day
    ]


def promise_names(visit: Visit) -> list[str]:
    """All promises by their name in links."""
    return [file_name(gauge.commitment.id) for gauge in visit.view.gauges]
