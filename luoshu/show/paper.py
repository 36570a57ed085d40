"""The pages of documents: the original text with every found figure at its place, and beside it what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from markupsafe import Markup

from luoshu.kinds.commitment import Gauge
from luoshu.show.correcting import CHANGE_WORDS, COMPARATOR_WORDS, PER_WORDS, Field, fields_of
from luoshu.show.language import Language, marked
from luoshu.show.links import file_name, join
from luoshu.show.page import Page, Visit
from luoshu.show.view import Paper

STATUS_WORDS = {"promise": marked("promise"), "fact": marked("fact"), "task": marked("task")}
STATE_WORDS = {"open": marked("open to decide"), "settled": marked("settled"), "rejected": marked("rejected")}


@dataclass(frozen=True, kw_only=True)
class Related:
    """What a proposal has to do with: a promise that it answers or moves, a figure that it contradicts."""

    words: str
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class Found:
    """One thing that the reader found, as it is shown beside the text."""

    id: str
    status: str
    status_word: str
    state: str
    state_word: str
    start: int
    end: int
    line: int | None
    figure: str
    subject: str
    owner: str
    due: str
    text: str
    kind: str
    confidence: float | None
    version: str
    title: str = ""
    fields: tuple[Field, ...] = ()
    promise_href: str = ""
    settled_as: str = ""
    answers: tuple[Related, ...] = ()
    moves: Related | None = None
    contradicts: tuple[Related, ...] = ()
    conflict: str = ""
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class PaperCard:
    """One document in the list."""

    name: str
    title: str
    href: str
    published: date | None
    publisher: str
    characters: int
    promises: int
    facts: int
    tasks: int
    open: int
    settled: int
    rejected: int


@dataclass(frozen=True, kw_only=True)
class Papers(Page):
    """All documents of the book."""

    papers: tuple[PaperCard, ...]


@dataclass(frozen=True, kw_only=True)
class PaperPage(Page):
    """One document: its original text and all that was found in it."""

    card: PaperCard
    url: str
    text: str
    found: tuple[Found, ...]
    can_settle: bool
    changed: bool
    suggestions: dict[str, tuple[tuple[str, str], ...]]
    faults: tuple[tuple[str, str], ...]


def card(visit: Visit, paper: Paper) -> PaperCard:
    """A document with the counts of what was found in it."""

    there = all_found(visit, paper)

    def count(key: str, value: str) -> int:
        return sum(getattr(each, key) == value for each in there)

    return PaperCard(
        name=paper.name,
        title=visit.language.word(paper.title),
        href=visit.links.to(join("documents", paper.name)),
        published=paper.published,
        publisher=visit.language.word(paper.publisher),
        characters=len(paper.text),
        promises=count("status", "promise"),
        facts=count("status", "fact"),
        tasks=count("status", "task"),
        open=count("state", "open"),
        settled=count("state", "settled"),
        rejected=count("state", "rejected"),
    )


def papers(visit: Visit, name: str = "", query: Mapping[str, str] | None = None) -> Papers:
    """The list of documents."""
    return Papers(
        title=visit.language.say("Documents"),
        day=visit.view.day,
        language=visit.language.code,
        papers=tuple(card(visit, paper) for paper in visit.view.papers),
    )


def paper(visit: Visit, name: str, query: Mapping[str, str] | None = None) -> PaperPage:
    """The page of one document; raises KeyError where there is none."""
    one = visit.view.paper(name)
    if one is None:
        raise KeyError(name)
    return PaperPage(
        title=visit.language.word(one.title),
        day=visit.view.day,
        language=visit.language.code,
        card=card(visit, one),
        url=one.url,
        text=one.text,
        found=all_found(visit, one),
        can_settle=visit.can_settle,
        changed=one.changed,
        suggestions=suggestions(visit),
        faults=tuple((visit.language.message(p.says), visit.language.message(p.mend)) for p in one.problems),
    )


def all_found(visit: Visit, paper: Paper) -> tuple[Found, ...]:
    """The proposals of a document, and the promises that were settled from it without one, by their place."""
    proposed = [found(visit, each) for each in paper.proposals]
    covered = {each.settled_as for each in proposed}
    settled = [
        settled_found(visit, gauge)
        for gauge in visit.view.gauges
        if gauge.commitment.id not in covered and visit.view.paper_of(gauge.commitment.source.file) is paper
    ]
    return tuple(sorted([*proposed, *settled], key=lambda each: (each.start, each.end)))


def settled_found(visit: Visit, gauge: Gauge) -> Found:
    """A promise that stands in the book, as something found at its place."""
    promise, language = gauge.commitment, visit.language
    return Found(
        id=f"settled-{file_name(promise.id)}",
        status="task" if gauge.goal is None else "promise",
        status_word=promise.kind_zh if language.code == "zh" and promise.kind_zh else promise.kind,
        state="settled",
        state_word=language.text(STATE_WORDS["settled"]),
        start=promise.source.start or 0,
        end=promise.source.end or 0,
        line=promise.source.line,
        figure="",
        subject=language.word(promise.words),
        owner=visit.owner(promise.owner),
        due=promise.due.isoformat() if promise.due else "",
        text=promise.words,
        kind=promise.kind,
        confidence=None,
        version="",
        promise_href=visit.links.to(join("promises", promise.id)),
        settled_as=promise.id,
    )


def suggestions(visit: Visit) -> dict[str, tuple[tuple[str, str], ...]]:
    """What a form may offer: owners and indicators by their ids, chapters as they are."""
    view, chapters = visit.view, dict.fromkeys(gauge.commitment.chapter for gauge in visit.view.gauges)
    return {
        "owner-list": tuple((id, visit.owner(id)) for id in view.owners),
        "indicator-list": view.indicators,
        "chapter-list": tuple((chapter, "") for chapter in chapters if chapter),
    }


def figure_words(proposal: Mapping[str, Any], language: Language) -> str:
    """The figure of a proposal in words: `at least 120`, `grows by 5%`; a task says what is to be done."""
    if proposal.get("value") is None:
        return f"{proposal.get('verb') or ''}{proposal.get('object') or ''}"
    unit = str(proposal.get("unit") or "")
    amount = language.span(proposal["value"], proposal.get("value_high"), unit)
    comparator = COMPARATOR_WORDS.get(str(proposal.get("comparator") or ""), "")
    change = str(proposal.get("change") or "level")
    each = proposal.get("each") or {}
    parts = [
        language.text(PER_WORDS[proposal["per"]]) if proposal.get("per") in PER_WORDS else "",
        language.text(CHANGE_WORDS[change]) if change in ("up", "down") else "",
        language.text(comparator) if comparator not in ("exactly", "between", "") else "",
        amount,
        language.say("each {size}", size=language.figure(each["value"], each.get("unit", ""))) if each else "",
    ]
    return ("" if language.code == "zh" else " ").join(part for part in parts if part)


def found(visit: Visit, proposal: Mapping[str, Any], *, conflict: str = "", fault: str = "") -> Found:
    """A proposal as it is shown, with the fields of its form."""
    language = visit.language
    status, state = str(proposal.get("status", "")), str(proposal.get("state") or "open")
    settled_as = str(proposal.get("settled_as") or "")
    gauge = next((each for each in visit.view.gauges if each.commitment.id == settled_as), None)
    return Found(
        id=str(proposal["id"]),
        status=status,
        status_word=language.text(STATUS_WORDS.get(status, status)),
        state=state,
        state_word=language.text(STATE_WORDS.get(state, state)),
        start=int(proposal.get("start") or 0),
        end=int(proposal.get("end") or 0),
        line=proposal.get("line"),
        figure=figure_words(proposal, language),
        subject="" if status == "task" else str(proposal.get("subject") or ""),
        title=str(proposal.get("title") or ""),
        owner=str(proposal.get("owner") or ""),
        due=str(proposal.get("due") or ""),
        text=str(proposal.get("text") or ""),
        kind=str(proposal.get("kind") or ""),
        confidence=proposal.get("confidence"),
        version=str(proposal.get("version") or ""),
        fields=fields_of(proposal, language),
        promise_href=visit.links.to(join("promises", settled_as)) if gauge else "",
        settled_as=settled_as,
        answers=tuple(related(visit, each) for each in proposal.get("answers") or ()),
        moves=related(visit, proposal["moves"]) if proposal.get("moves") else None,
        contradicts=tuple(related(visit, {"id": each}) for each in proposal.get("contradicts") or ()),
        conflict=conflict,
        fault=fault,
    )


def related(visit: Visit, answer: Mapping[str, Any]) -> Related:
    """A settled promise, or another proposal of some document, by its id."""
    name = str(answer.get("id") or "")
    for gauge in visit.view.gauges:
        if gauge.commitment.id == name:
            return Related(
                words=visit.language.word(gauge.commitment.words), href=visit.links.to(join("promises", name))
            )
    for paper in visit.view.papers:
        for each in paper.proposals:
            if each.get("id") == name:
                figure = figure_words(each, visit.language)
                words = f"{visit.language.word(paper.title)}: {each.get('subject') or ''}{figure}"
                return Related(words=words, href=visit.links.to(join("documents", paper.name), f"proposal-{name}"))
    return Related(words=str(answer.get("subject") or name))


def highlighted(text: str, proposals: Sequence[Found]) -> Markup:
    """The text as it is, each line in a span with its number, each found place in a mark with the ids found there.

    >>> one = Found(id="p1", status="promise", status_word="", state="open", state_word="", start=1, end=4, line=1,
    ...     figure="", subject="", owner="", due="", text="", kind="", confidence=None, version="")
    >>> print(highlighted("a12<b", [one]))
    <span class="line" id="line-1">a<mark class="found found-promise state-open" id="at-1" data-proposals="p1" \
tabindex="0">12&lt;</mark>b</span>
    """
    spans: dict[tuple[int, int], list[Found]] = {}
    for each in proposals:
        if 0 <= each.start < each.end <= len(text):
            spans.setdefault((each.start, each.end), []).append(each)
    marks = list(_apart(spans.items()))
    parts, position = [], 0
    for number, line in enumerate(text.split("\n"), start=1):
        parts.append(f'<span class="line" id="line-{number}">{_line(line, position, marks)}</span>')
        position += len(line) + 1
    return Markup("\n".join(parts))


def _apart(spans: Iterable[tuple[tuple[int, int], list[Found]]]) -> Iterable[tuple[int, int, list[Found]]]:
    """Spans that do not overlap: one that begins inside another gives its ids to it."""
    last: tuple[int, int, list[Found]] | None = None
    for (start, end), here in sorted(spans, key=lambda item: item[0]):
        if last and start < last[1]:
            last = (last[0], max(end, last[1]), [*last[2], *here])
            continue
        if last:
            yield last
        last = (start, end, list(here))
    if last:
        yield last


def _line(line: str, position: int, marks: list[tuple[int, int, list[Found]]]) -> str:
    parts, at = [], 0
    while marks and marks[0][0] < position + len(line):
        start, end, here = marks[0]
        inner, outer = max(start - position, at), min(end - position, len(line))
        parts.append(
            escape(line[at:inner], quote=False) + _mark(line[inner:outer], start, here, first=start >= position)
        )
        at = outer
        if end > position + len(line):
            # the mark goes on in the next line
            break
        marks.pop(0)
    return "".join(parts) + escape(line[at:], quote=False)


def _mark(words: str, start: int, here: list[Found], *, first: bool) -> str:
    states = {each.state for each in here}
    state = "open" if "open" in states else "settled" if "settled" in states else "rejected"
    ids = escape(" ".join(each.id for each in here))
    anchor = f' id="at-{start}"' if first else ""
    stop = ' tabindex="0"' if first else ""
    names = f"found found-{here[0].status} state-{state}"
    return f'<mark class="{names}"{anchor} data-proposals="{ids}"{stop}>{escape(words, quote=False)}</mark>'
