"""People and hours of the tests of incidents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from luoshu.desk.actor import Actor, Grant
from luoshu.desk.deciding import ConfirmLevel
from luoshu.desk.incident import Incident, OpenIncident
from luoshu.desk.observed import ReportReading
from luoshu.desk.staff import CONSOLE, Add

NOON = datetime(2021, 7, 20, 4, tzinfo=UTC)
OFFICER = Actor(id="wang", name="Wang", grants=(Grant(role="duty"),))
SECOND = Actor(id="liu", name="Liu", grants=(Grant(role="duty"),))
TEAM = Actor(id="zhang", name="Zhang", organisation="water", grants=(Grant(role="team", organisation="water"),))
OTHERS = Actor(id="sun", name="Sun", organisation="roads", grants=(Grant(role="team", organisation="roads"),))
GUEST = Actor(id="zhao", name="Zhao", grants=(Grant(role="viewer"),))


def at_the_desk(room, *people, organisation=""):
    """People who can log in."""
    for each in people:
        room.do(Add(person=each, name=each, belongs_to=organisation), by=CONSOLE, at=NOON)


def after(**span):
    """A moment so long after noon."""
    return NOON + timedelta(**span)


def opened(room, id="yi", type="flood", **facts):
    """An incident, opened at noon."""
    facts = {"title": "伊河洪水", "lead": "hq", **facts}
    room.do(OpenIncident(id=id, type=type, **facts), by=OFFICER, at=NOON)
    return id


def read(room, value, measure="rain_1h", unit="mm", at=NOON, station="龙门镇站", **facts):
    """A reading, told when it was read."""
    return room.do(ReportReading(station=station, measure=measure, value=value, unit=unit, at=at, **facts),
                   by=OFFICER, at=max(at, NOON))  # fmt: skip


def confirmed(room, level, at, why="会商决定", id="yi"):
    room.do(ConfirmLevel(incident=id, level=level), by=OFFICER, at=at, why=why)


def standing(room, id="yi"):
    return room.standing().get(Incident, id)
