"""Which coordinate system points without one are in: every hypothesis with what speaks for it, and no silent choice."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from luoshu.methods.coordinates import BD_09, GCJ_02, WGS_84, Floats, to_wgs84
from luoshu.methods.sphere import great_circle

DEGREES = (WGS_84, GCJ_02, BD_09)
ZONES: dict[str, tuple[float, float]] = {
    **{f"EPSG:{4534 + i}": (75.0 + 3 * i, 500_000.0) for i in range(21)},  # CGCS2000, 3 degrees, by central meridian
    **{f"EPSG:{4513 + i}": (75.0 + 3 * i, 25.5e6 + 1e6 * i) for i in range(21)},  # the zone before the easting
    **{f"EPSG:{4502 + i}": (75.0 + 6 * i, 500_000.0) for i in range(11)},  # CGCS2000, 6 degrees, by central meridian
    **{f"EPSG:{4491 + i}": (75.0 + 6 * i, 13.5e6 + 1e6 * i) for i in range(11)},  # the zone before the easting
    **{f"EPSG:{32643 + i}": (75.0 + 6 * i, 500_000.0) for i in range(11)},  # UTM on WGS-84
}
"""Transverse Mercator systems that are tried, with central meridian (degrees) and easting there (metres)."""
WEB_MERCATOR = "EPSG:3857"
PROJECTED = (*ZONES, WEB_MERCATOR)
"""The projected systems that are tried: those of Chinese surveying, UTM over China, web Mercator."""
SAME_METRES = 20.0
"""Hypotheses whose points lie nearer to each other than this are one: the first stands for them."""
CHANCE, RATIO = 0.01, 0.6
"""The best is clear when points lie nearer with it so much that chance alone rarely does it, and by this factor."""

Inside = Callable[[Floats, Floats], NDArray[np.bool_]]
Distance = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True, kw_only=True, eq=False)
class Hypothesis:
    """What the points would be: `system`, `swapped` (x is the latitude or northing), and where they would lie.

    `inside`: share of them in the region (NaN: outlines not known). `metres`: for each the distance to the ground truth
    (streets, or places of the same name; NaN: none near), `median` of these (NaN: no ground truth).
    """

    system: str
    swapped: bool
    lon: Floats
    lat: Floats
    inside: float
    metres: Floats

    @property
    def median(self) -> float:
        known = self.metres[np.isfinite(self.metres)]
        return float(np.median(known)) if len(known) else math.nan


@dataclass(frozen=True, kw_only=True, eq=False)
class Recognition:
    """All hypotheses that put the points on the Earth, the likeliest first, and whether the first is clear."""

    hypotheses: tuple[Hypothesis, ...]
    clear: bool


def recognise(
    x: ArrayLike, y: ArrayLike, *, inside: Inside | None = None, metres: Distance | None = None,
    systems: Sequence[str] = (),
) -> Recognition:  # fmt: skip
    """What system points are in, judged by where they would lie.

    `x`, `y`: the figures as written. `inside` says of points in WGS-84 whether they lie in the region, `metres` how far
    they are from the ground truth. `systems` are those to try: by default WGS-84, GCJ-02 and BD-09 for figures that can
    be degrees, else the projected systems of China. Clear is a first hypothesis that alone lies in the region, or one
    that beats every other by a sign test (a chance below 1 %) with a median distance at most 0.6 of the other's.

    >>> found = recognise([34.62, 34.63], [112.45, 112.46], systems=("WGS-84",),
    ...     inside=lambda lon, lat: (abs(lon - 112.5) < 1) & (abs(lat - 34.6) < 1))
    >>> found.hypotheses[0].system, found.hypotheses[0].swapped, found.clear
    ('WGS-84', True, True)
    """
    first, second = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if not len(first):
        return Recognition(hypotheses=(), clear=False)
    degrees = np.nanmax(np.abs(first)) <= 180 and np.nanmax(np.abs(second)) <= 180
    made = []
    for system in systems or (DEGREES if degrees else PROJECTED):
        for swapped in (False, True):
            found = _hypothesis(*((second, first) if swapped else (first, second)), system, swapped, inside)
            if found is not None:
                made.append(found)
    best = max((h.inside for h in made if np.isfinite(h.inside)), default=math.nan)
    kept = _told_apart([h for h in made if not h.inside < best - 0.1])
    if metres is not None:
        kept = [_with_metres(h, metres) for h in kept]
    kept.sort(key=lambda h: (h.median if np.isfinite(h.median) else math.inf, h.swapped))
    return Recognition(hypotheses=tuple(kept), clear=_clear(kept, best))


def _roughly(x: Floats, y: Floats, meridian: float, easting: float) -> tuple[Floats, Floats]:
    """Where points of a transverse Mercator zone lie, to within some kilometres: quicker by far than to ask PROJ."""
    lat = np.radians(y / 110_900.0)
    for _ in range(3):
        along = 111_132.95 * np.degrees(lat) - 16_038.5 * np.sin(2 * lat) + 16.8 * np.sin(4 * lat)
        lat = lat + np.radians((y - along) / 111_000.0)
    return meridian + (x - easting) / (111_320.0 * np.maximum(np.cos(lat), 0.05)), np.degrees(lat)


def _likely(x: Floats, y: Floats, system: str, inside: Inside | None) -> bool:
    """Whether a zone can be meant: its points lie near its meridian, and about in the region where that is known."""
    if system not in ZONES:
        return system != WEB_MERCATOR or inside is not None  # web Mercator holds any figures at all
    meridian, easting = ZONES[system]
    lon, lat = _roughly(x, y, meridian, easting)
    near = (np.abs(lon - meridian) < 4.5) & (np.abs(lat) < 85)
    if not near.all():
        return False
    if inside is None:
        return easting > 1e6  # the zone stands before the easting; else any zone would do
    steps = [(a, b) for a in (-0.05, 0.0, 0.05) for b in (-0.05, 0.0, 0.05)]
    return any(bool(inside(lon + a, lat + b).any()) for a, b in steps)


def _hypothesis(x: Floats, y: Floats, system: str, swapped: bool, inside: Inside | None) -> Hypothesis | None:
    if not _likely(x, y, system, inside):
        return None
    lon, lat = to_wgs84(x, y, system)
    if not len(lon) or not bool(((np.abs(lon) <= 180) & (np.abs(lat) <= 90)).all()):
        return None
    share = float(np.mean(inside(lon, lat))) if inside is not None else math.nan
    if share == 0:
        return None
    return Hypothesis(system=system, swapped=swapped, lon=lon, lat=lat, inside=share, metres=np.full(len(lon), np.nan))


def _told_apart(made: list[Hypothesis]) -> list[Hypothesis]:
    """Hypotheses that lie in different places: of those that lie in the same one the first."""
    kept: list[Hypothesis] = []
    for each in made:
        apart = (float(np.median(great_circle(each.lon, each.lat, other.lon, other.lat))) for other in kept)
        if all(metres > SAME_METRES for metres in apart):
            kept.append(each)
    return kept


def _with_metres(found: Hypothesis, metres: Distance) -> Hypothesis:
    return Hypothesis(system=found.system, swapped=found.swapped, lon=found.lon, lat=found.lat, inside=found.inside,
                      metres=metres(found.lon, found.lat))  # fmt: skip


def _clear(ranked: list[Hypothesis], best: float) -> bool:
    if len(ranked) == 1:
        return bool(best > 0.5)  # without a region nothing was ruled out
    if not ranked or not np.isfinite(ranked[0].median):
        return False
    return all(beats(ranked[0].metres, other.metres) for other in ranked[1:])


def beats(metres: ArrayLike, others: ArrayLike) -> bool:
    """Whether points lie clearly nearer to the ground truth than under another hypothesis.

    Points without ground truth under either count for neither; one without it under the other only counts as farther.

    >>> beats([5.0] * 8, [400.0] * 8), beats([5.0] * 4, [400.0] * 4), beats([5.0] * 8, [6.0] * 8)
    (True, False, False)
    """
    a, b = np.asarray(metres, dtype=np.float64), np.asarray(others, dtype=np.float64)
    a, b = np.where(np.isfinite(a), a, np.inf), np.where(np.isfinite(b), b, np.inf)
    nearer, farther = int((a < b).sum()), int((a > b).sum())
    if not nearer or not np.isfinite(np.median(a)):
        return False
    return bool(np.median(a) <= RATIO * np.median(b)) and sign_test(nearer, farther) < CHANCE


def sign_test(nearer: int, farther: int) -> float:
    """How likely at least so many of all points would lie nearer by chance alone (binomial, a half each).

    >>> sign_test(7, 0)
    0.0078125
    """
    count = nearer + farther
    ways: int = sum(math.comb(count, k) for k in range(nearer, count + 1))
    return ways / (1 << count)
