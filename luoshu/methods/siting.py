"""The answer to a siting problem, with the bound that says how far from the best it can be; and what is refused."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

PROOF = 1e-6
"""Answer and bound count as equal when they differ by less than this share: the tolerance of a solver's proofs."""


@dataclass(frozen=True, kw_only=True)
class Siting:
    """Where to build, what it brings, and what nothing can beat.

    ``sites``: the new sites, in order of number; ``existing`` are not among them. ``objective``: weight served
    (maximal cover), cost (set cover), weighted minutes (p-median), most minutes (p-center). ``bound``: computed here,
    no answer can be better than it. ``unserved``: homes that no chosen or existing site serves; with capacity all
    homes of which somebody is left without a place. ``cost``: of the new. ``assigned``: with capacity, how many people
    of each home go to each site (sites by homes, existing ones too), else None.
    An objective of infinity says that no answer was found, and a bound of infinity that there is none.
    """

    sites: NDArray[np.int64]
    objective: float
    bound: float
    unserved: NDArray[np.int64]
    cost: float
    assigned: sparse.csr_array | None = None

    @property
    def gap(self) -> float:
        """How far the best could still be from this answer, as a share of the larger of the two (0: nowhere)."""
        if self.objective == self.bound:
            return 0.0
        larger = max(abs(self.objective), abs(self.bound))
        return abs(self.objective - self.bound) / larger if np.isfinite(larger) else float("inf")

    @property
    def proven(self) -> bool:
        """Whether answer and bound meet, so that no answer is better (to within one part in a million)."""
        return self.gap <= PROOF


def cover_matrix(reach: object) -> sparse.csr_array:
    """The reach as rows of sites and columns of homes, checked; every stored entry is within reach, 0 minutes too."""
    if not sparse.issparse(reach):
        table = np.asarray(reach)
        if table.ndim != 2 or table.dtype != np.bool_:
            raise TypeError(
                "reach must be a sparse matrix (sites by homes) or a table of true and false, so that 0 minutes "
                "cannot be taken for out of reach."
            )
        return sparse.csr_array(table)
    matrix = sparse.csr_array(reach)
    if matrix.data.dtype != np.bool_ and len(matrix.data):
        if np.isnan(matrix.data).any():
            raise ValueError("reach holds minutes that are not a number (NaN).")
        if matrix.data.min() < 0:
            raise ValueError("reach holds negative minutes.")
        if np.isinf(matrix.data).any():
            raise ValueError("reach holds infinite minutes: leave such an entry out, it is not within reach.")
    if not matrix.has_canonical_format:
        matrix = matrix.copy()
        matrix.sort_indices()
        if not matrix.has_canonical_format:
            raise ValueError("reach names the same home twice for one site.")
    return matrix


def check_amounts(name: str, amounts: ArrayLike | None, number: int) -> NDArray[np.float64]:
    """Finite amounts of zero or more, one each; ones where none are given."""
    if amounts is None:
        return np.ones(number)
    values = np.array(amounts, dtype=np.float64)
    if values.shape != (number,):
        raise ValueError(f"{name} must have {number} values, one each, and has the shape {values.shape}.")
    if np.isnan(values).any() or np.isinf(values).any():
        raise ValueError(
            f"{name} holds a value that is not a finite number, at place {int(np.argmin(np.isfinite(values)))}."
        )
    if (values < 0).any():
        raise ValueError(f"{name} holds a negative value, at place {int(np.argmax(values < 0))}.")
    return values


def check_sites(name: str, sites: ArrayLike, number: int) -> NDArray[np.int64]:
    """Numbers of sites, each once, in order."""
    values = np.asarray(sites)
    if values.size == 0:
        return np.empty(0, dtype=np.int64)
    if values.dtype.kind not in "iu" or values.ndim != 1:
        raise ValueError(f"{name} must be a list of site numbers, from 0 to {number - 1}.")
    if values.min() < 0 or values.max() >= number:
        wrong = int(values[(values < 0) | (values >= number)][0])
        raise ValueError(f"{name} names site {wrong}, and there are only 0 to {number - 1}.")
    unique = np.unique(values)
    if len(unique) < len(values):
        raise ValueError(f"{name} names a site twice.")
    return unique.astype(np.int64)


def check_capacity(capacity: ArrayLike | None, number: int) -> NDArray[np.float64] | None:
    """How many people each site can serve: zero or more, infinite where nothing limits it; one number goes for all."""
    if capacity is None:
        return None
    values = np.array(capacity, dtype=np.float64)
    if values.ndim == 0:
        values = np.full(number, float(values))
    if values.shape != (number,):
        raise ValueError(f"capacity must have {number} values, one for each site, and has the shape {values.shape}.")
    if np.isnan(values).any() or (values < 0).any():
        place = int(np.argmax(np.isnan(values) | (values < 0)))
        raise ValueError(
            f"capacity must be zero or more (infinity: no limit), and is {values[place]} at place {place}."
        )
    return values


def check_limits(p: int | None, budget: float | None, free: int) -> tuple[float, float]:
    """The limits of cost and number; at least one must be given, and p not above the free candidates."""
    if p is None and budget is None:
        raise ValueError("Say how many sites may be built (p), or what they may cost together (budget).")
    if p is not None and (p != int(p) or p < 0):
        raise ValueError(f"p is {p}, and must be a whole number of zero or more.")
    if p is not None and p > free:
        raise ValueError(f"p is {p}, and there are only {free} candidates that do not stand yet.")
    if budget is not None and not budget >= 0:
        raise ValueError(f"budget is {budget}, and must be zero or more.")
    return (np.inf if budget is None else float(budget), np.inf if p is None else float(p))


def all_whole(*amounts: NDArray[np.float64]) -> bool:
    """Whether all these amounts are whole numbers, small enough to be counted exactly."""
    return all(bool(np.all(one == np.round(one))) and float(np.abs(one).sum()) < 2**52 for one in amounts)


def check_times(times: ArrayLike) -> NDArray[np.float64]:
    """Minutes from sites to homes: two dimensions, zero or more, infinite where there is no way."""
    table = np.asarray(times, dtype=np.float64)
    if table.ndim != 2 or not table.size:
        raise ValueError(
            f"times must be a table of sites by homes with at least one of each, and has the shape {table.shape}."
        )
    if np.isnan(table).any():
        raise ValueError("times holds minutes that are not a number (NaN): write infinity where there is no way.")
    if table.min() < 0:
        raise ValueError("times holds negative minutes.")
    return table
