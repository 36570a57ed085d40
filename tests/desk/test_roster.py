"""The duty roster: who is on duty, swaps that both agree to, a calendar that follows changes, a workbook in and out."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar
from openpyxl import load_workbook

from luoshu.desk.actor import Actor, Grant
from luoshu.desk.clock import CHINA
from luoshu.desk.journal import MayNot, Refused
from luoshu.desk.room import Room
from luoshu.desk.roster import AgreeSwap, AskSwap, Cancel, DeclineSwap, Hand, Put, Shift, on_duty, shift_key
from luoshu.desk.rosterfile import calendar, read_workbook, workbook
from luoshu.desk.staff import CONSOLE, Add, Person

NOON = datetime(2021, 7, 20, 12, tzinfo=CHINA)
OFFICER = Actor(id="wang", name="王", grants=(Grant(role="duty"),))
LI, ZHAO = (Actor(id=name, name=name, grants=(Grant(role="team"),)) for name in ("li", "zhao"))


def at(day: int, hour: int = 8) -> datetime:
    return datetime(2021, 7, day, hour, tzinfo=CHINA)


@pytest.fixture
def room(tmp_path):
    with Room(tmp_path / "desk.sqlite") as opened:
        for name in ("li", "zhao", "wang"):
            opened.do(Add(person=name, name=name.title()), by=CONSOLE, at=NOON)
        yield opened


def put(room, person, day, post="值班员", hours=24, by=OFFICER):
    shift = Put(post=post, person=person, starts=at(day), ends=at(day) + timedelta(hours=hours))
    room.do(shift, by=by, at=NOON)
    return shift.key()


def people(room):
    return {key: shift.person for key, shift in room.standing().all(Shift).items()}


def test_one_shift_ends_when_the_next_begins(room):
    put(room, "li", 20), put(room, "zhao", 21)
    things = room.standing()
    assert [each.person for each in on_duty(things, at(21, 7))] == ["li"]
    assert [each.person for each in on_duty(things, at(21, 8))] == ["zhao"]
    assert on_duty(things, at(22)) == ()


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"person": "nobody"}, "nobody called nobody"),
        ({"ends": at(20)}, "ends after it begins"),
        ({"ends": at(24)}, "within 72 hours"),
        ({"starts": datetime(2021, 7, 20, 8)}, "needs its zone"),
        ({"person": "li", "post": "带班领导", "starts": at(20, 20)}, "on duty then already"),
    ],
)
def test_what_cannot_be_a_shift_is_refused(room, facts, says):
    put(room, "li", 20)
    good = {"post": "另一岗", "person": "zhao", "starts": at(20), "ends": at(21)}
    with pytest.raises(Refused, match=says):
        room.do(Put(**{**good, **facts}), by=OFFICER, at=NOON)
    assert len(people(room)) == 1


def test_shifts_change_hands_only_when_both_agree(room):
    mine, other = put(room, "li", 21), put(room, "zhao", 22)
    with pytest.raises(MayNot, match="only li may offer"):
        room.do(AskSwap(shift=mine, other=other), by=ZHAO, at=NOON)
    with pytest.raises(Refused, match="nobody asks"):
        room.do(AgreeSwap(shift=mine), by=ZHAO, at=NOON)
    room.do(AskSwap(shift=mine, other=other), by=LI, at=NOON)
    with pytest.raises(MayNot, match="only zhao may agree"):
        room.do(AgreeSwap(shift=mine), by=LI, at=NOON)
    assert people(room) == {mine: "li", other: "zhao"}
    agreed = room.do(AgreeSwap(shift=mine), by=ZHAO, at=NOON)
    assert people(room) == {mine: "zhao", other: "li"}
    room.undo(agreed[0].number, by=OFFICER, at=NOON, why="a mistake")
    assert people(room) == {mine: "li", other: "zhao"}


def test_a_swap_is_declined_and_never_taken_by_hand(room):
    mine, other = put(room, "li", 21), put(room, "zhao", 22)
    room.do(AskSwap(shift=mine, other=other), by=LI, at=NOON)
    with pytest.raises(Refused):
        room.do(Hand(shift=other, person="li"), by=LI, at=NOON)
    with pytest.raises(Refused):
        room.do(Hand(shift=other, person="li"), by=OFFICER, at=NOON)
    room.do(DeclineSwap(shift=mine), by=ZHAO, at=NOON)
    with pytest.raises(Refused, match="nobody asks"):
        room.do(AgreeSwap(shift=mine), by=ZHAO, at=NOON)
    assert people(room) == {mine: "li", other: "zhao"}


def test_a_swap_puts_nobody_in_two_places(room):
    mine, other = put(room, "li", 21), put(room, "zhao", 22)
    put(room, "li", 22, post="带班领导")
    room.do(AskSwap(shift=mine, other=other), by=LI, at=NOON)
    with pytest.raises(Refused, match="on duty then already"):
        room.do(AgreeSwap(shift=mine), by=ZHAO, at=NOON)
    with pytest.raises(Refused, match="is over"):
        room.do(AskSwap(shift=mine, other=other), by=LI, at=at(30))


def test_a_shift_does_not_come_back_to_who_is_elsewhere_by_now(room):
    key = put(room, "li", 20)
    (cancelled,) = room.do(Cancel(shift=key), by=OFFICER, at=NOON)
    put(room, "li", 20, post="带班领导")
    with pytest.raises(Refused, match="on duty then already"):
        room.undo(cancelled.number, by=OFFICER, at=NOON, why="wrong")


def test_a_swap_of_posts_at_the_same_hours_can_be_taken_back(room):
    mine, other = put(room, "li", 20), put(room, "zhao", 20, post="带班领导")
    room.do(AskSwap(shift=mine, other=other), by=LI, at=NOON)
    agreed = room.do(AgreeSwap(shift=mine), by=ZHAO, at=NOON)
    assert people(room) == {mine: "zhao", other: "li"}
    room.undo(agreed[0].number, by=OFFICER, at=NOON, why="wrong")
    assert people(room) == {mine: "li", other: "zhao"}


def test_a_calendar_follows_what_changes(room):
    key = put(room, "li", 21)
    things = room.standing()

    def events(things):
        data = calendar(things.all(Shift).values(), things.all(Person), "值班表", NOON)
        return list(Calendar.from_ical(data).walk("VEVENT"))

    (first,) = events(things)
    assert first.decoded("dtstart") == at(21).astimezone(UTC)
    assert (str(first["summary"]), first["sequence"]) == ("值班员 Li", 0)
    put(room, "zhao", 21)
    (second,) = events(room.standing())
    assert (second["uid"], second["sequence"]) == (first["uid"], 1)
    room.do(Cancel(shift=key), by=OFFICER, at=NOON)
    (third,) = events(room.standing())
    assert (third["uid"], str(third["status"]), third["sequence"]) == (first["uid"], "CANCELLED", 2)


def test_a_workbook_comes_back_as_it_went_and_bad_rows_are_named(room):
    put(room, "li", 21), put(room, "zhao", 22)
    things = room.standing()
    data = workbook(things.all(Shift).values(), things.all(Person))
    rows, problems = read_workbook(data, "roster.xlsx", things.all(Person))
    assert not problems
    assert {row.act.key(): row.act.person for row in rows} == people(room)
    book = load_workbook(io.BytesIO(data))
    sheet = book.active
    sheet.append(["值班员", "nobody", "", at(23).replace(tzinfo=None), at(24).replace(tzinfo=None), ""])
    sheet.append(["值班员", "", "Wang", "2021/07/24 08:00", "2021-07-25 08:00", ""])
    sheet.append(["", "li", "", "2021/07/24 08:00", "2021-07-25 08:00", ""])
    sheet.append(["值班员", "li", "", "soon", "2021-07-25 08:00", ""])
    out = io.BytesIO()
    book.save(out)
    rows, problems = read_workbook(out.getvalue(), "roster.xlsx", things.all(Person))
    assert len(rows) == 3
    assert rows[-1].act.key() == shift_key("值班员", at(24))
    assert rows[-1].act.person == "wang"
    assert [(each.source.line, str(each.says)) for each in problems] == [
        (4, "there is nobody called nobody"), (6, "the row names no post"), (7, "soon is not a time"),
    ]  # fmt: skip
    assert read_workbook(b"no workbook", "x.xlsx", {})[1][0].code == "unreadable-workbook"


def test_the_page_the_calendar_and_the_workbook_are_for_who_is_logged_in(desk_server):
    officer, team = desk_server.person("officer", "duty"), desk_server.person("team", "team")
    nobody = desk_server.client()
    for path in ("/desk/roster", "/desk/roster.json", "/desk/roster.ics", "/desk/roster.xlsx"):
        assert nobody.get(path).status_code in (303, 401)
    assert "还没有" in officer.get("/desk/roster", headers={"accept": "text/html"}).text
    begins = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    facts = {"post": "值班员", "person": "team", "starts": begins.isoformat(),
             "ends": (begins + timedelta(hours=12)).isoformat()}  # fmt: skip
    assert team.post("/desk/acts/roster.set", json={"facts": facts}).status_code == 403
    assert officer.post("/desk/acts/roster.set", json={"facts": facts}).status_code == 201
    told = team.get("/desk/roster.json").json()
    assert [(each["post"], each["mine"]) for each in told["now"]] == [("值班员", True)]
    assert "team &lt;b&gt;" in team.get("/desk/roster", headers={"accept": "text/html"}).text
    assert len(list(Calendar.from_ical(team.get("/desk/roster.ics?mine=true").content).walk("VEVENT"))) == 1
    data = team.get("/desk/roster.xlsx").content
    sent = {"file": ("roster.xlsx", data)}
    assert team.post("/desk/upload/roster", files=sent, data={"_csrf": team.headers["x-csrf-token"]}).status_code == 403
    proof = {"_csrf": officer.headers["x-csrf-token"]}
    assert officer.post("/desk/upload/roster", files=sent, data={"_csrf": "x"}).status_code == 403
    before = len(desk_server.told("roster.set"))
    for _ in range(2):
        assert officer.post("/desk/upload/roster", files=sent, data=proof).status_code == 200
    assert len(desk_server.told("roster.set")) == before + 1


def test_who_sets_the_roster_of_one_organisation_does_not_take_the_shift_of_another(room):
    limited = Actor(id="gd", name="Gd", grants=(Grant(role="duty", organisation="granary"),))
    facts = {"post": "值班员", "starts": at(20), "ends": at(21)}
    room.do(Put(**facts, person="wang", belongs_to="command"), by=OFFICER, at=NOON)
    mine = Put(**facts, person="li", belongs_to="granary")
    with pytest.raises(MayNot, match="another organisation's: call your own post by another name"):
        room.do(mine, by=limited, at=NOON)
    assert people(room) == {mine.key(): "wang"}
    room.do(Put(**{**facts, "post": "储备值班员"}, person="li", belongs_to="granary"), by=limited, at=NOON)
    room.do(Cancel(shift=mine.key()), by=OFFICER, at=NOON)
    room.do(Cancel(shift=shift_key("储备值班员", at(20))), by=limited, at=NOON)
    room.do(mine, by=limited, at=NOON)
    assert people(room)[mine.key()] == "li"
