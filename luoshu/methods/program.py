"""Sites with seats as a mixed-integer program: sites whole, people by parts (solved by ``exact``)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from luoshu.methods.exact import Closed, close

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Program:
    """Columns: candidates and existing sites (``members``), then people of each pair of site and home."""

    members: NDArray[np.int64]
    costs: Floats
    rows: sparse.csr_array
    row_low: Floats
    row_high: Floats
    low: Floats
    high: Floats
    pairs: NDArray[np.int64]
    number: int

    def solve(self, *, seconds: float, whole_objective: bool = False) -> Closed:
        return close(
            self.costs, self.rows, self.row_low, self.row_high, low=self.low, high=self.high,
            whole=np.arange(len(self.costs)) < len(self.members), whole_objective=whole_objective, seconds=seconds,
        )  # fmt: skip

    def sites(self, values: Floats) -> NDArray[np.bool_]:
        """The sites that these values open, existing ones too."""
        chosen = np.zeros(self.number, dtype=np.bool_)
        chosen[self.members[values[: len(self.members)] > 0.5]] = True
        return chosen


def seat_program(
    search: Any,
    each: float | Floats,
    *,
    open_costs: Floats | None = None,
    need: float | None = None,
    opened: NDArray[np.bool_] | None = None,
) -> Program:
    """Least sum of ``each`` (one for a pair of site and home, times people) and ``open_costs`` of the sites.

    A home's people find at most as many seats as they are; with ``need`` so many people must be seated. A site seats
    nobody unless it is open (row by row: the sharp form of Cornuéjols, Nemhauser and Wolsey). ``opened``: these sites
    are open and no others. ``search`` has matrix, people, seats, costs, limits, fixed, barred and groups.
    """
    members = np.flatnonzero(search.fixed | ~search.barred if opened is None else opened)
    places = _places(search.matrix, members)
    kept = sparse.csr_array(search.matrix[members])
    pairs, sites, homes = kept.nnz, len(members), len(search.people)
    row = np.repeat(np.arange(sites), np.diff(kept.indptr))
    every, ones = np.arange(pairs), np.ones(pairs)
    seats = search.seats[members]
    most = np.minimum(search.people[kept.indices], seats[row])
    bounded = np.flatnonzero(np.isfinite(seats))
    held = sparse.csr_array((ones, (row, every)), shape=(sites, pairs))[bounded]
    limits = search.limits
    new = ~search.fixed[members]
    blocks = [
        (None, sparse.csr_array((ones, (kept.indices, every)), shape=(homes, pairs)), search.people),
        (sparse.csr_array((-seats[bounded], (np.arange(len(bounded)), bounded)), shape=(len(bounded), sites)), held,
         np.zeros(len(bounded))),
        (sparse.csr_array((-most, (every, row)), shape=(pairs, sites)), sparse.eye_array(pairs, format="csr"),
         np.zeros(pairs)),
        (sparse.csr_array(search.groups[:, members] * new[None, :]), None, np.ones(search.groups.shape[0])),
    ]  # fmt: skip
    for limit, take in zip(limits, (search.costs[members], np.ones(sites)), strict=True):
        if np.isfinite(limit):
            blocks.append((sparse.csr_array((take * new)[None, :]), None, np.array([limit])))
    if need is not None:
        blocks.append((None, sparse.csr_array(-ones[None, :]), np.array([-need])))
    tall = []
    for one, other, high in blocks:
        size = len(high)
        tall.append(sparse.hstack([
            sparse.csr_array((size, sites)) if one is None else one,
            sparse.csr_array((size, pairs)) if other is None else other,
        ]))  # fmt: skip
    high = np.concatenate([high for _, _, high in blocks])
    weight = np.full(pairs, float(each)) if isinstance(each, float) else np.asarray(each)[places]
    return Program(
        members=members, costs=np.concatenate([np.zeros(sites) if open_costs is None else open_costs[members] * new,
                                               weight]),
        rows=sparse.vstack(tall, format="csr"), row_low=np.full(len(high), -np.inf), row_high=high,
        low=np.concatenate([(search.fixed if opened is None else opened)[members].astype(float), np.zeros(pairs)]),
        high=np.concatenate([np.ones(sites), most]), pairs=places, number=search.matrix.shape[0],
    )  # fmt: skip


def _places(matrix: sparse.csr_array, members: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where the entries of these rows lie among all entries."""
    return np.concatenate(
        [np.empty(0, dtype=np.int64), *(np.arange(matrix.indptr[one], matrix.indptr[one + 1]) for one in members)]
    )
