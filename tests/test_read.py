"""From a document to proposals, and from a person's decision to the book and back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshu.book.book import open_book
from luoshu.book.documents import document_of
from luoshu.kinds.observation import Indicator, Observation
from luoshu.read import (
    Conflict,
    Proposal,
    as_json,
    commitments,
    from_json,
    proposals,
    read,
    read_file,
    settle,
    version,
    write_proposals,
)
from luoshu.read.answers import known, related
from luoshu.read.settlement import stored_text

SEEDS = Path(__file__).resolve().parents[2] / "shared" / "seeds"
HEAD = "2026年某市政府工作报告\n——2026年1月20日在某市人民代表大会上\n市长 李明\n"
BODY = (
    "要把绿色作为城市的底色，多种树、种好树，让居民出门就能见到绿荫。到2027年，全市公园达到120个。"
    "要一件事情接着一件事情办，一年接着一年干，不图虚名，不做表面文章，把好事办好、把实事办实。去年公园112个。"
)
PLAN = HEAD + "\n".join(BODY[at : at + 18] for at in range(0, len(BODY), 18)) + "\n"
FIELDS = [
    "status", "start", "end", "value", "value_high", "unit", "comparator", "change", "per", "each", "due", "subject",
    "owner",
]  # fmt: skip


def plan(text: str = PLAN, name: str = "plan.txt"):
    document = document_of(text.encode(), name)
    return document, read(document)


def book(tmp_path: Path) -> Path:
    (tmp_path / "book.yaml").write_text("title: 某市\nregion: 某市\n", encoding="utf-8")
    return tmp_path


def found(folder: Path, status: str, name: str = "plan.txt") -> Proposal:
    return next(each for each in proposals(folder, name)[0] if each.status == status)


def test_places_point_into_the_original_text() -> None:
    document, all_found = plan()
    promise = next(each for each in all_found if each.status == "promise")
    assert document.text[promise.start : promise.end] == "120个"
    assert promise.text.replace("\n", "") == "到2027年，全市公园达到120个。"
    assert "\n" in promise.text
    assert (promise.value, promise.unit, promise.due, promise.owner) == (120, "个", date(2027, 12, 31), "李明")
    assert (promise.line, promise.title, promise.published) == (6, "2026年某市政府工作报告", date(2026, 1, 20))
    assert promise.kind == "target"


def test_json_has_the_fields_of_the_guide_in_order() -> None:
    for each in plan()[1]:
        said = as_json(each)
        assert list(said)[: len(FIELDS)] == FIELDS
        assert list(said)[-4:-1] != []
        assert from_json(json.loads(json.dumps(said))) == each


def test_names_are_kept_when_the_document_changes_elsewhere() -> None:
    before = {each.id for each in plan()[1] if each.status == "promise"}
    after = {each.id for each in plan(PLAN.replace("李明\n", "李明\n一、总的要求\n团结一心。\n"))[1]}
    assert before <= after


def test_a_fact_answers_the_promise_about_the_same_thing() -> None:
    _, all_found = plan()
    promise = next(each for each in all_found if each.status == "promise")
    fact = next(each for each in all_found if each.status == "fact")
    assert [(answer.id, answer.settled) for answer in fact.answers] == [(promise.id, False)]


def test_among_very_many_promises_the_like_ones_are_found() -> None:
    many = [
        Proposal(id=f"p{n}", status="promise", value=n, unit="%", subject=f"第{n}类地区{n % 7}覆盖率", change="level")
        for n in range(700)
    ]
    fact = Proposal(
        id="f", status="fact", value=3, unit="%", comparator="=", subject="公园绿地服务半径", change="level"
    )
    goal = Proposal(id="g", status="promise", value=9, unit="%", subject="公园绿地服务半径", change="level")
    assert [answer.id for answer in related([*many, goal, fact])[-1].answers] == ["g"]


def test_contradicting_sources_are_shown_as_such() -> None:
    one = Proposal(
        id="a", status="fact", value=112, unit="家", comparator="=", subject="全市博物馆", due=date(2024, 12, 31)
    )
    other = Proposal(
        id="b", status="fact", value=118, unit="家", comparator="=", subject="博物馆总数", due=date(2024, 12, 31)
    )
    assert [each.contradicts for each in related([one, other])] == [("b",), ("a",)]
    in_one = [replace(each, document="bulletin.txt") for each in (one, other)]
    assert [each.contradicts for each in related(in_one)] == [(), ()]
    assert (
        related([one], results=[known("observation:4", "博物馆", "家", 112, due=date(2024, 12, 31))])[0].contradicts
        == ()
    )


def test_accepting_a_promise_makes_a_record_and_undo_takes_it_out(tmp_path: Path) -> None:
    folder = book(tmp_path)
    assert write_proposals(folder, *plan()) == "proposals/plan.txt.jsonl"
    promise = found(folder, "promise")
    settled = settle(folder, promise.id, "accept", {}, version(promise))
    assert settled.state == "settled"
    opened = open_book(folder)
    (target,), problems = commitments(opened)
    assert problems == []
    assert (target.kind, target.id, target.due, target.owner) == (
        "target",
        settled.settled_as,
        date(2027, 12, 31),
        "李明",
    )
    assert target.words == "到2027年，全市公园达到120个"
    assert (target.made, target.source.file) == (date(2026, 1, 20), "documents/plan.txt")
    assert (target.source.start, target.source.end) == (promise.start, promise.end)
    assert [row.name for row in opened.rows(Indicator)] == ["公园"]
    again = settle(folder, promise.id, "undo", {}, version(settled))
    assert (again.state, again.settled_as) == ("open", "")
    opened = open_book(folder)
    assert opened.records == ()
    assert opened.rows(Indicator) == ()
    assert again == promise


def test_two_editors_cannot_overwrite_each_other(tmp_path: Path) -> None:
    folder = book(tmp_path)
    write_proposals(folder, *plan())
    promise = found(folder, "promise")
    settle(folder, promise.id, "reject", {}, version(promise))
    with pytest.raises(Conflict):
        settle(folder, promise.id, "accept", {}, version(promise))
    assert found(folder, "promise").state == "rejected"
    assert open_book(folder).records == ()


def test_rejected_and_settled_ones_stay_so_when_read_again(tmp_path: Path) -> None:
    folder = book(tmp_path)
    write_proposals(folder, *plan())
    promise, fact = found(folder, "promise"), found(folder, "fact")
    settle(folder, promise.id, "reject")
    settle(folder, fact.id, "accept")
    write_proposals(folder, *plan())
    write_proposals(folder, *plan(PLAN.replace("市长 李明\n", "市长 李明\n一、要求\n")))
    states = {each.status: each.state for each in proposals(folder, "plan.txt")[0]}
    assert states["promise"] == "rejected"
    assert states["fact"] == "settled"
    assert "一、要求" in (stored_text(folder, "plan.txt") or "")


def test_corrections_as_a_form_sends_them(tmp_path: Path) -> None:
    folder = book(tmp_path)
    write_proposals(folder, *plan())
    promise = found(folder, "promise")
    fields = {
        "value": "1,100",
        "due": "2028-12-31",
        "owner": "市林业局",
        "subject": "城市公园",
        "id": "parks",
        "weight": "2",
    }
    settled = settle(folder, promise.id, "correct", fields, version(promise))
    assert settled.corrected == {"value": 1100, "due": "2028-12-31", "owner": "市林业局", "subject": "城市公园"}
    ((target,), _) = commitments(open_book(folder))
    assert (target.id, target.owner, target.due, target.weight) == ("parks", "市林业局", date(2028, 12, 31), 2)
    assert getattr(target, "level") == 1100  # noqa: B009 (a field of one kind)
    for bad in ({"value": "viele"}, {"due": "2024-02-30"}):
        settle(folder, promise.id, "undo")
        with pytest.raises(ValueError, match="not a"):
            settle(folder, promise.id, "correct", bad)
        settle(folder, promise.id, "accept")


def test_accepting_a_fact_writes_an_observation(tmp_path: Path) -> None:
    folder = book(tmp_path)
    write_proposals(folder, *plan())
    promise = settle(folder, found(folder, "promise").id, "accept")
    fact = settle(folder, found(folder, "fact").id, "accept")
    (row,) = open_book(folder).rows(Observation)
    assert (row.value, row.unit, row.as_of, row.published) == (112, "个", date(2025, 12, 31), date(2026, 1, 20))
    assert row.source == "2026年某市政府工作报告"
    (indicator,) = open_book(folder).rows(Indicator)
    assert row.indicator == indicator.id
    settle(folder, promise.id, "undo")
    assert len(open_book(folder).rows(Indicator)) == 1  # the observation still speaks of it
    settle(folder, fact.id, "undo")
    assert open_book(folder).rows(Observation) == ()


def test_a_stop_between_book_and_proposal_leaves_no_double(tmp_path: Path) -> None:
    folder = book(tmp_path)
    write_proposals(folder, *plan())
    kept = (folder / "proposals" / "plan.txt.jsonl").read_bytes()
    for status in ("promise", "fact"):
        settle(folder, found(folder, status).id, "accept")
        (folder / "proposals" / "plan.txt.jsonl").write_bytes(kept)  # as if the machine had stopped before this
        settle(folder, found(folder, status).id, "accept")
    assert len(open_book(folder).records) == 1
    assert len(open_book(folder).rows(Observation)) == 1


def test_several_bodies_and_known_ones(tmp_path: Path) -> None:
    folder = book(tmp_path)
    (folder / "tables").mkdir()
    (folder / "tables" / "owner.csv").write_text("id,name\nforest,市林业局\n", encoding="utf-8")
    write_proposals(folder, *plan(HEAD + "各位代表：\n建立河长联席会议制度（牵头单位：市林业局、市财政局）。\n"))
    settle(folder, found(folder, "task").id, "accept")
    ((task,), problems) = commitments(open_book(folder))
    assert (task.owner, task.co_owners, problems) == ("forest", ("市财政局",), [])


def test_settled_targets_are_offered_to_the_facts_beside_them(tmp_path: Path) -> None:
    folder = book(tmp_path)
    write_proposals(folder, *plan())
    settled = settle(folder, found(folder, "promise").id, "accept")
    assert [(a.id, a.settled) for a in found(folder, "fact").answers] == [(settled.settled_as, True)]


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet="建设公园到2027年达120个，。、；：（）“”一二三\n\t |#责任单位市长李明%亿万增长去年", max_size=300)
)
def test_any_document(text: str) -> None:
    document = document_of(text.encode(), "a.md")
    for each in read(document):
        assert 0 <= each.start < each.end <= len(document.text)
        assert each.text in document.text
        assert from_json(json.loads(json.dumps(as_json(each)))) == each
    assert len({each.id for each in read(document)}) == len(read(document))


def test_what_the_table_of_documents_says_goes_along(tmp_path: Path) -> None:
    folder = book(tmp_path)
    (folder / "tables").mkdir()
    (folder / "tables" / "document.csv").write_text(
        "file,title,publisher,published,url\nplan.txt,某报,某市日报,2026-02-02,https://example.org/a\n",
        encoding="utf-8",
    )
    write_proposals(folder, *plan(BODY + "去年城市公园112个。"))
    fact = next(each for each in proposals(folder, "plan.txt")[0] if each.status == "fact")
    settle(folder, fact.id, "correct", {"due": "2025-12-31"})
    (row,) = open_book(folder).rows(Observation)
    assert (row.published, row.source, row.url) == (date(2026, 2, 2), "某市日报", "https://example.org/a")


def test_a_moved_goal_becomes_a_dated_step(tmp_path: Path) -> None:
    folder = book(tmp_path)
    write_proposals(folder, *plan())
    first = settle(folder, found(folder, "promise").id, "accept")
    later = PLAN.replace("2026年", "2027年").replace("120", "110")
    write_proposals(folder, *plan(later, "later.txt"))
    moved = found(folder, "promise", "later.txt")
    assert moved.moves is not None
    assert moved.moves.id == first.settled_as
    settled = settle(folder, moved.id, "accept")
    ((target,), problems) = commitments(open_book(folder))
    assert problems == []
    assert [(step.since, step.value) for step in target.history["level"]] == [
        (date(2026, 1, 20), 120), (date(2027, 1, 20), 110),
    ]  # fmt: skip
    settle(folder, settled.id, "undo")
    ((target,), _) = commitments(open_book(folder))
    assert (getattr(target, "level"), dict(target.history)) == (120, {})  # noqa: B009 (a field of one kind)


def test_unknown_proposals_and_decisions(tmp_path: Path) -> None:
    folder = book(tmp_path)
    with pytest.raises(KeyError):
        settle(folder, "nothing", "accept")
    write_proposals(folder, *plan())
    with pytest.raises(ValueError, match="not one of"):
        settle(folder, found(folder, "promise").id, "perhaps")
    assert proposals(folder, "../../etc/passwd")[0] == []


def test_broken_lines_are_problems(tmp_path: Path) -> None:
    folder = book(tmp_path)
    write_proposals(folder, *plan())
    path = folder / "proposals" / "plan.txt.jsonl"
    path.write_bytes(path.read_bytes() + b'{"id": 3\n[]\n{"id": "x", "due": "soon"}\n\xff\n')
    good, problems = proposals(folder, "plan.txt")
    assert good
    assert [problem.code for problem in problems] == ["bad-proposal"] * 4


def test_empty_and_missing_files(tmp_path: Path) -> None:
    document, nothing = read_file(tmp_path / "none.txt")
    assert (nothing, [problem.code for problem in document.problems]) == ([], ["no-document"])


END = date(2025, 12, 31)
PROMISES_000 = [
    (120, "家", END, "魏险峰", "博物馆"),
    (6, "%", END, "魏险峰", "文化产业增加值"),
    (3_000_000, "人次", END, "魏险峰", "入境游客"),
    (20, "%", END, "魏险峰", "人数"),
    (20, "%", END, "魏险峰", "收入"),
    (10, "分钟", None, "魏险峰", "健身圈"),
    (2.22, "平方米", END, "魏险峰", "人均体育场地面积"),
    (40, "%", END, "魏险峰", "经常参加体育锻炼的人数"),
    (1, "", END, "魏险峰", "奥运冠军"),
    (2.3, "%", END, "魏险峰", "体育产业"),
    (3, "%", END, "魏险峰", "人均体育消费"),
    (1e12, "元", END, "侯占国", "先进制造业基地"),
    (6, "个", END, "侯占国", "先进制造业集群"),
    (1e6, "吨", None, "侯占国", "乙烯"),
    (112, "个", None, "侯占国", "已谋划项目"),
    (400, "个", None, "侯占国", "千万元项目"),
    (2.5e11, "元", END, "侯占国", "制造业项目"),
    (20, "家", END, "侯占国", "百亿级企业"),
    (100, "家", END, "侯占国", "优质中小企业"),
    (30, "家", END, "侯占国", "服务型制造示范企业"),
    (5, "家", END, "侯占国", "制造业创新中心"),
    (15, "家", END, "侯占国", "工业设计中心"),
]
"""Value, unit, deadline, owner and a piece of the subject of the promises with a figure, marked by hand by the guide.

None for a deadline: the clause states none and no earlier one carries over surely.
"""


@pytest.mark.skipif(not SEEDS.exists(), reason="the seeds are not beside this checkout")
def test_all_promises_of_the_newspaper_page() -> None:
    document, all_found = read_file(next(SEEDS.glob("000*.txt")))
    assert document.problems == ()
    promises = [each for each in all_found if each.status == "promise"]
    for value, unit, due, owner, subject in PROMISES_000:
        fits = [p for p in promises if (p.value, p.unit, p.owner) == (value, unit, owner) and subject in p.subject]
        assert fits, (value, unit, owner, subject)
        assert due is None or fits[0].due == due, (value, subject, fits[0].due)
        promises.remove(fits[0])
    assert promises == []


@pytest.mark.skipif(not SEEDS.exists(), reason="the seeds are not beside this checkout")
def test_a_feature_story_has_no_owner_and_next_to_no_promise() -> None:
    _, all_found = read_file(next(SEEDS.glob("004*.txt")))
    assert {each.owner for each in all_found} <= {""}
    assert sum(each.status != "fact" for each in all_found) <= 1
