"""Alerts of others: kept as they came, once, with what they are worth; nothing follows from them by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from luoshu.desk.act import ACTS, made_of
from luoshu.desk.actor import Actor, Grant, machine
from luoshu.desk.alertkey import key_of, make_key, signed
from luoshu.desk.capfile import write_alert
from luoshu.desk.capparse import parsed
from luoshu.desk.capsign import certificates, seal_of
from luoshu.desk.heard import (
    Heard,
    ReadHeard,
    TakeIn,
    answers,
    as_bytes,
    as_text,
    heard_in_force,
    heard_standing,
    without_attachments,
)
from luoshu.desk.journal import Refused
from luoshu.desk.room import Room

AT = datetime(2021, 7, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
WANG = Actor(id="wang", name="Wang", grants=(Grant(role="duty"),))
TEAM = Actor(id="qian", name="Qian", grants=(Grant(role="team"),))
INFO = {
    "language": "zh-CN", "category": ["Met"], "event": "暴雨", "responseType": ["Evacuate"], "urgency": "Immediate",
    "severity": "Extreme", "certainty": "Observed", "expires": "2021-07-20T20:00:00+08:00",
    "headline": "市气象台发布暴雨红色预警", "area": [{"areaDesc": "伊川县"}],
}  # fmt: skip
RAIN = {
    "identifier": "41030041600000_20210720080000", "sender": "qixiang.example", "sent": "2021-07-20T08:00:00+08:00",
    "status": "Actual", "msgType": "Alert", "scope": "Public", "info": [INFO],
}  # fmt: skip
ID = "qixiang.example,41030041600000_20210720080000,2021-07-20T08:00:00+08:00"


def xml(**changes):
    return write_alert(RAIN | changes).decode()


def later(kind="Update", sender="qixiang.example", **changes):
    more = {"identifier": "2", "sender": sender, "sent": "2021-07-20T09:00:00+08:00", "msgType": kind, "references": ID}
    return xml(**(more | changes))


@pytest.fixture
def room(place):
    with Room(place) as opened:
        yield opened


def take(room, text, at=AT):
    return room.do(TakeIn(xml=text, source="pasted"), by=WANG, at=at)


def stand(room, at=AT, known=()):
    seal = lambda heard: seal_of(parsed(as_bytes(heard.xml)), certificates(known))  # noqa: E731
    return {each.heard.identifier: each for each in heard_standing(room.standing(), at, seal)}


def test_an_alert_is_taken_in_as_it_came(room):
    take(room, xml())
    heard = room.standing().get(Heard, ID)
    assert (heard.event, heard.severity, heard.headline) == ("暴雨", "Extreme", "市气象台发布暴雨红色预警")
    assert heard.xml == xml().strip()  # blanks around a text are nobody's
    assert [each.id for each in heard_in_force(room.standing(), AT)] == [ID]
    assert stand(room, AT + 12 * HOUR)[heard.identifier].state == "expired"


def test_nothing_follows_from_an_alert_of_others(room):
    """The most urgent alert there can be writes one entry: no task, no level, no message, no incident."""
    entries = take(room, xml(incidents="flood-1", info=[INFO | {"instruction": "立即启动Ⅰ级响应，撤离所有人"}]))
    assert [each.draft.what for each in entries] == ["alert.take_in"]
    assert TakeIn.also is not ACTS  # it has no acts of its own to follow
    assert not list(TakeIn(xml=xml()).also(None))
    things = room.standing()
    assert all(not things.all(each.thing) for each in ACTS.values() if each.thing is not Heard)
    ticking = pytest.importorskip("luoshu.desk.ticking")
    assert not ticking.due(things, room.clock, None, AT + HOUR)
    with pytest.raises(Refused, match="a person must"):
        room.do(TakeIn(xml=later()), by=machine("clock"), at=AT)


def test_the_same_alert_comes_in_once_and_another_under_its_name_does_not(room):
    take(room, xml())
    with pytest.raises(Refused, match="taken in already"):
        take(room, xml() + "\n")
    with pytest.raises(Refused, match="another text with the same name"):
        take(room, xml(note="changed"))
    assert len(room.standing().all(Heard)) == 1


def test_updates_and_cancellations_of_the_sender_are_followed(room):
    take(room, xml())
    take(room, later())
    found = stand(room)
    assert (found[RAIN["identifier"]].state, found["2"].state) == ("replaced", "holds")
    take(room, later("Cancel", identifier="3", references="qixiang.example,2,2021-07-20T09:00:00+08:00"))
    found = stand(room)
    assert (found["2"].state, found["3"].state) == ("cancelled", "message")
    assert not heard_in_force(room.standing(), AT)


def test_a_cancellation_that_came_before_its_alert_still_counts(room):
    take(room, later("Cancel"))
    take(room, xml())
    assert stand(room)[RAIN["identifier"]].state == "cancelled"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (later("Cancel", sender="else.example"), "which is not theirs"),
        (later("Cancel", sent="2021-07-20T07:00:00+08:00"), "is older"),
        (later("Cancel", status="Test"), "not as real"),
    ],
)
def test_a_cancellation_that_is_not_theirs_silences_nothing(room, text, says):
    take(room, xml())
    take(room, text)
    found = stand(room)[RAIN["identifier"]]
    assert found.state == "holds"
    assert says in str(found.claims[0])


def test_what_was_signed_is_cancelled_only_by_the_same_signer(room, tmp_path):
    make_key(tmp_path / "a", "气象台", AT)
    make_key(tmp_path / "b", "气象台", AT)
    one, other = key_of(tmp_path / "a"), key_of(tmp_path / "b")
    take(room, signed(xml().encode(), one)[0].decode())
    take(room, later("Cancel"))
    take(room, signed(later("Cancel", identifier="4").encode(), other)[0].decode())
    found = stand(room, known=[one.certificate])[RAIN["identifier"]]
    assert (found.state, found.seal.state, len(found.claims)) == ("holds", "known", 2)
    take(room, signed(later("Cancel", identifier="5").encode(), one)[0].decode())
    assert stand(room, known=[one.certificate])[RAIN["identifier"]].state == "cancelled"


def test_a_signature_that_proves_nothing_cancels_nothing_that_was_proven(room, tmp_path):
    """SHA-1 is not looked into any further: whoever shows the sender's certificate beside it is not the sender."""
    make_key(tmp_path / "a", "气象台", AT)
    one = key_of(tmp_path / "a")
    take(room, signed(xml().encode(), one)[0].decode())
    weak = signed(later("Update").encode(), one)[0].decode().replace("<msgType>Update", "<msgType>Cancel")
    weak = weak.replace("2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#rsa-sha1")
    take(room, weak)
    found = stand(room, known=[one.certificate])
    assert found["2"].seal.state == "weak"
    assert found[RAIN["identifier"]].state == "holds"
    assert "is not signed as it was" in str(found[RAIN["identifier"]].claims[0])


def test_what_is_forged_or_unreadable_is_not_kept_and_small_faults_are_said(room, tmp_path):
    make_key(tmp_path, "气象台", AT)
    text = signed(xml().encode(), key_of(tmp_path))[0].decode()
    with pytest.raises(Refused, match="changed after it was signed"):
        take(room, text.replace("伊川县", "洛宁县"))
    for wrong in (
        "洪水来了",
        "<a/>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        xml().replace("<sender>q", "<sender> ,"),
    ):
        with pytest.raises(Refused, match="not an alert that can be taken in"):
            take(room, wrong)
    take(room, xml().replace("<event>暴雨</event>", "<event>暴雨</event><event>b</event>"))
    assert "event stands 2 times" in room.standing().get(Heard, ID).faults[0]


def test_a_file_in_another_encoding_keeps_its_signature(tmp_path):
    make_key(tmp_path, "气象台", AT)
    text = signed(xml().encode(), key_of(tmp_path))[0].decode()
    for encoding in ("utf-16", "gb18030"):
        data = text.replace("'UTF-8'", f"'{encoding}'").encode(encoding)
        kept = as_bytes(as_text(data))
        assert seal_of(parsed(kept)).state == "unknown"


def test_too_long_is_refused(room):
    with pytest.raises(Refused, match=r"too long|400000"):
        room.do(made_of("alert.take_in", {"xml": xml(note="水" * 400_000)}), by=WANG, at=AT)


def with_file(name, size, **changes):
    """An alert with a file inside it."""
    part = {"resourceDesc": "地图", "mimeType": "image/png", "uri": name, "derefUri": "QUJD" * (size // 4)}
    return xml(info=[INFO | {"resource": [part]}], **changes)


def test_a_long_alert_is_kept_whole_and_a_longer_one_without_its_files(room, tmp_path):
    take(room, with_file("a.png", 90_000))
    assert room.standing().get(Heard, ID).xml.count("derefUri") == 2
    longer = with_file("b.png", 900_000, identifier="2")
    with pytest.raises(Refused, match=r"too long"):
        take(room, longer)
    text, count = without_attachments(as_text(longer.encode()))
    assert count == 1
    take(room, text)
    kept = room.standing().get(Heard, ID.replace("41030041600000_20210720080000", "2"))
    assert "derefUri" not in kept.xml
    assert "b.png" in kept.xml
    assert not kept.faults
    make_key(tmp_path, "气象台", AT)
    sealed = signed(longer.encode(), key_of(tmp_path))[0].decode()
    assert without_attachments(sealed) == (sealed, 0)  # a true alert must not look forged


def test_faults_and_refusals_are_said_in_the_language_of_who_reads(room):
    from luoshu.show.language import Language

    chinese = Language("zh")
    with pytest.raises(Refused) as refused:
        take(room, xml().replace("<sender>q", "<sender> ,"))
    assert "must" not in chinese.message(refused.value.says)
    take(room, xml().replace("<event>暴雨</event>", "<event>暴雨</event><event>b</event>"))
    (fault,) = room.standing().get(Heard, ID).faults
    assert "stands" not in chinese.message(fault)


def test_who_has_read_it(room):
    take(room, xml())
    room.do(ReadHeard(heard=ID), by=TEAM, at=AT)
    with pytest.raises(Refused, match="already"):
        room.do(ReadHeard(heard=ID), by=TEAM, at=AT)
    with pytest.raises(Refused, match="no alert"):
        room.do(ReadHeard(heard="x"), by=TEAM, at=AT)
    assert room.standing().get(Heard, ID).read_by == (("qian", AT),)


def test_from_the_command_line(desk_book, tmp_path, capsys):
    from luoshu.book.book import open_book
    from luoshu.cli import main
    from luoshu.desk.room import open_room
    from luoshu.desk.staff import CONSOLE, Add, Give

    with open_room(open_book(desk_book)) as room:
        room.do(Add(person="wang", name="Wang"), by=CONSOLE, at=AT)
        room.do(Give(person="wang", role="duty"), by=CONSOLE, at=AT)
    assert main(["desk", "key", str(desk_book), "--name", "防汛办"]) == 0
    assert main(["desk", "key", str(desk_book)]) == 2
    path = tmp_path / "a.xml"
    path.write_bytes(signed(xml().encode(), key_of(desk_book))[0])
    command = ["desk", "alert", "in", str(desk_book), str(path), "--as"]
    assert main([*command, "nobody"]) == 2
    assert main([*command, "admin"]) == 2  # an administrator is no duty officer
    capsys.readouterr()
    assert main([*command[:-2], "nope.xml", "--as", "wang", "--language", "zh"]) == 2
    assert "没有文件 nope.xml" in capsys.readouterr().err
    assert main([*command, "wang", "--language", "zh"]) == 0
    said = capsys.readouterr().out
    assert "已接收" in said
    assert "由已知单位签名，但不在证书有效期内" in said  # the alert is of 2021, the key of now
    assert main([*command, "wang"]) == 2  # it is there already
    path.write_bytes(path.read_bytes().replace("伊川县".encode(), "洛宁县".encode()))
    assert main([*command, "wang"]) == 1
    with open_room(open_book(desk_book)) as room:
        assert list(room.standing().all(Heard)) == [ID]


NAME = "qixiang.example,41030041600000_20210720080000"


@pytest.mark.parametrize(
    "sent",
    [
        "2021-07-20T00:00:00+00:00",  # the same moment by another clock
        "2021-07-20T00:00:00-00:00",
        "2021-07-20T09:00:00+08:00",  # the time of the update itself, as China's platform writes it
    ],
)
def test_an_earlier_alert_is_known_by_sender_and_identifier(sent, room):
    take(room, xml())
    take(room, later(references=f"{NAME},{sent}"))
    assert stand(room)[RAIN["identifier"]].state == "replaced"


def test_of_two_alerts_under_one_name_the_moment_tells_which_is_meant(room):
    take(room, xml())
    take(room, xml(sent="2021-07-20T08:30:00+08:00"))
    take(room, later("Cancel", references=f"{NAME},2021-07-20T00:30:00+00:00"))
    seal = lambda heard: seal_of(parsed(as_bytes(heard.xml)))  # noqa: E731
    take(room, later("Cancel", identifier="4", references=f"{NAME},2021-07-19T00:00:00+00:00"))  # neither of them
    states = {each.heard.id: each.state for each in heard_standing(room.standing(), AT, seal)}
    assert states[ID] == "holds"
    assert states[f"{NAME},2021-07-20T08:30:00+08:00"] == "cancelled"


def test_a_name_of_somebody_else_is_not_meant(room):
    take(room, xml())
    take(room, later("Cancel", references=f"PAAQ,{RAIN['identifier']},2021-07-20T08:00:00+08:00"))
    assert stand(room)[RAIN["identifier"]].state == "holds"


def test_what_others_answer_to_an_alert_of_this_desk_is_found(room):
    ours = write_alert(RAIN | {"identifier": "ly-1", "sender": "luoshu.luoyang"}).decode()
    about = "luoshu.luoyang,ly-1,2021-07-20T08:00:00+08:00"
    ack = {"sender": "yichuan.example", "info": None, "status": "Actual"}
    take(room, later("Ack", identifier="a", references=about, **ack))
    take(
        room, later("Error", identifier="b", references=about, note="polygon", sent="2021-07-20T10:00:00+08:00", **ack)
    )
    take(room, later("Ack", identifier="c", references="luoshu.luoyang,ly-2,2021-07-20T08:00:00+08:00", **ack))
    take(
        room, later("Ack", identifier="d", references=about, sent="2021-07-20T07:00:00+08:00", **ack)
    )  # before it was sent
    assert [each.identifier for each in answers(room.standing(), ours)] == ["b", "a"]
