"""The form of a CAP 1.2 alert: its elements in their order, how often each may stand, and what it may hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from luoshu.words.message import Message, say

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
OLDER = ("urn:oasis:names:tc:emergency:cap:1.1", "http://www.incident.com/cap/1.0")
MANY = 20_000
MOST_CORNERS = 1_000_000
MOST_RADIUS_KM = 20_040
"""From any place to the other side of the earth."""

SPACE = " \t\r\n"
"""What counts as space in XML; a wide Chinese blank is a letter there."""

_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T)([0-9]{2}:[0-9]{2}:[0-9]{2})([-+](0[0-9]|1[0-3]):[0-5][0-9]|[-+]14:00)"
)
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?>-[A-Za-z0-9]{1,8})*+")
_PLAIN = re.compile(r"[^\s,<&]+")
_NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_PAIR = r"[-+]?(?>[0-9]+(?:\.[0-9]*)?|\.[0-9]+),[-+]?(?>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_RING = re.compile(rf"(?>{_PAIR}[ \t\r\n]+)*+{_PAIR}")
_MIME = re.compile(r"[\w.+!#$&^-]+/[\w.+!#$&^-]+(\s*;.*)?", re.DOTALL)

Check = Callable[[str], Message | None]


@dataclass(frozen=True)
class Part:
    """One element: its name, least and most times, what its text may be, or the parts inside it."""

    name: str
    least: int = 1
    most: int = 1
    check: Check | None = None
    parts: tuple[Part, ...] = ()


FIRST_YEAR, LAST_YEAR = 1900, 2199


def time_of(text: str) -> datetime | None:
    """A time as CAP writes it, with its offset; None where it is not one.

    >>> time_of("2021-07-20T08:00:00+08:00").utcoffset().total_seconds(), time_of("2021-07-20T08:00:00Z")
    (28800.0, None)
    """
    found = _TIME.fullmatch(text)
    if not found:
        return None
    midnight = found[2] == "24:00:00"  # the end of a day, as XML may write it
    try:
        at = datetime.fromisoformat(found[1] + ("00:00:00" if midnight else found[2]) + found[3])
        # years that no other time zone could say are not believed
        return (at + timedelta(days=1) if midnight else at) if FIRST_YEAR <= at.year <= LAST_YEAR else None
    except (ValueError, OverflowError):
        return None


def _time(text: str) -> Message | None:
    if time_of(text):
        return None
    return say("{found!r} is not a time of CAP; write it as in 2021-07-20T08:00:00+08:00", found=_short(text))


def one_of(*words: str) -> Check:
    def check(text: str) -> Message | None:
        if text in words:
            return None
        near = next((word for word in words if word.lower() == text.lower()), "")
        if near:
            return say("{found!r} must be written {near!r}", found=_short(text), near=near)
        return say("{found!r} is not one of {words}", found=_short(text), words=", ".join(words))

    return check


def _filled(text: str) -> Message | None:
    return None if text.strip() else say("it is empty")


def _plain(text: str) -> Message | None:
    if _PLAIN.fullmatch(text):
        return None
    return say("{found!r} must hold no space, comma, < or &, and not be empty", found=_short(text))


def _language(text: str) -> Message | None:
    # an empty element is English by the standard
    return (
        None
        if not text or _LANGUAGE.fullmatch(text)
        else say("{found!r} is not a language, as in zh-CN", found=_short(text))
    )


def _whole(text: str) -> Message | None:
    digits = text.removeprefix("+")
    return (
        None if digits.isascii() and digits.isdecimal() else say("{found!r} is not a whole number", found=_short(text))
    )


def _number(text: str) -> Message | None:
    return None if _NUMBER.fullmatch(text) else say("{found!r} is not a number", found=_short(text))


def _mime(text: str) -> Message | None:
    return None if _MIME.fullmatch(text) else say("{found!r} is not a media type, as in image/png", found=_short(text))


_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_RUNS = frozenset(("javascript", "data", "vbscript", "file"))


def _web(text: str) -> Message | None:
    """Addresses are only shown, and only such as a browser opens without running anything."""
    first = re.split(r"[/?#]", text, maxsplit=1)[0]
    scheme = first.partition(":")[0] if ":" in first else ""
    if scheme.lower() in _RUNS:
        return say("an address that begins with {scheme}: is not opened", scheme=scheme.lower())
    sound = ":" not in first or bool(_SCHEME.fullmatch(scheme))
    try:
        host = urlsplit(text).netloc
        outside = text.replace(f"//{host}", "", 1) if "[" in host else text
        sound = sound and not re.search(r"[\[\]]", outside) and not host.endswith((":", "@")) and host.count("@") < 2
        int(urlsplit(text).port or 0)  # raises where the port is no number
    except ValueError:
        sound = False
    if not sound or " " in text or "#" in text.partition("#")[2] or re.search(r"%(?![0-9A-Fa-f]{2})", text):
        return say("{found!r} is not an address", found=_short(text))
    return None


def points_of(text: str) -> list[tuple[float, float]] | None:
    """Latitude and longitude of every point of a polygon; None where it is not written so.

    >>> points_of("34.6,112.4 34.7,112.4 34.7,112.5 34.6,112.4")[0]
    (34.6, 112.4)
    """
    if not _RING.fullmatch(text.strip(SPACE)):  # in one go: outlines may have a million corners
        return None
    numbers = list(map(float, text.replace(",", " ").split()))
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _polygon(text: str) -> Message | None:
    if text.count(",") > MOST_CORNERS:
        return say("a polygon of more than {most} points is not read", most=MOST_CORNERS)
    points = points_of(text)
    if points is None:
        return say("{found!r} is not a polygon: write latitude,longitude pairs with spaces between", found=_short(text))
    if len(points) < 4:
        return say("a polygon needs four points or more, the last like the first")
    if points[0] != points[-1]:
        return say("the polygon is not closed: its last point must be its first")
    worst = max(points, key=lambda point: max(abs(point[0]) / 90, abs(point[1]) / 180))
    return _on_earth(*worst)


def _circle(text: str) -> Message | None:
    centre, radius = (*text.split(), "", "")[:2]
    points = points_of(centre) if len(text.split()) == 2 else None
    if not points or len(points) != 1 or not _NUMBER.fullmatch(radius) or not 0 <= float(radius) <= MOST_RADIUS_KM:
        return say("{found!r} is not a circle: write latitude,longitude, then the radius in km", found=_short(text))
    return _on_earth(*points[0])


def _on_earth(latitude: float, longitude: float) -> Message | None:
    if abs(latitude) <= 90 and abs(longitude) <= 180:
        return None
    if abs(longitude) <= 90 and abs(latitude) <= 180:
        return say("latitude and longitude are swapped: {found}", found=f"{latitude},{longitude}")
    if abs(latitude) <= 90 and abs(longitude) <= 360:
        say_so = longitude - 360 if longitude > 0 else longitude + 360
        return say("the longitude {found} is beyond the date line: write {mend}", found=f"{longitude:.10g}",
                   mend=f"{say_so:.10g}")  # fmt: skip
    return say("{found} is no place on earth", found=f"{latitude},{longitude}")


REFERENCE = re.compile(
    r"[^\s,<&]+,[^\s,<&]+,[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[-+][0-9]{2}:[0-9]{2}"
)


def _references(text: str) -> Message | None:
    for each in text.split():
        if not REFERENCE.fullmatch(each):
            return say("{found!r} does not name an earlier alert: write sender,identifier,sent", found=_short(each))
    return None


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"


def _pair(name: str) -> Part:
    return Part(name, 0, MANY, None, (Part("valueName"), Part("value")))


STATUS = ("Actual", "Exercise", "System", "Test", "Draft")
TYPES = ("Alert", "Update", "Cancel", "Ack", "Error")
SCOPES = ("Public", "Restricted", "Private")
CATEGORIES = ("Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE",
              "Other")  # fmt: skip
RESPONSES = ("Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None")
URGENCIES = ("Immediate", "Expected", "Future", "Past", "Unknown")
SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
CERTAINTIES = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")

AREA = (
    Part("areaDesc", check=_filled), Part("polygon", 0, MANY, _polygon), Part("circle", 0, MANY, _circle),
    _pair("geocode"), Part("altitude", 0, 1, _number), Part("ceiling", 0, 1, _number),
)  # fmt: skip
RESOURCE = (
    Part("resourceDesc", check=_filled), Part("mimeType", check=_mime), Part("size", 0, 1, _whole),
    Part("uri", 0, 1, _web), Part("derefUri", 0, 1), Part("digest", 0, 1),
)  # fmt: skip
INFO = (
    Part("language", 0, 1, _language), Part("category", 1, MANY, one_of(*CATEGORIES)), Part("event", check=_filled),
    Part("responseType", 0, MANY, one_of(*RESPONSES)), Part("urgency", check=one_of(*URGENCIES)),
    Part("severity", check=one_of(*SEVERITIES)), Part("certainty", check=one_of(*CERTAINTIES)),
    Part("audience", 0), _pair("eventCode"), Part("effective", 0, 1, _time), Part("onset", 0, 1, _time),
    Part("expires", 0, 1, _time), Part("senderName", 0), Part("headline", 0), Part("description", 0),
    Part("instruction", 0), Part("web", 0, 1, _web), Part("contact", 0), _pair("parameter"),
    Part("resource", 0, MANY, None, RESOURCE), Part("area", 0, MANY, None, AREA),
)  # fmt: skip
ALERT = (
    Part("identifier", check=_plain), Part("sender", check=_plain), Part("sent", check=_time),
    Part("status", check=one_of(*STATUS)), Part("msgType", check=one_of(*TYPES)), Part("source", 0),
    Part("scope", check=one_of(*SCOPES)), Part("restriction", 0), Part("addresses", 0), Part("code", 0, MANY),
    Part("note", 0), Part("references", 0, 1, _references), Part("incidents", 0),
    Part("info", 0, MANY, None, INFO),
)  # fmt: skip
"""The elements of an alert in the order that the schema of OASIS asks for."""


def names(parts: tuple[Part, ...]) -> Mapping[str, int]:
    """The place of each element in its order."""
    return {part.name: place for place, part in enumerate(parts)}
