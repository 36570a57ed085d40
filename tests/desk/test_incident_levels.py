"""Levels: what the readings call for, when it is proposed, when it may end; and rule sheets with faults."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from incidents import NOON, OFFICER, OTHERS, TEAM, after, at_the_desk, confirmed, opened, read, standing

from luoshu.book.book import open_book
from luoshu.desk.actor import Actor
from luoshu.desk.assignment import GiveTask
from luoshu.desk.deciding import ConfirmLevel, RejectLevel
from luoshu.desk.incident import LEVELS, Incident, severity
from luoshu.desk.journal import MayNot, Refused
from luoshu.desk.levels import assess, proposal
from luoshu.desk.observed import MEASURES, Reading, ReportReading, measured
from luoshu.desk.responserule import built_in, response_faults, response_rule
from luoshu.desk.room import Room
from luoshu.desk.ticking import tick

DAY = NOON.date()
RULE = response_rule(None, DAY)


def flood(**facts):
    return Incident(id="yi", type="flood", title="t", organisation="", opened=NOON, opened_by="w", phase_since=NOON,
                    **facts)  # fmt: skip


def reading(value, measure="rain_1h", at=NOON, station="s"):
    return Reading(id=f"{station}{measure}{at}", station=station, measure=measure, value=value, unit="", at=at)


@pytest.fixture
def room(tmp_path):
    with Room(tmp_path / "j.sqlite") as made:
        opened(made)
        yield made


@pytest.mark.parametrize(
    ("measure", "value", "level"),
    [("rain_1h", 19.9, "none"), ("rain_1h", 20, "IV"), ("rain_1h", 201.9, "I"), ("rain_24h", 110.5, "III"),
     ("above_warning", 0, "IV"), ("above_guarantee", 0.5, "I"), ("to_move", 12_000, "II"), ("level", 150, "none")],
)  # fmt: skip
def test_a_reading_that_reaches_a_limit_calls_for_its_level(measure, value, level):
    assert assess([reading(value, measure)], flood(), RULE, NOON).level == level


def test_the_worst_of_all_stations_counts_and_only_their_latest():
    found = assess([reading(130, at=after(minutes=-30)), reading(60), reading(25, station="b")], flood(), RULE, NOON)
    assert found.level == "III"
    assert [each.station for each in found.because] == ["s", "b"]


def test_what_is_too_old_or_of_tomorrow_does_not_count():
    old = reading(130, at=NOON - timedelta(hours=3))
    found = assess([old], flood(), RULE, NOON)
    assert (found.level, found.stale) == ("", (("s", "rain_1h"),))
    assert assess([reading(130, at=after(hours=1))], flood(), RULE, NOON).level == ""


def test_a_level_ends_only_after_a_quiet_time_with_fresh_readings(room):
    read(room, 60)
    tick(room, NOON)
    room.do(ConfirmLevel(incident="yi", level="III"), by=OFFICER, at=NOON)
    for hours in range(1, 12):
        read(room, 3, at=after(hours=hours))
        assert tick(room, after(hours=hours)) == ()
    assert tick(room, after(hours=14)) == ()  # silence is not calm: the last reading is three hours old
    read(room, 2, at=after(hours=14))
    (entry,) = tick(room, after(hours=14))
    assert entry.draft.facts["level"] == "none"
    ground = standing(room).proposal.because[0]
    assert str(ground.says()) == (
        "龙门镇站, rain in 1 hour: 2 毫米 is below 50 毫米, where level III may end"
    )  # fmt: skip
    assert standing(room).level == "III"  # the machine lowers nothing
    room.do(RejectLevel(incident="yi"), by=OFFICER, at=after(hours=14), why="上游仍有降雨")
    read(room, 2, at=after(hours=20))
    assert tick(room, after(hours=20)) == ()
    read(room, 2, at=after(hours=27))
    assert tick(room, after(hours=27))


def test_a_wave_just_below_the_limit_does_not_end_a_level(room):
    read(room, 60)
    tick(room, NOON)
    room.do(ConfirmLevel(incident="yi", level="III"), by=OFFICER, at=NOON)
    read(room, 48, at=after(hours=8))  # below 50, but above nine tenths of it
    read(room, 5, at=after(hours=15))
    assert tick(room, after(hours=15)) == ()
    read(room, 5, at=after(hours=21))
    assert tick(room, after(hours=21))[0].draft.facts["level"] == "none"


def test_all_that_raised_a_level_must_be_read_afresh(room):
    read(room, 60)
    read(room, 55, station="b")
    tick(room, NOON)
    room.do(ConfirmLevel(incident="yi", level="III"), by=OFFICER, at=NOON)
    read(room, 5, at=after(hours=13))
    assert tick(room, after(hours=13)) == ()
    read(room, 5, station="b", at=after(hours=13))
    assert tick(room, after(hours=13))


def test_a_person_who_lowers_is_not_contradicted_at_once_but_is_when_it_gets_worse(room):
    read(room, 90)
    tick(room, NOON)
    room.do(ConfirmLevel(incident="yi", level="II"), by=OFFICER, at=NOON)
    confirmed(room, "III", after(minutes=10), why="局地短时")
    read(room, 92, at=after(minutes=30))
    assert tick(room, after(minutes=30)) == ()
    read(room, 125, at=after(minutes=40))
    assert tick(room, after(minutes=40))[0].draft.facts["level"] == "I"


def test_a_level_that_was_ended_as_proposed_comes_back_with_the_water(room):
    read(room, 60)
    tick(room, NOON)
    room.do(ConfirmLevel(incident="yi", level="III"), by=OFFICER, at=NOON)
    read(room, 1, at=after(hours=13))
    tick(room, after(hours=13))
    room.do(ConfirmLevel(incident="yi", level="none"), by=OFFICER, at=after(hours=13))
    read(room, 55, at=after(hours=14))
    assert tick(room, after(hours=14))[0].draft.facts["level"] == "III"


values = st.lists(
    st.tuples(st.sampled_from(["rain_1h", "rain_24h", "above_warning", "flow"]), st.floats(0, 500), st.integers(0, 40)),
    max_size=12,
)


@given(values, st.sampled_from(["", *LEVELS]), st.integers(0, 40))
def test_whatever_is_read_the_machine_only_proposes_what_the_readings_say(found, level, hours):
    readings = [reading(value, measure, after(hours=hour), station=f"s{hour % 3}") for measure, value, hour in found]
    incident = flood(level=level, level_since=NOON)
    made = proposal(readings, incident, RULE, after(hours=hours))
    again = proposal(list(reversed(readings)), incident, RULE, after(hours=hours))
    assert (made is None) == (again is None)
    if made is not None:
        assert made.because
        assert severity(made.level) != severity(level)
        assert all(each.at <= after(hours=hours) for each in made.because)
        if severity(made.level) > severity(level):
            assert made.level == assess(readings, incident, RULE, after(hours=hours)).level
        else:
            assert hours >= RULE.quiet / timedelta(hours=1)


@given(st.sampled_from(sorted(MEASURES)), st.floats(allow_nan=True, allow_infinity=True), st.text(max_size=8))
def test_a_figure_is_taken_in_its_own_unit_or_refused(measure, value, unit):
    known = MEASURES[measure]
    for each in (unit, known.unit):
        try:
            found, written = measured(measure, value, each)
        except Refused:
            continue
        assert written == known.unit
        assert known.low <= found <= known.high


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"value": -1}, "cannot be"), ({"value": 5000}, "cannot be"), ({"unit": "m³/s"}, "no unit of this"),
        ({"unit": ""}, "no unit"), ({"measure": "mood"}, "may be|read here"), ({"at": after(hours=2)}, "not come yet"),
        ({"at": NOON.replace(tzinfo=None)}, "zone"), ({"incident": "none"}, "no incident"),
        ({"station": "x" * 61}, "60"), ({"lon": 1.0}, "both"),
    ],
)  # fmt: skip
def test_a_reading_that_makes_no_sense_is_refused(room, facts, says):
    whole = {"station": "s", "measure": "rain_1h", "value": 20.0, "unit": "mm", "at": NOON, **facts}
    with pytest.raises(Refused, match=says):
        room.do(ReportReading(**whole), by=OFFICER, at=NOON)


@pytest.mark.parametrize("unit", ["mm", "㎜", "MM", "ｍｍ", "毫米"])
def test_a_unit_is_understood_however_it_is_written(unit):
    assert measured("rain_1h", 20.0, unit) == (20.0, "毫米")


def test_the_same_hour_again_corrects_and_taking_it_back_brings_the_first_figure(room):
    read(room, 600 / 10)
    (second,) = read(room, 6)
    assert [each.value for each in room.standing().all(Reading).values()] == [6]
    assert tick(room, NOON) == ()
    room.undo(second.number, by=OFFICER, at=NOON, why="x")
    assert [each.value for each in room.standing().all(Reading).values()] == [60]


SHEET = """title: 某市分级
in_force:
  2020-01-01:
    limits: {flood: {flow: {IV: 1500, III: 2500, II: 4000, I: 7000}}}
    stations: {龙门镇站: {warning: 150, guarantee: 152, flow: {III: 1000}}}
    quiet_hours: 6
"""


def book_with(tmp_path, sheet):
    folder = tmp_path / "book"
    (folder / "rules").mkdir(parents=True)
    (folder / "book.yaml").write_text("title: t\nregion: r\n", encoding="utf-8")
    (folder / "rules" / "response.yaml").write_text(sheet, encoding="utf-8")
    return open_book(folder)


def test_a_book_has_its_own_sheet_with_stages_of_its_stations(tmp_path):
    book = book_with(tmp_path, SHEET)
    rule = response_rule(book, DAY)
    assert response_faults(book.rules("response")[0]) == []
    assert rule.title == "某市分级 2020-01-01"
    assert rule.quiet == timedelta(hours=6)
    assert rule.ladder("I")  # what it leaves out comes from the built-in one
    assert assess([reading(1200, "flow", station="龙门镇站")], flood(), rule, NOON).level == "III"
    assert assess([reading(1200, "flow")], flood(), rule, NOON).level == "none"
    assert response_rule(book, DAY.replace(year=2019)).title.startswith("应急响应")
    stages = book_with(tmp_path / "more", SHEET.replace("flow: {IV", "above_guarantee: {II: 0}, flow: {IV"))
    level = assess([reading(152.3, "level", station="龙门镇站")], flood(), response_rule(stages, DAY), NOON)
    assert (level.level, level.because[0].measure, level.because[0].value) == ("II", "above_guarantee", 0.3)


@pytest.mark.parametrize(
    ("sheet", "says"),
    [
        ("limits: {war: {}}", "no type"), ("limits: {flood: {mood: {}}}", "read here"), ("limit: {}", "has no limit"),
        ("limits: {flood: {flow: {IV: 2, III: 1}}}", "do not go up"), ("limits: {flood: {flow: {V: 1}}}", "each level"),
        ("limits: {supply failure: {supply_days: {IV: 1, III: 2}}}", "do not go up"),
        ("quiet_hours: -1", "not a number"),
        ("escalation: {default: {boss: 1}}", "no rung"), ("stations: {a: {warning: high}}", "not a number"),
    ],
)  # fmt: skip
def test_faults_of_a_sheet_are_named_and_do_not_count(tmp_path, sheet, says):
    book = book_with(tmp_path, f"title: t\nin_force:\n  2020-01-01:\n    {sheet}\n")
    problems = response_faults(book.rules("response")[0])
    assert says in str([str(each.says) for each in problems])
    assert problems[0].source.file == "rules/response.yaml"
    response_rule(book, DAY)


def test_the_built_in_sheet_is_without_fault():
    from luoshu.desk.responserule import _faults

    assert [list(_faults(rule.values)) for rule in built_in()] == [[]]


def told_by(room, who, value=30, station="龙门镇站"):
    act = ReportReading(station=station, measure="rain_1h", value=value, unit="mm", at=NOON, incident="yi")
    return room.do(act, by=who, at=NOON)


def test_a_team_reports_for_an_incident_of_others_once_its_organisation_takes_part(room):
    with pytest.raises(MayNot, match="may not"):
        told_by(room, TEAM)
    room.do(GiveTask(id="t", incident="yi", title="巡堤", to="water", hours=2.0), by=OFFICER, at=NOON)
    told_by(room, TEAM)
    with pytest.raises(MayNot, match="may not"):
        told_by(room, OTHERS)
    assert [each.who for each in room.standing().all(Reading).values()] == [TEAM.id]


def test_a_team_corrects_its_own_figures_and_those_of_nobody_else(room):
    for to in ("water", "roads"):
        room.do(GiveTask(id=to, incident="yi", title="巡堤", to=to, hours=2.0), by=OFFICER, at=NOON)
    told_by(room, TEAM, 30)
    told_by(room, TEAM, 31)
    with pytest.raises(MayNot, match="may not"):
        told_by(room, OTHERS, 3)
    told_by(room, OTHERS, 3, station="宜阳站")
    told_by(room, OFFICER, 32)
    assert sorted(each.value for each in room.standing().all(Reading).values()) == [3, 32]


def test_who_was_given_a_task_by_name_takes_part(room):
    at_the_desk(room, TEAM.id)
    room.do(GiveTask(id="p", incident="yi", title="看水尺", person=TEAM.id, hours=2.0), by=OFFICER, at=NOON)
    assert told_by(room, TEAM)
    with pytest.raises(MayNot):
        told_by(room, Actor(id="xu", organisation="water", grants=TEAM.grants), 31, "宜阳站")


def test_a_proposal_goes_back_when_its_reading_is_corrected_and_comes_again_with_the_next(room):
    read(room, 150, station="龙门")
    tick(room, after(minutes=1))
    assert standing(room).proposal.level == "I"
    read(room, 1.5, station="龙门")  # the same station and minute: a slip is corrected
    with pytest.raises(Refused, match="corrected or taken back"):
        room.do(ConfirmLevel(incident="yi", level="I"), by=OFFICER, at=after(minutes=2))
    (entry,) = tick(room, after(minutes=2))
    assert entry.draft.what == "incident.withdraw"
    assert standing(room).proposal is None
    assert tick(room, after(minutes=3)) == ()
    read(room, 150, station="龙门")  # it was right after all, word for word as before
    tick(room, after(minutes=4))
    assert standing(room).proposal.level == "I"


def test_what_still_calls_for_less_is_proposed_in_its_place(room):
    read(room, 150, station="龙门")
    read(room, 60, station="白马寺")
    tick(room, after(minutes=1))
    read(room, 1.5, station="龙门")
    assert [each.draft.what for each in tick(room, after(minutes=2))] == ["incident.withdraw", "incident.propose"]
    assert standing(room).proposal.level == "III"


def test_a_reading_that_is_taken_back_takes_its_proposal_along_but_falling_water_does_not(room):
    (entry,) = read(room, 150, station="龙门")
    tick(room, after(minutes=1))
    read(room, 2, station="龙门", at=after(minutes=10))
    assert tick(room, after(minutes=11)) == ()
    assert standing(room).proposal.level == "I"
    room.undo(entry.number, by=OFFICER, at=after(minutes=12), why="wrong gauge")
    tick(room, after(minutes=13))
    assert standing(room).proposal is None


def test_a_proposed_end_goes_back_when_the_water_comes_again(room):
    read(room, 60)
    tick(room, NOON)
    room.do(ConfirmLevel(incident="yi", level="III"), by=OFFICER, at=NOON)
    read(room, 1, at=after(hours=13))
    assert tick(room, after(hours=13))[0].draft.facts["level"] == "none"
    read(room, 55, at=after(hours=14))  # level III again, which is in force
    (entry,) = tick(room, after(hours=14))
    assert entry.draft.what == "incident.withdraw"
    assert (standing(room).proposal, standing(room).level) == (None, "III")


def test_what_was_rejected_is_proposed_again_by_the_same_reading_when_it_goes_on_to_be_called_for(tmp_path):
    with Room(tmp_path / "supply.sqlite") as room:
        opened(room, type="supply failure")
        read(room, 2.5, measure="supply_days", unit="天")
        (first,) = tick(room, NOON)
        room.do(RejectLevel(incident="yi"), by=OFFICER, at=NOON, why="再核实")
        assert tick(room, after(hours=1)) == ()
        (again,) = tick(room, after(hours=6))
        assert again.draft.facts["level"] == first.draft.facts["level"]
        assert standing(room).proposal.number == again.number
