"""The page that explains, in plain words, how a promise is gauged and what each verdict says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from luoshu.kinds.commitment import VERDICTS
from luoshu.show.language import marked
from luoshu.show.page import Page, Visit

VERDICT_MEANINGS = {
    "kept": marked("What was published shows that the promise is kept."),
    "likely": marked("Not kept yet, but more likely than not by a clear margin."),
    "open": marked("It may go either way."),
    "at risk": marked("Less likely than not; it needs attention now."),
    "unlikely": marked("Hardly to be kept at the present course."),
    "missed": marked("The day has come and what was published falls short."),
    "dropped": marked("Given up or replaced by those who promised it."),
    "unknown": marked("Nothing published says how it stands. Unknown is not zero, and it is never shown as good."),
}


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """A verdict in plain words."""

    verdict: str
    word: str
    says: str


@dataclass(frozen=True, kw_only=True)
class About(Page):
    """How promises are gauged."""

    meanings: tuple[Meaning, ...]


def about(visit: Visit, name: str = "", query: Mapping[str, str] | None = None) -> About:
    """The page on the method."""
    language = visit.language
    return About(
        title=language.say("How promises are gauged"),
        day=visit.view.day,
        language=language.code,
        meanings=tuple(
            Meaning(verdict=each, word=language.verdict(each), says=language.text(VERDICT_MEANINGS[each]))
            for each in VERDICTS
        ),
    )
