"""The page of an incident's readings: a file is tried, written on a yes, once, and only by who may."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from luoshu.desk.incident import Incident, OpenIncident
from luoshu.desk.observed import Reading
from luoshu.desk.staff import actor_of

PAGE, UPLOAD = "/desk/incidents/yi/readings", "/desk/upload/readings/yi"
HTML = {"accept": "text/html"}


@pytest.fixture
def wang(desk_server):
    client = desk_server.person("wang", "duty")
    now = datetime.now(UTC)
    by = actor_of(desk_server.room.standing(), "wang", now)
    desk_server.room.do(OpenIncident(id="yi", type="flood", title="伊河<b>洪水"), by=by, at=now)
    return client


def file_of(*rows):
    hour = datetime.now(UTC).replace(second=0, microsecond=0).isoformat()
    return "".join(["观测时间,站点,要素,数值,单位\n", *(f"{hour},{row}\n" for row in rows)])


def sent(client, text, name="水情.csv", address=UPLOAD):
    files = {"file": (name, text.encode())}
    return client.post(address, files=files, data={"_csrf": client.headers["x-csrf-token"]}, headers=HTML)


def confirmed(client, html, **changed):
    told = {name: unescape(value) for name, value in re.findall(r'name="(told|own|named)" value="([^"]*)"', html)}
    told |= {"_csrf": client.headers["x-csrf-token"], **changed}
    return client.post(UPLOAD, data=told, files={"none": b""}, headers=HTML)


def test_a_file_is_tried_then_written_and_a_level_proposed(desk_server, wang):
    text = file_of("栾川站,1小时雨量,85,mm", "龙门<i>站,水位,151.2,米", "栾川站,雨量,1,mm")
    answer = sent(wang, text)
    assert answer.status_code == 200
    assert "1小时降雨量, 3小时降雨量" in answer.text
    assert "龙门&lt;i&gt;站" in answer.text
    assert not desk_server.told("reading.report")
    for _ in range(2):
        assert confirmed(wang, answer.text).status_code == 200
    assert len(desk_server.told("reading.report")) == 2
    assert desk_server.room.standing().get(Incident, "yi").proposal.level == "II"
    assert sent(wang, text).text.count("早已在册，编号") == 2
    assert "/desk/incidents/yi/readings" in wang.get("/desk/incidents/yi", headers=HTML).text
    assert "Level II" in wang.get(PAGE + "?language=en", headers=HTML).text


def test_a_file_is_one_line_of_the_logs_and_nothing_of_it_is_lost(desk_server, wang):
    message = {"facts": {"incident": "yi", "text": "桥面已封"}, "mark": "m"}
    assert wang.post("/desk/acts/message.send", json=message).status_code == 201
    rows = [f"站{number},水位,{number},米" for number in range(300)]
    assert confirmed(wang, sent(wang, file_of(*rows, "栾川站,1小时雨量,85,mm")).text).status_code == 200
    assert wang.post("/desk/acts/message.send", json={**message, "mark": "n"}).status_code == 201
    board = wang.get("/desk/incidents/yi", headers=HTML).text
    assert "301 条监测数据" in board
    assert board.count("水情.csv") < 20
    part = wang.get("/desk/incidents/yi/part/log").text
    row = re.search(r"<tr(?:(?!</tr>).)*301 条监测数据.*?</tr>", part, re.S)[0]
    assert "/desk/undo/" not in row
    assert "/desk/undo/" in part
    report = wang.get("/desk/incidents/yi/report.json").json()
    assert [each["about"] for each in report["timeline"]].count("301 条监测数据") == 1
    assert len(report["timeline"]) < 10
    replay = wang.get("/desk/incidents/yi/replay", headers=HTML).text
    assert "301 条监测数据" in replay
    assert "85毫米" in replay.replace(" ", "")
    assert len(desk_server.room.standing().all(Reading)) == 301


def test_what_a_yes_sends_back_is_checked_again(desk_server, wang):
    html = sent(wang, file_of("栾川站,1小时雨量,85,mm")).text
    for told in ("", "x", "{}", '[{"station": "s"}]', "[" * 5000, '[{"what": "incident.close"}]'):
        assert confirmed(wang, html, told=told).status_code in (200, 422)
    other = html.replace("&#34;incident&#34;: &#34;yi&#34;", "&#34;incident&#34;: &#34;&#34;")
    assert other != html
    assert confirmed(wang, other).status_code == 200
    assert [each.incident for each in desk_server.room.standing().all(Reading).values()] == ["yi"]


def test_who_may_not_send_files_in(desk_server, wang):
    viewer, nobody = desk_server.person("zhao", "viewer"), desk_server.client()
    text = file_of("栾川站,1小时雨量,85,mm")
    assert viewer.get(PAGE, headers=HTML).status_code == 200
    assert 'type="file"' not in viewer.get(PAGE, headers=HTML).text
    assert sent(viewer, text).status_code == 403
    assert nobody.post(UPLOAD, files={"file": ("g.csv", text.encode())}).status_code in (401, 403)
    assert wang.post(UPLOAD, files={"file": ("g.csv", text.encode())}, data={"_csrf": "x"}).status_code == 403
    assert wang.get("/desk/readings.csv").content.startswith(b"\xef\xbb\xbf")
    assert not desk_server.told("reading.report")


@pytest.mark.parametrize("name", ["../../x.csv", "", ".", "g.xlsx", "g", "a\x00b.csv", "名" * 300 + ".csv"])
def test_whatever_a_file_is_called_and_holds(wang, name):
    for text in ("", "\x00\xff", "a,b\n", "PK\x03\x04"):
        assert sent(wang, text, name).status_code in (200, 422)


def test_no_such_incident(wang):
    assert sent(wang, file_of("s,水位,1,米"), address=UPLOAD + "x").status_code == 404
    assert wang.get("/desk/incidents/nothing/readings", headers=HTML).status_code == 404
