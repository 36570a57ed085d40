"""After the action: what was reached when, what was promised against what was done, what was decided and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

from luoshu.book.directory import Owner
from luoshu.desk.actor import READERS
from luoshu.desk.at_once import gathered
from luoshu.desk.clock import local_time
from luoshu.desk.incident import Incident
from luoshu.desk.logbook import HIDDEN, open_facts
from luoshu.desk.milestone import Milestone, milestones, promised
from luoshu.desk.minutes import Decision
from luoshu.desk.removal import Removal
from luoshu.desk.resource import Resource
from luoshu.desk.staff import Person
from luoshu.desk.things import Step
from luoshu.kinds.site import Site
from luoshu.show.afterneeds import Resting, resting, shown_by
from luoshu.show.demandpage import DemandView
from luoshu.show.language import Language, marked
from luoshu.show.page import Page, Visit
from luoshu.show.pages import Leaf
from luoshu.show.reviewcharts import ReviewChart, review_charts
from luoshu.show.reviewmap import ReviewMap, review_map
from luoshu.words.message import Message, named

TELLING = (
    "title", "headline", "text", "words", "road", "community", "level", "phase", "reason", "amount", "moved", "people",
)  # fmt: skip
"""The facts of an act that tell most, in the order in which they are said."""
SHORT = 60
SORTS = {"task": marked("task"), "resource": marked("resource"), "removal": marked("people to move")}
ENDS = {
    "kept": marked("kept"), "late": marked("late"), "waiting": marked("not due yet"), "overdue": marked("overdue"),
    "dropped": marked("given up"), "short": marked("less came than was approved"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Reached:
    """A milestone: when, and how long after the incident was opened."""

    words: str
    at: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Something that was to be done by a time, with what came of it."""

    sort: str
    title: str
    whose: str
    due: str
    done: str
    state: str
    state_word: str
    late: str


@dataclass(frozen=True, kw_only=True)
class Brought:
    """A resource: what was asked for, what was sent and what came."""

    title: str
    to: str
    unit: str
    asked: float
    sent: float
    came: float
    missing: float


@dataclass(frozen=True, kw_only=True)
class Line:
    """One act of the timeline; `undone` where it was taken back."""

    number: int
    at: str
    who: str
    what: str
    about: str
    why: str
    undone: bool = False


@dataclass(frozen=True, kw_only=True)
class AfterPage(Page):
    """The whole review of one incident."""

    incident: str
    name: str
    drill: bool
    type: str
    opened: str
    closed: str
    lasted: str
    levels: tuple[Line, ...]
    reached: tuple[Reached, ...]
    kept: tuple[Kept, ...]
    counts: Mapping[str, int]
    brought: tuple[Brought, ...]
    people: tuple[tuple[str, int, int, str], ...]
    planned: int
    moved: int
    decisions: tuple[Line, ...]
    undone: tuple[Line, ...]
    open_points: tuple[str, ...]
    timeline: tuple[Line, ...]
    needs: tuple[DemandView, ...] = ()
    resting: tuple[Resting, ...] = ()
    charts: tuple[ReviewChart, ...] = ()
    map: ReviewMap | None = None
    docx: str = ""


def after_page(visit: Visit, name: str, query: Mapping[str, str]) -> AfterPage:
    """The review of an incident as it stands now; KeyError where there is none of this name."""
    things, language = visit.things, visit.language
    assert things is not None
    assert visit.now is not None
    incident = things.get(Incident, name)
    if incident is None:
        raise KeyError(name)
    say = language.say
    people = {key: each.name for key, each in things.all(Person).items()}
    timeline = tuple(_line(run, language, people) for run in gathered(things.timeline(name)))
    kept = tuple(_kept(each, language) for each in promised(things, name, visit.clock, incident.closed or visit.now))
    book = visit.view.book
    owners = {row.id: visit.owner(row.id) for row in book.rows(Owner)} if book else {}
    shelters = {row.id: row.name for row in book.rows(Site)} if book else {}
    kept = tuple(replace(each, whose=owners.get(each.whose, each.whose)) for each in kept)
    brought = [each for each in things.all(Resource).values() if each.incident == name]
    removals = [each for each in things.all(Removal).values() if each.incident == name]
    waiting = [each.title for each in kept if each.state in ("waiting", "overdue")]
    return AfterPage(
        title=say("After-action review: {name}", name=incident.title),
        day=visit.view.day,
        language=language.code,
        incident=name,
        name=incident.title,
        drill=incident.drill,
        type=incident.type,
        opened=local_time(incident.opened),
        closed=local_time(incident.closed) if incident.closed else "",
        lasted=span((incident.closed or visit.now) - incident.opened, language),
        levels=tuple(each for each in timeline if _is(things, each, "incident.propose", "incident.confirm",
                                                      "incident.reject", "incident.withdraw")),
        reached=tuple(
            Reached(words=language.message(each.says), at=local_time(each.at) if each.at else "",
                    after=span(each.after, language) if each.after is not None else "")
            for each in in_time(milestones(things, name))
        ),
        kept=kept,
        counts={state: sum(each.state == state for each in kept) for state in ENDS},
        brought=tuple(
            Brought(title=each.title, to=each.to, unit=language.unit(each.unit), asked=each.amount, sent=each.sent,
                    came=each.came, missing=max(0.0, each.amount - each.came))
            for each in brought
        ),
        people=tuple(
            (each.community, each.planned, each.moved, shelters.get(each.shelter, each.shelter)) for each in removals
        ),
        planned=sum(each.planned for each in removals),
        moved=sum(each.moved for each in removals),
        decisions=tuple(
            Line(number=0, at=local_time(each.at), who=each.decided_by or people.get(each.who, each.who),
                 what=each.text, about="", why=each.minutes)
            for each in things.all(Decision).values() if each.incident == name
        ),
        undone=tuple(each for each in timeline if each.undone),
        open_points=tuple([
            *(say("not done by the end: {title}", title=title) for title in waiting),
            *(say("{title}: {missing} {unit} did not come", title=each.title, missing=_plain(each.amount - each.came),
                  unit=language.unit(each.unit)) for each in brought
              if each.came < each.amount and each.state not in ("refused", "cancelled")),
            *(say("{place}: {count} people were not moved", place=each.community, count=each.planned - each.moved)
              for each in removals if each.moved < each.planned),
        ]),
        timeline=timeline,
        needs=shown_by(visit, name),
        resting=resting(visit),
        charts=review_charts(visit, name),
        map=review_map(visit, name),
        docx=f"/desk/incidents/{name}/report.docx" if visit.links.mouth == "server" else "",
    )  # fmt: skip


def in_time(found: Iterable[Milestone]) -> list[Milestone]:
    """Milestones in the order in which they were reached, those not reached last."""
    return sorted(found, key=lambda each: (each.at is None, each.at.timestamp() if each.at else 0.0))


def _is(things: Any, line: Line, *what: str) -> bool:
    step = things.step(line.number)
    return step is not None and step.act.what in what


def _line(run: Sequence[Step], language: Language, people: Mapping[str, str]) -> Line:
    step = run[-1]
    who = step.told.who
    return Line(
        number=step.told.number,
        at=local_time(step.told.at),
        who=people.get(who, language.say("the clock") if who == "clock" else who),
        what=language.message(step.act.says),
        about=telling(step, language) if len(run) == 1 else language.say("{count} readings", count=len(run)),
        why=step.told.why,
        undone=step.undone is not None,
    )


def telling(step: Step, language: Language) -> str:
    """The facts of an act that tell most, in a line."""
    known = open_facts(step.act.what, {each.name: getattr(step.act, each.name) for each in fields(step.act)})
    choices = {each.name: each.metadata.get("choices") or {} for each in fields(step.act)}
    found = []
    for name in TELLING:
        value = known.get(name)
        if value in (None, "", (), HIDDEN):
            continue
        zh = choices[name].get(value) if isinstance(value, str) else None
        value = named(zh, language.text(str(value))) if zh else value
        words = language.message(value) if isinstance(value, Message) else _plain(value)
        found.append(words if len(words) <= SHORT else words[: SHORT - 1] + "…")
    return " · ".join(found[:3])


def _plain(value: Any) -> str:
    return f"{value:,.10g}" if isinstance(value, float) else str(value)


def _kept(each: Any, language: Language) -> Kept:
    return Kept(
        sort=language.text(SORTS.get(each.sort, each.sort)),
        title=each.title,
        whose=each.whose,
        due=local_time(each.due),
        done=local_time(each.done) if each.done else "",
        state=each.state,
        state_word=language.text(ENDS.get(each.state, each.state)),
        late=span(each.late, language) if each.late else "",
    )


def span(time: timedelta, language: Language) -> str:
    """A length of time in words, to the minute; what comes before the beginning has a minus.

    >>> span(timedelta(hours=26, minutes=5), Language("en")), span(timedelta(minutes=-5), Language("en"))
    ('26 h 5 min', '-5 min')
    """
    minutes = round(abs(time).total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    sign = "-" if time < timedelta() else ""
    if not hours:
        return sign + language.say("{minutes} min", minutes=rest)
    return sign + language.say("{hours} h {minutes} min", hours=hours, minutes=rest)


def reach(visit: Visit, name: str) -> tuple[str, str]:
    """Whose the review is, for rights."""
    found = visit.things.get(Incident, name) if visit.things else None
    return (found.organisation, name) if found else ("", name)


AFTER_LEAF = Leaf(
    name="afteraction",
    path="desk/incidents/{name}/report",
    template="afteraction.html",
    type=AfterPage,
    build=after_page,
    roles=READERS,
    reach=reach,
    says=marked("The after-action review of an incident: milestones, promised against done, decisions, timeline."),
)
