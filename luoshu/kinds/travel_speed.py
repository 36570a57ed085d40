"""How fast people walk, cycle and drive: rules/speeds.yaml with its dates of force, else figures with their source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from luoshu.book.problem import Problem, Source
from luoshu.kinds.commitment import Reason
from luoshu.words.message import Message, named, say

if TYPE_CHECKING:
    from luoshu.book.book import Book

RULE = "speeds"
DEFAULTS: dict[str, float | dict[str, float]] = {
    "walk_metres_per_second": {"adult": 1.2, "child": 1.0, "old": 0.97, "wheelchair": 0.8},
    "cycle_km_per_hour": 12.0,
    "drive_km_per_hour": {
        "motorway": 100.0,
        "trunk": 70.0,
        "primary": 60.0,
        "secondary": 50.0,
        "tertiary": 40.0,
        "unclassified": 30.0,
        "residential": 30.0,
        "service": 20.0,
        "living_street": 15.0,
        "track": 15.0,
        "other": 30.0,
    },
    "drive_share_of_limit": 0.6,
    "ferry_km_per_hour": 10.0,
    "stairs_share": 0.5,
    "straight_drive_km_per_hour": 25.0,
    "detour": {"walk": 1.3, "cycle": 1.3, "drive": 1.4},
    "wheelchair_share": {"track": 0.6, "path": 0.8},
    "farthest_metres": {"walk": 500.0, "cycle": 500.0, "drive": 1000.0},
    "gate_metres": 10.0,
    "gate_to_street_metres": 100.0,
    "island_share": 0.1,
}
"""What counts where the book's rule is silent. A rule writes the same names; unknown ones are listed as problems."""

_CROSSWALK = "https://www.fhwa.dot.gov/publications/research/safety/pedbike/98107/section2.cfm"
_ASSUMED = named("估定值，未见权威来源", "assumed, no authority found")
_CIRCUITY = named(
    "方格路网平均绕行系数 4/π≈1.27，取整", "4/π = 1.27 on average in a square grid of streets, rounded up"
)
SOURCES: dict[str, tuple[Message, str]] = {
    "adult": (named("FHWA-RD-98-107（HCM 行人章建议值）", "FHWA-RD-98-107, advice for the HCM"), _CROSSWALK),
    "old": (
        named("Knoblauch 等 1996，65岁及以上第15百分位", "Knoblauch et al. 1996, 15th percentile of 65 and over"),
        "",
    ),
    "child": (_ASSUMED, ""),
    "wheelchair": (_ASSUMED, ""),
    "cycle": (_ASSUMED, ""),
    "drive": (_ASSUMED, ""),
    "detour-walk": (_CIRCUITY, ""),
    "detour-cycle": (_CIRCUITY, ""),
    "detour-drive": (_ASSUMED, ""),
}
"""Who says so, for the figures that count where the book's rule is silent, with the page where one is known."""


@dataclass(frozen=True, kw_only=True)
class Speeds:
    """The figures in force on a day, with the rule they come from (`source`; empty: built in) and what is wrong in it.

    `values` has the names of `DEFAULTS`; `written` are those that the book's rule gives, `says` who says so there.
    """

    values: Mapping[str, Any]
    written: frozenset[str] = frozenset()
    source: Source = field(default_factory=Source)
    says: str = ""
    problems: tuple[Problem, ...] = field(default=())

    def number(self, name: str, part: str = "") -> float:
        """One figure, as in `number("detour", "walk")`.

        >>> Speeds(values=DEFAULTS).number("walk_metres_per_second", "adult")
        1.2
        """
        found = self.values[name]
        return float(found[part] if part else found)

    def metres_per_minute(self, mode: str, walker: str) -> float:
        """Speed along the way for walking and cycling; for driving the mean speed of an estimate without streets.

        >>> Speeds(values=DEFAULTS).metres_per_minute("walk", "adult")
        72.0
        """
        if mode == "walk":
            return self.number("walk_metres_per_second", walker) * 60
        name = "cycle_km_per_hour" if mode == "cycle" else "straight_drive_km_per_hour"
        return self.number(name) * 1000 / 60

    def reason(self, says: Message, name: str, authority: str, *, tone: str = "plain") -> Reason:
        """A reason about one figure, with who says so: the book's rule, or the built-in authority."""
        if name in self.written:
            told = say("{statement} ({authority})", statement=says, authority=self.says) if self.says else says
            return Reason(says=told, source=self.source, tone=tone)
        by, url = SOURCES[authority]
        told = say("{statement} ({authority})", statement=says, authority=by)
        return Reason(says=told, source=Source(url=url) if url else None, tone=tone)


def speeds(book: Book, day: date) -> Speeds:
    """The speeds in force on a day: the book's rules/speeds.yaml, else and for what it leaves out the built-in ones.

    A figure that cannot be is listed in `problems` and the built-in one counts instead.
    """
    rules, problems = book.rules(RULE)
    rule = next((r for r in reversed(rules) if r.since <= day), None)
    if rule is None:
        return Speeds(values=DEFAULTS, problems=problems)
    values: dict[str, Any] = {k: dict(v) if isinstance(v, dict) else v for k, v in DEFAULTS.items()}
    found = list(problems)
    written = set()
    for name, given in rule.values.items():
        if name == "source":
            continue
        if name not in DEFAULTS:
            found.append(_unknown(str(name), rule.source))
            continue
        fault = _take(values, name, given)
        if fault is None:
            written.add(name)
        else:
            mend = say("Write a number above zero; until then {value} counts", value=str(DEFAULTS[name]))
            found.append(Problem(code="bad-value", says=fault, source=rule.source, mend=mend))
    return Speeds(values=values, written=frozenset(written), source=rule.source,
                  says=str(rule.values.get("source", "")), problems=tuple(found))  # fmt: skip


def _unknown(name: str, source: Source) -> Problem:
    says = say("{file} has no field {field!r}; it is not read", file=f"rules/{RULE}.yaml", field=name[:60])
    mend = say("Remove it, or use one of: {names}", names=", ".join(DEFAULTS))
    return Problem(code="unknown-field", says=says, source=source, mend=mend)


def _take(values: dict[str, Any], name: str, given: Any) -> Message | None:
    """Puts a given figure in its place, or says why it cannot be one."""
    default = DEFAULTS[name]
    if not isinstance(default, dict):
        if not _positive(given):
            return say("{field} is {found!r}, and must be a number above zero", field=name, found=str(given)[:60])
        values[name] = float(given)
        return None
    if not isinstance(given, dict):
        return say("{field} must name a number for each of: {names}", field=name, names=", ".join(default))
    for part, number in given.items():
        if not _positive(number):
            field = f"{name}.{part}"
            return say("{field} is {found!r}, and must be a number above zero", field=field, found=str(number)[:60])
    values[name] = {**default, **{str(part): float(number) for part, number in given.items()}}
    return None


def _positive(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")
