"""The pages that list: all promises, who owes what, and what is wrong in the book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from luoshu.kinds.commitment import Gauge
from luoshu.show.language import Language
from luoshu.show.links import file_name, join
from luoshu.show.page import Count, Page, Row, Visit

GROUPS = ("chapter", "owner", "document", "verdict", "none")
SILENT_AFTER_DAYS = 400
"""A year and the five weeks that a yearly figure usually takes to be published."""
SETTLED = ("kept", "missed", "dropped")


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rows under one heading."""

    key: str
    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One option of a filter."""

    value: str
    word: str
    chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class Undecided:
    """A document whose proposals wait for a decision."""

    title: str
    href: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Overview(Page):
    """Every promise as a row, grouped, with the filter that hides some of them."""

    counts: tuple[Count, ...]
    total: int
    shown: int
    known: int
    groups: tuple[Group, ...]
    group: str
    choices: dict[str, tuple[Choice, ...]]
    hidden: tuple[str, ...]
    query: str
    problems: int
    undecided: tuple[Undecided, ...]


def overview(visit: Visit, name: str = "", query: Mapping[str, str] | None = None) -> Overview:
    """The overview page; `query` may hold owner, chapter, verdict, group and q."""
    query = query or {}
    gauges, language = visit.view.gauges, visit.language
    rows = [visit.row(gauge) for gauge in gauges]
    hidden = tuple(row.id for row in rows if not matches(row, query))
    group = query.get("group", "")
    if group not in GROUPS:
        group = "chapter" if len({row.chapter for row in rows}) > 1 else "owner"
    return Overview(
        title=visit.view.name(language.code),
        day=visit.view.day,
        language=language.code,
        counts=visit.counts(gauges, lambda verdict: visit.links.to("", verdict=verdict)),
        total=len(rows),
        shown=len(rows) - len(hidden),
        known=sum(row.met is not None for row in rows),
        groups=grouped(rows, group, language),
        group=group,
        choices={
            "owner": choices(sorted({row.owner for row in rows if row.owner}), query.get("owner", "")),
            "chapter": choices(
                list(dict.fromkeys(row.chapter for row in rows if row.chapter)), query.get("chapter", "")
            ),
            "verdict": tuple(
                Choice(value=count.verdict, word=count.word, chosen=count.verdict == query.get("verdict"))
                for count in visit.counts(gauges, lambda verdict: "")
            ),
            "group": tuple(
                Choice(value=value, word=word, chosen=value == group) for value, word in group_words(language).items()
            ),
        },
        hidden=hidden,
        query=query.get("q", ""),
        problems=len(visit.view.problems),
        undecided=undecided(visit),
    )


def undecided(visit: Visit) -> tuple[Undecided, ...]:
    """The documents with proposals that nobody has decided on."""
    counts = [(paper, sum(each.get("state") == "open" for each in paper.proposals)) for paper in visit.view.papers]
    return tuple(
        Undecided(
            title=visit.language.word(paper.title), href=visit.links.to(join("documents", paper.name)), count=count
        )
        for paper, count in counts
        if count
    )


def group_words(language: Language) -> dict[str, str]:
    """The ways to group, in words."""
    return {
        "chapter": language.say("by chapter"),
        "owner": language.say("by department"),
        "document": language.say("by document"),
        "verdict": language.say("by verdict"),
        "none": language.say("not grouped"),
    }


def choices(values: list[str], chosen: str) -> tuple[Choice, ...]:
    """Options whose word is their value."""
    return tuple(Choice(value=value, word=value, chosen=value == chosen) for value in values)


def matches(row: Row, query: Mapping[str, str]) -> bool:
    """Whether a row passes the filter."""
    wanted = query.get("q", "").strip().lower()
    return (
        query.get("owner", "") in ("", row.owner, *row.co_owners)
        and query.get("chapter", "") in ("", row.chapter)
        and query.get("verdict", "") in ("", row.verdict)
        and (not wanted or wanted in f"{row.words} {row.original} {row.owner} {row.id}".lower())
    )


def grouped(rows: list[Row], group: str, language: Language) -> tuple[Group, ...]:
    """Rows by chapter, owner, document or verdict, in the order of their first row."""
    if group == "none":
        return (Group(key="", name="", rows=tuple(rows)),)
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(getattr(row, group)), []).append(row)
    if group == "verdict":
        words = {row.verdict: row.verdict_word for row in rows}
    else:
        words = {key: key or language.say("not given") for key in found}
    return tuple(Group(key=key, name=words[key], rows=tuple(rows)) for key, rows in found.items())


@dataclass(frozen=True, kw_only=True)
class Late:
    """A promise whose figures are silent for too long."""

    row: Row
    says: str


@dataclass(frozen=True, kw_only=True)
class OwnerCard:
    """One owner: what it owes, and what it is late to report."""

    id: str
    name: str
    href: str
    counts: tuple[Count, ...]
    owes: int
    shares: int
    late: tuple[Late, ...]
    next_due: date | None


@dataclass(frozen=True, kw_only=True)
class Owners(Page):
    """Everybody who owes something."""

    owners: tuple[OwnerCard, ...]
    unowned: int


@dataclass(frozen=True, kw_only=True)
class OwnerPage(Page):
    """One owner with its promises."""

    card: OwnerCard
    rows: tuple[Row, ...]
    shared: tuple[Row, ...]


def silence(gauge: Gauge, day: date, language: Language) -> str:
    """What is said when nothing was published for more than a year, empty when it was or when the promise is closed."""
    if gauge.verdict in SETTLED:
        return ""
    if gauge.as_of is None:
        made = gauge.commitment.made
        return "" if made and (day - made).days <= SILENT_AFTER_DAYS else language.say("no word yet")
    if (day - gauge.as_of).days > SILENT_AFTER_DAYS:
        return language.say("no word since {day}", day=gauge.as_of)
    return ""


def owner_card(visit: Visit, owner: str) -> OwnerCard:
    """The card of one owner."""
    view = visit.view
    mine = tuple(gauge for gauge in view.gauges if gauge.commitment.owner == owner)
    href = visit.links.to(join("owners", owner))
    late = ((gauge, silence(gauge, view.day, visit.language)) for gauge in mine)
    coming = [g.commitment.due for g in mine if g.commitment.due and g.commitment.due >= view.day]
    return OwnerCard(
        id=owner,
        name=visit.owner(owner),
        href=href,
        counts=visit.counts(mine, lambda verdict: href),
        owes=len(mine),
        shares=sum(owner in gauge.commitment.co_owners for gauge in view.gauges),
        late=tuple(Late(row=visit.row(gauge), says=says) for gauge, says in late if says),
        next_due=min(coming, default=None),
    )


def owner_ids(desk_view_gauges: tuple[Gauge, ...]) -> list[str]:
    """All owners and co-owners, in the order in which they first owe something."""
    names = [gauge.commitment.owner for gauge in desk_view_gauges]
    names += [name for gauge in desk_view_gauges for name in gauge.commitment.co_owners]
    return [name for name in dict.fromkeys(names) if name]


def owners(visit: Visit, name: str = "", query: Mapping[str, str] | None = None) -> Owners:
    """The page of all owners, those with most to do first."""
    cards = [owner_card(visit, owner) for owner in owner_ids(visit.view.gauges)]
    return Owners(
        title=visit.language.say("Who owes what"),
        day=visit.view.day,
        language=visit.language.code,
        owners=tuple(sorted(cards, key=lambda card: -card.owes)),
        unowned=sum(not gauge.commitment.owner for gauge in visit.view.gauges),
    )


def owner(visit: Visit, name: str, query: Mapping[str, str] | None = None) -> OwnerPage:
    """The page of one owner; raises KeyError where nobody of that name owes anything."""
    found = next((owner for owner in owner_ids(visit.view.gauges) if file_name(owner) == name), None)
    if found is None:
        raise KeyError(name)
    gauges = visit.view.gauges
    return OwnerPage(
        title=visit.owner(found),
        day=visit.view.day,
        language=visit.language.code,
        card=owner_card(visit, found),
        rows=tuple(visit.row(gauge) for gauge in gauges if gauge.commitment.owner == found),
        shared=tuple(visit.row(gauge) for gauge in gauges if found in gauge.commitment.co_owners),
    )


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One problem of the book."""

    code: str
    file: str
    line: int | None
    column: str
    says: str
    mend: str


@dataclass(frozen=True, kw_only=True)
class Problems(Page):
    """All that the check finds, by file."""

    files: tuple[tuple[str, tuple[Fault, ...]], ...]
    total: int


def problems(visit: Visit, name: str = "", query: Mapping[str, str] | None = None) -> Problems:
    """The page of all problems."""
    files: dict[str, list[Fault]] = {}
    for problem in visit.view.problems:
        files.setdefault(problem.source.file, []).append(
            Fault(
                code=problem.code,
                file=problem.source.file,
                line=problem.source.line,
                column=problem.source.column,
                says=visit.language.message(problem.says),
                mend=visit.language.message(problem.mend),
            )
        )
    return Problems(
        title=visit.language.say("Problems in the book"),
        day=visit.view.day,
        language=visit.language.code,
        files=tuple((file, tuple(faults)) for file, faults in files.items()),
        total=len(visit.view.problems),
    )
