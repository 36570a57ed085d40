"""Files meant to harm: each is refused or bounded in seconds and memory, says why, and steers no terminal."""

from __future__ import annotations

import gzip
import os
import re
import time
import tracemalloc
import zipfile
from io import BytesIO

import pytest

from luoshu.cli import main
from luoshu.desk.capfile import check_alert, read_alert, write_alert
from luoshu.desk.capwords import plain_words

RING = "34.4,112.4 34.5,112.4 34.5,112.5 34.4,112.4"
NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SIGNATURE = '<s:Signature xmlns:s="http://www.w3.org/2000/09/xmldsig#"/>'
ALERT = {
    "identifier": "1", "sender": "ly", "sent": "2021-07-20T08:00:00+08:00", "status": "Test", "msgType": "Alert",
    "scope": "Public",
    "info": [{
        "category": ["Met"], "event": "洪水", "urgency": "Immediate", "severity": "Severe", "certainty": "Observed",
        "headline": "标题", "area": [{"areaDesc": "伊川县", "polygon": [RING]}],
    }],
}  # fmt: skip
GOOD = write_alert(ALERT).decode()


def packed(kind):
    if kind == "gzip":
        return gzip.compress(GOOD.encode())
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("alert.xml", GOOD)
    return made.getvalue()


def into(text):
    """A text in the place of the area."""
    return (GOOD[: GOOD.index("<area>")] + text + "</info></alert>").encode()


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
NOT_READ = {
    "outside entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><alert>&x;</alert>',
    "entity over the network": b'<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]><alert>&x;</alert>',
    "parameter entity": b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]><alert/>',
    "billion laughs": f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a>&l9;</a>'.encode(),
    "quadratic": f'<!DOCTYPE a [<!ENTITY x "{"a" * 50_000}">]><a>{"&x;" * 50_000}</a>'.encode(),
    "doctype after a comment": b"<!-- a -- b --><!DOCTYPE alert SYSTEM 'http://127.0.0.1:9/a.dtd'><alert/>",
    "doctype after many instructions": b"<?a b?>" * 50_000 + b"<!DOCTYPE alert [<!ENTITY b 'c'>]><alert>&b;</alert>",
    "doctype in UTF-16": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("utf-16"),
    "doctype in UTF-7": b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-<alert/>',
    "EBCDIC": '<?xml version="1.0" encoding="cp037"?><alert/>'.encode("cp037"),
    "unknown encoding": b'<?xml version="1.0" encoding="x-klingon"?><alert/>',
    "UTF-8 that is GBK": GOOD.encode("gb18030"),
    "UTF-16 by name only": GOOD.replace("UTF-8", "UTF-16").encode(),
    "half a letter": GOOD.encode()[:-200] + b"\xe6\xb4",
    "half a surrogate": GOOD.replace("标题", "&#xD800;").encode(),
    "zero": GOOD.replace("标题", "a\x00b").encode(),
    "escape character": GOOD.replace("标题", "\x1b[2J\x1b]0;evil\x07").encode(),
    "escape by number": GOOD.replace("标题", "&#27;[2J").encode(),
    "deep": b"<a>" * 100_000,
    "deep and closed": f'<alert xmlns="{NAMESPACE}">{"<info>" * 5_000}{"</info>" * 5_000}</alert>'.encode(),
    "too large": b"<a>" + b" " * 20_000_000,
    "elements without end": into("<area/>" * 500_000),
    "gzip": packed("gzip"),
    "zip": packed("zip"),
    "empty": b"",
    "blank": b" \n",
    "zeros": b"\x00" * 5_000,
    "JSON": b'{"alert": 1}',
    "HTML": b"<html><body><script>alert(1)</script></body></html>",
    "another namespace": GOOD.replace("urn:oasis:names:tc:emergency:cap:1.2", "urn:else").encode(),
    "no namespace": GOOD.replace(' xmlns="urn:oasis:names:tc:emergency:cap:1.2"', "").encode(),
    "two roots": GOOD.encode() + b"<alert/>",
    "an info as root": b'<info xmlns="urn:oasis:names:tc:emergency:cap:1.2"/>',
    "an entity of nobody": GOOD.replace("标题", "&unknown;").encode(),
}  # fmt: skip

NOT_VALID = {
    "XInclude": into('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'),
    "element of another namespace": into('<x:area xmlns:x="urn:else"><areaDesc>a</areaDesc></x:area>'),
    "attribute": into('<area onload="alert(1)"><areaDesc>a</areaDesc></area>'),
    "nil": into('<area><areaDesc xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:nil="true"/></area>'),
    "polygon not closed": into("<area><areaDesc>a</areaDesc><polygon>1,1 2,2 3,3 4,4</polygon></area>"),
    "polygon with letters": into("<area><areaDesc>a</areaDesc><polygon>1,1 2,2 NaN,3 1,1</polygon></area>"),
    "polygon with digits of elsewhere": into("<area><areaDesc>a</areaDesc><polygon>١,١ ٢,٢ ٣,٣ ١,١</polygon></area>"),
    "infinite": into("<area><areaDesc>a</areaDesc><circle>1e999,1 5</circle></area>"),
    "endless number": into(f"<area><areaDesc>a</areaDesc><altitude>{'1' * 100_000}x</altitude></area>"),
    "circle below zero": into("<area><areaDesc>a</areaDesc><circle>34,112 -5</circle></area>"),
    "circle off the earth": into("<area><areaDesc>a</areaDesc><circle>134,112 5</circle></area>"),
    "circle as large as a planet": into("<area><areaDesc>a</areaDesc><circle>34,112 99999999</circle></area>"),
    "many faults": into("<wrong/>" * 50_000),
    "address that runs": GOOD.replace("<headline>", "<web>JavaScript:alert(1)</web><headline>").encode(),
    "time zone of nowhere": GOOD.replace("+08:00</sent>", "+25:00</sent>").encode(),
    "time without zone": GOOD.replace("+08:00</sent>", "</sent>").encode(),
    "a day that is none": GOOD.replace("2021-07-20T", "2021-02-30T").encode(),
    "words between elements": GOOD.replace("</sender>", "</sender> loose").encode(),
    "too many codes": GOOD.replace("<info>", "<code/>" * 20_001 + "<info>", 1).encode(),
    "a polygon without end": GOOD.replace(RING, "1,1 " * 1_000_000 + "1,1").encode(),
    "an empty signature": GOOD.replace("</alert>", SIGNATURE + "</alert>").encode(),
}  # fmt: skip

VALID = {
    "as it is": GOOD.encode(),
    "with a mark of UTF-8": b"\xef\xbb\xbf" + GOOD.encode(),
    "UTF-16": GOOD.replace("UTF-8", "UTF-16").encode("utf-16"),
    "GBK": GOOD.replace("UTF-8", "GBK").encode("gbk"),
    "GB18030": GOOD.replace("UTF-8", "gb18030").encode("gb18030"),
    "another prefix": re.sub("<(/?)([a-zA-Z])", r"<\1c:\2", GOOD).replace("xmlns=", "xmlns:c=").encode(),
    "instructions and comments": GOOD.replace("<status>T", "<!-- a --><?b href='a.xsl'?><status>T<!-- b -->").encode(),
    "CDATA": GOOD.replace("标题", "<![CDATA[<!DOCTYPE a [<!ENTITY b 'c'>]> <b>&b;</b>]]>").encode(),
    "script in a text": GOOD.replace("标题", "&lt;script&gt;alert(1)&lt;/script&gt;").encode(),
    "steering characters that XML allows": GOOD.replace("标题", "a\u202eb\u2066c&#x9b;31md&#x7f;e\u200b").encode(),
    "steering characters in the sender": GOOD.replace("<sender>ly", "<sender>ly&#x9b;31m\u202e").encode(),
    "huge text": GOOD.replace("标题", "水" * 1_200_000).encode(),
    "sixty thousand corners": GOOD.replace(RING, "34.4,112.4 " * 59_999 + "34.4,112.4").encode(),
    "a thousand areas": into("<area><areaDesc>a</areaDesc></area>" * 3_000),
    "midnight": GOOD.replace("T08:00:00+08:00</sent>", "T24:00:00+08:00</sent>").encode(),
}  # fmt: skip


def bounded(data, *, seconds=5.0, megabytes=120):
    """What is found, in bounded processor time and memory of Python."""
    start = time.process_time()
    told, seal, problems = check_alert(data, "a.xml")
    lines = list(plain_words(told, seal)) if told is not None and not problems else []
    took = time.process_time() - start
    assert took < seconds, f"{took} s"
    tracemalloc.start()
    check_alert(data, "a.xml")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < megabytes * 1_000_000, f"{peak} bytes"
    assert all(letter.isprintable() for text in [*lines, *(problem.says for problem in problems)] for letter in text)
    assert sum(map(len, lines)) < 60_000
    return told, problems


@pytest.mark.parametrize("name", NOT_READ)
def test_what_is_no_plain_alert_is_not_read_at_all(name):
    told, problems = bounded(NOT_READ[name])
    assert told is None
    assert len(problems) == 1


@pytest.mark.parametrize("name", NOT_VALID)
def test_what_is_not_valid_is_said_with_its_reasons(name):
    told, problems = bounded(NOT_VALID[name])
    assert told is not None
    assert 1 <= len(problems) <= 51


@pytest.mark.parametrize("name", VALID)
def test_what_only_looks_strange_is_taken(name):
    told, problems = bounded(VALID[name])
    assert not problems
    assert told["event" if "event" in told else "identifier"]


@pytest.mark.parametrize("name", ["outside entity", "escape character", "gzip", "deep", "HTML"])
def test_the_command_says_it_and_steers_no_terminal(name, tmp_path, capsys):
    path = tmp_path / "alert.xml"
    path.write_bytes(NOT_READ[name])
    assert main(["cap", "check", str(path)]) == 1
    out = capsys.readouterr()
    assert "\x1b]" not in out.out + out.err
    assert "root:" not in out.out


def test_what_a_sender_hides_in_words_does_not_reach_the_terminal(tmp_path, capsys):
    path = tmp_path / "alert.xml"
    path.write_bytes(VALID["steering characters in the sender"])
    assert main(["cap", "check", str(path)]) == 0
    path.write_bytes(VALID["steering characters that XML allows"])
    assert main(["cap", "check", str(path)]) == 0
    shown = capsys.readouterr().out
    assert not {"\x9b", "\x1b", "\u202e", "\u2066", "\x7f"} & set(shown)


def test_the_name_of_a_file_steers_no_terminal(tmp_path, capsys):
    path = tmp_path / "evil\x1b[2J\x1b]0;a\x07\u202egnp.xml"
    assert main(["cap", "check", str(path)]) == 2
    path.write_bytes(NOT_READ["HTML"])
    assert main(["cap", "check", str(path)]) == 1
    out = capsys.readouterr()
    assert "evil" in out.err
    assert not {"\x1b", "\x07", "\u202e"} & set(out.out + out.err)


def test_a_pipe_that_nobody_fills_is_not_waited_for(tmp_path, capsys):
    os.mkfifo(tmp_path / "a.xml")
    assert main(["cap", "check", str(tmp_path / "a.xml")]) == 2
    assert "is a pipe" in capsys.readouterr().err


def test_blanks_and_letters_of_other_scripts_are_left_as_they_are():
    text = GOOD.replace("标题", "　　预计\xa0未来 می\u200cخواهم क्\u200dष")
    told, problems = read_alert(text.encode(), "a.xml")
    assert not problems
    assert "Headline: 预计 未来 می\u200cخواهم क्\u200dष" in list(plain_words(told))


def test_an_entity_in_a_valid_frame_reads_no_file():
    text = GOOD.replace("<alert ", '<!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/hostname">]><alert ').replace(
        "标题", "&x;"
    )
    told, problems = read_alert(text.encode(), "a.xml")
    assert told is None
    assert problems[0].code == "cap-hostile"
