"""CAP alerts of others: valid ones are said in plain words, invalid and hostile ones are refused with their reasons."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshu.cli import main
from luoshu.desk.capfile import read_alert, write_alert
from luoshu.desk.capform import SEVERITIES
from luoshu.desk.capwords import plain_words

SHARED = Path(__file__).parents[3] / "shared" / "data" / "bench" / "messages" / "cap"
FLOOD = {
    "identifier": "ly-2021-07-20-1",
    "sender": "flood@luoyang.example",
    "sent": "2021-07-20T08:00:00+08:00",
    "status": "Exercise",
    "msgType": "Alert",
    "scope": "Public",
    "info": [
        {
            "language": "zh-CN",
            "category": ["Met", "Infra"],
            "event": "伊河洪水",
            "responseType": ["Evacuate"],
            "urgency": "Immediate",
            "severity": "Severe",
            "certainty": "Observed",
            "effective": "2021-07-20T08:00:00+08:00",
            "expires": "2021-07-21T08:00:00+08:00",
            "headline": "伊河水位上涨",
            "area": [{"areaDesc": "伊川县", "polygon": ["34.4,112.4 34.5,112.4 34.5,112.5 34.4,112.4"]}],
        }
    ],
}


def xml(**changes):
    """A valid alert as text with pieces replaced."""
    text = write_alert(FLOOD).decode()
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    return text.encode()


def faults(data):
    return [(problem.code, str(problem.says)) for problem in read_alert(data, "a.xml")[1]]


def test_what_is_written_is_read_again_and_valid_by_the_schema():
    data = write_alert(FLOOD)
    told, problems = read_alert(data, "a.xml")
    assert not problems
    assert told["info"][0]["area"][0]["areaDesc"] == "伊川县"
    assert write_alert({key: value for key, value in told.items() if value is not None}) == data
    if not SHARED.is_dir():
        pytest.skip("the schema of OASIS is not beside this checkout (../shared)")
    from lxml import etree

    assert etree.XMLSchema(etree.parse(SHARED / "CAP-v1.2.xsd")).validate(etree.fromstring(data))


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_examples_of_the_standard(number, capsys):
    path = SHARED / f"v1dot2_appendix_adot{number}.xml"
    if not path.is_file():
        pytest.skip("the examples of OASIS are not beside this checkout (../shared)")
    assert main(["cap", "check", str(path), "--language", "zh"]) == 0
    assert "预警" in capsys.readouterr().out or number == 3


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("<status>Exercise", "<status>exercise", "must be written 'Exercise'"),
        ("<status>Exercise</status>", "", "status is missing in alert"),
        ("2021-07-20T08:00:00+08:00</sent>", "2021-07-20T08:00:00Z</sent>", "is not a time of CAP"),
        ("2021-07-20T08:00:00+08:00</sent>", "2021-02-30T08:00:00+08:00</sent>", "is not a time of CAP"),
        ("<msgType>Alert", "<msgType>Cancel", "must name the alert that it is about"),
        ("<scope>Public", "<scope>Private", "must say whom it is for"),
        ("<scope>Public", "<scope>Restricted", "must say who may have it"),
        ("ly-2021-07-20-1", "ly 2021", "must hold no space"),
        ("34.4,112.4 34.5,112.4 34.5,112.5 34.4,112.4", "34.4,112.4 34.5,112.4 34.5,112.5", "four points"),
        ("34.5,112.5 34.4,112.4<", "34.5,112.5 34.4,112.3<", "not closed"),
        ("34.4,112.4 34.5,112.4 34.5,112.5 34.4,112.4", "112.4,34.4 112.4,34.5 112.5,34.5 112.4,34.4", "swapped"),
        ("<event>伊河洪水</event>", "<event>伊河洪水</event><event>b</event>", "stands 2 times"),
        ("<event>伊河洪水</event>", "<event><b/></event>", "may hold only words"),
        ("<event>", "<event kind='a'>", "CAP has none"),
        ("<scope>Public</scope>", "<scope>Public</scope><sender>b</sender>", "must come before it"),
        ("<headline>", "<web>javascript:alert(1)</web><headline>", "is not opened"),
        ("2021-07-21T08:00:00+08:00</expires>", "2021-07-19T08:00:00+08:00</expires>", "before it begins"),
        ("urn:oasis:names:tc:emergency:cap:1.2", "urn:oasis:names:tc:emergency:cap:1.1", "older version"),
        ("urn:oasis:names:tc:emergency:cap:1.2", "urn:else", "no CAP alert"),
        ("</alert>", "", "no well-formed XML"),
    ],
)
def test_what_is_not_valid_is_named(old, new, says):
    found = faults(xml(change=(old, new)))
    assert any(says in each for _, each in found), found


HOSTILE = {
    "outside entity": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><alert>&x;</alert>',
    "billion laughs": b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><l>&b;</l>',
    "outside document type": b'<!DOCTYPE alert SYSTEM "http://example.org/a.dtd"><alert/>',
    "in UTF-16": '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("utf-16"),
    "deep": b"<a>" * 100_000,
    "empty": b"",
    "zeros": b"\x00" * 5_000,
    "too large": b"<a>" + b" " * 5_000_000,
    "no XML": "洪水".encode("gb18030"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_whole(name, tmp_path, capsys):
    told, problems = read_alert(HOSTILE[name], "a.xml")
    assert told is None
    assert problems
    path = tmp_path / "a.xml"
    path.write_bytes(HOSTILE[name])
    assert main(["cap", "check", str(path)]) == 1
    out = capsys.readouterr()
    assert "root:" not in out.out + out.err


def test_many_faults_are_bounded_and_words_cannot_steer_a_terminal():
    many = xml(change=("<scope>", "<wrong/>" * 500 + "<scope>"))
    assert len(read_alert(many, "a.xml")[1]) == 50
    told, problems = read_alert(xml(change=("伊河水位上涨", "\u202e\u200bevil&#x85;上涨")), "a.xml")
    assert not problems
    assert all(letter.isprintable() for line in plain_words(told) for letter in line)


def test_a_file_that_is_not_there(tmp_path, capsys):
    assert main(["cap", "check", str(tmp_path / "none.xml")]) == 2
    assert "none.xml" in capsys.readouterr().err


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40).map(
    lambda text: " ".join(text.split()) or "水"
)


@given(WORDS, st.sampled_from(SEVERITIES), st.lists(st.tuples(st.floats(-89, 89), st.floats(-179, 179)), min_size=3))
def test_any_alert_that_is_written_is_read_as_it_was(event, severity, corners):
    ring = " ".join(f"{a:.5f},{b:.5f}" for a, b in [*corners, corners[0]])
    info = FLOOD["info"][0] | {"event": event, "severity": severity, "area": [{"areaDesc": "a", "polygon": [ring]}]}
    try:
        data = write_alert(FLOOD | {"info": [info]})
    except ValueError:  # a character that XML has no word for
        assert any(ord(letter) in (0xFFFE, 0xFFFF) for letter in event)
        return
    told, problems = read_alert(data, "a.xml")
    assert not problems
    assert told["info"][0]["event"] == event
    assert told["info"][0]["area"][0]["polygon"] == [ring]


@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda t: f"<alert>{t}</alert>".encode("utf-8", "replace")))
def test_no_bytes_stop_the_program(data):
    told, problems = read_alert(data, "a.xml")
    assert told is not None or problems
