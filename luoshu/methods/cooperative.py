"""Cooperative cover: a home is served when what reaches it from all sites together is enough (Berman et al. 2010)."""

from collections.abc import Callable

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

from luoshu.methods.siting import Siting, all_whole, check_amounts, check_limits
from luoshu.methods.spacing import check_apart

Floats = NDArray[np.float64]


def cooperative_cover(
    signal: sparse.csr_array,
    need: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    p: int | None = None,
    costs: ArrayLike | None = None,
    budget: float | None = None,
    apart: object = None,
    seconds: float = 20.0,
    exact_entries: int = 200_000,
) -> Siting:
    """New sites with which the most weight gets enough, and a bound on what any choice could serve.

    ``signal``: sites by homes, what each site gives to each home (zero or more); ``need``: what each home must get of
    all chosen sites together to be served, above zero. The rest as in ``maximal_cover``; at least one of ``p`` and
    ``budget``. Two sites can serve a home together that neither serves alone, so that gains may rise: the choice holds
    as a whole (cooperative location set covering and maximal covering: Berman, Drezner, Krass, IIE Trans. 42, 2010).

    Greedy by several measures, then HiGHS for ``seconds`` where at most ``exact_entries`` entries are left. The bound:
    no home counts that all sites together do not serve, and no site more than its part of each need.

    >>> signal = sparse.csr_array(np.array([[0.5, 0.0, 0.6], [0.5, 0.0, 0.0], [0.0, 1.0, 0.3]]))
    >>> answer = cooperative_cover(signal, [1.0, 1.0, 0.9], [50, 30, 10], p=2)
    >>> answer.sites.tolist(), answer.objective, answer.bound
    ([0, 1], 50.0, 50.0)
    """
    gives = sparse.csr_array(signal, dtype=np.float64)
    number, people = gives.shape
    amount = check_amounts("weights", weights, people)
    wanted = check_amounts("need", need, people)
    check_amounts("signal", gives.data, gives.nnz)
    if not (wanted > 0).all():
        raise ValueError("need must be above zero for every home.")
    price = check_amounts("costs", costs, number)
    money, most = check_limits(p, budget, number)
    conflicts = check_apart(apart, number)
    parts, weight = _merged(gives, wanted, amount)
    top = _most(parts, weight, price, money, most)
    if not conflicts.nnz and money == np.inf and most >= number:
        chosen = np.ones(number, dtype=np.bool_)
        top = float(weight[_served(parts, chosen)].sum())
    else:
        chosen = _greedy_best(parts, weight, price, money, most, conflicts)
        found = float(weight[_served(parts, chosen)].sum())
        if found < top * (1 - 1e-9) and parts.nnz <= exact_entries and seconds > 0:
            chosen, bound = _exact(parts, weight, price, money, most, conflicts, chosen, seconds)
            top = min(top, bound)
    chosen = _needed(parts, weight, chosen)
    served = np.asarray(chosen @ gives) >= wanted
    total = float(amount[served].sum())
    return Siting(
        sites=np.flatnonzero(chosen), objective=total, bound=max(top, total), unserved=np.flatnonzero(~served),
        cost=float(price[chosen].sum()),
    )  # fmt: skip


def in_order(
    signal: sparse.csr_array, need: ArrayLike, weights: ArrayLike, sites: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Floats]:
    """The sites in the order in which the most weight is served early, and what each adds to those before it.

    What adds nothing by itself but is needed by later ones comes before these, with a gain of zero.

    >>> signal = sparse.csr_array(np.array([[0.5, 0.0], [0.5, 0.0], [0.0, 1.0]]))
    >>> sites, gains = in_order(signal, [1.0, 1.0], [50.0, 30.0], np.arange(3))
    >>> sites.tolist(), gains.tolist()
    ([2, 0, 1], [30.0, 0.0, 50.0])
    """
    parts = sparse.csr_array(sparse.csr_array(signal, dtype=np.float64)[sites])
    wanted, weight = np.asarray(need, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    level, done = np.zeros(len(wanted)), np.zeros(len(sites), dtype=np.bool_)
    order, gains = np.zeros(len(sites), dtype=np.int64), np.zeros(len(sites))
    before = 0.0
    for step in range(len(sites)):
        whole, part = _gains(parts, level, wanted, weight)
        best = max(np.flatnonzero(~done).tolist(), key=lambda site: (whole[site], part[site], -site))
        done[best] = True
        level[parts.indices[parts.indptr[best] : parts.indptr[best + 1]]] += parts.data[
            parts.indptr[best] : parts.indptr[best + 1]
        ]
        after = float(weight[level >= wanted].sum())
        order[step], gains[step], before = best, after - before, after
    return sites[order], gains


def _merged(gives: sparse.csr_array, need: Floats, amount: Floats) -> tuple[sparse.csr_array, Floats]:
    """Homes that can be served at all, as parts of their need (at most 1); those that are alike are one."""
    may = (np.asarray(np.ones(gives.shape[0]) @ gives) >= need) & (amount > 0)
    homes = np.flatnonzero(may)
    columns = sparse.csc_array(gives[:, homes])
    columns.data = np.minimum(columns.data / np.repeat(need[homes], np.diff(columns.indptr)), 1.0)
    seen: dict[tuple[bytes, bytes], int] = {}
    group = np.zeros(len(homes), dtype=np.int64)
    for home in range(len(homes)):
        inside = slice(columns.indptr[home], columns.indptr[home + 1])
        key = (columns.indices[inside].tobytes(), columns.data[inside].tobytes())
        group[home] = seen.setdefault(key, len(seen))
    first = np.unique(group, return_index=True)[1]
    return sparse.csr_array(columns[:, first]), np.bincount(group, amount[homes], minlength=len(first)).astype(
        np.float64
    )


EVEN = 1 - 1e-12
"""Parts of a need that add up to this are the whole of it: sums of floats."""


def _served(parts: sparse.csr_array, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(chosen.astype(np.float64) @ parts) >= EVEN


def _most(parts: sparse.csr_array, weight: Floats, price: Floats, money: float, most: float) -> float:
    """What no choice can pass: a site brings a home no more than its part of the need, and no home counts twice."""
    worth = np.asarray(parts @ weight)
    top = float(weight.sum())
    if most < len(worth):
        top = min(top, float(np.sort(worth)[::-1][: int(most)].sum()) / EVEN)
    if money < np.inf:
        free = float(worth[price == 0].sum())
        paid = (price > 0) & (price <= money)
        order = np.argsort(-worth[paid] / price[paid])
        costs, brings = price[paid][order], worth[paid][order]
        left = np.clip(money - (np.cumsum(costs) - costs), 0.0, costs)
        top = min(top, (free + float((brings * left / costs).sum())) / EVEN)
    return top


def _gains(parts: sparse.csr_array, level: Floats, need: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """What each site would add: weight that gets enough, and weight by parts of its need."""
    rows = np.repeat(np.arange(parts.shape[0]), np.diff(parts.indptr))
    home = parts.indices
    left = np.maximum(need - level, 0.0)[home]
    fills = (left > 0) & (parts.data >= left)
    part = np.minimum(parts.data, left) / need[home]
    count = parts.shape[0]
    return (
        np.bincount(rows, weight[home] * fills, minlength=count).astype(np.float64),
        np.bincount(rows, weight[home] * part, minlength=count).astype(np.float64),
    )


def _greedy_best(
    parts: sparse.csr_array, weight: Floats, price: Floats, money: float, most: float,
    conflicts: sparse.csr_array,
) -> NDArray[np.bool_]:  # fmt: skip
    dear = np.maximum(price, 1e-12) if money < np.inf else np.ones(len(price))
    measures: tuple[Callable[[Floats, Floats], Floats], ...] = (
        lambda whole, part: whole + 1e-6 * part,
        lambda whole, part: part,
        lambda whole, part: (whole + 1e-6 * part) / dear,
        lambda whole, part: part / dear,
    )
    answers = [_greedy(parts, weight, price, money, most, conflicts, each) for each in measures]
    return max(answers, key=lambda chosen: float(weight[_served(parts, chosen)].sum()))


def _greedy(
    parts: sparse.csr_array, weight: Floats, price: Floats, money: float, most: float,
    conflicts: sparse.csr_array, measure: Callable[[Floats, Floats], Floats],
) -> NDArray[np.bool_]:  # fmt: skip
    need = np.full(parts.shape[1], EVEN)
    level, chosen = np.zeros(parts.shape[1]), np.zeros(parts.shape[0], dtype=np.bool_)
    barred = price > money
    while chosen.sum() < most:
        score = np.where(barred | chosen, -1.0, measure(*_gains(parts, level, need, weight)))
        best = int(np.argmax(score)) if len(score) else -1
        if best < 0 or score[best] <= 0:
            break
        chosen[best] = True
        money -= float(price[best])
        barred |= price > money + 1e-9 * max(money, 0.0)
        if conflicts.nnz:
            barred[conflicts.indices[conflicts.indptr[best] : conflicts.indptr[best + 1]]] = True
        inside = slice(parts.indptr[best], parts.indptr[best + 1])
        level[parts.indices[inside]] += parts.data[inside]
    return chosen


def _needed(parts: sparse.csr_array, weight: Floats, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Without the sites that nobody needs; those that bring least are looked at first."""
    chosen = chosen.copy()
    level = np.asarray(chosen.astype(np.float64) @ parts)
    enough = level >= EVEN
    for site in np.argsort(np.asarray(parts @ weight), kind="stable").tolist():
        inside = slice(parts.indptr[site], parts.indptr[site + 1])
        homes, gives = parts.indices[inside], parts.data[inside]
        if chosen[site] and not (enough[homes] & (level[homes] - gives < EVEN)).any():
            chosen[site] = False
            level[homes] -= gives
    return chosen


def _exact(
    parts: sparse.csr_array, weight: Floats, price: Floats, money: float, most: float,
    conflicts: sparse.csr_array, chosen: NDArray[np.bool_], seconds: float,
) -> tuple[NDArray[np.bool_], float]:  # fmt: skip
    """The best that the solver finds, no worse than `chosen`, and its bound: sites whole, homes served or not."""
    from luoshu.methods.exact import close

    sites, homes = parts.shape
    none = sparse.csr_array
    blocks = [sparse.hstack([-parts.T, sparse.eye_array(homes)])]
    high = [np.zeros(homes)]
    for limit, take in ((most, np.ones(sites)), (money, price)):
        if np.isfinite(limit):
            blocks.append(sparse.hstack([none(take[None, :]), none((1, homes))]))
            high.append(np.array([limit]))
    if conflicts.nnz:
        pairs = sparse.coo_array(sparse.triu(conflicts, 1))
        every = np.arange(pairs.nnz)
        both = sparse.csr_array(
            (np.ones(2 * pairs.nnz), (np.tile(every, 2), np.concatenate([pairs.row, pairs.col]))),
            shape=(pairs.nnz, sites),
        )
        blocks.append(sparse.hstack([both, none((pairs.nnz, homes))]))
        high.append(np.ones(pairs.nnz))
    limits = np.concatenate(high)
    start = np.concatenate([chosen, _served(parts, chosen)]).astype(np.float64)
    answer = close(
        np.concatenate([np.zeros(sites), -weight]), sparse.vstack(blocks, format="csr"), np.full(len(limits), -np.inf),
        limits, low=np.zeros(sites + homes), high=np.ones(sites + homes), whole=np.ones(sites + homes, dtype=np.bool_),
        whole_objective=all_whole(weight), start=start, seconds=seconds,
    )  # fmt: skip
    if answer.values is not None:
        better = answer.values[:sites] > 0.5
        fits = better.sum() <= most and price[better].sum() <= money * (1 + 1e-12)
        if fits and weight[_served(parts, better)].sum() > weight[_served(parts, chosen)].sum():
            chosen = better
    return chosen, -answer.bound
