"""Minutes in a straight line: the estimate where a book has no streets."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

from luoshu.kinds.commitment import Reason
from luoshu.kinds.travel import MODES, WALKERS, Travel
from luoshu.kinds.travel_speed import Speeds
from luoshu.methods.sphere import EARTH_METRES, circle, on_sphere
from luoshu.words.message import say

Floats = NDArray[np.float64]


class Crow(Travel):
    """Straight line (great circle) times a stated detour factor, at a stated speed: always an estimate.

    Rivers, walls and hills are not seen, so the minutes of a single home may be far too few.
    """

    estimate = True

    def __init__(self, speeds: Speeds, mode: str, walker: str, barriers: int = 0) -> None:
        self.metres_per_minute = speeds.metres_per_minute(mode, walker) / speeds.number("detour", mode)
        self.because = _because(speeds, mode, walker)
        if barriers:
            told = say("{count} walls, gates and bridges of the book are not counted: they need a street network",
                       count=barriers)  # fmt: skip
            self.because = (*self.because, Reason(says=told, tone="warn"))

    @property
    def fastest(self) -> float:
        """See `Travel.fastest`."""
        return self.metres_per_minute

    def nearest(
        self, from_lon: ArrayLike, from_lat: ArrayLike, to_lon: ArrayLike, to_lat: ArrayLike, within: float = np.inf
    ) -> tuple[Floats, NDArray[np.int64]]:
        """See `Travel.nearest`. Of sites equally near any one is named."""
        from scipy.spatial import KDTree

        homes, asked = on_sphere(from_lon, from_lat)
        sites, offered = on_sphere(to_lon, to_lat)
        minutes, which = np.full(len(asked), np.inf), np.full(len(asked), -1, dtype=np.int64)
        number = np.flatnonzero(offered)
        if not len(number) or not asked.any():
            return minutes, which
        chord, place = KDTree(sites[offered]).query(homes[asked])
        time = self._minutes(chord)
        near = time <= within
        minutes[asked] = np.where(near, time, np.inf)
        which[asked] = np.where(near, number[place], -1)
        return minutes, which

    def reach(
        self, home_lon: ArrayLike, home_lat: ArrayLike, site_lon: ArrayLike, site_lat: ArrayLike, within: float
    ) -> sparse.csr_array:
        """See `Travel.reach`; columns in order."""
        from scipy.spatial import KDTree

        homes, asked = on_sphere(home_lon, home_lat)
        sites, offered = on_sphere(site_lon, site_lat)
        shape = (len(offered), len(asked))
        rows, columns = np.flatnonzero(offered), np.flatnonzero(asked)
        if not len(rows) or not len(columns):
            return sparse.csr_array(shape, dtype=np.float64)
        angle = min(within * self.metres_per_minute / EARTH_METRES, np.pi)
        widest = 2 * np.sin(angle / 2) * (1 + 1e-9) + 1e-12  # a little wider than asked; cut exactly below
        pairs = KDTree(sites[offered]).sparse_distance_matrix(KDTree(homes[asked]), widest, output_type="ndarray")
        minutes = self._minutes(pairs["v"])
        near = minutes <= within
        row, column = rows[pairs["i"][near]], columns[pairs["j"][near]]
        found = sparse.csr_array((minutes[near], (row, column)), shape=shape)
        found.sort_indices()
        return found

    def badly_snapped(self, lon: ArrayLike, lat: ArrayLike) -> Floats:
        """Zero for every place: there is nothing to snap to. Infinite where there are no coordinates."""
        return np.where(on_sphere(lon, lat)[1], 0.0, np.inf)

    def isochrone(self, lon: ArrayLike, lat: ArrayLike, minutes: float) -> list[dict[str, Any]]:
        """A circle around each site, whose radius is the straight way of so many minutes."""
        metres = _finite(minutes) * self.metres_per_minute
        places = zip(np.atleast_1d(lon).tolist(), np.atleast_1d(lat).tolist(), strict=True)
        return [{"type": "Polygon", "coordinates": [circle(*place, metres)]} for place in places]

    def segments(self, lon: ArrayLike, lat: ArrayLike, minutes: float) -> dict[str, Any]:
        """No streets are known, so none is named."""
        return {"type": "MultiLineString", "coordinates": []}

    def _minutes(self, chord: Floats) -> Floats:
        """Minutes for straight distances through the earth, in radii."""
        return np.asarray(2 * np.arcsin(np.minimum(chord / 2, 1.0)) * EARTH_METRES / self.metres_per_minute)


def _finite(minutes: float) -> float:
    if not 0 <= minutes < np.inf:
        raise ValueError(f"minutes is {minutes}, and must be a finite number of zero or more.")
    return float(minutes)


def _because(speeds: Speeds, mode: str, walker: str) -> tuple[Reason, ...]:
    factor, pace = speeds.number("detour", mode), speeds.metres_per_minute(mode, walker)
    stated = say(
        "an estimate without a street network: the straight line times {factor:g} {mode}", factor=factor,
        mode=MODES[mode],
    )  # fmt: skip
    reasons = [speeds.reason(stated, "detour", f"detour-{mode}", tone="warn")]
    if mode == "walk":
        speed = say(
            "{walker} walk {speed:g} metres a second, {pace:g} metres a minute", walker=WALKERS[walker],
            speed=speeds.number("walk_metres_per_second", walker), pace=round(pace, 1),
        )  # fmt: skip
        reasons.append(speeds.reason(speed, "walk_metres_per_second", walker))
    else:
        name = "cycle_km_per_hour" if mode == "cycle" else "straight_drive_km_per_hour"
        speed = say("{speed:g} kilometres an hour {mode}", speed=speeds.number(name), mode=MODES[mode])
        reasons.append(speeds.reason(speed, name, mode))
    return tuple(reasons)
