"""What experts can do: a controlled list with Chinese names and the words by which people ask for each."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from luoshu.book.problem import Problem
from luoshu.book.rules import Rule, read_rules
from luoshu.words.message import say

if TYPE_CHECKING:
    from luoshu.book.book import Book

BUILT_IN = Path(__file__).with_name("skills.yaml")
LEVELS: Mapping[str, str] = {"assists": "能协助", "works": "能独立处置", "leads": "能带队"}
SHARES: Mapping[str, float] = {"assists": 0.4, "works": 0.7, "leads": 1.0}
"""How good a level is for putting a team together; never shown, never added up over a person."""


@dataclass(frozen=True, kw_only=True)
class Skill:
    """A skill of the list: its names, and the words that mean it."""

    id: str
    zh: str
    en: str
    words: tuple[str, ...] = ()


def skills_of(book: Book | None, day: date) -> Mapping[str, Skill]:
    """The list in force on a day: the book's rule `skills`, else the one that comes with the program."""
    rule = book.rule("skills", day) if book is not None else None
    return _listed(rule) if rule is not None else _built_in()


@lru_cache(maxsize=1)
def _built_in() -> Mapping[str, Skill]:
    rules = read_rules(BUILT_IN.read_bytes(), "skills", BUILT_IN.name)[0]
    return _listed(rules[-1])


def _listed(rule: Rule) -> dict[str, Skill]:
    found = {}
    for id, said in rule.values.items():
        if isinstance(said, Mapping) and said.get("zh"):
            words = said.get("words") or ()
            found[str(id)] = Skill(
                id=str(id), zh=str(said["zh"]), en=str(said.get("en") or said["zh"]),
                words=tuple(map(str, words)) if isinstance(words, (list, tuple)) else (),
            )  # fmt: skip
    return found


def skill_faults(rules: Iterable[Rule]) -> list[Problem]:
    """What is wrong in a rule of skills: entries without a Chinese name, words that are no list."""
    found = []
    for rule in rules:
        for id, said in rule.values.items():
            sound = isinstance(said, Mapping) and said.get("zh") and isinstance(said.get("words", []), list)
            if id != "until" and not sound:
                says = say("the skill {id} has no Chinese name (zh), or its words are no list", id=str(id)[:60])
                mend = say("Write it as in dyke: {{zh: 堤防抢险, en: Dyke protection, words: [堤坝, 管涌]}}")
                found.append(Problem(code="bad-value", says=says, source=rule.source, mend=mend))
    return found


def plain(text: str) -> str:
    """A text as it is compared: full-width letters as narrow ones, small letters, no blanks or punctuation.

    >>> plain("堤坝 管涌！ＧＰＳ")
    '堤坝管涌gps'
    """
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def pairs(text: str) -> frozenset[str]:
    """All pairs of neighbouring characters, by which words that nobody listed are still found.

    >>> sorted(pairs("管涌险")) == sorted(["管涌", "涌险"])
    True
    """
    bare = plain(text)
    return frozenset(bare[n : n + 2] for n in range(len(bare) - 1))
