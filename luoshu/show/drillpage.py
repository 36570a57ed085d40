"""The first page of a drill that was played: what it showed, line by line, and the way to what it left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from luoshu.desk.alert import Alert
from luoshu.desk.clock import local_time
from luoshu.desk.drill import CLOCK, Drilled, Played
from luoshu.desk.drillscript import Script
from luoshu.desk.incident import Incident
from luoshu.kinds.commitment import Gauge
from luoshu.show.afterneeds import resting, shown_by
from luoshu.show.demandpage import DemandView
from luoshu.show.language import Language, marked
from luoshu.show.links import file_name
from luoshu.show.page import Page, Visit
from luoshu.show.view import View
from luoshu.words.message import Message


@dataclass(frozen=True, kw_only=True)
class DrillLine:
    """One line of what happened."""

    at: str
    outcome: str
    who: str
    says: str
    about: str
    why: str
    said: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Supplied:
    """One dispatch that was solved: when, in a sentence, and what stayed unmet and why."""

    at: str
    says: str
    unmet: tuple[tuple[str, str, str, str], ...]
    loads: tuple[tuple[str, str, str, str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """A promise that rests on the stock, before the drill and after it, in words, with the reasons at its end."""

    words: str
    before: str
    after: str
    verdict_word: str
    because: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DrillPage(Page):
    """The first page of a drill: what it is, what it showed, and the way to everything in the folder."""

    note: str
    incidents: tuple[tuple[str, str, str, str], ...]
    alerts: tuple[tuple[str, str], ...]
    papers: tuple[tuple[str, str], ...]
    expected: int
    failures: tuple[DrillLine, ...]
    refused: tuple[DrillLine, ...]
    counts: tuple[tuple[str, int], ...]
    unplayed: int
    dispatches: tuple[Supplied, ...]
    lines: tuple[DrillLine, ...]
    entries: int
    head: str
    boards: tuple[tuple[str, str], ...] = ()
    weighed: tuple[Weighed, ...] = ()
    needs: tuple[DemandView, ...] = ()


def drill_page(
    visit: Visit, drilled: Drilled, plans: Sequence[object], *, head: str, files: Iterable[str] = (),
    boards: tuple[tuple[str, str], ...] = (), before: tuple[Gauge, ...] = (),
) -> DrillPage:  # fmt: skip
    """The first page of the folder of a drill: `head` is the hash of its journal's last entry, `files` what was written
    so far, `boards` the kept ones with their titles, `before` the gauges of the promises before the drill."""
    language, things, script = visit.language, visit.things, drilled.script
    assert things is not None
    english = language.code == "en"

    def to(incident: str, tail: str) -> str:
        return visit.links.to(f"desk/incidents/{file_name(incident)}{tail}")

    lines = tuple(drill_line(each, language, script) for each in drilled.lines)
    return DrillPage(
        title=(script.title_en if english and script.title_en else script.title),
        day=visit.view.day, language=language.code,
        note=(script.note_en if english and script.note_en else script.note),
        incidents=tuple(
            (each.title, to(each.id, ""), to(each.id, "/replay"), to(each.id, "/report"))
            for each in things.all(Incident).values()
        ),
        alerts=tuple((_called(each, english), visit.links.data(f"cap/{file_name(each.id)}.xml"))
                     for each in things.all(Alert).values() if each.xml),
        papers=tuple(
            (each, visit.links.data(each)) for each in files if each.endswith(f"{language.code}.docx")
        ),
        expected=drilled.count("seen", "refused", "again"),
        failures=tuple(each for each in lines if each.outcome == "failed"),
        refused=tuple(each for each in lines if each.outcome == "refused"),
        counts=tuple((language.text(words), drilled.count(name)) for name, words in OUTCOMES.items()),
        unplayed=drilled.unplayed,
        dispatches=tuple(_supplied(plan, language, visit.view) for plan in plans),
        lines=lines, entries=things.number, head=head, boards=boards,
        weighed=_weighed(visit, before),
        needs=tuple(each for incident in things.all(Incident) for each in shown_by(visit, incident)),
    )  # fmt: skip


def _called(alert: Alert, english: bool) -> str:
    said = (alert.headline_en or alert.reason_en) if english else ""
    return said or alert.headline or alert.reason or alert.id


def _weighed(visit: Visit, before: tuple[Gauge, ...]) -> tuple[Weighed, ...]:
    shares = {each.commitment.id: visit.language.share(each.met) for each in before}
    return tuple(
        Weighed(words=each.words, before=shares.get(each.id, ""), after=each.met, verdict_word=each.verdict_word,
                because=each.because)
        for each in resting(visit)
    )  # fmt: skip


OUTCOMES = {
    "done": marked("done by people"), "clock": marked("done by the clock"), "refused": marked("refused, as expected"),
    "again": marked("sent twice, written once"), "undone": marked("taken back"),
    "seen": marked("looked at, as expected"), "dispatch": marked("dispatches solved"),
    "shown": marked("boards kept"),
    "joined": marked("done by those who took part"),
    "taken": marked("lines of the script that people did"),
    "helped": marked("lines left to people, done by the script in the end"), "failed": marked("not as expected"),
    "otherwise": marked("otherwise than the script, as others acted too"),
}  # fmt: skip


def drill_line(each: Played, language: Language, script: Script) -> DrillLine:
    """A line of what happened, in this language."""
    actor = script.actors.get(each.who)
    said = language.message(each.said) if isinstance(each.said, Message) else str(each.said)
    machine = language.say("the clock") if each.who == CLOCK.id else each.who
    return DrillLine(
        at=local_time(each.at), outcome=each.outcome, who=actor.name if actor else machine, said=said, line=each.line,
        says=language.message(each.says), about=each.about, why=each.why,
    )  # fmt: skip


def _supplied(plan: object, language: Language, view: View) -> Supplied:
    from luoshu.desk.dispatching import Dispatching
    from luoshu.desk.drillsupply import figures

    assert isinstance(plan, Dispatching)
    places = {code: name for code, (name, _) in view.names.items()}

    def area(code: str, name: str) -> str:
        return name if name and name != code else places.get(code, code)

    return Supplied(
        at=local_time(plan.at),
        says=language.message(figures(plan)["says"]),
        unmet=tuple(
            (area(each.area, each.area_name), language.message(each.item_name),
             f"{each.amount:,.10g} / {each.needed:,.10g} {language.unit(each.unit)}", language.message(each.why))
            for each in plan.unmet
        ),
        loads=tuple(
            (each.store_name, area(each.area, each.area_name), language.message(each.item_name),
             f"{each.amount:,.10g} {language.unit(each.unit)}",
             f"{local_time(each.leaves)} → {local_time(each.arrives)}")
            for each in plan.shipments
        ),
    )  # fmt: skip
