"""Sentences, their headings and lead-ins, and the clauses inside."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from luoshu.words.clause import clauses, sentences

TEXT = """某市政府工作报告
各位代表：
一、2025年工作回顾
（一）稳就业。新增就业9万人；培训2万人次。物价平稳！
二、2026年重点工作
主要目标是：
——造林5万亩；
——新建公园3个。
各部门要抓紧。
1.实施项目100个。"""


def found() -> list[tuple[str, list[str]]]:
    return [(TEXT[s.start : s.end], [h.text for h in s.above]) for s in sentences(TEXT)]


def test_sentences_know_their_headings() -> None:
    assert ("新增就业9万人；培训2万人次。", ["某市政府工作报告", "一、2025年工作回顾", "（一）稳就业。"]) in found()


def test_a_lead_in_governs_its_list_and_no_more() -> None:
    above = dict(found())
    assert above["——新建公园3个。"][-1] == "主要目标是："
    assert above["各部门要抓紧。"][-1] == "二、2026年重点工作"


def test_a_lead_in_to_goals_governs_plain_paragraphs_too() -> None:
    text = "到2030年，主要目标是：\n经济更有活力。\n生活更加美好。\n围绕上述目标，要努力。\n"
    text += "主要目标是：\n——一项。\n各项工作。"
    above = {text[s.start : s.end]: [h.text for h in s.above] for s in sentences(text)}
    assert above["生活更加美好。"] == ["到2030年，主要目标是："]
    assert above["围绕上述目标，要努力。"] == []
    assert above["——一项。"] == ["主要目标是："]
    assert above["各项工作。"] == []


def test_a_running_head_governs_nothing() -> None:
    text = "某市统计公报\n" + "一、综合\n甲增长1%。\n" * 8 + "某市2023年统计公报\n乙增长2%。"
    assert [h.text for h in sentences(text)[-1].above] == ["某市统计公报", "一、综合"]


def test_clauses_split_at_marks_but_not_inside_numbers() -> None:
    text = "投资1,200亿元、增长5%，新增12:30班次；合计9个。"
    assert [text[a:b] for a, b in clauses(text, 0, len(text))] == [
        "投资1,200亿元、增长5%",
        "新增12:30班次",
        "合计9个。",
    ]


@given(st.text(alphabet="一二、（）。；：\n 第章节#-—1.2甲乙丙到2025年目标", max_size=120))
def test_every_character_that_is_not_space_stands_in_one_sentence(text: str) -> None:
    covered = "".join(text[s.start : s.end] for s in sentences(text))
    assert "".join(covered.split()) == "".join(text.split())
