"""Alerts of others: taken in, shown with their source and the worth of their signature, never obeyed by machine."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar

from luoshu.desk.act import Act, Scene, Thing, Told, act, fact
from luoshu.desk.capfile import read_alert
from luoshu.desk.capform import NAMESPACE, time_of
from luoshu.desk.capparse import parsed
from luoshu.desk.capsign import PROVEN, Seal, seal_of
from luoshu.desk.clock import CHINA
from luoshu.desk.incident import Incident
from luoshu.desk.journal import Refused
from luoshu.desk.things import Things
from luoshu.words.message import Message, say

DUTY = frozenset({"duty"})
READS = frozenset({"duty", "store", "team"})
MOST_HEARD = 400_000
"""Characters of an alert of others, as it stands in the journal; maps and several languages are long."""

_DECLARATION = re.compile(r"\A\ufeff?\s*<\?xml[^>]*\?>")


@dataclass(frozen=True, kw_only=True)
class Heard(Thing):
    """An alert of somebody else, as it was taken in. `id` is sender,identifier,sent: the name that CAP gives it.

    `faults` are what does not follow the standard; `about` the alerts that it says it is about; `read_by` who of the
    desk has read it, and when. Nothing follows from it by itself.
    """

    sort: ClassVar[str] = "heard"
    zh: ClassVar[str] = "外部预警"
    id: str
    sender: str
    identifier: str
    sent: datetime
    status: str
    kind: str
    event: str
    headline: str
    severity: str
    expires: datetime | None
    about: tuple[str, ...]
    incident: str
    source: str
    faults: tuple[str, ...]
    taken_by: str
    taken_at: datetime
    xml: str = field(repr=False)
    read_by: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one text of an alert says: its elements, what is wrong with it, and its name."""

    told: Mapping[str, Any] | None
    faults: tuple[str, ...]
    id: str


@lru_cache(maxsize=64)
def reading_of(xml: str) -> Reading:
    """A pasted text, read without trust; the same text is read once."""
    told, problems = read_alert(as_bytes(xml), "alert")
    faults = tuple(problem.says for problem in problems)
    parts = [str((told or {}).get(name) or "") for name in ("sender", "identifier", "sent")]
    sure = all(part and not re.search(r"[\s,<&]", part) for part in parts) and time_of(parts[2])
    return Reading(told=told, faults=faults, id=",".join(parts) if sure else "")


def as_bytes(xml: str) -> bytes:
    """A text as a file: what it says of its own encoding no longer holds."""
    return _DECLARATION.sub("", xml, count=1).encode("utf-8", "surrogatepass")


def as_text(data: bytes) -> str:
    """A file as the text that is taken in; ValueError with the reason where it is no plain XML."""
    from lxml import etree

    text: str = etree.tostring(parsed(data), encoding="unicode")
    return text


def without_attachments(text: str) -> tuple[str, int]:
    """A text that is too long to be kept, without the files inside it, and how many were left out.

    One that is short enough stays as it is, and so does one that is signed: without its files its signature would not
    fit, and a true alert would look forged.
    """
    from lxml import etree

    if kept_length(text) <= MOST_HEARD:
        return text, 0
    root = parsed(as_bytes(text))
    inside = list(root.iter(f"{{{NAMESPACE}}}derefUri"))
    if seal_of(root).state != "unsigned":
        return text, 0
    for each in inside:
        each.getparent().remove(each)
    lighter: str = etree.tostring(root, encoding="unicode")
    return lighter, len(inside)


def kept_length(text: str) -> int:
    """How long a text is in the journal, in characters."""
    return len(json.dumps(text, ensure_ascii=False))


@act
class TakeIn(Act[Heard]):
    """A text that cannot be read, or whose signature does not fit, is refused; smaller faults are kept beside it."""

    __pydantic_config__: ClassVar[Any] = {**Act.__pydantic_config__, "str_max_length": MOST_HEARD}
    what = "alert.take_in"
    says = say("take in an alert of others")
    thing = Heard
    roles = DUTY
    xml: str = fact("The alert (CAP 1.2)", zh="预警原文（CAP 1.2）", long=True)
    source: str = fact("How it came", zh="来源", default="")
    incident: str = fact("The incident that it may concern", zh="所属事件", refers=Incident, default="")

    def key(self) -> str:
        if kept_length(self.xml) > MOST_HEARD:
            raise Refused(say("the alert is too long to be kept: {count} characters", count=len(self.xml)))
        reading = reading_of(self.xml)
        if not reading.id:
            first = reading.faults[0] if reading.faults else say("it does not say who sent it")
            raise Refused(say("this is not an alert that can be taken in: {why}", why=first))
        return reading.id

    def check(self, scene: Scene) -> None:
        seal = seal_of(parsed(as_bytes(self.xml)))
        if seal.state == "forged":
            raise Refused(say("the signature does not fit: {why}", why=seal.why))

    def on(self, state: Heard | None, told: Told) -> Heard:
        if state is not None:
            if state.xml.strip() == self.xml.strip():
                raise Refused(
                    say(
                        "this alert was taken in already, at {at:%H:%M on %Y-%m-%d}",
                        at=state.taken_at.astimezone(CHINA),
                    )
                )
            raise Refused(say("another text with the same name was taken in already; ask the sender which is true"))
        return _heard(self.key(), self, told)


def _heard(id: str, act: TakeIn, told: Told) -> Heard:
    reading = reading_of(act.xml)
    alert: Mapping[str, Any] = reading.told or {}
    infos = alert["info"]
    first = next((each for each in infos if str(each["language"]).lower().startswith("zh")), infos[0] if infos else {})
    ends = [time_of(each["expires"] or "") for each in infos]
    known = [end for end in ends if end]
    sent = time_of(alert["sent"])
    assert sent is not None  # its name would not be sure
    return Heard(
        id=id, sender=alert["sender"], identifier=alert["identifier"], sent=sent, status=str(alert["status"] or ""),
        kind=str(alert["msgType"] or ""), event=str(first.get("event") or ""),
        headline=str(first.get("headline") or ""), severity=str(first.get("severity") or ""),
        expires=max(known) if known and len(known) == len(ends) else None,
        about=tuple((alert["references"] or "").split()), incident=act.incident, source=act.source,
        faults=reading.faults, taken_by=told.who, taken_at=told.at, xml=act.xml,
    )  # fmt: skip


@act
class ReadHeard(Act[Heard]):
    what = "heard.read"
    says = say("say that an alert of others was read")
    thing = Heard
    roles = READS
    heard: str = fact("The alert of others", zh="外来预警", refers=Heard)

    def key(self) -> str:
        return self.heard

    def on(self, state: Heard | None, told: Told) -> Heard:
        if state is None:
            raise Refused(say("there is no alert {id} of others", id=self.heard))
        if any(who == told.who for who, _ in state.read_by):
            raise Refused(say("you have said already that you read it"))
        return replace(state, read_by=(*state.read_by, (told.who, told.at)))


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An alert of others as it stands: `state` is holds, expired, replaced, cancelled or message (no alert by itself).

    `by` is the alert that took its place; `claims` are changes by somebody whom the sender is not proven to be:
    said, not followed.
    """

    heard: Heard
    seal: Seal
    state: str
    by: str = ""
    claims: tuple[Message, ...] = ()


def heard_standing(things: Things, at: datetime, seal: Callable[[Heard], Seal]) -> tuple[Standing, ...]:
    """All alerts of others with how they stand, newest first; `seal` tells what each signature is worth.

    An update or a cancellation is followed where it is of the same sender, sent later, and as well signed as the alert
    that it is about. A forged cancellation must not silence an alert.
    """
    heard = things.all(Heard)
    seals = {id: seal(each) for id, each in heard.items()}
    named = _by_name(heard.values())
    ends: dict[str, tuple[str, str]] = {}
    claims: dict[str, list[Message]] = {}
    for each in sorted(heard.values(), key=lambda one: (one.sent, one.id)):
        if each.kind not in ("Update", "Cancel"):
            continue
        for old in _meant(each, heard, named):
            why = _not_followed(old, each, seals[old.id], seals[each.id])
            if why is None:
                ends[old.id] = ("replaced" if each.kind == "Update" else "cancelled", each.id)
            else:
                claims.setdefault(old.id, []).append(why)
    found = [
        Standing(
            heard=each, seal=seals[id], state=_state(each, at, ends.get(id)), by=ends.get(id, ("", ""))[1],
            claims=tuple(claims.get(id, ())),
        )
        for id, each in heard.items()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.heard.sent, one.heard.id), reverse=True))


def _by_name(heard: Iterable[Heard]) -> dict[tuple[str, str], list[Heard]]:
    """Alerts by sender and identifier, which together name an alert; those of a careless sender may be several."""
    found: dict[tuple[str, str], list[Heard]] = {}
    for each in heard:
        found.setdefault((each.sender, each.identifier), []).append(each)
    return found


def _meant(new: Heard, heard: Mapping[str, Heard], named: Mapping[tuple[str, str], list[Heard]]) -> Iterator[Heard]:
    """The alerts that a later message names.

    Senders write the time of the earlier alert in another zone, or their own time in its place (China's platform): so
    an alert is also known by sender and identifier, where these name only one, or by the same moment.
    """
    for about in dict.fromkeys(new.about):
        if about in heard:
            found = [heard[about]]
        else:
            sender, _, rest = about.partition(",")
            number, _, sent = rest.partition(",")
            found = named.get((sender, number), [])
            if len(found) > 1:
                found = [each for each in found if each.sent == time_of(sent)]
        yield from (each for each in found if each.id != new.id)


def answers(things: Things, xml: str) -> tuple[Heard, ...]:
    """What others answered to an alert of this desk: their messages "Ack" and "Error" about it, the newest first."""
    told = reading_of(xml).told or {}
    name, sent = (told.get("sender"), told.get("identifier")), time_of(str(told.get("sent") or ""))
    found = [
        each
        for each in things.all(Heard).values()
        if each.kind in ("Ack", "Error")
        and any((*about.split(",")[:2],) == name and each.sent >= (sent or each.sent) for about in each.about)
    ]
    return tuple(sorted(found, key=lambda each: (each.sent, each.id), reverse=True))


def _not_followed(old: Heard, new: Heard, was: Seal, now: Seal) -> Message | None:
    """Why a later message does not end an earlier one; None where it does."""
    if new.sender != old.sender:
        return say("{other} says that it changes this alert, which is not theirs", other=new.sender)
    if new.sent < old.sent:
        return say("{id} says that it changes this alert, and is older", id=new.identifier)
    if new.status != old.status:
        return say("{id} says that it changes this alert, and is not as real", id=new.identifier)
    proven = now.state in PROVEN or was.state not in PROVEN  # a certificate that is only shown proves nothing
    if was.state != "unsigned" and not (proven and now.state != "unsigned" and was.fingerprint == now.fingerprint):
        return say("{id} says that it changes this alert, and is not signed as it was", id=new.identifier)
    return None


def _state(heard: Heard, at: datetime, end: tuple[str, str] | None) -> str:
    if end is not None:
        return end[0]
    if heard.kind not in ("Alert", "Update"):
        return "message"
    return "expired" if heard.expires is not None and heard.expires <= at else "holds"


def heard_in_force(things: Things, at: datetime, seal: Callable[[Heard], Seal] | None = None) -> tuple[Heard, ...]:
    """The alerts of others that hold at a moment, drills and tests among them (see `status`)."""
    stand = heard_standing(things, at, seal or (lambda heard: seal_of(parsed(as_bytes(heard.xml)))))
    return tuple(each.heard for each in stand if each.state == "holds")
