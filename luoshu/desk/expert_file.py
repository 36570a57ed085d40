"""The expert bank as a workbook that people fill in: experts, skills, times, two-way posts; words chosen from lists."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from luoshu.book.book import Book
from luoshu.book.directory import Owner, Place
from luoshu.book.table import Column
from luoshu.desk.clock import CHINA
from luoshu.desk.expert import HOWS, Expert
from luoshu.desk.incident import large
from luoshu.desk.post import Post
from luoshu.desk.post_rows import DIRECTION_CODES, POST_COLUMNS, POSTS, post_line
from luoshu.desk.skills import LEVELS, skills_of
from luoshu.desk.things import Things

EXPERTS, SKILLS, TIMES, LISTS = "专家 experts", "技能 skills", "可调用时间 times", "选项 lists"
MARK = "luoshu expert file"
"""The workbook's own name, by which rows that come back in it are known."""
SPARE_ROWS = 500
NUMBER_FORMATS: Mapping[type, str] = {date: "yyyy-mm-dd", float: "0.##"}
REMOVED = "删除此技能"


def _words(name: str, zh: str, *, required: bool = False, aliases: tuple[str, ...] = ()) -> Column:
    return Column(name=name, type=str, zh=zh, required=required, default="", aliases=aliases)


def _day(name: str, zh: str) -> Column:
    return Column(name=name, type=date, zh=zh, required=False, default=None)


CONTACT = _words("contact", "应急联系电话", aliases=("联系电话", "电话"))
EXPERT_COLUMNS: tuple[Column, ...] = (
    _words("expert", "编号"),
    _words("name", "姓名", required=True),
    _words("works_for", "所在单位", aliases=("单位",)),
    _words("post", "职务或专业", aliases=("职务", "专业", "职称")),
    _words("place", "所在区县", aliases=("区县",)),
    CONTACT,
    _day("since", "同意日期"),
    _words("purpose", "同意用途"),
    _day("until", "有效期至"),
    _words("how", "同意方式"),
    _words("proof", "凭证存放或见证人"),
)
"""What a row of experts says; a new one has no code. Without a consent nobody is listed."""
SKILL_COLUMNS: tuple[Column, ...] = (
    _words("expert", "编号"),
    _words("name", "姓名"),
    _words("skill", "技能", required=True),
    _words("level", "程度", required=True),
)
"""What a row of skills says: whose by code, or by a name that only one of them has."""
TIME_COLUMNS: tuple[Column, ...] = (
    _words("expert", "编号"),
    _words("name", "姓名"),
    _words("since", "可调用起", required=True),
    _words("until", "可调用止", required=True),
)


@dataclass(frozen=True, kw_only=True)
class Choices:
    """The words that a cell may hold, each with what it stands for: organisations, areas, skills, levels."""

    works_for: Mapping[str, str]
    place: Mapping[str, str]
    skill: Mapping[str, str]
    level: Mapping[str, str]
    direction: Mapping[str, str]
    how: Mapping[str, str]

    def of(self, column: str) -> Mapping[str, str]:
        """The words of a column, none where it takes any."""
        found: Mapping[str, str] = vars(self).get(LISTED_AS.get(column, column), {})
        return found


LISTED_AS: Mapping[str, str] = {"home": "works_for", "host": "works_for"}
"""Columns that take the words of another one's list."""


def choices_of(book: Book | None, day: date) -> Choices:
    """What can be chosen on a day. A name that two share stands in the list with its code."""
    owners = book.rows(Owner) if book is not None else ()
    areas = [row for row in book.rows(Place) if large(row)] if book is not None else []
    return Choices(
        works_for=_told_apart([(row.name, row.id) for row in owners]),
        place=_told_apart([(row.name, row.id) for row in areas]),
        skill={skill.zh: id for id, skill in skills_of(book, day).items()},
        level={**{zh: level for level, zh in LEVELS.items()}, REMOVED: "none"},
        direction=DIRECTION_CODES,
        how={zh: how for how, zh in HOWS.items()},
    )


def _told_apart(rows: Sequence[tuple[str, str]]) -> dict[str, str]:
    count = Counter(name for name, _ in rows)
    return {name if count[name] == 1 else f"{name}（{code}）": code for name, code in rows}


def expert_workbook(things: Things, book: Book | None, day: date, made: str, *, contacts: bool) -> bytes:
    """The bank on a day: all with a consent that holds or still without one, nobody who has withdrawn it.

    Telephones stand in it only with `contacts`, and only of those who are listed; a file without them leaves them as
    they are when it comes back. `made` is any text of its own: rows that come back in this workbook count once.
    """
    from openpyxl import Workbook
    from openpyxl.packaging.custom import StringProperty

    out = Workbook()
    if out.active is not None:
        out.remove(out.active)
    known = [each for each in things.all(Expert).values() if not each.withdrawn]
    choices = choices_of(book, day)
    columns = [each for each in EXPERT_COLUMNS if contacts or each is not CONTACT]
    _sheet(out, EXPERTS, columns, [_expert(each, columns, choices, day) for each in known], choices)
    _sheet(out, SKILLS, SKILL_COLUMNS, [row for each in known for row in _skills(each, choices)], choices)
    _sheet(out, TIMES, TIME_COLUMNS, [row for each in known for row in _times(each)], choices)
    _sheet(out, POSTS, POST_COLUMNS, _posts(things, {each.id: each for each in known}, choices), choices)
    _lists(out, choices)
    properties: Any = getattr(out, "custom_doc_props")  # noqa: B009 (the stubs do not know it)
    properties.append(StringProperty(name=MARK, value=made))
    packed = io.BytesIO()
    out.save(packed)
    return packed.getvalue()


def _expert(each: Expert, columns: Sequence[Column], choices: Choices, day: date) -> list[Any]:
    given = each.consent
    told = {
        "expert": each.id, "name": each.name, "works_for": _word(choices.works_for, each.organisation),
        "post": each.post, "place": _word(choices.place, each.place),
        "contact": each.contact if each.listed(day) else "",
        "since": given.since if given else None, "purpose": given.purpose if given else "",
        "until": given.until if given else None, "proof": given.proof if given else "",
        "how": HOWS.get(given.how, given.how) if given else "",
    }  # fmt: skip
    return [told[column.name] for column in columns]


def _word(words: Mapping[str, str], code: str) -> str:
    return next((word for word, each in words.items() if each == code), code)


def _skills(each: Expert, choices: Choices) -> list[list[Any]]:
    return [
        [each.id, each.name, _word(choices.skill, skill), _word(choices.level, level)] for skill, level in each.skills
    ]


def _times(each: Expert) -> list[list[Any]]:
    form = "%Y-%m-%d %H:%M"
    return [
        [each.id, each.name, *(at.astimezone(CHINA).strftime(form) for at in (one.since, one.until))]
        for one in each.windows
    ]


def _posts(things: Things, known: Mapping[str, Expert], choices: Choices) -> list[list[Any]]:
    words = {column.name: {code: word for word, code in choices.of(column.name).items()} for column in POST_COLUMNS}
    posts = [each for each in things.all(Post).values() if each.expert in known]
    return [post_line(each, known[each.expert], words) for each in posts]


def _sheet(out: Any, title: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]], choices: Choices) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    from luoshu.book.sheet_making import put, put_heading, set_widths

    sheet = out.create_sheet(title)
    last = len(rows) + SPARE_ROWS
    for place, column in enumerate(columns, start=1):
        put_heading(sheet.cell(1, place), column.zh, required=column.required)
        letter = get_column_letter(place)
        # a telephone or a code that begins with 0 must not become a number
        sheet.column_dimensions[letter].number_format = NUMBER_FORMATS.get(column.type, "@")
        if choices.of(column.name):
            listed = list(vars(choices)).index(LISTED_AS.get(column.name, column.name)) + 1
            source = f"'{LISTS}'!${get_column_letter(listed)}$2:${get_column_letter(listed)}"
            source += f"${len(choices.of(column.name)) + 1}"
            rule = DataValidation(type="list", formula1=source, allow_blank=not column.required, showErrorMessage=True)
            rule.errorTitle, rule.error = "请从列表中选择", "Choose one of the words on the list"
        elif column.type is date:
            rule = DataValidation(type="date", operator="greaterThan", formula1="36526", allow_blank=True,
                                  showErrorMessage=True)  # fmt: skip
            rule.errorTitle, rule.error = "请写日期", "Write a day, as in 2025-03-01"
        else:
            continue
        sheet.add_data_validation(rule)
        rule.add(f"{letter}2:{letter}{last}")
    for line, values in enumerate(rows, start=2):
        for place, value in enumerate(values, start=1):
            put(sheet.cell(line, place), value)
    sheet.freeze_panes = "C2"
    set_widths(sheet)


def _lists(out: Any, choices: Choices) -> None:
    """The words to choose from, on a sheet of their own: a list in a cell holds only 255 characters."""
    from luoshu.book.sheet_making import put, put_heading, set_widths

    sheet = out.create_sheet(LISTS)
    heads = {
        "works_for": "所在单位",
        "place": "所在区县",
        "skill": "技能",
        "level": "程度",
        "direction": "方向",
        "how": "同意方式",
    }
    for place, (name, words) in enumerate(vars(choices).items(), start=1):
        put_heading(sheet.cell(1, place), heads[name], required=False)
        for line, word in enumerate(words, start=2):
            put(sheet.cell(line, place), word)
    sheet.freeze_panes = "A2"
    set_widths(sheet)
