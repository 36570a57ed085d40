"""The expert bank's workbook over the server: who may have it, that looks are written down, tried before written."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from html import unescape

import pytest
from openpyxl import load_workbook

from luoshu.desk.act import made_of
from luoshu.desk.expert import Expert
from luoshu.desk.expert_file import EXPERTS
from luoshu.desk.staff import actor_of

FILE, UPLOAD, HTML = "/desk/experts.xlsx", "/desk/upload/experts", {"accept": "text/html"}


@pytest.fixture
def wang(desk_server):
    client, now = desk_server.person("wang", "duty"), datetime.now(UTC)
    by = actor_of(desk_server.room.standing(), "wang", now)
    for what, facts in (
        ("expert.enter", {"name": "张<b>水生", "contact": "13800000000"}),
        ("expert.consent", {"since": "2021-01-01", "purpose": "应急处置"}),
    ):
        desk_server.room.do(made_of(what, {"expert": "e1", **facts}), by=by, at=now)
    return client


def sent(client, book):
    packed = io.BytesIO()
    book.save(packed)
    files = {"file": ("专家.xlsx", packed.getvalue())}
    return client.post(UPLOAD, files=files, data={"_csrf": client.headers["x-csrf-token"]}, headers=HTML)


def confirmed(client, html, **changed):
    told = {name: unescape(value) for name, value in re.findall(r'name="(told|own|named)" value="([^"]*)"', html)}
    told |= {"_csrf": client.headers["x-csrf-token"], **changed}
    return client.post(UPLOAD, data=told, files={"none": b""}, headers=HTML)


def test_telephones_go_out_only_to_who_keeps_the_whole_bank_and_looks_are_written(desk_server, wang):
    some = desk_server.person("liu", "duty", organisation="water")
    guest = desk_server.person("zhao", "viewer")
    assert b"PK" in wang.get(FILE).content[:4]
    cells = [cell.value for cell in load_workbook(io.BytesIO(wang.get(FILE).content))[EXPERTS][1]]
    assert "应急联系电话" not in cells
    told = load_workbook(io.BytesIO(wang.get(FILE + "?contacts=true").content))[EXPERTS]
    assert "13800000000" in [cell.value for cell in told[2]]
    assert some.get(FILE).status_code == 200
    assert some.get(FILE + "?contacts=true").status_code == 403
    assert "contacts=true" not in some.get("/desk/experts", headers=HTML).text
    assert "contacts=true" in wang.get("/desk/experts", headers=HTML).text
    for who in (guest, desk_server.client()):
        assert who.get(FILE).status_code in (401, 403)
    looks = {(entry.draft.who, entry.draft.about) for entry in desk_server.told("look")}
    assert ("wang", "page:/desk/experts.xlsx?contacts=true") in looks
    assert ("liu", "page:/desk/experts.xlsx") in looks


def test_a_workbook_is_tried_then_written_once(desk_server, wang):
    book = load_workbook(io.BytesIO(wang.get(FILE).content))
    for column, value in ((2, "李新"), (3, "无此单位")):
        book[EXPERTS].cell(4, column, value)
    book[EXPERTS].cell(2, 4, "高工")
    book[EXPERTS].cell(3, 2, "王新")
    answer = sent(wang, book)
    assert answer.status_code == 200
    assert "张&lt;b&gt;水生" in answer.text
    assert "无此单位" in answer.text
    assert not desk_server.room.standing().get(Expert, "e1").post
    for _ in range(2):
        assert confirmed(wang, answer.text).status_code == 200
    assert desk_server.room.standing().get(Expert, "e1").post == "高工"
    assert [each.name for each in desk_server.room.standing().all(Expert).values()] == ["张<b>水生", "王新"]
    assert len(desk_server.told("expert.enter")) == 3


def test_nobody_else_and_nothing_else_comes_in(desk_server, wang):
    book = load_workbook(io.BytesIO(wang.get(FILE).content))
    book[EXPERTS].cell(2, 4, "高工")
    assert sent(desk_server.person("zhao", "viewer"), book).status_code == 403
    html = sent(wang, book).text
    for told in ("x", "{}", "[1]", '[{"what": "incident.open", "facts": {}}]', '[{"what": "expert.withdraw", "facts": '
                 '{"expert": "e1"}}]'):  # fmt: skip
        assert confirmed(wang, html, told=told).status_code in (200, 422)
    assert desk_server.room.standing().get(Expert, "e1").name
    assert not desk_server.told("expert.withdraw")
    assert wang.post(UPLOAD, files={"file": ("x.xlsx", b"PK")}, data={"_csrf": "no"}).status_code == 403
    for data in (b"", b"PK\x03\x04", b"\xff" * 99):
        files, proof = {"file": ("x.xlsx", data)}, {"_csrf": wang.headers["x-csrf-token"]}
        assert wang.post(UPLOAD, files=files, data=proof, headers=HTML).status_code == 200
