"""Alerts at the desk: drafts to issue, receipts that are missing, alerts of others as they stand, and what is new."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from luoshu.desk.actor import READERS
from luoshu.desk.alert import Alert, UpdateAlert, replaced
from luoshu.desk.alertarea import place_outlines
from luoshu.desk.alertkey import lapses
from luoshu.desk.alertmaking import left_out
from luoshu.desk.capparse import shown
from luoshu.desk.capwords import plain_words, signature_words, word
from luoshu.desk.clock import CHINA, local_time
from luoshu.desk.heard import Heard, Standing, answers, heard_standing, reading_of
from luoshu.show.alertview import LEVELS, STATES, AlertView, may_see, person, seal_here, view_of
from luoshu.show.choosing import offering
from luoshu.show.forms import Form, form_of
from luoshu.show.language import marked
from luoshu.show.links import join
from luoshu.show.page import Page, Visit
from luoshu.show.pages import Leaf

MOST = 60
DUTY = frozenset({"duty"})


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What another system answered to an alert of this desk (CAP "Ack" or "Error"); by itself no receipt."""

    href: str
    sender: str
    kind_word: str
    rejected: bool
    sent: str
    note: str
    seal_word: str


@dataclass(frozen=True, kw_only=True)
class Own:
    """An alert of this desk with what can be done with it now."""

    alert: AlertView
    issue: Form | None
    drop: Form | None
    acknowledge: Form | None
    edit: str
    update: str
    cancel: str
    alone: bool
    left_out: tuple[str, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, kw_only=True)
class Other:
    """An alert of somebody else as it stands."""

    href: str
    sender: str
    identifier: str
    event: str
    headline: str
    kind_word: str
    status: str
    status_word: str
    level: str
    sent: str
    expires: str
    state: str
    state_word: str
    seal: str
    seal_word: str
    signer: str
    claims: tuple[str, ...]
    faults: tuple[str, ...]
    incident: str
    source: str
    taken: str
    inside: bool
    read_by: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class DeskAlerts(Page):
    """Everything about alerts that a duty officer needs."""

    drafts: tuple[Own, ...]
    holding: tuple[Own, ...]
    past: tuple[AlertView, ...]
    others: tuple[Other, ...]
    others_past: tuple[Other, ...]
    take_in: Form
    new: str
    may: bool
    has_key: bool
    key_lapsed: str


@dataclass(frozen=True, kw_only=True)
class DraftPage(Page):
    """The form of a draft: a new alert, one that is rewritten, an update or a cancellation."""

    form: Form
    of: AlertView | None
    brief: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class HeardPage(Page):
    """One alert of others in full."""

    other: Other
    words: tuple[str, ...]
    signature: tuple[str, ...]
    xml: str
    read: Form


def desk_alerts(visit: Visit, name: str, query: Mapping[str, str]) -> DeskAlerts:
    """The page of the desk's alerts."""
    assert visit.things is not None
    assert visit.room is not None
    assert visit.actor is not None
    alerts = visit.things.all(Alert)
    newer = replaced(alerts)
    seen = [each for each in alerts.values() if each.sent or may_see(visit, each.incident)]  # what went out is public
    views = {each.id: view_of(visit, each, newer.get(each.id, ""), drawn=each.state == "draft") for each in seen}
    order = sorted(seen, key=lambda each: (each.drafted_at, each.id), reverse=True)
    stands = standing(visit)
    others = [other_of(visit, each) for each in stands]
    ends = lapses(visit.room.book.folder) if visit.room.book is not None else None
    return DeskAlerts(
        title=visit.language.say("Alerts"),
        day=visit.view.day,
        language=visit.language.code,
        drafts=tuple(_own(visit, each, views[each.id], ()) for each in order if each.state == "draft"),
        holding=tuple(_own(visit, each, views[each.id], stands) for each in order if views[each.id].state == "holds"),
        past=tuple(
            views[each.id] for each in order if views[each.id].state in ("replaced", "cancelled", "expired", "over")
        )[:MOST],
        others=tuple(each for each in others if each.state == "holds"),
        others_past=tuple(each for each in others if each.state != "holds")[:MOST],
        take_in=form_of(visit, "alert.take_in", back="/desk/alerts"),
        new=visit.links.to("desk/alert-draft"),
        may=bool(visit.actor.roles & DUTY),
        has_key=ends is not None,
        key_lapsed=local_time(ends) if ends is not None and visit.now and ends <= visit.now else "",
    )


def _answers(visit: Visit, alert: Alert, stands: Iterable[Standing]) -> tuple[Answer, ...]:
    """The answers to an alert that who looks may see."""
    assert visit.things is not None
    seen = {each.heard.id: each for each in stands}
    language = visit.language
    return tuple(
        Answer(
            href=visit.links.to(join("desk/heard", short(each.id))), sender=each.sender,
            kind_word=language.message(word("msgType", each.kind)), rejected=each.kind == "Error",
            sent=local_time(each.sent), note=shown(str((reading_of(each.xml).told or {}).get("note") or ""), 200),
            seal_word=language.message(seen[each.id].seal.says),
        )
        for each in answers(visit.things, alert.xml)[:MOST]
        if each.id in seen
    )  # fmt: skip


def _own(visit: Visit, alert: Alert, view: AlertView, stands: Iterable[Standing]) -> Own:
    assert visit.actor is not None
    draft, may = alert.state == "draft", bool(visit.actor.roles & DUTY)
    here = visit.links.to
    back = "/desk/alerts"
    given = {"alert": alert.id}
    party = visit.actor.organisation
    return Own(
        alert=view,
        issue=form_of(visit, "alert.issue", {**given, "wording": alert.wording}, back, hide=["alert", "wording"])
        if draft and may
        else None,
        drop=form_of(visit, "alert.drop", given, back, hide=["alert"]) if draft and may else None,
        acknowledge=None
        if draft or (party and any(each.party == party for each in alert.receipts) and not may)
        else form_of(visit, "alert.acknowledge", {**given, "party": party}, back, hide=["alert"]),
        edit=here("desk/alert-draft", edit=alert.id) if draft and may else "",
        update=here("desk/alert-draft", kind="update", of=alert.id) if not draft and may else "",
        cancel=here("desk/alert-draft", kind="cancel", of=alert.id) if not draft and may else "",
        alone=draft and alert.drafted_by == visit.actor.id,
        left_out=tuple(visit.language.message(each) for each in left_out(alert)) if draft else (),
        answers=_answers(visit, alert, stands) if alert.xml else (),
    )


def standing(visit: Visit) -> tuple[Standing, ...]:
    """The alerts of others that who looks may see, with what their signatures are worth here.

    One that was sent to everybody is seen by everybody at the desk, whatever incident it was taken in for.
    """
    assert visit.things is not None
    assert visit.now is not None
    folder = visit.room.book.folder if visit.room and visit.room.book else None
    found = heard_standing(visit.things, visit.now, lambda heard: seal_here(folder, heard.xml))
    return tuple(each for each in found if may_see(visit, each.heard.incident) or _public(each.heard))


def _public(heard: Heard) -> bool:
    return (reading_of(heard.xml).told or {}).get("scope") == "Public"


def short(id: str) -> str:
    """A name for an address: that of an alert of others may hold anything."""
    return hashlib.sha256(id.encode()).hexdigest()[:16]


def other_of(visit: Visit, stand: Standing) -> Other:
    """An alert of others in the language of who looks."""
    language, heard = visit.language, stand.heard
    kind = language.message(word("msgType", heard.kind))
    inside = may_see(visit, heard.incident)
    return Other(
        href=visit.links.to(join("desk/heard", short(heard.id))), sender=heard.sender, identifier=heard.identifier,
        event=heard.event, headline=heard.headline or heard.event or f"{kind} {heard.identifier}",
        kind_word=kind, status=heard.status,
        status_word=language.message(word("status", heard.status)), level=LEVELS.get(heard.severity, ""),
        sent=local_time(heard.sent), expires=local_time(heard.expires) if heard.expires else "", state=stand.state,
        state_word=language.message(STATES[stand.state]), seal=stand.seal.state,
        seal_word=language.message(stand.seal.says), signer=stand.seal.signer,
        claims=tuple(language.message(each) for each in stand.claims),
        faults=tuple(language.message(each) for each in heard.faults),
        incident=heard.incident if inside else "", source=heard.source if inside else "",
        taken=local_time(heard.taken_at), inside=inside,
        read_by=tuple((person(visit, who), local_time(at)) for who, at in heard.read_by if inside),
    )  # fmt: skip


def heard_page(visit: Visit, name: str, query: Mapping[str, str]) -> HeardPage:
    """The page of one alert of others; KeyError where there is none of that name."""
    stand = next((each for each in standing(visit) if short(each.heard.id) == name), None)
    if stand is None:
        raise KeyError(name)
    language = visit.language
    told = reading_of(stand.heard.xml).told or {}
    return HeardPage(
        title=stand.heard.headline or stand.heard.event or stand.heard.identifier,
        day=visit.view.day,
        language=language.code,
        other=other_of(visit, stand),
        words=tuple(language.message(each) for each in _safely(told)),
        signature=tuple(language.message(each) for each in signature_words(stand.seal)),
        xml=stand.heard.xml,
        read=form_of(visit, "heard.read", {"heard": stand.heard.id}, hide=["heard"]),
    )


def _safely(told: Mapping[str, Any]) -> list[str]:
    """The plain words of an alert that may have faults: as far as they go."""
    found: list[str] = []
    with contextlib.suppress(KeyError, TypeError):
        found.extend(plain_words(told))
    return found


def draft_page(visit: Visit, name: str, query: Mapping[str, str]) -> DraftPage:
    """The form for a draft; KeyError where the alert that it is about is not there, or not for who looks."""
    assert visit.things is not None
    every = visit.things.all(Alert)
    alerts = {id: each for id, each in every.items() if may_see(visit, each.incident)}
    old = alerts[query["of"]] if query.get("of") else None
    kind = query.get("kind", "")
    given: dict[str, Any] = {"alert": new_id(visit), "incident": query.get("incident", "")}
    what = "alert.draft"
    if query.get("edit"):
        draft = alerts[query["edit"]]
        what = {"Update": "alert.update", "Cancel": "alert.cancel"}.get(draft.kind, "alert.draft")
        given = _said(draft) | {"alert": draft.id, "of": draft.of, "reason": draft.reason}
        old = alerts.get(draft.of)
    elif old is not None:
        what = "alert.cancel" if kind == "cancel" else "alert.update"
        given = (_said(old) if what == "alert.update" else {"incident": old.incident}) | {
            "alert": given["alert"], "of": old.id,
        }  # fmt: skip
    hide = ["of", "incident"] if old is not None else []
    newer = replaced(every)
    return DraftPage(
        title=visit.language.message(_kind(what)),
        day=visit.view.day,
        language=visit.language.code,
        form=_near(visit, form_of(visit, what, given, "/desk/alerts", hide=hide)),
        of=view_of(visit, old, newer.get(old.id, "")) if old is not None else None,
        brief=BRIEF,
    )


def _near(visit: Visit, form: Form) -> Form:
    """The form with only those areas to choose from that have an outline; hundreds of townships help nobody."""
    book = visit.room.book if visit.room else None
    drawn = place_outlines(book) if book is not None else {}
    if not drawn:
        return form
    near = {
        id: words.removesuffix(f" ({id})")
        for each in form.fields
        if each.name == "places"
        for id, words in each.options
        if id in {*drawn, *each.values}
    }
    return offering(form, "places", near.items())


BRIEF = ("event", "severity", "urgency", "certainty", "hours", "places", "area", "description", "instruction", "of",
         "alert", "incident", "status", "reason", "reason_en")  # fmt: skip
"""The fields that stand open; the others are under a heading."""


def _kind(what: str) -> Any:
    from luoshu.desk.act import ACTS

    return ACTS[what].says


def _said(alert: Alert) -> dict[str, Any]:
    names = {each.name for each in dataclasses.fields(UpdateAlert)} & {each.name for each in dataclasses.fields(Alert)}
    return {name: getattr(alert, name) for name in names}


def new_id(visit: Visit) -> str:
    """A name for a new alert: the region, the moment on the desk's clock."""
    assert visit.now is not None
    region = "".join(c for c in visit.view.region if c.isascii() and c.isalnum()) or "desk"
    return f"{region}-{visit.now.astimezone(CHINA):%Y%m%d%H%M%S}"


DESK_ALERT_LEAVES = (
    Leaf(
        name="desk_alerts",
        path="desk/alerts",
        template="desk-alerts.html",
        type=DeskAlerts,
        build=desk_alerts,
        roles=READERS,
        says=marked("Alerts at the desk: drafts, receipts, alerts of others."),
    ),
    Leaf(
        name="alert_draft",
        path="desk/alert-draft",
        template="alert-draft.html",
        type=DraftPage,
        build=draft_page,
        roles=DUTY,
        says=marked("The form of a draft of an alert."),
    ),
    Leaf(
        name="heard",
        path="desk/heard/{name}",
        template="heard.html",
        type=HeardPage,
        build=heard_page,
        names=lambda view: [],
        roles=READERS,
        says=marked("One alert of others, in plain words and as it came."),
    ),
)
