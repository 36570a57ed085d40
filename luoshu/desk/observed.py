"""Readings: what stations and people report of rain, water, people; checked for unit and sense, each with its hour."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from luoshu.book.directory import Place
from luoshu.desk.act import Act, Scene, Thing, Told, act, fact
from luoshu.desk.actor import Actor
from luoshu.desk.chain import moment
from luoshu.desk.incident import EVERY_HAND, Incident, open_incident, whose
from luoshu.desk.journal import Refused
from luoshu.desk.known import known_places
from luoshu.desk.plainwords import plain, point, wanted
from luoshu.desk.staff import Person
from luoshu.desk.things import Things
from luoshu.words.conversion import convert
from luoshu.words.message import say

MOST_STATION = 60
AHEAD = timedelta(minutes=10)
"""How far a station's clock may run ahead before its reading is refused."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What can be read: its words, its one unit, and the range outside of which a figure is nonsense."""

    zh: str
    en: str
    unit: str
    low: float
    high: float


MEASURES: Mapping[str, Measure] = {
    "rain_1h": Measure(zh="1小时降雨量", en="rain in 1 hour", unit="毫米", low=0, high=410),
    "rain_3h": Measure(zh="3小时降雨量", en="rain in 3 hours", unit="毫米", low=0, high=750),
    "rain_6h": Measure(zh="6小时降雨量", en="rain in 6 hours", unit="毫米", low=0, high=1_100),
    "rain_12h": Measure(zh="12小时降雨量", en="rain in 12 hours", unit="毫米", low=0, high=1_500),
    "rain_24h": Measure(zh="24小时降雨量", en="rain in 24 hours", unit="毫米", low=0, high=2_000),
    "level": Measure(zh="水位", en="water level", unit="米", low=-200, high=6_000),
    "above_warning": Measure(zh="超警戒水位", en="water above warning stage", unit="米", low=-100, high=40),
    "above_guarantee": Measure(zh="超保证水位", en="water above guarantee stage", unit="米", low=-100, high=40),
    "flow": Measure(zh="流量", en="discharge", unit="立方米/秒", low=0, high=120_000),
    "affected": Measure(zh="受灾人口", en="people affected", unit="人", low=0, high=2e8),
    "to_move": Measure(zh="需转移人口", en="people to be moved", unit="人", low=0, high=2e8),
    "dead_or_missing": Measure(zh="死亡失踪人口", en="people dead or missing", unit="人", low=0, high=1e6),
    "cases": Measure(zh="病例", en="cases", unit="例", low=0, high=1e8),
    "magnitude": Measure(zh="震级", en="magnitude", unit="级", low=-1, high=10),
    "burning": Measure(zh="过火面积", en="area burnt", unit="公顷", low=0, high=1e7),
    "snow": Measure(zh="积雪深度", en="depth of snow", unit="厘米", low=0, high=1_500),
    "without_power": Measure(zh="停电户数", en="households without power", unit="户", low=0, high=1e8),
    "without_water": Measure(zh="停水户数", en="households without water", unit="户", low=0, high=1e8),
    "supply_days": Measure(zh="可供应天数", en="days of supply left", unit="天", low=0, high=3_650),
}
"""What readings are of, by the name that rule sheets use."""

UNITS = {
    "mm": "毫米", "cm": "厘米", "m": "米", "m3/s": "立方米/秒", "m³/s": "立方米/秒", "m^3/s": "立方米/秒",
    "people": "人", "persons": "人", "cases": "例", "ha": "公顷", "households": "户", "days": "天", "日": "天",
    "立方米每秒": "立方米/秒", "hm²": "公顷",
}  # fmt: skip
"""Other ways to write the units."""


@dataclass(frozen=True, kw_only=True)
class Reading(Thing):
    """One reading: `value` in the unit of its measure, `at` when it was read (not when it was told)."""

    sort = "reading"
    zh = "监测读数"
    id: str
    station: str
    measure: str
    value: float
    unit: str
    at: datetime
    incident: str = ""
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    who: str = ""
    number: int = 0
    source: str = ""


@act
class ReportReading(Act[Reading]):
    """Report what was read at a station; the same station, measure and hour again corrects the figure."""

    what = "reading.report"
    says = say("report a reading")
    thing = Reading
    roles = EVERY_HAND
    machines = True
    station: str = fact("Where it was read", zh="站点", note_zh="如 龙门镇站")
    measure: str = fact("What was read", zh="要素", choices={name: each.zh for name, each in MEASURES.items()})
    value: float = fact("The figure", zh="数值")
    unit: str = fact("Its unit", zh="单位", note_zh="如 毫米、米、立方米/秒")
    at: datetime = fact("When it was read", zh="观测时间")
    incident: str = fact("The incident that it counts for; empty: all in its area", zh="事件", refers=Incident,
                         default="")  # fmt: skip
    place: str = fact("Code of the area", zh="区划", refers=Place, default="")
    lon: float | None = fact("Longitude, WGS-84", zh="经度", minimum=-180, maximum=180, default=None)
    lat: float | None = fact("Latitude, WGS-84", zh="纬度", minimum=-90, maximum=90, default=None)
    source: str = fact("Who says so", zh="来源", default="")

    def key(self) -> str:
        at = moment(self.at)[:16] if self.at.tzinfo else ""
        return "/".join((self.incident, self.station, self.measure, at))

    def check(self, scene: Scene) -> None:
        if self.incident:
            open_incident(scene, self.incident)
        if self.place:
            known_places(scene, (self.place,))
        if self.at > scene.at + AHEAD:
            raise Refused(say("{at} has not come yet: a reading is of what was", at=self.at.isoformat()))

    def organisation(self, scene: Scene) -> str:
        if not self.incident:
            return ""
        told = scene.get(Reading, self.key())
        if told is not None and told.who != scene.by.id:  # corrected by those who told it, and by the command
            person = scene.get(Person, told.who)
            return whose(scene, self.incident, person.organisation if person else "")
        mine = scene.by.organisation
        return whose(scene, self.incident, mine if takes_part(scene.things, scene.by, self.incident) else "")

    def on(self, state: Reading | None, told: Told) -> Reading:
        point(self.lon, self.lat)
        value, unit = measured(self.measure, self.value, self.unit)
        return Reading(
            id=self.key(), station=wanted(self.station, MOST_STATION, phones=0), measure=self.measure, value=value,
            unit=unit, at=self.at, incident=self.incident, place=self.place, lon=self.lon, lat=self.lat, who=told.who,
            number=told.number, source=plain(self.source),
        )  # fmt: skip


def takes_part(things: Things, by: Actor, incident: str) -> bool:
    """Whether the organisation of somebody works in an incident: leads it, has a task, goods or people to move in it.

    A task that was given to them by name counts as well.
    """
    from luoshu.desk.assignment import Assignment
    from luoshu.desk.removal import Removal
    from luoshu.desk.resource import Resource

    led, mine = things.get(Incident, incident), by.organisation
    if led is None or not mine:
        return False
    given = things.all(Assignment).values()
    work: tuple[Assignment | Removal | Resource, ...] = (
        *given, *things.all(Removal).values(), *things.all(Resource).values()
    )  # fmt: skip
    return (
        led.organisation == mine
        or any(each.incident == incident and each.organisation == mine for each in work)
        or any(each.incident == incident and each.person == by.id for each in given)
    )


def measured(measure: str, value: float, unit: str) -> tuple[float, str]:
    """A figure in the unit of its measure; Refused where the unit measures something else or the figure is nonsense.

    >>> measured("rain_24h", 11.05, "cm"), measured("flow", 7000, "m³/s")
    ((110.5, '毫米'), (7000, '立方米/秒'))
    """
    known = MEASURES.get(measure)
    if known is None:
        raise Refused(say("{measure} is nothing that is read here", measure=measure[:40]))
    plainly = unit.strip()
    if plainly not in UNITS:
        plainly = unicodedata.normalize("NFKC", plainly)  # ㎜, and what a full-width keyboard writes
    given = UNITS.get(plainly) or UNITS.get(plainly.lower(), plainly)
    found: float | None = value if given == known.unit else convert(value, given, known.unit)
    if found is None:
        says = say("{unit} is no unit of this: write it in {known}", unit=unit[:20], known=known.unit)
        raise Refused(says)
    if not known.low <= found <= known.high:
        raise Refused(say("{value:g} {unit} cannot be: it lies between {low:g} and {high:g}", value=found,
                          unit=known.unit, low=known.low, high=known.high))  # fmt: skip
    return found, known.unit


def counting(readings: Iterable[Reading], incident: Incident, inside: Iterable[str] = ()) -> list[Reading]:
    """The readings that count for an incident: its own, and those of nobody's in its areas; a drill has only its own.

    `inside` are the codes of all areas that lie in those of the incident.
    """
    areas = {*incident.places, *inside}
    return [
        each
        for each in readings
        if each.incident == incident.id
        or (not each.incident and not incident.drill and (not each.place or not areas or each.place in areas))
    ]
