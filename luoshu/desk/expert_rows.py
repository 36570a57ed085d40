"""Rows of an expert bank's workbook that people filled in: what changes, what cannot be and in which cell."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from luoshu.book.book import Book
from luoshu.book.cell import parse
from luoshu.book.loading import fold
from luoshu.book.problem import Problem, Source
from luoshu.book.sheet_reading import Sheet, cell_text, read_workbook
from luoshu.book.table import Column
from luoshu.desk.act import made_of
from luoshu.desk.expert import Expert
from luoshu.desk.expert_file import (
    EXPERT_COLUMNS,
    EXPERTS,
    MARK,
    SKILL_COLUMNS,
    SKILLS,
    TIME_COLUMNS,
    TIMES,
    Choices,
    choices_of,
)
from luoshu.desk.journal import Refused
from luoshu.desk.post_rows import POST_COLUMNS, POSTS, post_changes
from luoshu.desk.reading_rows import moment_of
from luoshu.desk.stock_rows import Row, heading_named, marked
from luoshu.desk.things import Things
from luoshu.words.message import Message, say

MOST_ROWS = 5_000
SHEETS = ((EXPERTS, EXPERT_COLUMNS), (SKILLS, SKILL_COLUMNS), (TIMES, TIME_COLUMNS), (POSTS, POST_COLUMNS))


@dataclass
class _Bank:
    """Who is known while the sheets are read: by code, and by name those of the file and of the desk."""

    things: Things
    choices: Choices
    own: str
    names: dict[str, set[str]] = field(default_factory=dict)
    new: set[str] = field(default_factory=set)
    """New people, skills of people and new posts that a row has spoken of already."""
    unchanged: int = 0

    def first(self, spoken_of: str) -> bool:
        """Whether no row has spoken of this before."""
        before = spoken_of in self.new
        self.new.add(spoken_of)
        return not before

    def person(self, told: Mapping[str, Any]) -> str | Message:
        """The code of whom a row speaks, or why that is not clear."""
        code, name = told.get("expert", ""), told.get("name", "")
        if code:
            known = self.things.get(Expert, code) is not None or any(code in each for each in self.names.values())
            return code if known else say("there is no expert {id}", id=code[:40])
        found = self.names.get(name, set())
        if len(found) == 1:
            return next(iter(found))
        if found:
            return say("{count} people are called {name}: write the code", count=len(found), name=name[:40])
        return say("there is nobody called {name} on the sheet of experts", name=name[:40] or "—")


def expert_rows(path: Path, things: Things, book: Book | None, day: date) -> tuple[list[Row], str, int, list[Problem]]:
    """The changes that a workbook asks for, its own name, how many rows say what stands already, and why it could not
    be read.

    Experts come first, then skills, times and posts, so that new people may have all of them. What is wrong with a
    cell is said with its column; a telephone that is left out stays as it was; rows that are missing take nothing away.
    """
    workbook, problem = read_workbook(path)
    if workbook is None:
        return [], "", 0, [problem] if problem else []
    own = workbook.properties.get(MARK) or hashlib.sha256(path.read_bytes()).hexdigest()
    bank = _Bank(things=things, choices=choices_of(book, day), own=own)
    for each in things.all(Expert).values():
        if not each.withdrawn and each.name:
            bank.names.setdefault(each.name, set()).add(each.id)
    found: list[Row] = []
    known = 0
    for title, columns in SHEETS:
        for sheet in workbook.sheets:
            if fold(sheet.title) in {fold(title), *map(fold, title.split())}:
                known += 1
                found += _read(sheet, title, columns, bank)
    source = Source(file=path.name)
    if not known:
        says = say("the workbook has no sheet {name}", name=EXPERTS)
        mend = say("Fill in the workbook that the expert bank gives")
        return [], own, 0, [Problem(code="unknown-sheet", says=says, source=source, mend=mend)]
    if len(found) > MOST_ROWS:
        says = say("the workbook holds {count} filled rows, more than the {most} taken at once; none was taken",
                   count=len(found), most=MOST_ROWS)  # fmt: skip
        mend = say("Part it into several workbooks")
        return [], own, 0, [Problem(code="file-too-large", says=says, source=source, mend=mend)]
    return marked(found, own), own, bank.unchanged, []


def _read(sheet: Sheet, title: str, columns: Sequence[Column], bank: _Bank) -> Iterator[Row]:
    """The rows of one sheet."""
    headings = {fold(heading): column for column in columns for heading in column.headings}
    top = sheet.heading_row(list(headings))
    places: dict[int, Column] = {}
    for (line, place), cell in sorted(sheet.cells.items(), key=lambda item: item[0]):
        column = headings.get(fold(str(cell.value))) if line == top else None
        if column is not None and column not in places.values():
            places[place] = column
    lacking = [column.zh for column in columns if column.required and column not in places.values()]
    if lacking:
        says = say("the column {names} is missing", names=", ".join(lacking))
        yield Row(sheet=sheet.title, line=top, trouble=says)
        return
    for line in sorted({line for line, _ in sheet.cells if line > top}):
        row = Row(sheet=sheet.title, line=line)
        told, trouble = _told(sheet, line, places)
        if trouble is None and title == EXPERTS:
            yield from _expert(row, told, bank)
        elif trouble is None and title == POSTS:
            yield from _post(row, told, bank)
        elif trouble is None:
            yield from _of_expert(row, title, told, bank)
        else:
            yield replace(row, trouble=trouble)


def _told(sheet: Sheet, line: int, places: Mapping[int, Column]) -> tuple[dict[str, Any], Message | None]:
    """What the cells of a row say, or what is wrong with one, by its column."""
    told: dict[str, Any] = {}
    for place, column in places.items():
        cell = sheet.cells.get((line, place))
        if cell is None:
            if column.required:
                return told, say("{name} is empty", name=column.zh)
            continue
        text, fault = (
            (cell.value.isoformat(" "), None)
            if column.type is str and isinstance(cell.value, datetime)
            else cell_text(cell, column)
        )
        value: Any = None
        if fault is None:
            value, fault = parse(text, heading_named(column))
        if fault is not None:
            if column.zh in fault.says:
                return told, say("{says}. {mend}", says=fault.says, mend=fault.mend)
            return told, say("{name}: {says}. {mend}", name=column.zh, says=fault.says, mend=fault.mend)
        if value not in (None, ""):
            told[column.name] = value
    return told, None


def _chosen(told: dict[str, Any], name: str, zh: str, words: Mapping[str, str]) -> Message | None:
    """Put the code in the place of the word that was chosen; what is wrong where it is none of the list."""
    word = told.get(name, "")
    if not word or word in words.values():
        return None
    if word not in words:
        return say("{name} is {found}, which is not on the list of the sheet {sheet}", name=zh, found=str(word)[:40],
                   sheet="选项 lists")  # fmt: skip
    told[name] = words[word]
    return None


def _expert(row: Row, told: dict[str, Any], bank: _Bank) -> Iterator[Row]:
    for name, zh, words in (
        ("works_for", "所在单位", bank.choices.works_for), ("place", "所在区县", bank.choices.place),
        ("how", "同意方式", bank.choices.how),
    ):  # fmt: skip
        trouble = _chosen(told, name, zh, words)
        if trouble is not None:
            yield replace(row, trouble=trouble)
            return
    code = told.get("expert") or _new_code(bank.own, told["name"], told.get("works_for", ""))
    here = bank.things.get(Expert, code)
    if here is None and told.get("expert"):
        yield replace(row, trouble=say("there is no expert {id}: leave the code of somebody new empty", id=code[:40]))
        return
    if not told.get("expert"):
        trouble = _twice(here, code, told, bank)
        if trouble is not None:
            yield replace(row, trouble=trouble)
            return
    bank.names.setdefault(told["name"], set()).add(code)
    told["expert"] = code
    made = 0
    if here is None or not _same(here, told):
        made += 1
        yield _made(row, "expert.enter", _of(told, "expert", "name", "works_for", "post", "place", "contact"))
    consent = _of(told, "expert", "since", "purpose", "until", "how", "proof")
    if len(consent) > 1 and (here is None or not _agreed(here, told)):
        made += 1
        yield _made(row, "expert.consent", consent)
    bank.unchanged += not made


def _of(told: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: told[name] for name in names if name in told}


def _new_code(own: str, name: str, works_for: str) -> str:
    """A code for somebody new: the same however often the same workbook comes in."""
    return "e" + hashlib.sha256(f"{own}\n{name}\n{works_for}".encode()).hexdigest()[:12]


def _twice(here: Expert | None, code: str, told: Mapping[str, Any], bank: _Bank) -> Message | None:
    """What is said where a row without a code speaks of somebody who is there already, or stands twice."""
    if not bank.first(code):
        return say("{name} stands twice on the sheet", name=told["name"][:40])
    if here is None:
        for id in bank.names.get(told["name"], ()):
            other = bank.things.get(Expert, id)
            if other is not None and other.organisation == told.get("works_for", ""):
                return say("{name} is in the bank already as {id}: write the code", name=told["name"][:40], id=id)
    return None


def _same(here: Expert, told: Mapping[str, Any]) -> bool:
    """Whether a row says of somebody what stands already; a telephone that is left out says nothing."""
    return (
        (here.name, here.organisation, here.post, here.place)
        == tuple(told.get(key, "") for key in ("name", "works_for", "post", "place"))
        and told.get("contact", "") in ("", here.contact)
        and not here.withdrawn
    )


def _agreed(here: Expert, told: Mapping[str, Any]) -> bool:
    given = here.consent
    return (
        given is not None
        and (given.since, given.purpose, given.until) == (told.get("since"), told.get("purpose", ""), told.get("until"))
        and told.get("how", "") in ("", given.how)
        and told.get("proof", "") in ("", given.proof)
    )


def _of_expert(row: Row, title: str, told: dict[str, Any], bank: _Bank) -> Iterator[Row]:
    """A row of skills or of times."""
    person = bank.person(told)
    if isinstance(person, Message):
        yield replace(row, trouble=person)
        return
    here = bank.things.get(Expert, person)
    facts: dict[str, Any] = {"expert": person}
    if title == SKILLS:
        word = told["skill"]
        for name, zh, words in (("skill", "技能", bank.choices.skill), ("level", "程度", bank.choices.level)):
            trouble = _chosen(told, name, zh, words)
            if trouble is not None:
                yield replace(row, trouble=trouble)
                return
            facts[name] = told[name]
        if not bank.first(f"{person} {facts['skill']}"):
            yield replace(row, trouble=say("{name} stands twice on the sheet", name=word))
            return
        held = dict(here.skills) if here is not None else {}
        same = held.get(facts["skill"], "none") == facts["level"]
        what = "expert.skill"
    else:
        what = "expert.free"
        for name, zh in (("since", "可调用起"), ("until", "可调用止")):
            at = moment_of(told[name])
            if at is None:
                says = say("{name} is '{found}', which is not a time. Write it as in 2021-07-20T08:00", name=zh,
                           found=str(told[name])[:40])  # fmt: skip
                yield replace(row, trouble=says)
                return
            facts[name] = at
        windows = here.windows if here is not None else ()
        same = any((each.since, each.until) == (facts["since"], facts["until"]) for each in windows)
    if same:
        bank.unchanged += 1
        return
    yield _made(row, what, facts)


def _post(row: Row, told: dict[str, Any], bank: _Bank) -> Iterator[Row]:
    """A row of posts: one that is offered, who has agreed, its end."""
    person = bank.person(told)
    trouble: Message | None = person if isinstance(person, Message) else None
    for name in ("direction", "home", "host"):
        column = next(each for each in POST_COLUMNS if each.name == name)
        trouble = trouble or _chosen(told, name, column.zh, bank.choices.of(name))
    changes = trouble or post_changes(told, str(person), bank.things, bank.own)
    if isinstance(changes, Message):
        yield replace(row, trouble=changes)
        return
    if changes and changes[0][0] == "post.offer" and not bank.first(changes[0][1]["post"]):
        yield replace(row, trouble=say("{name} stands twice on the sheet", name=str(told.get("work", ""))[:40]))
        return
    bank.unchanged += not changes
    for what, facts in changes:
        yield _made(row, what, facts)


def _made(row: Row, what: str, facts: Mapping[str, Any]) -> Row:
    try:
        return replace(row, act=made_of(what, facts))
    except Refused as refused:
        return replace(row, trouble=refused.says)
