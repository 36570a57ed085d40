"""Both languages are complete: every sentence of the code and every sentence that the example shows has its Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from luoshu.show.catalogue import KEYWORDS, PACKAGE, extracted, read_catalogue, untranslated
from luoshu.show.language import Language, catalogue
from luoshu.words.message import AMOUNT, NAMED, Message

EXAMPLE = Path(__file__).parents[2] / "examples" / "luoyang"


def test_every_sentence_has_its_chinese() -> None:
    assert not untranslated("zh"), "run python -m luoshu.show.catalogue and translate what it names"


def test_no_sentence_is_kept_that_nobody_says() -> None:
    there = extracted()
    assert [str(entry.id) for entry in read_catalogue("zh") if entry.id and entry.id not in there] == []


def test_every_name_by_which_sentences_are_said_is_known_to_the_catalogue() -> None:
    names = {
        name
        for path in PACKAGE.rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        for name in re.findall(r"(\w+) = [\w.]*(?:language|tongue)\.say$|import say as (\w+)", line)
    }
    assert {a or b for a, b in names} - set(KEYWORDS) == set()


def test_translations_fill_the_same_gaps() -> None:
    for template, chinese in catalogue("zh").items():
        gaps = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (template, chinese)]
        assert gaps[0] == gaps[1], template


def test_translations_are_chinese() -> None:
    plain = {template for template in catalogue("zh") if not re.sub(r"\{[^}]*\}|[^A-Za-z]", "", template)}
    for template, chinese in catalogue("zh").items():
        assert re.search("[\u4e00-\u9fff]", chinese) or template in plain, template


def messages(value: Any, seen: set[int]) -> Iterator[Message]:
    """Every message inside a value."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, Message):
        yield value
        yield from messages(list(value.values.values()), seen)
    elif isinstance(value, dict):
        yield from messages(list(value.values()), seen)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from messages(each, seen)
    elif is_dataclass(value):
        for field in fields(value):
            yield from messages(getattr(value, field.name), seen)


@pytest.mark.parametrize("day", [date(2021, 6, 30), date(2023, 12, 31), date(2025, 12, 31), date(2031, 1, 1)])
def test_the_example_says_nothing_that_has_no_chinese(day: date) -> None:
    from luoshu.region import Region

    region = Region(EXAMPLE, day)
    moves = [tuple(gauge.commitment.moves(region.book, day)) for gauge in region.gauges]
    said = list(messages([region.gauges, region.problems, moves], set()))
    assert said
    kept = catalogue("zh")
    # amounts and names are no sentences: each language writes them its own way
    assert {message.template for message in said} - set(kept) - {AMOUNT, NAMED} == set()
    for message in said:
        assert Language("zh").message(message)
