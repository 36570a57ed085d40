"""The expert bank as a workbook: out with lists to choose from, in with every fault named by row and column."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime

import pytest
from openpyxl import load_workbook

from luoshu.book.book import open_book
from luoshu.book.directory import Owner, Place
from luoshu.desk.act import made_of
from luoshu.desk.actor import Actor, Grant
from luoshu.desk.expert import Expert, themselves
from luoshu.desk.expert_file import EXPERTS, LISTS, SKILLS, TIMES, expert_workbook
from luoshu.desk.expert_rows import expert_rows
from luoshu.desk.post import Post
from luoshu.desk.post_rows import POSTS
from luoshu.desk.room import Room
from luoshu.desk.stock_rows import tried, written

AT, DAY = datetime(2021, 7, 20, 4, tzinfo=UTC), date(2021, 7, 20)
WANG = Actor(id="wang", name="Wang", grants=(Grant(role="duty"),))
GUEST = Actor(id="zhao", name="Zhao", grants=(Grant(role="viewer"),))


@pytest.fixture
def room(tmp_path):
    folder = tmp_path / "book"
    (folder / "tables").mkdir(parents=True)
    (folder / "book.yaml").write_text("title: t\n", "utf-8")
    (folder / "tables" / "owner.csv").write_text("id,name\nyr,黄委会\nuni,河南科技大学\nu2,河南科技大学\n", "utf-8")
    (folder / "tables" / "place.csv").write_text("id,name,level\n410324,栾川县,county\n", "utf-8")
    with Room(tmp_path / "j.sqlite", open_book(folder, tables=(Owner, Place))) as made:
        do(made, "expert.enter", expert="e1", name="张水生", works_for="yr", contact="013800000000")
        do(made, "expert.consent", expert="e1", since="2021-01-01", purpose="应急处置")
        do(made, "expert.skill", expert="e1", skill="dyke", level="leads")
        do(made, "expert.free", expert="e1", since="2021-07-20T08:00+08:00", until="2021-07-21T08:00+08:00")
        do(made, "expert.enter", expert="gone", name="走了的人")
        do(made, "expert.withdraw", expert="gone")
        do(made, "expert.enter", expert="e2", name="=cmd()", contact="13900000000")
        yield made


def do(room, what, **facts):
    return room.do(made_of(what, facts), by=WANG, at=AT)


def out(room, contacts=True):
    data = expert_workbook(room.standing(), room.book, DAY, "made", contacts=contacts)
    return load_workbook(io.BytesIO(data))


def back(room, book, tmp_path, by=WANG, write=True):
    book.save(tmp_path / "in.xlsx")
    rows, own, unchanged, problems = expert_rows(tmp_path / "in.xlsx", room.standing(), room.book, DAY)
    assert not problems
    assert own == "made"
    return (written if write else tried)(room, rows, by=by, at=AT), unchanged


def put(sheet, line, **cells):
    heads = {cell.value: cell.column for cell in sheet[1]}
    for name, value in cells.items():
        sheet.cell(line, heads[name], value)


def test_what_goes_out_and_what_does_not(room):
    book = out(room)
    assert book.sheetnames == [EXPERTS, SKILLS, TIMES, POSTS, LISTS]
    rows = [[cell.value for cell in row] for row in book[EXPERTS].iter_rows(min_row=2, max_row=3)]
    assert rows[0][:6] == ["e1", "张水生", "黄委会", None, None, "013800000000"]
    assert (rows[0][6].date(), rows[0][7]) == (date(2021, 1, 1), "应急处置")
    assert rows[1][:2] == ["e2", "=cmd()"]
    assert book[EXPERTS]["B3"].data_type == "s", "no formula"
    assert rows[1][5] is None, "no telephone of somebody without consent"
    text = "".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)
    assert "gone" not in text
    assert "走了的人" not in text
    assert {"河南科技大学（uni）", "河南科技大学（u2）"} <= {cell.value for cell in book[LISTS]["A"]}


def test_lists_to_choose_from_are_whole(room):
    book = out(room)
    rules = {str(rule.sqref).split(":")[0]: rule for rule in book[SKILLS].data_validations.dataValidation}
    assert set(rules) == {"C2", "D2"}
    column = rules["C2"].formula1.split("!")[1].replace("$", "")
    words = [row[0].value for row in book[LISTS][column]]
    assert "堤防抢险" in words
    assert None not in words
    assert {rule.type for rule in book[EXPERTS].data_validations.dataValidation} == {"list", "date"}


def test_without_telephones_none_goes_out_and_none_is_lost(room, tmp_path):
    book = out(room, contacts=False)
    assert "应急联系电话" not in [cell.value for cell in book[EXPERTS][1]]
    put(book[EXPERTS], 2, 职务或专业="高工")
    (row,), unchanged = back(room, book, tmp_path)
    assert row.number
    assert unchanged == 3
    assert (room.standing().get(Expert, "e1").contact, room.standing().get(Expert, "e1").post) == (
        "013800000000", "高工",
    )  # fmt: skip


def test_a_workbook_that_comes_back_as_it_was_changes_nothing(room, tmp_path):
    assert back(room, out(room), tmp_path) == ([], 4)


def test_somebody_new_with_consent_skills_and_times_once(room, tmp_path):
    book = out(room)
    put(
        book[EXPERTS],
        4,
        姓名="李新",
        所在单位="河南科技大学（uni）",
        所在区县="栾川县",
        同意日期=date(2021, 7, 1),
        同意用途="咨询",
    )
    put(book[SKILLS], 3, 姓名="李新", 技能="水文预报", 程度="能独立处置")
    put(book[SKILLS], 2, 程度="删除此技能")
    put(book[TIMES], 3, 姓名="李新", 可调用起=datetime(2021, 7, 20, 8), 可调用止="2021-07-22 08:00")
    rows, _ = back(room, book, tmp_path)
    assert [row.act.what for row in rows] == [
        "expert.enter", "expert.consent", "expert.skill", "expert.skill", "expert.free",
    ]  # fmt: skip
    assert all(row.number for row in rows)
    (new,) = [each for each in room.standing().all(Expert).values() if each.name == "李新"]
    assert (new.organisation, new.place, new.skills) == ("uni", "410324", (("hydrology", "works"),))
    assert new.listed(DAY)
    assert not room.standing().get(Expert, "e1").skills
    number = room.standing().number
    rows, unchanged = back(room, book, tmp_path)
    assert (rows, unchanged, room.standing().number) == ([], 7, number)


@pytest.mark.parametrize(
    ("sheet", "line", "cells", "says"),
    [
        (EXPERTS, 4, {"所在单位": "黄委会"}, "姓名 is empty"),
        (EXPERTS, 4, {"姓名": "甲", "所在单位": "月球"}, "所在单位 is 月球, which is not on the list"),
        (EXPERTS, 4, {"姓名": "甲", "编号": "e9"}, "no expert e9"),
        (EXPERTS, 4, {"姓名": "甲", "同意日期": "昨天", "同意用途": "x"}, "同意日期 is '昨天'"),
        (EXPERTS, 4, {"姓名": "甲", "同意日期": date(2021, 7, 1)}, "purpose is missing"),
        (EXPERTS, 4, {"姓名": "甲", "同意日期": date(2022, 7, 1), "同意用途": "x"}, "in the future"),
        (EXPERTS, 4, {"姓名": "张水生", "所在单位": "黄委会"}, "in the bank already as e1"),
        (EXPERTS, 4, {"姓名": "=1+1"}, "姓名: the cell holds a formula"),
        (EXPERTS, 4, {"姓名": "甲", "编号": "gone"}, "withdrawn the consent"),
        (SKILLS, 3, {"姓名": "无此人", "技能": "水文预报", "程度": "能协助"}, "nobody called 无此人"),
        (SKILLS, 3, {"姓名": "张水生", "技能": "魔法", "程度": "能协助"}, "技能 is 魔法, which is not on the list"),
        (SKILLS, 3, {"姓名": "张水生", "技能": "堤防抢险", "程度": "能协助"}, "twice"),
        (SKILLS, 3, {"姓名": "张水生", "技能": "水文预报"}, "程度 is empty"),
        (TIMES, 3, {"编号": "e1", "可调用起": "早", "可调用止": "2021-07-22 08:00"}, "可调用起 is '早'"),
        (TIMES, 3, {"编号": "e1", "可调用起": "2021-07-22 08:00", "可调用止": "2021-07-21 08:00"}, "before it begins"),
    ],
)
def test_what_is_wrong_is_said_with_row_and_column_and_the_rest_counts(room, tmp_path, sheet, line, cells, says):
    book = out(room)
    put(book[sheet], line, **cells)
    put(book[EXPERTS], 2, 职务或专业="高工")
    rows, _ = back(room, book, tmp_path)
    bad = [row for row in rows if row.trouble is not None]
    assert [(row.sheet, row.line) for row in bad] == [(sheet, line)]
    assert says in str(bad[0].trouble)
    assert room.standing().get(Expert, "e1").post == "高工"


def test_two_of_one_name_and_who_may_not(room, tmp_path):
    book = out(room)
    for line in (4, 5):
        put(book[EXPERTS], line, 姓名="李新")
    rows, _ = back(room, book, tmp_path, write=False)
    assert ["twice" in str(row.trouble or "") for row in rows] == [False, True]
    rows, _ = back(room, book, tmp_path, by=GUEST)
    assert all("may not" in str(row.trouble) or "twice" in str(row.trouble) for row in rows)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"name\n"])
def test_what_is_no_workbook(room, tmp_path, data):
    (tmp_path / "x.xlsx").write_bytes(data)
    rows, _, _, problems = expert_rows(tmp_path / "x.xlsx", room.standing(), room.book, DAY)
    assert not rows
    assert problems


def offered(room, **more):
    terms = {"host": "uni", "home": "yr", "direction": "to_university", "work": "带研究生", "share": 20}
    do(room, "post.offer", post="p1", expert="e1", since="2021-01-01", until="2022-01-01", **terms, **more)


HEADS = "岗位编号 编号 姓名 方向 原单位 聘用单位 兼职工作 时间占比（%） 起始日期 结束日期 已同意方"


def post_row(sheet, line, *values):
    for place, value in enumerate(values, start=1):
        sheet.cell(line, place).value = value


def test_posts_go_out_with_what_they_wait_for_and_come_back_unchanged(room, tmp_path):
    offered(room)
    do(room, "post.agree", post="p1", party="home")
    book = out(room)
    assert " ".join(cell.value for cell in book[POSTS][1]).startswith(HEADS)
    assert [cell.value for cell in book[POSTS][2]] == [
        "p1", "e1", "张水生", "企业专家到高校院所", "黄委会", "河南科技大学（uni）", "带研究生", 20,
        datetime(2021, 1, 1), datetime(2022, 1, 1), "原单位", None, None,
    ]  # fmt: skip
    rules = {str(rule.sqref)[0]: rule.formula1 for rule in book[POSTS].data_validations.dataValidation}
    assert rules["D"].endswith("$E$2:$E$4")
    assert rules["E"] == rules["F"] == "'选项 lists'!$A$2:$A$4"
    rows, unchanged = back(room, book, tmp_path)
    assert (rows, unchanged) == ([], 5)


def test_agreements_new_posts_and_ends_come_in(room, tmp_path):
    offered(room)
    book = out(room)
    sheet = book[POSTS]
    sheet["K2"] = "原单位、聘用单位、本人"
    there = ("黄委会", "河南科技大学（u2）")
    post_row(
        sheet,
        3,
        None,
        None,
        "张水生",
        "高校院所专家到企业",
        *there,
        "技术顾问",
        "30",
        "2021-02-01",
        "2021-12-31",
        "本人",
    )
    post_row(
        sheet, 4, None, "e1", None, "其他", *there, "授课", 20, "2023-01-01", "2023-12-31", "", "2023-06-30", "期满"
    )
    rows, _ = back(room, book, tmp_path)
    assert [row.trouble for row in rows] == [None] * 7
    posts = room.standing().all(Post)
    assert posts["p1"].active(DAY)
    mine = {each.work: each for each in posts.values()}
    assert (mine["技术顾问"].agreed, mine["技术顾问"].host, mine["技术顾问"].share) == (("expert",), "u2", 30)
    assert (mine["授课"].ended, mine["授课"].why_ended) == (date(2023, 6, 30), "期满")
    again, _ = back(room, book, tmp_path)
    assert len(room.standing().all(Post)) == 3
    assert not [row for row in again if row.trouble]


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({3: "随便"}, "方向 is 随便, which is not on the list"),
        ({4: "河南科技大学"}, "原单位 is 河南科技大学, which is not on the list"),
        ({7: "六成"}, "which is not a number"),
        ({7: 60}, "60, more than 50"),
        ({5: "黄委会"}, "a second post is at another organisation"),
        ({10: "领导"}, "已同意方 is 领导, and may be 原单位、聘用单位、本人"),
        ({9: "2020-01-01"}, "the post ends before it begins"),
        ({2: None, 1: "e2"}, "has not agreed to be on the list"),
        ({0: "p9"}, "there is no post p9: leave the code of a new one empty"),
        ({0: "p1"}, "what was offered as post p1 does not change"),
        ({7: 40}, "with 20 % in second posts already, 40 % more is over half"),
        ({6: None}, "兼职工作 is empty"),
        ({11: "2021-03-01"}, "结束原因|reason"),
    ],
)
def test_a_post_that_cannot_be_is_said_with_its_row(room, tmp_path, cells, says):
    offered(room)
    book = out(room)
    values = [None, None, "张水生", "其他", "黄委会", "河南科技大学（u2）", "授课", 20, "2021-01-01", "2021-12-31"]
    values += [None, None]
    for place, value in cells.items():
        values[place] = value
    post_row(book[POSTS], 3, *values)
    rows, _ = back(room, book, tmp_path, write=False)
    troubles = [row.trouble for row in rows if row.trouble]
    assert len(troubles) == 1
    assert re.search(says, str(troubles[0]))
    assert [row.line for row in rows if row.trouble] == [3]


def test_an_agreement_is_not_taken_back_by_a_row(room, tmp_path):
    offered(room)
    do(room, "post.agree", post="p1", party="home")
    book = out(room)
    book[POSTS]["K2"] = "本人"
    rows, _ = back(room, book, tmp_path, write=False)
    assert "原单位 agreed to post p1: that is not taken back by a row" in str(rows[0].trouble)


def test_how_a_consent_was_given_goes_out_and_comes_in(room, tmp_path):
    do(room, "expert.consent", expert="e1", since="2021-01-01", purpose="应急处置", how="paper", proof="档案柜 3")
    do(room, "expert.invite", expert="e2", purpose="应急处置")
    room.do(made_of("expert.agree", {"expert": "e2"}), by=themselves("e2"), at=AT)
    book = out(room)
    sheet = book[EXPERTS]
    heads = [cell.value for cell in sheet[1]]
    how, proof = heads.index("同意方式") + 1, heads.index("凭证存放或见证人") + 1
    assert [[sheet.cell(line, place).value for place in (how, proof)] for line in (2, 3)] == [
        ["本人书面签字", "档案柜 3"], ["本人通过链接同意", None],
    ]  # fmt: skip
    sheet["B3"] = "赵六"  # a text that begins like a formula is not taken back
    rows, _ = back(room, book, tmp_path, write=False)
    assert [row.act.what for row in rows] == ["expert.enter"]
    sheet.cell(2, how).value, sheet.cell(2, proof).value = "本人口头同意", "李科长"
    sheet.cell(3, heads.index("同意用途") + 1).value = "别的用途"
    rows, _ = back(room, book, tmp_path, write=False)
    told = [(row.trouble, getattr(row.act, "how", "")) for row in rows if row.act is None or "consent" in row.act.what]
    assert told[0] == (None, "spoken")
    assert "link" in str(told[1][0])  # only the person says that they agreed by their link
