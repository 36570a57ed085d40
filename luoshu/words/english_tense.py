"""Promise or fact in English: what the verbs before a figure say, and the year that the sentence names."""

from __future__ import annotations

import re
from datetime import date

_WILL = re.compile(
    r"\b(?:will|shall|should|must|to|aims?|targets?|goals?|plans?|expect(?:s|ed)?|by|commits?|intends?|strives?|pledges?)\b",
    re.I,
)
_SURELY = re.compile(
    r"\b(?:(?:will|shall|should|must)(?:\s(?:also|then|soon))?(?:\shave)?(?:\sbeen)?\s\w+|(?:aims?|targets?|goals?|plans?|"
    r"expect(?:s|ed)?|projected|planned|commit(?:s|ted)?|intends?|strives?|pledge[sd]?|(?:is|are|be)\s(?:\w+\s)?to)"
    r"(?:\s(?:to\s)?have\s\w+)?)\b",
    re.I,
)
_DID = re.compile(
    r"\b(?:was|were|has|have|had|reached|rose|grew|fell|increased|decreased|totall?ed|stood|amounted|dropped|built|"
    r"opened|added|recorded|"
    r"last year|already|so far|since)\b", re.I)  # fmt: skip
_PAST = re.compile(
    r"\b(?!(?:newly|the|an?|of|and|or|all|more|by|with|for|to|be|been|being|is|are|its|their|per)\s)[A-Za-z’'-]{2,}\s"
    r"(?!need|exceed|feed|speed)[a-z]{2,}ed(?=\s*$|\s(?:to|by|from|at|in|an?|the|its|some|about|over|nearly|almost|more|around|\d))"
)
"""A main verb of the past: the port handled 3 million tonnes."""
_ORDER = re.compile(
    r"\W*(?:(?:by|in|before|until)\s[^,.;]{0,30},\s)?(?:to\s)?(?:build|create|open|raise|increase|reduce|cut|lower|reach|"
    r"keep|hold|establish|set|train|add|achieve|complete|construct|plant|invest|attract|double|triple|halve|renovate|"
    r"upgrade|provide|maintain|bring|lift|grow|restore|support|expand|ensure)\b",
    re.I,
)


def english_status(text: str, start: int, before: str, due: date | None, year: int | None, mode: str) -> str:
    """Promise or fact: the year that is named, then the last verb before the figure, then the headings.

    `start` is where the sentence begins in `text`, `before` what it says up to the figure, `due` the day it names,
    `year` the text's own, `mode` what its headings say.

    >>> from luoshu.words.day import last_day
    >>> said = "In 2025 the port handled 8 million tonnes"
    >>> english_status(said, 0, said[:24], last_day(2025), None, "")
    'fact'
    """
    if due and year and due.year < year:
        return "fact"
    did = max((match.start() for match in _DID.finditer(before)), default=-1)
    will = max((match.end() for match in _SURELY.finditer(before)), default=-1)
    if will > did or (due and year and due.year > year and (did < 0 or _WILL.search(before, did))):
        return "promise"
    if mode == "past":
        return "fact"
    if _ORDER.match(text, start) or (mode and _WILL.search(before)):
        return "promise"
    past = due is not None and will < 0 and not mode and bool(_PAST.search(before))
    return "fact" if did >= 0 or past else "promise"
