"""Maximal cover in years: what to build in which year, so that the most people are served over all years together."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

from luoshu.methods.bound import Floats
from luoshu.methods.cover_bound import CoverBound, Purses, forbidding
from luoshu.methods.cover_search import CoverSearch, merge_homes
from luoshu.methods.siting import Siting, check_amounts, check_sites, cover_matrix
from luoshu.methods.spacing import at_odds, check_apart


@dataclass(frozen=True, kw_only=True)
class Phases(Siting):
    """A ``Siting`` whose sites come one after another: ``years`` holds the year (0, 1, ...) of each of ``sites``.

    ``objective`` and ``bound``: people served, summed over the years (discounted as asked). ``served``: people served
    in each year, existing sites included. ``unserved``: homes that nobody serves at the end. ``spent``: cost by year.
    """

    years: NDArray[np.int64]
    served: Floats
    spent: Floats


def phased_cover(
    reach: object,
    weights: ArrayLike | None = None,
    *,
    counts: ArrayLike | None = None,
    budgets: ArrayLike | None = None,
    costs: ArrayLike | None = None,
    existing: ArrayLike = (),
    apart: object = None,
    discount: float = 0.0,
    carry: bool = False,
    rounds: int = 500,
    shakes: int = 2000,
    seconds: float = 20.0,
    exact_entries: int = 400_000,
    entries: int = 40_000_000,
) -> Phases:
    """The years in which to build new sites so that the most weight is served over all years; with a bound.

    ``reach``, ``costs``, ``existing``, ``apart``: as in ``maximal_cover``. ``weights``: people at each home, or one row
    of them for each year. ``counts``: how many sites may be built in each year; ``budgets``: what they may cost in each
    year; one or both, one value a year. A site stands from the year it is built in to the end, so that what is built
    by one year is part of what is built by the next. ``carry``: what one year leaves may be used later. ``discount``:
    year t counts ``(1 + discount) ** -t`` (0: all years alike).

    Sites by years are the candidates of one maximal cover over homes by years, with one purse for each year
    (a multi-period maximal cover, after Schilling 1980): the same greedy, swaps, bound and HiGHS. Where that would
    have more than so many ``entries``, the search keeps to the sites that the bound favours; the bound is for all.

    >>> reach = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]], dtype=bool)
    >>> answer = phased_cover(reach, [10, 20, 30, 5], counts=[1, 1, 1])
    >>> answer.sites.tolist(), answer.years.tolist(), answer.served.tolist(), answer.objective, answer.proven
    ([0, 1, 2], [1, 0, 2], [50.0, 60.0, 65.0], 175.0, True)
    """
    matrix = cover_matrix(reach)
    number, people = matrix.shape
    limits = _year_limits(counts, budgets, carry)
    span = len(limits)
    amount = _year_weights(weights, span, people, discount)
    price = check_amounts("costs", costs, number)
    standing = check_sites("existing", existing, number)
    conflicts = check_apart(apart, number)
    barred = at_odds(conflicts, standing)
    barred[standing] = True
    given = np.zeros(people, dtype=np.bool_)
    given[matrix[standing].indices] = True
    kept, group = merge_homes(matrix, ~given & (amount.sum(axis=0) > 0))
    inside = group >= 0
    merged = np.stack([np.bincount(group[inside], row[inside], minlength=kept.shape[1]) for row in amount])
    groups = sparse.csr_array(sparse.kron(np.ones((1, span)), forbidding(conflicts, barred), format="csr"))
    years = YearBound(kept, merged.astype(np.float64), price, _year_purses(limits, carry, number), groups, barred)
    members, beyond = np.arange(number), np.inf
    if kept.nnz * span * (span + 1) // 2 > entries:
        members, beyond = _likely(years, kept, rounds, entries)
    search = _search(kept, years, conflicts, members, carry)
    search.begin()
    if len(members) == number:
        search.raise_bound(rounds)
    else:
        search.lower(beyond)
    search.parts = years.parts.reshape(span, -1)[:, members].ravel()
    if search.open_gap():
        search.finish(shakes, seconds if len(members) == number else 0.0, exact_entries)
    built, site = np.divmod(np.flatnonzero(search.chosen), len(members))
    order = np.argsort(members[site], kind="stable")
    sites, built = members[site][order], built[order]
    reached = np.repeat(given[None, :], span, axis=0)
    for year in range(span):
        reached[year, matrix[sites[built <= year]].indices] = True
    total = float((amount * reached).sum())
    plain = amount * (1.0 + discount) ** np.arange(span)[:, None]
    bound = float(amount[:, given].sum()) + search.bound
    return Phases(
        sites=sites, years=built, objective=total, bound=max(total, bound) if search.open_gap() else total,
        unserved=np.flatnonzero(~reached[-1]), cost=float(price[sites].sum()),
        served=(plain * reached).sum(axis=1), spent=np.bincount(built, price[sites], minlength=span).astype(np.float64),
    )  # fmt: skip


def _year_limits(counts: ArrayLike | None, budgets: ArrayLike | None, carry: bool) -> Floats:
    """Cost and number for each year (with ``carry``: up to each year), checked."""
    if counts is None and budgets is None:
        raise ValueError("Say how many sites may be built in each year (counts), or what they may cost (budgets).")
    rows = []
    for name, values in (("budgets", budgets), ("counts", counts)):
        row = None if values is None else np.array(values, dtype=np.float64)
        if row is not None and (row.ndim != 1 or not len(row)):
            raise ValueError(f"{name} must be a list with one value for each year, and has the shape {row.shape}.")
        if row is not None and not (row >= 0).all():
            raise ValueError(f"{name} holds a value that is negative or no number, in year {int(np.argmin(row >= 0))}.")
        if row is not None and name == "counts" and (row != np.floor(row)).any():
            raise ValueError("counts must be whole numbers.")
        rows.append(row)
    span = max(len(row) for row in rows if row is not None)
    if any(row is not None and len(row) != span for row in rows):
        raise ValueError("counts and budgets must have the same number of years.")
    limits = np.stack([np.full(span, np.inf) if row is None else row for row in rows], axis=1)
    return np.asarray(np.cumsum(limits, axis=0)) if carry else limits


def _year_weights(weights: ArrayLike | None, span: int, people: int, discount: float) -> Floats:
    """Discounted people by years and homes."""
    if not -1 < discount < np.inf:
        raise ValueError(f"discount is {discount}, and must be a number above -1, as in 0.03.")
    table = np.ones(people) if weights is None else np.array(weights, dtype=np.float64)
    rows = [table] * span if table.ndim < 2 else list(table)
    if len(rows) != span:
        raise ValueError(f"weights has {len(rows)} years, and there are limits for {span}.")
    checked = np.stack([check_amounts("weights", row, people) for row in rows])
    return np.asarray(checked * (1.0 + discount) ** -np.arange(span)[:, None])


class YearBound(CoverBound):
    """The relaxed cover of sites by years and homes by years, without writing the product out: year by year."""

    def __init__(
        self,
        matrix: sparse.csr_array,
        amount: Floats,
        costs: Floats,
        purses: Purses,
        groups: sparse.csr_array,
        barred: NDArray[np.bool_],
    ) -> None:
        span = len(amount)
        super().__init__(matrix, amount.ravel(), np.tile(costs, span), purses, groups, np.tile(barred, span))
        self.span = span
        self.reached_by = np.concatenate([self.reached_by * (year + 1) for year in range(span)])

    def scores(self, prices: Floats, which: NDArray[np.int64] | None = None) -> Floats:
        """What a site built in a year collects: from this year on to the end."""
        from luoshu.methods.cover import scores

        every = np.arange(self.number)
        by_year = prices[: self.amount.size].reshape(self.span, -1)
        yearly = np.stack([scores(self.starts, self.homes, row, every) for row in by_year])
        found: Floats = np.cumsum(yearly[::-1], axis=0)[::-1].ravel()
        return found + self.groups.T @ prices[self.amount.size :] if self.groups.shape[0] else found

    def served(self, parts: Floats) -> Floats:
        """How far each home is served in each year: by what has been built until then."""
        from luoshu.methods.cover import served

        built = np.cumsum(parts.reshape(self.span, -1), axis=0)
        found = np.concatenate([served(self.starts, self.homes, row, self.people) for row in built])
        return np.concatenate([found, self.groups @ parts]) if self.groups.shape[0] else found


def _year_purses(limits: Floats, carry: bool, sites: int) -> Purses:
    year = np.repeat(np.arange(len(limits)), sites)
    return Purses(limits=limits, draws=np.stack([year, np.full_like(year, len(limits) - 1) if carry else year], axis=1))


def _search(
    matrix: sparse.csr_array,
    years: YearBound,
    conflicts: sparse.csr_array,
    members: NDArray[np.int64],
    carry: bool,
) -> CoverSearch:
    """The search over these sites by years: the product written out, no site twice."""
    span, size = years.span, len(members)
    whole = size == years.number
    later = np.triu(np.ones((span, span), dtype=np.bool_))  # built in the row's year, serves in that year and after
    product = sparse.csr_array(sparse.kron(later, matrix[members], format="csr"))
    near = sparse.csr_array(conflicts[members][:, members]).astype(np.int8) + sparse.eye_array(size, dtype=np.int8)
    both = check_apart(sparse.kron(np.ones((span, span), dtype=np.int8), near), span * size)
    place = (np.arange(span)[:, None] * years.number + members).ravel()
    search = CoverSearch(
        product, years.amount, years.costs[place], _year_purses(years.purses.limits, carry, size), both,
        years.barred[place], years if whole else None,
    )  # fmt: skip
    if whole:
        search.barred = years.barred = search.barred | years.barred
    return search


def _likely(years: YearBound, matrix: sparse.csr_array, rounds: int, entries: int) -> tuple[NDArray[np.int64], float]:
    """The sites that the prices of the bound favour most, as many as the product has room for; and the bound."""
    found = years.run(np.zeros(len(years.costs), dtype=np.bool_), rounds, -np.inf)
    score = np.where(years.barred, -1.0, years.scores(found.prices)).reshape(years.span, -1)
    rank = np.argsort(np.argsort(-score, axis=1, kind="stable"), axis=1).min(axis=0)
    rank[found.parts.reshape(years.span, -1).max(axis=0) > 0] = -1
    order = np.argsort(rank, kind="stable")
    sizes = np.cumsum(np.diff(matrix.indptr)[order]) * (years.span * (years.span + 1) // 2)
    return np.sort(order[: max(1, int(np.searchsorted(sizes, entries)))]), found.bound
