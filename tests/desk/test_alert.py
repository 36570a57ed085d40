"""Alerts out: drafted by one, issued by another, valid by the standard, signed, replaced in chains; drills never."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from luoshu.book.book import open_book
from luoshu.book.directory import Owner, Place
from luoshu.desk.act import made_of
from luoshu.desk.actor import Actor, Grant, machine
from luoshu.desk.alert import (
    AcknowledgeAlert,
    Alert,
    CancelAlert,
    DraftAlert,
    DropAlert,
    IssueAlert,
    SealAlert,
    UpdateAlert,
    in_force,
    replaced,
)
from luoshu.desk.alertarea import place_outlines, polygons_of
from luoshu.desk.alertkey import known_senders, make_key
from luoshu.desk.alertmaking import left_out
from luoshu.desk.capfile import check_alert
from luoshu.desk.capform import points_of
from luoshu.desk.incident import Incident
from luoshu.desk.journal import Refused
from luoshu.desk.room import Room

AT = datetime(2021, 7, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
WANG = Actor(id="wang", name="Wang", organisation="flood", grants=(Grant(role="duty"),))
LI = Actor(id="li", name="Li", grants=(Grant(role="duty"),))
GUEST = Actor(id="zhao", name="Zhao", organisation="hospital", grants=(Grant(role="viewer", organisation="hospital"),))
SHARED = Path(__file__).parents[3] / "shared" / "data" / "bench" / "messages" / "cap"
RULE = """title: a
in_force:
  2020-01-01: {sender: fangxun.example, name: 防汛办（示例）, name_en: Flood office (example)}
"""
RING = [[[112.0, 34.0], [112.4, 34.0], [112.4, 34.4], [112.0, 34.4], [112.0, 34.0]]]


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "book"
    (folder / "tables").mkdir(parents=True)
    (folder / "rules").mkdir()
    (folder / "geo").mkdir()
    (folder / "book.yaml").write_text('title: 一本\nregion: "410300"\n', "utf-8")
    (folder / "tables" / "place.csv").write_text("id,name\n410300,洛阳市\n410329,伊川县\n", "utf-8")
    (folder / "rules" / "alert.yaml").write_text(RULE, "utf-8")
    (folder / "geo" / "counties.geojson").write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"410329","name":"伊川县"},'
        f'"geometry":{{"type":"Polygon","coordinates":{RING}}}}}]}}',
        "utf-8",
    )
    return folder


@pytest.fixture
def room(folder):
    with Room(folder / "desk" / "journal.sqlite", open_book(folder)) as opened:
        yield opened


def draft(id="a1", **more):
    facts = {
        "alert": id, "event": "flood", "severity": "Severe", "places": ["410329"], "status": "Actual",
        "description": "伊河水位上涨 <b>&amp;", "hours": 6, **more,
    }  # fmt: skip
    return made_of("alert.draft", facts)


def issued(room, id="a1", at=AT, **more):
    room.do(draft(id, **more), by=WANG, at=at)
    room.do(IssueAlert(alert=id), by=LI, at=at)
    return room.standing().get(Alert, id)


def read(alert, folder=None):
    told, seal, problems = check_alert(alert.xml.encode(), alert.id, known_senders(folder) if folder else {})
    assert not problems
    if SHARED.is_dir():
        from lxml import etree

        schema = etree.XMLSchema(etree.parse(SHARED / "CAP-v1.2.xsd"))
        assert schema.validate(etree.fromstring(alert.xml.encode())), schema.error_log
    return told, seal


def test_an_alert_goes_out_in_two_languages_valid_with_its_area(room):
    alert = issued(room)
    told, seal = read(alert)
    assert (told["status"], told["msgType"], told["sender"]) == ("Actual", "Alert", "fangxun.example")
    zh, en = told["info"]
    assert (zh["language"], zh["event"], zh["senderName"]) == ("zh-CN", "洪水", "防汛办（示例）")
    assert (en["language"], en["event"], en["senderName"]) == ("en", "Flood", "Flood office (example)")
    assert zh["headline"] == "防汛办（示例）发布洪水橙色预警"
    assert zh["description"] == "伊河水位上涨 <b>&amp;"
    assert zh["expires"] == "2021-07-20T14:00:00+08:00"
    (area,) = zh["area"]
    assert area["geocode"] == [{"valueName": "行政区划代码", "value": "410329"}]
    assert len(points_of(area["polygon"][0])) <= 60
    assert seal.state == "unsigned"
    assert [each.id for each in in_force(room.standing(), AT)] == ["a1"]
    assert in_force(room.standing(), AT + 6 * HOUR) == ()


def test_no_chinese_stands_under_english_unless_it_is_a_name(room):
    alert = issued(room, description="水位上涨", instruction="撤到高处", headline="快撤", places=[], area="伊河两岸")
    zh, en = read(alert)[0]["info"]
    assert (zh["headline"], zh["description"], zh["area"][0]["areaDesc"]) == ("快撤", "水位上涨", "伊河两岸")
    assert (en["headline"], en["description"], en["instruction"]) == ("Orange alert: Flood", None, None)
    assert en["area"][0]["areaDesc"] == "as named in Chinese: 伊河两岸"
    room.do(
        draft("a2", area="伊河两岸", description="Water rises", instruction="撤", instruction_en="Leave"),
        by=WANG,
        at=AT,
    )
    left = left_out(room.standing().get(Alert, "a2"))
    assert [str(each) for each in left] == ["the area in words"]
    room.do(IssueAlert(alert="a2"), by=LI, at=AT)
    zh, en = read(room.standing().get(Alert, "a2"))[0]["info"]
    assert (en["description"], en["instruction"]) == ("Water rises", "Leave")
    assert zh["area"][0]["areaDesc"].endswith("（伊河两岸）")
    assert "伊河" not in en["area"][0]["areaDesc"]


def test_the_outline_of_an_alert_leaves_nobody_out():
    from shapely.geometry import Polygon, shape

    for coordinates in (RING, [[[0, 0], [4, 0], [4, 4], [2, 0.5], [0, 4], [0, 0]]]):
        area = {"type": "Polygon", "coordinates": coordinates}
        drawn = [Polygon([(lon, lat) for lat, lon in points_of(each)]) for each in polygons_of(area)]
        assert any(each.covers(shape(area)) for each in drawn)


def test_outlines_of_the_example_have_few_corners_and_cover(tmp_path):
    from shapely.geometry import Polygon, shape
    from shapely.ops import unary_union

    book = open_book(Path(__file__).parents[2] / "examples" / "luoyang")
    shapes = place_outlines(book)
    assert len(shapes) > 10
    for geometry in shapes.values():
        rings = [points_of(each) for each in polygons_of(geometry)]
        assert all(4 <= len(ring) <= 60 and ring[0] == ring[-1] for ring in rings)
        drawn = unary_union([Polygon([(lon, lat) for lat, lon in ring]) for ring in rings])
        area = unary_union([each.buffer(0) for each in getattr(shape(geometry), "geoms", [shape(geometry)])])
        assert drawn.covers(area)
    assert book.rows(Place)


def test_whoever_drafts_it_needs_a_second_person_or_a_reason(room):
    room.do(draft(), by=WANG, at=AT)
    with pytest.raises(Refused, match="second person"):
        room.do(IssueAlert(alert="a1"), by=WANG, at=AT)
    with pytest.raises(Refused, match="may not"):
        room.do(IssueAlert(alert="a1"), by=GUEST, at=AT)
    with pytest.raises(Refused, match="a person must"):
        room.do(IssueAlert(alert="a1"), by=machine("clock"), at=AT)
    room.do(IssueAlert(alert="a1"), by=WANG, at=AT, why="夜间一人值守")
    assert room.standing().get(Alert, "a1").alone == "夜间一人值守"


def test_who_issues_has_read_what_goes_out(room):
    """A draft that is rewritten between a look and a yes does not go out by that yes."""
    room.do(draft(), by=WANG, at=AT)
    read_by_li = room.standing().get(Alert, "a1").wording
    room.do(draft(description="撤离全城"), by=WANG, at=AT)
    with pytest.raises(Refused, match="rewritten after you opened it"):
        room.do(IssueAlert(alert="a1", wording=read_by_li), by=LI, at=AT)
    room.do(IssueAlert(alert="a1", wording=room.standing().get(Alert, "a1").wording), by=LI, at=AT)
    assert room.standing().get(Alert, "a1").state == "issued"


def test_nobody_waits_for_a_receipt_of_an_organisation_that_is_not_there(room):
    issued(room)
    room.book = room.book.over({Owner: (Owner(id="water", name="水务局"),)})
    with pytest.raises(Refused, match="there is no organisation nosuch"):
        room.do(draft("a2", receivers=["nosuch"]), by=WANG, at=AT)
    room.do(draft("a2", receivers=["water"]), by=WANG, at=AT)
    with pytest.raises(Refused, match="there is no organisation nosuch"):
        room.do(AcknowledgeAlert(alert="a1", party="nosuch"), by=LI, at=AT)
    room.do(AcknowledgeAlert(alert="a1", party="water"), by=LI, at=AT)


def test_what_goes_out_is_written_with_the_issue_alone(room):
    room.do(draft(), by=WANG, at=AT)
    seal = SealAlert(alert="a1", xml="<a/>", status="Actual", sent=AT, expires=AT + HOUR)
    for who in (WANG, machine("clock")):
        with pytest.raises(Refused):
            room.do(seal, by=who, at=AT)


def test_what_went_out_is_cancelled_never_taken_back(room):
    room.do(draft(), by=WANG, at=AT)
    entries = room.do(IssueAlert(alert="a1"), by=LI, at=AT)
    assert [each.draft.what for each in entries] == ["alert.issue", "alert.seal"]
    for entry in entries:
        with pytest.raises(Refused, match="cancel it"):
            room.undo(entry.number, by=LI, at=AT, why="a mistake")
    room.do(CancelAlert(alert="a2", of="a1", reason="水位已退"), by=WANG, at=AT + HOUR)
    room.do(IssueAlert(alert="a2"), by=LI, at=AT + HOUR)
    assert in_force(room.standing(), AT + HOUR) == ()
    told, _ = read(room.standing().get(Alert, "a2"))
    assert (told["msgType"], told["status"]) == ("Cancel", "Actual")
    assert told["references"] == "fangxun.example,a1,2021-07-20T08:00:00+08:00"
    assert told["info"][0]["responseType"] == ["AllClear"]
    assert told["info"][0]["area"][0]["areaDesc"] == "伊川县"


def test_a_chain_names_all_that_came_before_and_only_its_end_is_updated(room):
    issued(room)
    facts = {"event": "flood", "severity": "Extreme", "places": ["410329"], "status": "Actual"}
    room.do(made_of("alert.update", {"alert": "a2", "of": "a1", **facts}), by=WANG, at=AT + HOUR)
    room.do(made_of("alert.update", {"alert": "b2", "of": "a1", **facts}), by=WANG, at=AT + HOUR)
    assert [each.id for each in in_force(room.standing(), AT + HOUR)] == ["a1"]  # a draft changes nothing
    room.do(IssueAlert(alert="a2"), by=LI, at=AT + HOUR)
    with pytest.raises(Refused, match="a2 has taken the place"):
        room.do(IssueAlert(alert="b2"), by=LI, at=AT + HOUR)
    room.do(DropAlert(alert="b2"), by=WANG, at=AT + HOUR)
    with pytest.raises(Refused, match="update that one"):
        room.do(UpdateAlert(alert="a3", of="a1", event="flood", severity="Minor", area="a"), by=WANG, at=AT + HOUR)
    room.do(CancelAlert(alert="a3", of="a2", reason="退"), by=WANG, at=AT + HOUR)
    room.do(IssueAlert(alert="a3"), by=LI, at=AT + 2 * HOUR)
    told, _ = read(room.standing().get(Alert, "a3"))
    assert told["references"].split() == [
        "fangxun.example,a1,2021-07-20T08:00:00+08:00", "fangxun.example,a2,2021-07-20T09:00:00+08:00",
    ]  # fmt: skip
    assert replaced(room.standing().all(Alert)) == {"a1": "a3", "a2": "a3"}
    with pytest.raises(Refused, match="is a cancellation"):
        room.do(CancelAlert(alert="a4", of="a3", reason="a"), by=WANG, at=AT + 3 * HOUR)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"alert": "a b"}, "no name of an alert"),
        ({"alert": "../a"}, "no name of an alert"),
        ({"event": "party"}, "may be"),
        ({"severity": "severe"}, "may be"),
        ({"places": [], "area": ""}, "for which area"),
        ({"places": ["999999"]}, "no place 999999"),
        ({"polygon": "34,112 35,112 35,113"}, "four points"),
        ({"circle": "112,34 5"}, "swapped"),
        ({"hours": 0}, "less than"),
        ({"hours": 1e9}, "more than"),
        ({"status": ""}, "say whether"),
        ({"incident": "none"}, "no incident none"),
        ({"headline": "a\x1bb"}, "would not be valid|control|cannot be seen"),
        ({"headline": "水" * 5000}, "4000|long"),
    ],
)
def test_what_could_not_go_out_is_not_drafted(room, facts, says):
    with pytest.raises(Refused, match=says):
        room.do(draft(**facts), by=WANG, at=AT)
    assert not room.standing().all(Alert)


def opened(room, id, drill):
    facts = {"id": id, "type": "flood", "title": "演练" if drill else "洪水", "drill": drill}
    room.do(made_of("incident.open", facts), by=WANG, at=AT)
    assert room.standing().get(Incident, id).drill is drill


def test_a_drill_is_never_real(room):
    opened(room, "drill-1", True)
    for status in ("Actual", "Test"):
        with pytest.raises(Refused, match="is a drill"):
            room.do(draft(status=status, incident="drill-1"), by=WANG, at=AT)
    alert = issued(room, status="", incident="drill-1")
    told, _ = read(alert)
    assert (told["status"], told["incidents"], alert.status) == ("Exercise", "drill-1", "Exercise")
    assert all(info["headline"].startswith(("【演练】", "[EXERCISE]")) for info in told["info"])
    assert "不是真实预警" in told["note"]
    with pytest.raises(Refused, match="belongs to the incident drill-1"):
        room.do(CancelAlert(alert="a2", of="a1", reason="结束"), by=WANG, at=AT)
    room.do(CancelAlert(alert="a2", of="a1", reason="结束", incident="drill-1"), by=WANG, at=AT)
    room.do(IssueAlert(alert="a2"), by=LI, at=AT)
    assert read(room.standing().get(Alert, "a2"))[0]["status"] == "Exercise"
    assert "<status>Actual" not in "".join(each.xml for each in room.standing().all(Alert).values())


def test_an_alert_of_a_real_incident_is_real(room):
    opened(room, "flood-1", False)
    assert read(issued(room, status="", incident="flood-1"))[0]["status"] == "Actual"


def test_no_real_alert_goes_out_under_nobodys_name(folder):
    (folder / "rules" / "alert.yaml").unlink()
    with Room(folder / "desk" / "journal.sqlite", open_book(folder)) as room:
        with pytest.raises(Refused, match=r"rules/alert\.yaml"):
            room.do(draft(), by=WANG, at=AT)
        told, _ = read(issued(room, status="Exercise"))
        assert told["sender"] == "luoshu.410300"


def test_what_went_out_is_signed_and_stays_as_it_was(folder, room):
    make_key(folder, "防汛办", AT)
    alert = issued(room)
    told, seal = read(alert, folder)
    assert (seal.state, seal.signer) == ("known", "防汛办")
    assert seal.fingerprint == alert.signed_by
    assert "PRIVATE" not in str([entry.draft.facts_text for entry in room.journal.entries()])
    assert told["identifier"] == "a1"
    again = room.rows()  # folding anew makes nothing new
    assert room.standing().get(Alert, "a1").xml == alert.xml
    assert again is not None


def test_receipts_are_by_organisation_and_once(room):
    issued(room, receivers=["hospital", "school"])
    with pytest.raises(Refused, match="may not"):
        room.do(AcknowledgeAlert(alert="a1", party="school"), by=GUEST, at=AT)
    room.do(AcknowledgeAlert(alert="a1", party="hospital"), by=GUEST, at=AT)
    with pytest.raises(Refused, match="already"):
        room.do(AcknowledgeAlert(alert="a1", party="hospital"), by=WANG, at=AT)
    room.do(AcknowledgeAlert(alert="a1", party="school", note="by telephone"), by=WANG, at=AT + HOUR)
    receipts = room.standing().get(Alert, "a1").receipts
    assert [(each.party, each.who) for each in receipts] == [("hospital", "zhao"), ("school", "wang")]
    room.do(draft("a9"), by=WANG, at=AT)
    with pytest.raises(Refused, match="did not go out"):
        room.do(AcknowledgeAlert(alert="a9", party="hospital"), by=GUEST, at=AT)


def test_a_draft_is_rewritten_until_it_goes_out(room):
    room.do(draft(), by=WANG, at=AT)
    room.do(draft(severity="Extreme"), by=LI, at=AT)
    room.do(IssueAlert(alert="a1"), by=WANG, at=AT)  # the last who wrote it was Li
    with pytest.raises(Refused, match="issue an update"):
        room.do(draft(severity="Minor"), by=LI, at=AT)
    with pytest.raises(Refused, match="no draft"):
        room.do(IssueAlert(alert="a1"), by=LI, at=AT)
    assert isinstance(draft(), DraftAlert)


def test_a_key_that_cannot_be_used_is_said_and_nothing_goes_out(folder, room):
    make_key(folder, "防汛办", AT)
    (folder / "desk" / "alert-key.pem").write_bytes(b"nonsense")
    room.do(draft(), by=WANG, at=AT)
    with pytest.raises(Refused, match="move it away"):
        room.do(IssueAlert(alert="a1"), by=LI, at=AT)
    (folder / "desk" / "alert-key.pem").unlink()
    room.do(IssueAlert(alert="a1"), by=LI, at=AT)
    assert room.standing().get(Alert, "a1").signed_by == ""


def test_nobody_acknowledges_for_others_but_a_duty_officer(room):
    issued(room, receivers=["hospital", "school"])
    for grants in ((Grant(role="viewer"),), (Grant(role="team"),)):
        other = Actor(id="sun", name="Sun", grants=grants)
        with pytest.raises(Refused, match="only school or a duty officer"):
            room.do(AcknowledgeAlert(alert="a1", party="school"), by=other, at=AT)
    assert room.standing().get(Alert, "a1").receipts == ()
