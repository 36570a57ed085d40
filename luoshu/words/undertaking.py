"""Undertakings of a plan: what it says will be built, founded, set up or done, figure or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from luoshu.words.figure import Figure


@dataclass(frozen=True, kw_only=True, slots=True)
class Undertaking:
    """One thing that somebody says will be done; `start` and `end` bound verb and object in the text that was read."""

    start: int
    end: int
    verb: str
    object: str
    due: date | None = None
    owner: str = ""
    confidence: float = 0.5
    status: str = "task"


def undertakings(
    plain: str, *, author: str = "", year: int | None = None, figures: Sequence[Figure] = ()
) -> list[Undertaking]:
    """The undertakings of `plain`, in order of their place."""
    return []
