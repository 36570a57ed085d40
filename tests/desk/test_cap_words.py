"""What `cap check` says of an alert: its times by two clocks, its languages, areas, parameters and attached files."""

from __future__ import annotations

import base64
import hashlib

import pytest

from luoshu.cli import main
from luoshu.desk.capfile import read_alert, write_alert
from luoshu.desk.capwords import plain_words

INFO = {
    "language": "en-US", "category": ["Geo"], "event": "Tsunami Warning", "urgency": "Immediate",
    "severity": "Extreme", "certainty": "Likely", "audience": "people on the coast",
    "effective": "2011-09-02T11:36:50-00:00", "onset": "2011-09-02T02:40:00-09:00",
    "expires": "2011-09-02T12:36:50-00:00", "senderName": "Warning Center", "headline": "The warning continues",
    "web": "https://tsunami.example/1", "contact": "duty@tsunami.example",
    "parameter": [{"valueName": "EventDepth", "value": "39 kilometers"}],
    "area": [{"areaDesc": "Coast", "circle": ["51.8,-171.4 0.0", "51.8,179.9 25"], "altitude": "0", "ceiling": "1000",
              "polygon": ["51,179 52,179 52,-179 51,-179 51,179"]}],
}  # fmt: skip
ALERT = {
    "identifier": "PAAQ-2", "sender": "tsunami.example", "sent": "2011-09-02T11:36:50-00:00", "status": "Actual",
    "msgType": "Update", "scope": "Public", "references": "tsunami.example,PAAQ-1,2011-09-02T10:55:55-00:00",
    "info": [INFO],
}  # fmt: skip


def said(told=ALERT, **changes):
    """The sentences of an alert whose first information is changed."""
    made = told | {"info": [told["info"][0] | changes, *told["info"][1:]]}
    read, problems = read_alert(write_alert(made), "a.xml")
    assert not problems
    return [str(each) for each in plain_words(read)]


def test_everything_that_a_duty_officer_asks_is_said():
    assert said() == [
        "update (actual) of tsunami.example, 2011-09-02 11:36:50 (UTC), 2011-09-02 19:36 in Beijing",
        "It is about the message PAAQ-1 of tsunami.example, 2011-09-02 10:55:55 (UTC), 2011-09-02 18:55 in Beijing",
        "Tsunami Warning (geophysical): extreme, likely, act at once",
        "Issued by: Warning Center",
        "Headline: The warning continues",
        "It begins at 2011-09-02 02:40 (UTC-09:00), 2011-09-02 19:40 in Beijing",
        "It holds until 2011-09-02 12:36:50 (UTC), 2011-09-02 20:36 in Beijing",
        "Meant for: people on the coast",
        "Area: Coast (an outline of 5 points, the place 51.8,-171.4, a circle of 25 km around 51.8,179.9, "
        "0 to 305 m above the sea)",
        "More on the web (not opened): https://tsunami.example/1",
        "Contact: duty@tsunami.example",
        "Further: EventDepth: 39 kilometers",
    ]


def test_times_that_differ_are_both_said_and_a_late_message_is_named():
    lines = said(effective="2011-09-02T12:00:00-00:00")
    assert any(line.startswith("It holds from 2011-09-02 12:00 (UTC)") for line in lines)
    late = said(expires="2011-09-02T11:00:00-00:00", effective=None)
    assert "It had expired before it was sent" in late
    # an event may begin after the message about it expires, as in watches for tomorrow
    assert said(onset="2011-09-03T00:00:00-00:00", effective=None)


def test_each_language_has_its_name_before_it():
    other = INFO | {"language": None, "event": "海啸警报"}
    lines = said(ALERT | {"info": [INFO | {"language": "zh-CN"}, other]})
    assert [line for line in lines if line.startswith("Language")] == ["Language: zh-CN", "Language: en-US"]


def test_codes_of_one_sort_are_named_once():
    pairs = (("SAME", "059110"), ("UGC", "PHZ110"), ("SAME", "059111"))
    codes = [{"valueName": name, "value": value} for name, value in pairs]
    lines = said(area=[{"areaDesc": "Kauai", "geocode": codes}])
    assert "Area: Kauai (codes SAME 059110 059111, UGC PHZ110)" in lines


def test_whom_it_is_for():
    assert "Only for: a@b.example" in said(ALERT | {"scope": "Private", "addresses": "a@b.example"})
    assert "Who may have it: fire brigades" in said(ALERT | {"scope": "Restricted", "restriction": "fire brigades"})


DATA = b"ID3 sound" * 40


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"size": "17296", "uri": "https://a.example/m.png"}, "image/png, 17296 bytes, https://a.example/m.png"),
        ({"derefUri": base64.b64encode(DATA).decode()}, "image/png, inside the alert, 360 bytes"),
        ({"derefUri": "\n".join(base64.b64encode(DATA).decode()), "digest": hashlib.sha1(DATA).hexdigest().upper()},
         "image/png, inside the alert, 360 bytes"),
        ({"derefUri": base64.b64encode(DATA).decode(), "digest": "ab" * 20},
         "image/png, inside the alert, 360 bytes, which are not those that its digest is of"),
        ({"derefUri": "洪水"}, "image/png, inside the alert, but damaged"),
        ({"derefUri": "AAAAA"}, "image/png, inside the alert, but damaged"),
    ],
)  # fmt: skip
def test_attached_files_are_named_and_not_opened(more, words):
    lines = said(resource=[{"resourceDesc": "map", "mimeType": "image/png", **more}])
    assert f"Attached, not opened: map ({words})" in lines


def test_the_whole_stays_short_however_long_the_alert():
    areas = [{"areaDesc": "水" * 700, "geocode": [{"valueName": "a" * 40, "value": "b"}] * 20}] * 25
    lines = said(ALERT | {"info": [INFO | {"area": areas, "parameter": INFO["parameter"] * 30}] * 21})
    assert len(lines) <= 201
    assert sum(map(len, lines)) < 150_000
    assert lines[-1].endswith(" more")


def test_in_chinese(tmp_path, capsys):
    path = tmp_path / "a.xml"
    path.write_bytes(write_alert(ALERT))
    assert main(["cap", "check", str(path), "--language", "zh"]) == 0
    out = capsys.readouterr().out
    assert "于 2011-09-02 11:36:50（UTC），北京时间 2011-09-02 19:36 发布的更新（实况）" in out
    assert (
        "地区：Coast（5 个点围成的范围、51.8,-171.4 处、以 51.8,179.9 为圆心、半径 25 公里的范围、海拔 0 至 305 米）"
        in out
    )
    assert "附加参数：EventDepth：39 kilometers" in out


LISTS = {
    "Atom": '<feed xmlns="http://www.w3.org/2005/Atom"><entry/></feed>',
    "RSS": '<rss version="2.0"><channel/></rss>',
    "alerts": '<alerts xmlns="urn:oasis:names:tc:emergency:cap:1.2"><alert/></alerts>',
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_alerts_is_called_one(name):
    told, problems = read_alert(LISTS[name].encode(), "a.xml")
    assert told is None
    assert [str(each.says) for each in problems] == [f"the file is a list of alerts ({name}) and no alert itself"]


@pytest.mark.parametrize(
    ("encoding", "word"),
    [("iso-8859-2", "Žďár"), ("windows-1251", "Гроза"), ("iso-8859-7", "Βροχή"), ("iso-8859-9", "Fırtına"),
     ("windows-1256", "مطر"), ("big5", "豪雨"), ("euc-jp", "大雨"), ("koi8-r", "Гроза"), ("utf-16le", "洪水")],
)  # fmt: skip
def test_the_encodings_of_the_world_are_read(encoding, word):
    text = write_alert(ALERT | {"info": [INFO | {"event": word}]}).decode()
    told, problems = read_alert(text.replace("UTF-8", encoding).encode(encoding), "a.xml")
    assert not problems
    assert told["info"][0]["event"] == word


def test_a_longitude_beyond_the_date_line_is_told_how_to_be_written():
    text = write_alert(ALERT).decode().replace("52,-179", "52,181")
    (problem,) = read_alert(text.encode(), "a.xml")[1]
    assert str(problem.says) == "polygon: the longitude 181 is beyond the date line: write -179"
