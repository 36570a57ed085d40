"""The form of a proposal: which fields a person may correct, with their words and choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from luoshu.show.language import Language, marked

COMPARATOR_WORDS = {
    ">=": marked("at least"),
    ">": marked("more than"),
    "<=": marked("at most"),
    "<": marked("less than"),
    "=": marked("exactly"),
    "~": marked("about"),
    "between": marked("between"),
}
CHANGE_WORDS = {"level": marked("reaches"), "up": marked("grows by"), "down": marked("falls by")}
PER_WORDS = {"year": marked("every year"), "month": marked("every month")}


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a proposal's form; `list` names the list of suggestions on the page."""

    name: str
    label: str
    value: str = ""
    type: str = "text"
    choices: tuple[tuple[str, str], ...] = ()
    list: str = ""


def fields_of(proposal: Mapping[str, Any], language: Language) -> tuple[Field, ...]:
    """The fields that a person may correct: of a task its words, of a figure its parts, of a fact its day too."""
    say, text = language.say, _text(proposal)
    if proposal.get("status") == "task":
        own = [
            Field(name="verb", label=say("verb"), value=text("verb")),
            Field(name="object", label=say("what"), value=text("object")),
        ]
        return (*own, *_who_and_when(proposal, language), *_record(language))
    if proposal.get("status") == "fact":
        return (
            *_figure(proposal, language)[:5],
            Field(name="as_of", label=say("as of"), value=text("due"), type="date"),
            Field(name="published", label=say("published"), value=text("published"), type="date"),
            Field(name="indicator", label=say("indicator"), list="indicator-list"),
        )
    measure = Field(name="measure", label=say("indicator"), list="indicator-list")
    return (*_figure(proposal, language), *_who_and_when(proposal, language), measure, *_record(language))


def _text(proposal: Mapping[str, Any]) -> Any:
    def text(name: str) -> str:
        value = proposal.get(name)
        return "" if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)

    return text


def _figure(proposal: Mapping[str, Any], language: Language) -> list[Field]:
    say, text, each = language.say, _text(proposal), proposal.get("each") or {}

    def options(words: Mapping[str, str], empty: bool = False) -> tuple[tuple[str, str], ...]:
        return ((("", "—"),) if empty else ()) + tuple((key, language.text(word)) for key, word in words.items())

    size = f"{each['value']:.12g}" if each else ""
    comparators, changes = options(COMPARATOR_WORDS), options(CHANGE_WORDS)
    return [
        Field(name="subject", label=say("what is measured"), value=text("subject")),
        Field(name="comparator", label=say("comparator"), value=text("comparator"), choices=comparators),
        Field(name="value", label=say("figure"), value=text("value"), type="number"),
        Field(name="value_high", label=say("upper end"), value=text("value_high"), type="number"),
        Field(name="unit", label=say("unit"), value=text("unit")),
        Field(name="change", label=say("change"), value=text("change"), choices=changes),
        Field(name="per", label=say("per"), value=text("per"), choices=options(PER_WORDS, empty=True)),
        Field(name="each_value", label=say("each of the size"), value=size, type="number"),
        Field(name="each_unit", label=say("unit of the size"), value=str(each.get("unit", ""))),
    ]


def _who_and_when(proposal: Mapping[str, Any], language: Language) -> list[Field]:
    text = _text(proposal)
    return [
        Field(name="owner", label=language.say("who promises"), value=text("owner"), list="owner-list"),
        Field(name="due", label=language.say("due"), value=text("due"), type="date"),
    ]


def _record(language: Language) -> list[Field]:
    """What the reader does not say and the book may want."""
    return [
        Field(name="chapter", label=language.say("chapter"), list="chapter-list"),
        Field(name="id", label=language.say("id")),
    ]
