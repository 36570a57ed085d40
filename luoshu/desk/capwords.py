"""An alert of others in plain words: who says what to whom, how bad, how sure, until when, where, and what to do."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import islice
from typing import Any

from luoshu.desk.capform import REFERENCE, time_of
from luoshu.desk.capparse import shown
from luoshu.desk.capsign import Seal
from luoshu.desk.clock import CHINA, local_time
from luoshu.words.message import Message, named, say

WORDS: Mapping[str, Mapping[str, Message]] = {
    "status": {
        "Actual": named("实况", "actual"),
        "Exercise": named("演练", "exercise"),
        "System": named("系统消息", "system message"),
        "Test": named("测试", "test"),
        "Draft": named("草稿", "draft"),
    },
    "msgType": {
        "Alert": named("预警", "alert"),
        "Update": named("更新", "update"),
        "Cancel": named("解除", "cancellation"),
        "Ack": named("回执", "receipt"),
        "Error": named("退回", "rejection"),
    },
    "category": {
        "Geo": named("地质", "geophysical"),
        "Met": named("气象", "weather"),
        "Safety": named("公共安全", "public safety"),
        "Security": named("治安", "security"),
        "Rescue": named("救援", "rescue"),
        "Fire": named("火灾", "fire"),
        "Health": named("卫生健康", "health"),
        "Env": named("环境", "environment"),
        "Transport": named("交通", "transport"),
        "Infra": named("基础设施", "infrastructure"),
        "CBRNE": named("危险物质", "hazardous substances"),
        "Other": named("其他", "other"),
    },
    "responseType": {
        "Shelter": named("就地避险", "take shelter"),
        "Evacuate": named("转移", "evacuate"),
        "Prepare": named("做好准备", "prepare"),
        "Execute": named("按预案行动", "act as planned"),
        "Avoid": named("避开", "avoid"),
        "Monitor": named("关注信息", "follow the news"),
        "Assess": named("自行研判", "assess"),
        "AllClear": named("险情解除", "all clear"),
        "None": named("无需行动", "no action"),
    },
    "urgency": {
        "Immediate": named("立即", "act at once"),
        "Expected": named("一小时内", "act within the hour"),
        "Future": named("近期", "act in the near future"),
        "Past": named("已过", "no longer needed"),
        "Unknown": named("紧迫程度未知", "urgency unknown"),
    },
    "severity": {
        "Extreme": named("特别严重", "extreme"),
        "Severe": named("严重", "severe"),
        "Moderate": named("较重", "moderate"),
        "Minor": named("一般", "minor"),
        "Unknown": named("严重程度未知", "severity unknown"),
    },
    "certainty": {
        "Observed": named("已发生", "observed"),
        "Likely": named("很可能", "likely"),
        "Possible": named("可能", "possible"),
        "Unlikely": named("不太可能", "unlikely"),
        "Unknown": named("可能性未知", "certainty unknown"),
    },
}
"""The standard's words in both languages."""

MOST_WORDS = 600
MOST_LINES = 20
MOST_SAID = 200
"""So many sentences of one alert; what more it holds is counted."""
FEET = 0.3048
BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_ \t\r\n")


def plain_words(told: Mapping[str, Any], seal: Seal | None = None) -> Iterator[Message]:
    """The alert sentence by sentence; all that the sender wrote is quoted, nothing is followed or opened."""
    lines = _alert(told)
    yield from islice(lines, MOST_SAID)
    left = sum(1 for _ in islice(lines, MOST_SAID * 10))
    if left:
        yield say("and {count} more", count=left)
    if seal is not None:
        yield from signature_words(seal)


def _alert(told: Mapping[str, Any]) -> Iterator[Message]:
    kind, status = word("msgType", told["msgType"]), word("status", told["status"])
    yield say(
        "{kind} ({status}) of {sender}, {sent}",
        kind=kind, status=status, sender=_short(told["sender"]), sent=moment(told["sent"]),
    )  # fmt: skip
    if told["status"] != "Actual":
        yield say("This is no real alert: {status}", status=status)
    if told["scope"] == "Private":
        yield say("Only for: {text}", text=_short(told["addresses"] or ""))
    if told["restriction"]:
        yield say("Who may have it: {text}", text=_short(told["restriction"]))
    for each in (told["references"] or "").split()[:MOST_LINES]:
        if REFERENCE.fullmatch(each):
            sender, number, sent = each.split(",")
            yield say("It is about the message {number} of {sender}, {sent}", number=_short(number),
                      sender=_short(sender), sent=moment(sent))  # fmt: skip
    if told["note"]:
        yield say("Note: {text}", text=_short(told["note"]))
    for info in told["info"][:MOST_LINES]:
        if len(told["info"]) > 1:
            yield say("Language: {language}", language=_short(info["language"] or "en-US"))
        yield from _info(info, told["sent"])
    if len(told["info"]) > MOST_LINES:
        yield say("and {count} more", count=len(told["info"]) - MOST_LINES)


def signature_words(seal: Seal) -> Iterator[Message]:
    """What the signature is worth, and whose certificate it was."""
    yield say("Signature: {says}", says=seal.says)
    if seal.state in ("unchecked", "weak"):
        yield seal.why
    if seal.fingerprint:
        yield say("Certificate of {signer}, SHA-256 {mark}", signer=_short(seal.signer), mark=seal.fingerprint)


def _info(info: Mapping[str, Any], sent: str) -> Iterator[Message]:
    yield say(
        "{event} ({category}): {severity}, {certainty}, {urgency}",
        event=_short(info["event"]),
        category=_join("category", info["category"]),
        severity=word("severity", info["severity"]),
        certainty=word("certainty", info["certainty"]),
        urgency=word("urgency", info["urgency"]),
    )
    if info["senderName"]:
        yield say("Issued by: {name}", name=_short(info["senderName"]))
    if info["headline"]:
        yield say("Headline: {text}", text=_short(info["headline"]))
    yield from _when(info, sent)
    if info["audience"]:
        yield say("Meant for: {text}", text=_short(info["audience"]))
    for area in info["area"][:MOST_LINES]:
        yield say("Area: {name} ({outline})", name=_short(area["areaDesc"]), outline=_outline(area))
    yield from _more(info["area"])
    if info["description"]:
        yield say("What happens: {text}", text=_short(info["description"]))
    if info["responseType"]:
        yield say("What to do: {words}", words=_join("responseType", info["responseType"]))
    if info["instruction"]:
        yield say("Instruction: {text}", text=_short(info["instruction"]))
    if info["web"]:
        yield say("More on the web (not opened): {address}", address=_short(info["web"]))
    if info["contact"]:
        yield say("Contact: {text}", text=_short(info["contact"]))
    for each in info["parameter"][:MOST_LINES]:
        yield say("Further: {name}: {text}", name=_short(each["valueName"] or ""), text=_short(each["value"] or ""))
    yield from _more(info["parameter"])
    for resource in info["resource"][:MOST_LINES]:
        yield say("Attached, not opened: {name} ({sort})", name=_short(resource["resourceDesc"]), sort=_file(resource))
    yield from _more(info["resource"])


def _more(found: list[Any]) -> Iterator[Message]:
    if len(found) > MOST_LINES:
        yield say("and {count} more", count=len(found) - MOST_LINES)


def _when(info: Mapping[str, Any], sent: str) -> Iterator[Message]:
    """From when to when it holds, and what is odd about that."""
    if info["effective"] and time_of(info["effective"]) != time_of(sent or ""):
        yield say("It holds from {at}", at=moment(info["effective"]))
    if info["onset"] or info["effective"]:
        yield say("It begins at {at}", at=moment(info["onset"] or info["effective"]))
    if info["expires"]:
        yield say("It holds until {at}", at=moment(info["expires"]))
        begun, ends = time_of(sent or ""), time_of(info["expires"])
        if begun and ends and ends < begun:
            yield say("It had expired before it was sent")


def moment(text: str | None) -> Message:
    """A time of CAP as its sender's clock and that of Beijing show it.

    >>> str(moment("2024-07-12T03:24:00-10:00")), str(moment("2021-07-20T08:00:00+08:00"))
    ('2024-07-12 03:24 (UTC-10:00), 2024-07-12 21:24 in Beijing', '2021-07-20 08:00 (UTC+08:00)')
    """
    at = time_of(text or "")
    if at is None:
        return say("{found}", found=_short(text or ""))
    shift = at.utcoffset() or timedelta()
    zone = "UTC" if not shift else str(at.tzinfo)
    there = at.strftime("%Y-%m-%d %H:%M" if not at.second else "%Y-%m-%d %H:%M:%S")
    if shift == CHINA.utcoffset(at):
        return say("{there} ({zone})", there=there, zone=zone)
    return say("{there} ({zone}), {here} in Beijing", there=there, zone=zone, here=local_time(at))


def _outline(area: Mapping[str, Any]) -> Message:
    parts: list[Message] = []
    corners = sum(each.count(",") for each in area["polygon"])
    if corners:
        parts.append(say("an outline of {count} points", count=corners))
    for each in area["circle"][:MOST_LINES]:
        parts.append(_circle(each))
    if area["geocode"]:
        parts.append(say("codes {codes}", codes=_codes(area)))
    if area["altitude"]:
        parts.append(_height(area["altitude"], area["ceiling"]))
    return _listed(parts) if parts else say("no outline")


def _circle(text: str) -> Message:
    centre, _, radius = text.partition(" ")
    if not radius.strip(" 0.+-"):
        return say("the place {centre}", centre=_short(centre))
    return say("a circle of {km} km around {centre}", km=_short(radius), centre=_short(centre))


def _height(low: str, high: str | None) -> Message:
    try:
        metres = [round(float(each) * FEET) for each in (low, high or low)]
    except (ValueError, OverflowError):
        return say("{found}", found=_short(low))
    if high is None:
        return say("{low} m above the sea", low=metres[0])
    return say("{low} to {high} m above the sea", low=metres[0], high=metres[1])


def _codes(area: Mapping[str, Any]) -> str:
    """The codes of an area, each sort named once: "SAME 059110 059111, UGC PHZ110"."""
    sorts: dict[str, list[str]] = {}
    for each in area["geocode"][: MOST_LINES * 2]:
        sorts.setdefault(str(each["valueName"] or ""), []).append(str(each["value"] or ""))
    return _short(", ".join(" ".join((name, *values)) for name, values in sorts.items()))


def _file(resource: Mapping[str, Any]) -> Message:
    """What is attached: its type, size and address; of a file inside the alert whether it is what its digest is of."""
    parts = [say("{found}", found=_short(resource["mimeType"] or ""))]
    inside = resource["derefUri"]
    if inside:
        parts.append(_inside(inside, resource["digest"]))
    elif resource["size"]:
        parts.append(say("{count} bytes", count=_short(resource["size"])))
    if resource["uri"]:
        parts.append(say("{found}", found=_short(resource["uri"])))
    return _listed(parts)


def _inside(text: str, digest: str | None) -> Message:
    try:
        if not BASE64.issuperset(text):
            raise ValueError
        data = base64.urlsafe_b64decode("".join(text.split()).replace("+", "-").replace("/", "_"))
    except ValueError:
        return say("inside the alert, but damaged")
    if digest and hashlib.sha1(data, usedforsecurity=False).hexdigest() != digest.lower():
        return say("inside the alert, {count} bytes, which are not those that its digest is of", count=len(data))
    return say("inside the alert, {count} bytes", count=len(data))


def _listed(parts: list[Message]) -> Message:
    joined = parts[0]
    for each in parts[1:]:
        joined = say("{first}, {second}", first=joined, second=each)
    return joined


def word(name: str, found: str | None) -> Message:
    """A word of the standard in words that translate.

    >>> str(word("severity", "Severe"))
    'severe'
    """
    return WORDS[name].get(found or "", say("{found}", found=_short(found or "")))


def _join(name: str, found: list[str]) -> Message:
    return _listed([word(name, each) for each in found[:MOST_LINES]] or [say("{found}", found="")])


def _short(text: str) -> str:
    return shown(text, MOST_WORDS)
