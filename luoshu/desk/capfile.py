"""CAP 1.2 alerts in and out: read without trust, every fault named with its line, written as the schema asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from luoshu.book.problem import Problem, Source
from luoshu.desk.capform import ALERT, NAMESPACE, SIGNATURE, SPACE, Part, time_of
from luoshu.desk.capparse import Element, alert_root, parsed, shown
from luoshu.desk.capsign import Seal, seal_of
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

MOST_PROBLEMS = 50
MEND = say("See the standard CAP 1.2 of OASIS, table of elements")
Told = Mapping[str, Any]


def read_alert(data: bytes, name: str) -> tuple[Told | None, tuple[Problem, ...]]:
    """The elements of an alert as nested values, and what is wrong with it; None where it cannot be read at all.

    A text stands as a string, an element that may repeat as a list, one with parts as a mapping of its own. Entities,
    document types and links are never followed: a file with a document type is refused whole.

    >>> told, problems = read_alert(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "a.xml")
    >>> told, problems[0].code
    (None, 'cap-hostile')
    """
    problems: list[Problem] = []
    root: Element = alert_root(data, name, problems)
    if root is None:
        return None, tuple(problems)
    faults = _Faults(name, problems)
    told = _parts(root, ALERT, faults)
    _rules(told, root, faults)
    return told, tuple(problems)


def check_alert(
    data: bytes, name: str, known: Mapping[str, Certificate] | None = None
) -> tuple[Told | None, Seal, tuple[Problem, ...]]:
    """`read_alert`, and what the signature is worth; one that does not fit is a problem."""
    told, problems = read_alert(data, name)
    if told is None or told["Signature"] is None:
        return told, Seal(state="unsigned"), problems
    seal = seal_of(parsed(data), known)
    if seal.state == "forged":
        says = say("the signature does not fit: {why}", why=seal.why)
        mend = say("Do not pass it on; ask the sender by another way")
        forged = Problem(code="cap-forged", says=says, source=Source(file=name), mend=mend)
        return told, seal, (forged, *problems)
    return told, seal, problems


class _Faults:
    """Problems of one file, at most so many."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self.name, self.problems = name, problems

    @property
    def full(self) -> bool:
        return len(self.problems) >= MOST_PROBLEMS

    def add(self, at: Element, says: Message, mend: Message = MEND) -> None:
        if not self.full:
            source = Source(file=self.name, line=at.sourceline)
            self.problems.append(Problem(code="cap-invalid", says=says, source=source, mend=mend))


def _parts(parent: Element, parts: Sequence[Part], faults: _Faults) -> dict[str, Any]:
    """The elements inside one element, checked for name, order, number and content."""
    order = {f"{{{NAMESPACE}}}{part.name}": place for place, part in enumerate(parts)}
    told: dict[str, Any] = {part.name: [] for part in parts}
    if parts is ALERT:
        told["Signature"] = None
    highest = 0
    _no_attributes(parent, faults)
    _no_loose_words(parent, faults)
    for child in parent:
        if faults.full:
            break
        if child.tag == SIGNATURE and parent.getparent() is None:
            highest = len(parts)
            told["Signature"] = child
            continue
        place = order.get(child.tag)
        if place is None:
            faults.add(child, say("{name} is no element of CAP here", name=shown(str(child.tag), 100)))
            continue
        if place < highest:
            other = parts[highest].name if highest < len(parts) else "Signature"
            says = say("{name} stands after {other}, and must come before it", name=parts[place].name, other=other)
            faults.add(child, says)
        highest = max(highest, place)
        part = parts[place]
        if len(told[part.name]) >= part.most > 1:
            says = say("{name} stands more than {most} times; the rest is not read", name=part.name, most=part.most)
            faults.add(child, says)
            break
        told[part.name].append(_parts(child, part.parts, faults) if part.parts else _text(child, part, faults))
    for part in parts:
        found = told[part.name]
        if len(found) < part.least:
            faults.add(parent, say("{name} is missing in {parent}", name=part.name,
                                   parent=str(parent.tag).rpartition("}")[2]))  # fmt: skip
        if len(found) > part.most == 1:
            faults.add(parent, say("{name} stands {count} times, and may stand once", name=part.name, count=len(found)))
        if part.most == 1:
            told[part.name] = found[0] if found else None
    return told


def _no_loose_words(parent: Element, faults: _Faults) -> None:
    if (parent.text or "").strip(SPACE) or any((child.tail or "").strip(SPACE) for child in parent):
        faults.add(parent, say("words stand loose in {name}", name=str(parent.tag).rpartition("}")[2]))


def _text(element: Element, part: Part, faults: _Faults) -> str:
    _no_attributes(element, faults)
    if len(element):
        faults.add(element, say("{name} holds elements, and may hold only words", name=part.name))
    text = "".join(element.itertext())
    words = text.strip(SPACE)
    # words of a list must stand exactly; in all else the space around is nothing
    wrong = part.check(text if part.name in _EXACT or not words else words) if part.check else None
    if wrong:
        faults.add(element, say("{name}: {says}", name=part.name, says=wrong))
    return words


def _no_attributes(element: Element, faults: _Faults) -> None:
    """CAP has no attributes; only where a schema lies may be said, which is not followed."""
    for name in element.attrib:
        if name not in _WHERE_SCHEMA:
            faults.add(element, say("{name} is an attribute, and CAP has none", name=shown(str(name), 100)))


_WHERE_SCHEMA = frozenset(
    f"{{http://www.w3.org/2001/XMLSchema-instance}}{name}" for name in ("schemaLocation", "noNamespaceSchemaLocation")
)
_EXACT = frozenset(("status", "msgType", "scope", "category", "responseType", "urgency", "severity", "certainty"))


def _rules(told: dict[str, Any], root: Element, faults: _Faults) -> None:
    """What the standard asks beyond the form."""
    scope, kind = told["scope"], told["msgType"]
    if scope == "Restricted" and not told["restriction"]:
        faults.add(root, say("an alert of restricted scope must say who may have it (restriction)"))
    if scope == "Private" and not told["addresses"]:
        faults.add(root, say("a private alert must say whom it is for (addresses)"))
    if kind in ("Update", "Cancel", "Ack", "Error") and not told["references"]:
        faults.add(root, say("{kind} must name the alert that it is about (references)", kind=kind))
    infos = [each for each in root if isinstance(each.tag, str) and each.tag == f"{{{NAMESPACE}}}info"]
    for info, at in zip(told["info"], infos, strict=False):
        _info_rules(info, at, faults)


def _info_rules(info: dict[str, Any], at: Element, faults: _Faults) -> None:
    # the event itself may well begin after the message about it expires, and a message be sent late: only said
    begins, ends = time_of(info["effective"] or ""), time_of(info["expires"] or "")
    if begins and ends and ends < begins:
        faults.add(at, say("it expires at {ends}, before it begins at {begins}", ends=info["expires"],
                           begins=info["effective"]))  # fmt: skip
    for area in info["area"]:
        if area["ceiling"] is not None and area["altitude"] is None:
            faults.add(at, say("a ceiling needs the altitude that it is above"))


def write_alert(told: Told) -> bytes:
    """The alert as XML in the order of the schema; ValueError where it would not be a valid alert.

    >>> told = {"identifier": "1", "sender": "ly", "sent": "2021-07-20T08:00:00+08:00", "status": "Test",
    ...     "msgType": "Ack", "scope": "Public", "references": "ly,0,2021-07-20T07:00:00+08:00"}
    >>> read_alert(write_alert(told), "a.xml")[1]
    ()
    """
    from lxml import etree

    bare: dict[Any, str] = {None: NAMESPACE}
    root = etree.Element(f"{{{NAMESPACE}}}alert", nsmap=bare)
    _fill(root, ALERT, told)
    etree.indent(root)
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    problems = read_alert(data, "alert")[1]
    if problems:
        raise ValueError("; ".join(str(problem.says) for problem in problems))
    return data


def _fill(parent: Element, parts: Sequence[Part], told: Told) -> None:
    from lxml import etree

    unknown = set(told) - {part.name for part in parts} - {"Signature"}
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))} is no element of CAP here")
    for part in parts:
        for value in _all(told.get(part.name)):
            element = etree.SubElement(parent, f"{{{NAMESPACE}}}{part.name}")
            if part.parts:
                _fill(element, part.parts, value)
            else:
                element.text = str(value)


def _all(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple)):
        yield from value
    elif value is not None:
        yield value
