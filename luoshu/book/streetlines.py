"""Streets as a map file draws them, before anything is judged: points, lines through them, gates, walls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luoshu.book.problem import Problem
from luoshu.book.streetclass import Gate, Profile

Tell = Callable[[int, int], None]
"""How far a reader is: done, of how many."""


def _none() -> NDArray[Any]:
    return np.empty(0, dtype=np.int64)


@dataclass(kw_only=True)
class Lines:
    """What every reader of street files makes.

    `x`, `y` of the points, in `system` ("" where the file does not say). Line number i runs through the points
    `point[start[i]:start[i + 1]]` (-1: the file names a point that it does not hold), is `profiles[profile[i]]`,
    `metres[i]` long as the file says (NaN where it does not) and stands in line or way `place[i]`.

    `directed`: each line is one direction of a street (None: the file does not say). `left_out` counts, by code, what
    the reader could not use, and `first` says in which line or way the first of them stands.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    system: str
    start: NDArray[np.int64]
    point: NDArray[np.int64]
    profile: NDArray[np.int32]
    profiles: list[Profile]
    metres: NDArray[np.float64]
    place: NDArray[np.int64]
    directed: bool | None = False
    signals: NDArray[np.int64] = field(default_factory=_none)
    gate_point: NDArray[np.int64] = field(default_factory=_none)
    gate_osm: NDArray[np.int64] = field(default_factory=_none)
    gates: list[Gate] = field(default_factory=list)
    wall_start: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    wall_x: NDArray[np.float64] = field(default_factory=_none)
    wall_y: NDArray[np.float64] = field(default_factory=_none)
    wall_kind: NDArray[np.uint8] = field(default_factory=_none)
    wall_osm: NDArray[np.int64] = field(default_factory=_none)
    wall_area: NDArray[np.bool_] = field(default_factory=_none)
    left_out: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)

    def leave_out(self, code: str, place: int, count: int = 1) -> None:
        """Count what cannot be used, and keep the place of the first."""
        self.left_out[code] += count
        self.first.setdefault(code, place)


class Profiles:
    """Profiles by what was said of a street: each kind of street is thought about once."""

    def __init__(self) -> None:
        self.all: list[Profile] = []
        self._number: dict[Profile, int] = {}
        self._known: dict[Any, int] = {}

    def number(self, key: Any, make: Callable[[], Profile | None]) -> int:
        """The number of the profile that `make` gives, -1 for none; `make` is asked once for each `key`."""
        found = self._known.get(key)
        if found is None:
            profile = make()
            found = -1 if profile is None else self._of(profile)
            if len(self._known) < 200_000:
                self._known[key] = found
        return found

    def _of(self, profile: Profile) -> int:
        # NaN is not equal to itself: the text of a profile is
        known: Any = str(profile)
        if known not in self._number:
            self._number[known] = len(self.all)
            self.all.append(profile)
        return self._number[known]
