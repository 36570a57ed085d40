"""An alert of others in plain words: who says what to whom, how bad, how sure, until when, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from luoshu.desk.capform import REFERENCE, points_of
from luoshu.desk.capparse import shown
from luoshu.desk.capsign import Seal
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


def plain_words(told: Mapping[str, Any], seal: Seal | None = None) -> Iterator[Message]:
    """The alert sentence by sentence; all that the sender wrote is quoted, nothing is followed or opened."""
    kind, status = word("msgType", told["msgType"]), word("status", told["status"])
    yield say(
        "{kind} ({status}) of {sender}, {sent}",
        kind=kind, status=status, sender=_short(told["sender"]), sent=told["sent"],
    )  # fmt: skip
    if told["status"] != "Actual":
        yield say("This is no real alert: {status}", status=status)
    for each in (told["references"] or "").split()[:MOST_LINES]:
        if REFERENCE.fullmatch(each):
            sender, number, sent = each.split(",")
            yield say("It is about the message {number} of {sender}, {sent}", number=_short(number),
                      sender=_short(sender), sent=sent)  # fmt: skip
    if told["note"]:
        yield say("Note: {text}", text=_short(told["note"]))
    for info in told["info"][:MOST_LINES]:
        yield from _info(info)
    if len(told["info"]) > MOST_LINES:
        yield say("and {count} more", count=len(told["info"]) - MOST_LINES)
    if seal is not None:
        yield from signature_words(seal)


def signature_words(seal: Seal) -> Iterator[Message]:
    """What the signature is worth, and whose certificate it was."""
    yield say("Signature: {says}", says=seal.says)
    if seal.fingerprint:
        yield say("Certificate of {signer}, SHA-256 {mark}", signer=_short(seal.signer), mark=seal.fingerprint)


def _info(info: Mapping[str, Any]) -> Iterator[Message]:
    yield say(
        "{event} ({category}): {severity}, {certainty}, {urgency}",
        event=_short(info["event"]),
        category=_join("category", info["category"]),
        severity=word("severity", info["severity"]),
        certainty=word("certainty", info["certainty"]),
        urgency=word("urgency", info["urgency"]),
    )
    if info["headline"]:
        yield say("Headline: {text}", text=_short(info["headline"]))
    if info["onset"] or info["effective"]:
        yield say("It begins at {at}", at=info["onset"] or info["effective"])
    if info["expires"]:
        yield say("It holds until {at}", at=info["expires"])
    for area in info["area"][:MOST_LINES]:
        yield say("Area: {name} ({outline})", name=_short(area["areaDesc"]), outline=_outline(area))
    if len(info["area"]) > MOST_LINES:
        yield say("and {count} more", count=len(info["area"]) - MOST_LINES)
    if info["description"]:
        yield say("What happens: {text}", text=_short(info["description"]))
    if info["responseType"]:
        yield say("What to do: {words}", words=_join("responseType", info["responseType"]))
    if info["instruction"]:
        yield say("Instruction: {text}", text=_short(info["instruction"]))
    for resource in info["resource"][:MOST_LINES]:
        yield say("Attached, not opened: {name}", name=_short(resource["resourceDesc"]))


def _outline(area: Mapping[str, Any]) -> Message:
    corners = sum(len(points_of(each) or ()) for each in area["polygon"])
    if corners:
        return say("an outline of {count} points", count=corners)
    if area["circle"]:
        return say("{count} circles", count=len(area["circle"]))
    return say("no outline") if not area["geocode"] else say("codes {codes}", codes=_codes(area))


def _codes(area: Mapping[str, Any]) -> str:
    return _short(", ".join(f"{each['valueName']} {each['value']}" for each in area["geocode"][:MOST_LINES]))


def word(name: str, found: str | None) -> Message:
    """A word of the standard in words that translate.

    >>> str(word("severity", "Severe"))
    'severe'
    """
    return WORDS[name].get(found or "", say("{found}", found=_short(found or "")))


def _join(name: str, found: list[str]) -> Message:
    words = [word(name, each) for each in found[:MOST_LINES]]
    joined = words[0] if words else say("{found}", found="")
    for each in words[1:]:
        joined = say("{first}, {second}", first=joined, second=each)
    return joined


def _short(text: str) -> str:
    return shown(text, MOST_WORDS)
