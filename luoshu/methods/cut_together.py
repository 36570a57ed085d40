"""Ways that are cut together: a flood shuts roads that lie near each other, so that chances of ways are not apart."""

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

MOST_NODES = 900
"""Points of the map at which trouble is drawn; between them it is interpolated."""
MOST_STEPS = 24
"""Points along a way at which trouble is looked at."""


class Trouble:
    """A field of trouble over a map and ways through it, from which cases are drawn.

    Trouble is a Gaussian random field with the correlation exp(-distance / ``reach``): what lies within a few ``reach``
    has it together. A way's trouble is the mean of the field along its straight line, brought to unit variance; the way
    is cut where that is above the quantile of its chance. So each way is cut exactly with its own chance, however long
    it is, and two ways are cut together the more the nearer they lie (a Gaussian copula). Random fields for what fails
    together along roads: Bocchini and Frangopol, Probabilistic Engineering Mechanics 26 (2011); that floods come
    together far beyond one basin: Berghuijs and others, Geophysical Research Letters 46 (2019).

    Not in it: rivers and which way water runs, high and low roads, the course of a way beyond its straight line. A
    reach below about a thirtieth of the map is drawn as that.

    ``starts`` and ``ends`` are east and north of the ways' ends, every start with a way to every end; all lengths in
    one unit (metres, say). ``reach`` 0: each way by itself; infinity: all of one chance at once. A way with an end that
    is NaN has its trouble by itself. ValueError for a reach below zero.

    >>> field = Trouble(starts=[[0, 0]], ends=[[9, 0], [9, 1], [-90, 0]], reach=5)
    >>> near, far = field.correlation((0, 0), (0, 1)), field.correlation((0, 0), (0, 2))
    >>> near > 0.9, far < 0.3
    (True, True)
    """

    def __init__(self, *, starts: ArrayLike, ends: ArrayLike, reach: float) -> None:
        self.starts, self.ends = _points("starts", starts), _points("ends", ends)
        if not reach >= 0:
            raise ValueError(f"reach is {reach}, and must be zero or more.")
        self.reach = float(reach)
        self.shape = (len(self.starts), len(self.ends))
        begin, end = (np.asarray(np.isfinite(each).all(axis=1)) for each in (self.starts, self.ends))
        known = begin[:, None] & end[None, :]
        self.known = known.ravel()
        some = np.vstack([self.starts[begin], self.ends[end]])
        self.apart = self.reach == 0 or not known.any()
        self.alike = np.isinf(self.reach) or (len(some) > 0 and bool((np.ptp(some, axis=0) == 0).all()))
        if self.apart or self.alike:
            return
        self._lay(some)

    def _lay(self, some: Floats) -> None:
        """The nodes of the field, its factor, and the part of each node in each way's trouble, of unit variance."""
        low, wide = some.min(axis=0), np.ptp(some, axis=0)
        step = max(self.reach / 4, float(np.sqrt(wide.prod() / MOST_NODES)), float(wide.max()) * 4 / MOST_NODES)
        count = np.maximum(2, np.ceil(wide / step).astype(int) + 1)
        if count.prod() > 2 * MOST_NODES:
            count = np.maximum(2, (count / np.sqrt(count.prod() / MOST_NODES)).astype(int))
        sides = [np.linspace(low[n], low[n] + max(wide[n], 1e-9), count[n]) for n in range(2)]
        nodes = np.stack([each.ravel() for each in np.meshgrid(*sides, indexing="ij")], axis=1)
        far = np.hypot(*(nodes[:, None] - nodes[None]).transpose(2, 0, 1))
        cover = np.exp(-far / self.reach)
        self.factor: Floats = np.linalg.cholesky(cover + 1e-9 * np.eye(len(nodes)))
        self.parts = self._along(sides, step)
        spread = np.sqrt(np.asarray((self.parts @ self.factor).__pow__(2).sum(axis=1)))
        self.parts = sparse.csr_array(sparse.diags_array(1 / np.where(spread > 0, spread, 1.0)) @ self.parts)

    def _along(self, sides: list[Floats], step: float) -> sparse.csr_array:
        """The mean of the field along each way as parts of the nodes (bilinear between them)."""
        starts = np.repeat(self.starts, self.shape[1], axis=0)
        ends = np.tile(self.ends, (self.shape[0], 1))
        long = np.hypot(*(ends - starts).T)
        steps = min(MOST_STEPS, max(2, int(np.ceil(np.nanmax(long) / step)) + 1))
        part = np.linspace(0.0, 1.0, steps)
        at = starts[:, None, :] + (ends - starts)[:, None, :] * part[None, :, None]
        at = np.where(self.known[:, None, None], at, np.array([side[0] for side in sides]))
        cell, weight = [], []
        for axis, side in enumerate(sides):
            where = np.clip((at[:, :, axis] - side[0]) / (side[1] - side[0]), 0, len(side) - 1 - 1e-9)
            cell.append(where.astype(int))
            weight.append(where - cell[-1])
        way = np.repeat(np.arange(len(starts)), steps)
        rows, columns, values = [], [], []
        for one in (0, 1):
            for two in (0, 1):
                rows.append(way)
                columns.append(((cell[0] + one) * len(sides[1]) + cell[1] + two).ravel())
                share = (weight[0] if one else 1 - weight[0]) * (weight[1] if two else 1 - weight[1])
                values.append(share.ravel() / steps)
        shape = (len(starts), len(sides[0]) * len(sides[1]))
        return sparse.csr_array(
            (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape
        )  # fmt: skip

    def correlation(self, one: tuple[int, int], two: tuple[int, int]) -> float:
        """How much the troubles of two ways (start, end) go together, 0 to 1."""
        first, second = (int(np.ravel_multi_index(each, self.shape)) for each in (one, two))
        if first == second:
            return 1.0
        if self.apart or not (self.known[first] and self.known[second]):
            return 0.0
        if self.alike:
            return 1.0
        pair = self.parts[[first, second]] @ self.factor
        return float(pair[0] @ pair[1])

    def cases(self, chance: ArrayLike, count: int, random: np.random.Generator) -> NDArray[np.bool_]:
        """Which ways are cut in each of so many cases (cases, starts, ends), each with its ``chance`` (one, or by way).

        ValueError for chances outside 0 to 1.

        >>> field = Trouble(starts=[[0, 0]], ends=[[9, 0], [0, 9]], reach=np.inf)
        >>> cut = field.cases(0.5, 1000, np.random.default_rng(1))
        >>> bool((cut[:, 0, 0] == cut[:, 0, 1]).all()), bool(0.45 < cut.mean() < 0.55)
        (True, True)
        """
        chances = np.broadcast_to(np.asarray(chance, dtype=np.float64), self.shape).ravel()
        if not ((chances >= 0) & (chances <= 1)).all():
            raise ValueError("chance must be from 0 to 1.")
        from scipy.special import ndtri

        ways = len(chances)
        if self.apart:
            drawn = random.standard_normal((ways, count))
        elif self.alike:
            drawn = np.tile(random.standard_normal((1, count)), (ways, 1))
        else:
            drawn = np.asarray(self.parts @ (self.factor @ random.standard_normal((len(self.factor), count))))
        alone = np.flatnonzero(~self.known)
        if len(alone) and not self.apart:
            drawn[alone] = random.standard_normal((len(alone), count))
        cut = drawn > ndtri(1 - chances)[:, None]
        return np.asarray(cut.T.reshape(count, *self.shape))


def _points(name: str, given: ArrayLike) -> Floats:
    values = np.asarray(given, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] != 2:
        raise ValueError(f"{name} must be points of two numbers, and has the shape {values.shape}.")
    return values
