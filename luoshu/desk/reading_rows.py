"""Readings from files of gauges: a row a reading, or a column a measure; read, tried, and written once each."""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from luoshu.book.book import Book
from luoshu.book.cell import parse
from luoshu.book.directory import Place
from luoshu.book.incoming import BOOKS, TABLES, Incoming, heading_for, incoming
from luoshu.book.loading import fold
from luoshu.book.problem import Problem, Source
from luoshu.book.table import Column
from luoshu.desk.actor import Actor
from luoshu.desk.clock import CHINA
from luoshu.desk.journal import Refused
from luoshu.desk.observed import MEASURES, Reading, ReportReading, measured
from luoshu.desk.room import Room
from luoshu.desk.stock_rows import Row, marked
from luoshu.desk.things import Things
from luoshu.words.message import Message, say

MOST_ROWS = 20_000
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "station": ("站点", "站名", "测站", "测站名称", "站点名称", "水文站", "雨量站", "station"),
    "measure": ("要素", "观测要素", "监测要素", "指标", "measure"),
    "value": ("数值", "观测值", "监测值", "实测值", "值", "value"),
    "unit": ("单位", "计量单位", "unit"),
    "at": ("观测时间", "监测时间", "时间", "日期时间", "time", "at", "datetime", "tm"),
    "place": ("区划", "区划代码", "行政区划", "place"),
    "lon": ("经度", "lon", "lng", "longitude"),
    "lat": ("纬度", "lat", "latitude"),
    "source": ("来源", "数据来源", "source"),
}
"""What each column of a file may be called."""
ALSO: Mapping[str, tuple[str, ...]] = {
    "rain_1h": ("一小时降雨量", "1小时雨量", "小时雨量", "1h雨量", "1小时降水量"),
    "rain_3h": ("三小时降雨量", "3小时雨量", "3h雨量", "3小时降水量"),
    "rain_6h": ("六小时降雨量", "6小时雨量", "6h雨量", "6小时降水量"),
    "rain_12h": ("十二小时降雨量", "12小时雨量", "12h雨量", "12小时降水量"),
    "rain_24h": ("二十四小时降雨量", "24小时雨量", "24h雨量", "24小时降水量"),
    "level": ("河道水位", "库水位", "stage"),
    "flow": ("河道流量", "flow"),
}
"""Other words for the measures, beside the names of `MEASURES`. "雨量" alone is none: of how many hours is not said."""
NOTHING = frozenset({"", "-", "--", "—", "/", "//", "缺测", "缺", "null", "nan", "n/a"})
"""What gauges' files write where nothing was read."""
SAMPLE = """观测时间,站点,要素,数值,单位
2021-07-20 08:00,龙门镇站,水位,151.2,米
2021-07-20 08:00,栾川站,1小时降雨量,32.5,毫米
"""
"""A file to begin with."""

_WITH_UNIT = re.compile(r"(.+?)[（(\[]([^（(\[\])）]+)[)）\]]\s*")
_AT = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[ T]+(\d{1,2})(?::(\d{1,2}))?(?::(\d{1,2})(?:\.\d+)?)?:?\s*(Z|[+-]\d{2}:?\d{2})?"
)
_PACKED = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(\d\d)?")
_VALUE = Column(name="数值", type=float, zh="数值")


@dataclass(frozen=True, kw_only=True)
class _Wide:
    """A column that holds one measure."""

    heading: str
    measure: str
    unit: str


def readings_of(path: Path, incident: str = "", book: Book | None = None) -> tuple[list[Row], str, list[Problem]]:
    """The readings of a file (.csv, .tsv, .xlsx) for an incident, "" for all in their areas; the file's own name, by
    which it counts once; and what was wrong with the file as a whole.

    A row is one reading (station, measure, value, unit, time), or each measure has a column of its own with its unit in
    brackets, as in 水位(米). Times without a zone are those of the desk. Good rows count; each other one is in
    the list with its `trouble`. Of two rows that say differently of one station, measure and minute neither counts.
    """
    if path.suffix.casefold() not in (*TABLES, *BOOKS):
        says = say("files of {ending} are not read", ending=path.suffix or "?")
        problem = Problem(
            code="wrong-format", says=says, source=Source(file=path.name), mend=say("Save it as csv or xlsx")
        )
        return [], "", [problem]
    found = incoming(path)
    own = f"{hashlib.sha256(path.read_bytes()).hexdigest()} {incident}" if path.is_file() else ""
    problems = list(found.problems)
    if not found.columns:
        return [], own, problems
    headings = list(found.columns)
    places = {field: heading_for(names, headings) for field, names in HEADINGS.items()}
    wide, unclear = _wide(headings, set(places.values()))
    lacking = [each for each in (_lacking(places, wide), *unclear) if each is not None]
    if lacking:
        names = ", ".join(HEADINGS[each][0] for each in ("at", "station", "measure", "value", "unit"))
        mend = say("Columns that are read: {names}; or a column for each measure, as in 水位(米)", names=names)
        source = Source(file=path.name, line=1)
        problems += [Problem(code="missing-column", says=each, source=source, mend=mend) for each in lacking]
        return [], own, problems
    if len(found) * max(1, len(wide)) > MOST_ROWS:
        says = say("the file holds {count} readings, more than the {most} taken at once; none was taken",
                   count=len(found) * max(1, len(wide)), most=MOST_ROWS)  # fmt: skip
        return [], own, [Problem(code="file-too-large", says=says, source=Source(file=path.name),
                                 mend=say("Part it into several files"))]  # fmt: skip
    rows = list(_rows(found, places, wide, incident, _codes(book)))
    return marked(_apart(rows), own), own, problems


def _wide(headings: Sequence[str], taken: set[str]) -> tuple[list[_Wide], list[Message]]:
    """The columns that are a measure each; and those that name a measure without saying its unit."""
    found, unclear = [], []
    for heading in headings:
        if heading in taken:
            continue
        parts = _WITH_UNIT.fullmatch(heading)
        measure = measure_named(parts[1] if parts else heading)
        if measure and parts:
            found.append(_Wide(heading=heading, measure=measure, unit=parts[2].strip()))
        elif measure:
            unclear.append(say("the column {name} does not say its unit, as in {example}", name=heading[:40],
                               example=f"{heading[:40]}({MEASURES[measure].unit})"))  # fmt: skip
    return found, unclear


def _lacking(places: Mapping[str, str], wide: Sequence[_Wide]) -> Message | None:
    needed = ("station", "at") if wide and not places["measure"] else ("station", "at", "measure", "value", "unit")
    lacking = [HEADINGS[each][0] for each in needed if not places[each]]
    return say("the column {names} is missing", names=", ".join(lacking)) if lacking else None


def measure_named(text: str) -> str:
    """The measure that a word of a file stands for, "" where it is none.

    >>> measure_named("1小时雨量"), measure_named("Water level"), measure_named("雨量")
    ('rain_1h', 'level', '')
    """
    return _NAMES.get(fold(text), "")


_NAMES = {
    fold(name): key for key, each in MEASURES.items() for name in (key, each.zh, each.en, *ALSO.get(key, ()))
}  # fmt: skip


def _rows(
    found: Incoming, places: Mapping[str, str], wide: Sequence[_Wide], incident: str, codes: Mapping[str, str]
) -> Iterator[Row]:
    """A row for each reading of the file, with its act or with what is wrong."""
    for place, line in enumerate(found.lines):
        told = {field: found.columns[heading][place].strip() for field, heading in places.items() if heading}
        if not any(texts[place].strip() for texts in found.columns.values()):
            continue
        row = Row(sheet=found.file, line=line)
        if line in found.bad:
            yield replace(row, trouble=say("the row cannot be read"))
            continue
        told["place"] = codes.get(told.get("place", ""), told.get("place", ""))
        cells = [(each.measure, found.columns[each.heading][place].strip(), each.unit, each.heading) for each in wide]
        if places["measure"]:
            cells += [(told["measure"], told["value"], told["unit"], HEADINGS["value"][0])]
        for measure, value, unit, heading in cells:
            if value.casefold() not in NOTHING:
                yield _row(row, {**told, "measure": measure, "value": value, "unit": unit}, heading, incident)


def _row(row: Row, told: Mapping[str, str], heading: str, incident: str) -> Row:
    """One reading: its act, checked as far as it can be without the desk."""
    measure, at = measure_named(told["measure"]), moment_of(told["at"])
    value, fault = parse(told["value"], replace(_VALUE, name=heading))
    if not told["station"]:
        return replace(row, trouble=say("the row names no station"))
    if not measure:
        return replace(row, trouble=_no_measure(told["measure"]))
    if at is None:
        says = say(
            "{found} is no time of a reading: write day and hour, as in 2021-07-20 08:00", found=told["at"][:40] or "—"
        )
        return replace(row, trouble=says)
    if fault is not None:
        return replace(row, trouble=say("{says}. {mend}", says=fault.says, mend=fault.mend))
    try:
        figure, unit = measured(measure, value, told["unit"])
        lon, lat = _degrees(told.get("lon", "")), _degrees(told.get("lat", ""))
    except Refused as refused:
        return replace(row, trouble=say("{name}: {says}", name=heading, says=refused.says))
    act = ReportReading(
        station=told["station"], measure=measure, value=figure, unit=unit, at=at, incident=incident,
        place=told["place"], lon=lon, lat=lat, source=told.get("source", "") or row.sheet,
    )  # fmt: skip
    return replace(row, act=act)


def _no_measure(text: str) -> Message:
    known = [each.zh for each in MEASURES.values()]
    near = [each for each in known if text and text in each] or difflib.get_close_matches(text, known, n=3, cutoff=0.3)
    names = ", ".join(near or known)
    return say("{measure} is nothing that is read here: write one of {names}", measure=text[:40] or "—", names=names)


def _degrees(text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise Refused(say("{found} is not a number", found=text[:40])) from None


def moment_of(text: str) -> datetime | None:
    """A time as files write it, on the clock of the desk where it names no zone; None where it is none.

    A day without its hour is none. 24:00 is the end of a day.

    >>> moment_of("2021年7月20日8时").isoformat(), moment_of("2021-07-20T00:00Z").isoformat()
    ('2021-07-20T08:00:00+08:00', '2021-07-20T00:00:00+00:00')
    >>> moment_of("2021/7/19 24:00").isoformat(), moment_of("2021072008").isoformat(), moment_of("2021-07-20")
    ('2021-07-20T00:00:00+08:00', '2021-07-20T08:00:00+08:00', None)
    """
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    for old, new in (
        ("年", "-"),
        ("月", "-"),
        ("日", " "),
        ("号", " "),
        ("时", ":"),
        ("点", ":"),
        ("分", ""),
        ("/", "-"),
    ):
        plain = plain.replace(old, new)
    found = _AT.fullmatch(plain.removesuffix("秒").strip()) or _PACKED.fullmatch(plain)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(each or 0) for each in found.groups()[:6])
    try:
        end = (hour, minute, second) == (24, 0, 0)
        made = datetime(year, month, day, 0 if end else hour, minute, second, tzinfo=CHINA) + timedelta(days=end)
    except (ValueError, OverflowError):
        return None
    zone = found.groups()[6] if found.re is _AT else None
    return datetime.fromisoformat(made.replace(tzinfo=None).isoformat() + zone.replace("Z", "+00:00")) if zone else made


def _codes(book: Book | None) -> dict[str, str]:
    """Codes of areas by their names; a name that two share stands for neither."""
    rows = book.rows(Place) if book is not None else ()
    count = Counter(row.name for row in rows)
    return {row.name: row.id for row in rows if count[row.name] == 1}


def _apart(rows: Sequence[Row]) -> list[Row]:
    """The rows; those that say differently of one station, measure and minute are in doubt, all of them."""
    told: dict[str, set[float]] = {}
    for each in rows:
        if isinstance(each.act, ReportReading):
            told.setdefault(each.act.key(), set()).add(each.act.value)
    doubt = say("the file says differently of the same station, measure and minute: keep the row that is right")
    return [
        replace(each, act=None, trouble=doubt)
        if isinstance(each.act, ReportReading) and len(told[each.act.key()]) > 1
        else each
        for each in rows
    ]


def taken_back(room: Room, rows: Sequence[Row], *, by: Actor, at: datetime, why: str) -> tuple[int, list[Row]]:
    """Take back all that the rows of a file have written and that still stands; how many, and those that cannot be,
    with their `trouble`."""
    marks = room.journal.look(lambda standing: dict(standing["marks"]))
    things, done, kept = room.standing(), 0, []
    for row in rows:
        entry = marks.get(row.mark)
        step = things.step(entry.number) if entry is not None else None
        if step is None or step.undone is not None:
            continue
        try:
            room.undo(step.told.number, by=by, at=at, why=why)
            done += 1
        except Refused as refused:
            kept.append(replace(row, trouble=refused.says))
    return done, kept


def unknown_yet(things: Things, rows: Sequence[Row]) -> list[Row]:
    """The rows; those whose figure stands already, from whatever file or person, with the entry where it does."""
    made = []
    seen: set[str] = set()
    for each in rows:
        key = each.act.key() if isinstance(each.act, ReportReading) else ""
        if key in seen:  # the same figure twice in one file
            continue
        if isinstance(each.act, ReportReading):
            here = things.get(Reading, key)
            if here is not None and here.value == each.act.value:
                each = replace(each, already=here.number)
            seen.add(key)
        made.append(each)
    return made
