"""From a draft to what goes out: an alert in Chinese and English, valid by the standard, signed where a key is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from luoshu.book.directory import Place, Wording
from luoshu.desk.act import Scene
from luoshu.desk.alert import MOST_XML, Alert, SealAlert, Written
from luoshu.desk.alertarea import place_outlines, polygons_of
from luoshu.desk.alertwords import COLOURS, EVENTS
from luoshu.desk.capfile import read_alert, write_alert
from luoshu.desk.capparse import shown
from luoshu.desk.exercise import is_exercise
from luoshu.desk.incident import Incident
from luoshu.desk.journal import Refused
from luoshu.words.message import Message, say

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_MARKS = {"Exercise": ("【演练】", "[EXERCISE] "), "Test": ("【测试】", "[TEST] "), "Actual": ("", "")}
_NOTES = {
    "Exercise": "这是演练，不是真实预警。This is an exercise, not a real alert.",
    "Test": "这是测试，不是真实预警。This is a test, not a real alert.",
}
CANCELLED_HOURS = 24.0


def name_fits(id: str) -> None:
    """Refuse a name that could not stand in an address and in the references of other alerts."""
    if not _NAME.fullmatch(id):
        raise Refused(say("{id!r} is no name of an alert: letters, digits, dots and hyphens, 80 at most", id=id[:100]))


def fitting(written: Written, scene: Scene) -> None:
    """Refuse a draft that could not go out as it is: by its name, its areas, its status, or by the standard."""
    name_fits(written.alert)
    if not (written.places or written.area or written.polygon or written.circle):
        raise Refused(say("say for which area the alert is: places, words, an outline or a circle"))
    known = {place.id for place in scene.rows(Place)}
    for each in written.places:
        if scene.book is not None and each not in known:
            raise Refused(say("there is no place {place} in the book", place=each))
    draft = Alert(
        id=written.alert,
        kind="Update" if getattr(written, "of", "") else "Alert",
        of=getattr(written, "of", ""),
        **{name: getattr(written, name) for name in _said_names()},
    )
    made(draft, scene)


def _said_names() -> tuple[str, ...]:
    from luoshu.desk.alert import _TEXT

    return _TEXT


def status_of(alert: Alert, scene: Scene) -> str:
    """Real or not: an alert of a drill is an exercise, always; one without incident must say what it is."""
    if not alert.incident:
        if not alert.status:
            raise Refused(say("say whether the alert is real, an exercise or a test"))
        if is_exercise(scene) and alert.status == "Actual":
            raise Refused(say("this is the desk of a drill: its alerts are exercises"))
        return alert.status
    incident = scene.need(Incident, alert.incident)
    if not incident.drill:
        return alert.status or "Actual"
    if alert.status in ("", "Exercise"):
        return "Exercise"
    raise Refused(say("{incident} is a drill: its alerts are exercises", incident=alert.incident))


def sender_of(scene: Scene, status: str) -> Mapping[str, str]:
    """Who sends, by the book's rule `alert` (sender, name, name_en, web, contact); Refused for real alerts without."""
    rule = scene.book.rule("alert", scene.at.astimezone(scene.clock.zone).date()) if scene.book else None
    said = {name: str(value) for name, value in (rule.values if rule else {}).items() if value}
    if status == "Actual" and not said.get("sender"):
        raise Refused(say("no real alert goes out before rules/alert.yaml says who sends it (sender, name)"))
    region = scene.book.region if scene.book else ""
    title = scene.book.title if scene.book else ""
    return {"sender": f"luoshu.{region or 'desk'}", "name": title or region or "luoshu"} | said


def sealed(draft: Alert, scene: Scene) -> SealAlert:
    """What goes out for a draft, now: the whole alert, checked and signed."""
    from luoshu.desk.alertkey import KEY, key_of, signed

    data, status, sent, expires, chain = made(draft, scene)
    pair = key_of(scene.book.folder) if scene.book is not None else None
    mark = ""
    if pair is not None:
        try:
            data, mark = signed(data, pair)
        except (ValueError, TypeError) as error:
            says = say(
                "the key in {path} cannot be used ({reason}): mend it, or move it away and the alert goes out unsigned",
                path=str(KEY), reason=shown(str(error), 120),
            )  # fmt: skip
            raise Refused(says) from None
    text = data.decode("utf-8")
    if len(json.dumps(text, ensure_ascii=False)) > MOST_XML:
        raise Refused(say("the alert is too long: name fewer areas, or one that holds them all"))
    return SealAlert(alert=draft.id, xml=text, status=status, sent=sent, expires=expires, chain=chain, signed_by=mark)


def made(draft: Alert, scene: Scene) -> tuple[bytes, str, datetime, datetime, tuple[str, ...]]:
    """The alert as CAP (not signed), its status, when it is sent and expires, and the names of all it replaces."""
    chain = _chain(draft, scene)
    old = scene.need(Alert, draft.of) if draft.of else None
    status = status_of(replace_incident(draft, old), scene)
    sent = scene.at.astimezone(scene.clock.zone).replace(microsecond=0)
    expires = sent + timedelta(hours=CANCELLED_HOURS if draft.kind == "Cancel" else draft.hours)
    sender = sender_of(scene, status)
    text = draft if draft.kind != "Cancel" else _content(draft, scene)
    told: dict[str, Any] = {
        "identifier": draft.id, "sender": sender["sender"], "sent": sent.isoformat(), "status": status,
        "msgType": draft.kind, "scope": "Public", "note": _NOTES.get(status),
        "references": " ".join(_reference(scene.need(Alert, each), scene) for each in chain) or None,
        "incidents": draft.incident or None,
        "info": [
            _info(draft, text, sender, status, sent, expires, scene, english) for english in (False, True)
        ],
    }  # fmt: skip
    try:
        data = write_alert(told)
    except ValueError as error:
        raise Refused(say("the alert would not be valid: {reason}", reason=str(error)[:400])) from None
    return data, status, sent, expires, chain


def replace_incident(draft: Alert, old: Alert | None) -> Alert:
    """A cancellation belongs to the incident of what it cancels, and is as real."""
    from dataclasses import replace

    if draft.kind != "Cancel" or old is None:
        return draft
    return replace(draft, incident=old.incident, status=old.status)


def _content(cancel: Alert, scene: Scene) -> Alert:
    """The alert whose event and areas a cancellation speaks of."""
    return scene.need(Alert, cancel.of)


def _chain(draft: Alert, scene: Scene) -> tuple[str, ...]:
    if not draft.of:
        return ()
    old = scene.need(Alert, draft.of)
    return (*old.chain, old.id)


def _reference(old: Alert, scene: Scene) -> str:
    told, _ = read_alert(old.xml.encode(), old.id)
    if told is None:
        raise Refused(say("the alert {id} did not go out", id=old.id))
    return f"{told['sender']},{told['identifier']},{told['sent']}"


def _info(
    draft: Alert, text: Alert, sender: Mapping[str, str], status: str, sent: datetime, expires: datetime,
    scene: Scene, english: bool,
) -> dict[str, Any]:  # fmt: skip
    event, over = EVENTS[text.event], draft.kind == "Cancel"
    mark = _MARKS[status][english]
    said = _said(draft, text, sender, english)
    colour = COLOURS[text.severity][english]
    return {
        "language": "en" if english else "zh-CN",
        "category": list(event.categories),
        "event": event.en if english else event.zh,
        "responseType": ["AllClear"] if over else list(text.response),
        "urgency": "Past" if over else text.urgency,
        "severity": "Minor" if over else text.severity,
        "certainty": "Observed" if over else text.certainty,
        "effective": sent.isoformat(),
        "expires": expires.isoformat(),
        "senderName": (sender.get("name_en") or _no_chinese(sender["name"]) or None) if english else sender["name"],
        "headline": mark + said["headline"],
        "description": mark + said["description"] if said["description"] else None,
        "instruction": said["instruction"] or None,
        "web": sender.get("web"),
        "contact": sender.get("contact"),
        "parameter": [] if over else [{"valueName": "level" if english else "预警级别", "value": colour}],
        "area": _areas(text, scene, english),
    }


def _said(draft: Alert, text: Alert, sender: Mapping[str, str], english: bool) -> dict[str, str]:
    """Headline, description and instruction; a headline that nobody wrote is made from sender, event and level."""
    event, name = EVENTS[text.event], sender["name"]
    if draft.kind == "Cancel":
        headline = f"{event.en} alert is over" if english else f"{name}解除{event.zh}预警"
        return {
            "headline": headline,
            "description": (draft.reason_en or _no_chinese(draft.reason)) if english else draft.reason,
            "instruction": "",
        }
    zh, en = COLOURS[text.severity]
    if english:
        return {
            "headline": text.headline_en or f"{en} alert: {event.en}",
            "description": text.description_en or _no_chinese(text.description),
            "instruction": text.instruction_en or _no_chinese(text.instruction),
        }
    verb = "更新发布" if draft.kind == "Update" else "发布"
    return {
        "headline": text.headline or f"{name}{verb}{event.zh}{zh}预警",
        "description": text.description,
        "instruction": text.instruction,
    }


def _no_chinese(text: str) -> str:
    """A text that may stand among English words; one with Chinese letters may not."""
    return "" if _CHINESE.search(text) else text


def left_out(draft: Alert) -> tuple[Message, ...]:
    """What the English part of a draft leaves out, since nobody wrote it in English."""
    chinese = (
        (draft.description, draft.description_en, say("what happens")),
        (draft.instruction, draft.instruction_en, say("what people should do")),
        (draft.reason, draft.reason_en, say("why it is over")),
        (draft.area, "", say("the area in words")),
        (draft.headline, draft.headline_en, say("the headline as it was written")),
    )
    return tuple(words for text, english, words in chinese if text and not english and not _no_chinese(text))


def _areas(text: Alert, scene: Scene, english: bool) -> list[dict[str, Any]]:
    names = {place.id: place.name for place in scene.rows(Place)}
    words = {each.text: each.english for each in scene.rows(Wording)} if english else {}
    shapes = place_outlines(scene.book) if scene.book is not None else {}
    drawn = bool(text.polygon or text.circle)
    where = _no_chinese(text.area) if english else text.area
    areas: list[dict[str, Any]] = []
    for code in text.places:
        name = names.get(code, code)
        name = words.get(name) or name
        beside = f" ({where})" if english else f"（{where}）"
        areas.append({
            "areaDesc": name + (beside if where and not drawn else ""),
            "polygon": list(polygons_of(shapes[code])) if code in shapes else [],
            "geocode": [{"valueName": "administrative division code" if english else "行政区划代码", "value": code}],
        })  # fmt: skip
    if drawn or not areas:
        outline = "area drawn on the map" if english else "图上绘制的范围"
        if text.area and not where and not drawn:
            outline = f"as named in Chinese: {text.area}"
        areas.append({
            "areaDesc": where or outline,
            "polygon": [" ".join(text.polygon.split())] if text.polygon else [],
            "circle": [text.circle] if text.circle else [],
        })  # fmt: skip
    return areas
