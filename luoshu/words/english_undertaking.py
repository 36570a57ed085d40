"""Undertakings in English plan sentences: The region will build a river park by 2030."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_VERBS = (
    r"build|construct|establish|create|set up|found|launch|develop|open|complete|introduce|adopt|prepare|draft|publish"
    r"|host|hold|apply for|upgrade|renovate|restore|expand|extend|install|designate|roll out|put in place|renew"
    r"|modernise|modernize|electrify|rebuild|convert"
)
_TASK = re.compile(
    rf"(?:\b(?:will|shall|must|plans?\s+to|aims?\s+to|intends?\s+to|is\s+to|are\s+to|undertakes?\s+to)\s+(?:(?:also|then|jointly|\w+ly)\s+)?"
    rf"|(?<=and)\s+|(?<=, )|^[-•*\s]*)(?P<verb>(?i:{_VERBS}))\s+"
    rf"(?P<object>(?:(?!\b(?:by|before|until|within|so that|in order to)\b)[^,.;:\n]){{5,120}}?)"
    rf"(?=\s*[,.;:\n]|\s+(?:by|before|until|within|so\s+that|in\s+order\s+to)\s|\s+and\s+(?:will\s+)?(?:{_VERBS}|plant|train)\s|\s*$)",
    re.MULTILINE,
)
_VAGUE = re.compile(
    r"\b(?:growth|development|capacity|awareness|confidence|effort|efforts|cooperation|quality|opportunities|trust|understanding|ties|"
    r"conditions?|environment|results?|way|momentum|foundation|society|future|relations?|doors?|up)$",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\b(?:a|an|the|its|our|new|first|second|third)\b|[A-Z][a-z]+", re.IGNORECASE)


class Said(NamedTuple):
    """A verb with its object, as spans of the text."""

    verb: str
    start: int
    object_start: int
    end: int


def english_undertakings(text: str, start: int, end: int) -> Iterator[Said]:
    """The undertakings of an English sentence: a verb of doing that is promised, with the thing to be done.

    >>> text = "The city will build a river park by 2030 and set up a flood fund. It will strengthen growth."
    >>> [(said.verb, text[said.object_start : said.end]) for said in english_undertakings(text, 0, len(text))]
    [('build', 'a river park'), ('set up', 'a flood fund')]
    """
    for found in _TASK.finditer(text, start, end):
        thing = found["object"].strip()
        if _VAGUE.search(thing) or not _NAMED.search(thing) or len(thing.split()) < 2:
            continue
        yield Said(
            found["verb"].lower(), found.start("verb"), found.start("object"), found.start("object") + len(thing)
        )
