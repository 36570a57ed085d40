"""An alert as people see it: what went out, in their language, how it stands, and who has acknowledged it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from luoshu.book.directory import Owner
from luoshu.desk.act import Scene
from luoshu.desk.actor import READERS
from luoshu.desk.alert import Alert, holds
from luoshu.desk.alertkey import known_senders
from luoshu.desk.alertmaking import made
from luoshu.desk.capfile import read_alert
from luoshu.desk.capparse import parsed
from luoshu.desk.capsign import NOTHING, Seal, seal_of
from luoshu.desk.capwords import word
from luoshu.desk.clock import local_time
from luoshu.desk.heard import as_bytes
from luoshu.desk.journal import Refused
from luoshu.desk.staff import Person
from luoshu.show.alertdrawing import AreaDrawing, area_drawing
from luoshu.show.language import Language
from luoshu.show.links import join
from luoshu.show.page import Visit
from luoshu.words.message import named, say

LEVELS = {"Extreme": "I", "Severe": "II", "Moderate": "III", "Minor": "IV"}
COLOUR_WORDS = {
    "Extreme": named("红色", "red"), "Severe": named("橙色", "orange"), "Moderate": named("黄色", "yellow"),
    "Minor": named("蓝色", "blue"),
}  # fmt: skip
STATES = {
    "draft": say("draft"), "dropped": say("dropped"), "holds": say("holds now"), "expired": say("expired"),
    "replaced": say("replaced"), "cancelled": say("cancelled"), "over": say("says that an alert is over"),
    "message": say("message"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ReceiptLine:
    """One organisation that was asked to acknowledge, or did."""

    party: str
    asked: bool
    at: str
    who: str
    note: str


@dataclass(frozen=True, kw_only=True)
class AlertView:
    """An alert in one language; what it says is read from what went out (for a draft: from what would)."""

    id: str
    href: str
    xml_href: str
    kind: str
    kind_word: str
    status: str
    status_word: str
    state: str
    state_word: str
    level: str
    colour: str
    event: str
    headline: str
    description: str
    instruction: str
    response: str
    urgency: str
    certainty: str
    severity: str
    sender: str
    contact: str
    sent: str
    expires: str
    areas: tuple[str, ...]
    incident: str
    of: str
    chain: tuple[str, ...]
    replaced_by: str
    reason: str
    drafted_by: str
    issued_by: str
    alone: str
    signed_by: str
    receipts: tuple[ReceiptLine, ...]
    missing: int
    inside: bool
    wrong: str
    drawing: AreaDrawing | None = None

    @property
    def real(self) -> bool:
        """Whether it is no drill and no test."""
        return self.status == "Actual"


def view_of(visit: Visit, alert: Alert, newer: str, *, drawn: bool = False) -> AlertView:
    """An alert for who looks; `newer` is the alert that took its place.

    What the desk did with it is for those who may see its incident; others see what everybody sees, the alert itself.
    """
    assert visit.room is not None
    assert visit.now is not None
    language = visit.language
    told, wrong = _told(visit, alert)
    infos = (told or {}).get("info") or [{}]
    info = infos[-1] if language.code == "en" else infos[0]
    state = _state(alert, visit.now, newer, visit)

    def say_word(name: str, value: Any) -> str:
        return language.message(word(name, str(value))) if value else ""

    severity = alert.severity or str(info.get("severity") or "")
    book, inside = visit.room.book, may_see(visit, alert.incident)
    asked = alert.receivers if inside else ()
    return AlertView(
        id=alert.id, href=visit.links.to(join("alerts", alert.id)), xml_href=f"/alerts/{alert.id}.xml",
        kind=alert.kind, kind_word=say_word("msgType", alert.kind),
        status=alert.status or str((told or {}).get("status") or ""),
        status_word=say_word("status", alert.status or str((told or {}).get("status") or "")),
        state=state, state_word=language.message(STATES[state]),
        level="" if alert.kind == "Cancel" else LEVELS.get(severity, ""),
        colour="" if alert.kind == "Cancel" else language.message(COLOUR_WORDS.get(severity, NOTHING)),
        event=str(info.get("event") or ""), headline=str(info.get("headline") or alert.headline or alert.id),
        description=_text("description", info, infos), instruction=_text("instruction", info, infos),
        response=_and(language, [say_word("responseType", each) for each in info.get("responseType") or ()]),
        urgency=say_word("urgency", info.get("urgency")), certainty=say_word("certainty", info.get("certainty")),
        severity=say_word("severity", info.get("severity")), sender=_text("senderName", info, infos),
        contact=str(info.get("contact") or ""), sent=local_time(alert.sent) if alert.sent else "",
        expires=local_time(alert.expires) if alert.expires else "",
        areas=tuple(each["areaDesc"] for each in info.get("area") or ()), incident=alert.incident, of=alert.of,
        chain=alert.chain, replaced_by=newer, reason=alert.reason,
        drafted_by=person(visit, alert.drafted_by) if inside else "",
        issued_by=person(visit, alert.issued_by) if inside else "", alone=alert.alone if inside else "",
        signed_by=alert.signed_by, receipts=_receipts(visit, alert) if inside else (),
        missing=sum(not any(each.party == party for each in alert.receipts) for party in asked),
        inside=inside, wrong=wrong,
        drawing=area_drawing(book, info.get("area") or ()) if drawn and book is not None else None,
    )  # fmt: skip


def _text(name: str, info: Mapping[str, Any], infos: Sequence[Mapping[str, Any]]) -> str:
    """A text in the language of who looks; what nobody wrote in it is shown as it was written, not kept from people."""
    return str(info.get(name) or infos[0].get(name) or "")


def _told(visit: Visit, alert: Alert) -> tuple[dict[str, Any] | None, str]:
    """What went out, or for a draft what would go out now, and why it could not."""
    if alert.xml:
        return _read(alert.xml), ""
    if alert.state != "draft" or visit.actor is None:
        return None, ""
    assert visit.room is not None
    assert visit.things is not None
    assert visit.now is not None
    room = visit.room
    scene = Scene(things=visit.things, by=visit.actor, at=visit.now, book=room.book, clock=room.clock)
    try:
        return _read(made(alert, scene)[0].decode()), ""
    except Refused as refused:
        return None, visit.language.message(refused.says)


@lru_cache(maxsize=128)
def _read(xml: str) -> dict[str, Any] | None:
    told, _ = read_alert(xml.encode(), "alert")
    return dict(told) if told is not None else None


def _state(alert: Alert, at: datetime, newer: str, visit: Visit) -> str:
    if alert.state in ("draft", "dropped"):
        return alert.state
    if alert.kind == "Cancel":
        return "over"
    if newer:
        assert visit.things is not None
        last = visit.things.get(Alert, newer)
        return "cancelled" if last is not None and last.kind == "Cancel" else "replaced"
    return "holds" if holds(alert, at) else "expired"


def _receipts(visit: Visit, alert: Alert) -> tuple[ReceiptLine, ...]:
    names = owners(visit)
    given = [
        ReceiptLine(
            party=names.get(each.party, each.party), asked=each.party in alert.receivers, at=local_time(each.at),
            who=person(visit, each.who), note=each.note,
        )
        for each in alert.receipts
    ]  # fmt: skip
    done = {each.party for each in alert.receipts}
    owed = [
        ReceiptLine(party=names.get(party, party), asked=True, at="", who="", note="")
        for party in alert.receivers
        if party not in done
    ]
    return (*owed, *given)


def may_see(visit: Visit, incident: str) -> bool:
    """Whether who looks is of the desk and may see what belongs to an incident, or to none."""
    return visit.actor is not None and visit.actor.reads(READERS, "", incident)


def person(visit: Visit, id: str) -> str:
    """The name of somebody of the desk; nothing for who looks from outside."""
    if visit.actor is None or visit.things is None:
        return ""
    found = visit.things.get(Person, id)
    return found.name if found is not None else id


def owners(visit: Visit) -> dict[str, str]:
    """The names of the organisations of the book, in the language of who looks."""
    book, language = visit.view.book, visit.language
    english = language.code == "en"
    rows = book.rows(Owner) if book is not None else ()
    return {each.id: (each.name_en if english and each.name_en else language.word(each.name)) for each in rows}


def _and(language: Language, words: list[str]) -> str:
    return ("、" if language.code == "zh" else ", ").join(words)


def seal_here(folder: Path | None, xml: str) -> Seal:
    """What a signature is worth by the certificates that a book knows."""
    known = known_senders(folder) if folder is not None else {}
    return _sealed(xml, folder, tuple(sorted(known)))


@lru_cache(maxsize=512)
def _sealed(xml: str, folder: Path | None, marks: tuple[str, ...]) -> Seal:
    return seal_of(parsed(as_bytes(xml)), known_senders(folder) if folder is not None and marks else {})
