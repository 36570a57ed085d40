"""What no answer can beat: Lagrangian bounds, by a subgradient ascent and by primal-dual steps on the relaxed cover."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Ascent:
    """The best bound found and the prices (multipliers) that prove it."""

    bound: float
    prices: Floats
    rounds: int
    scale: float


def ascend(
    evaluate: Callable[[Floats], tuple[float, Floats]],
    start: Floats,
    *,
    low: Floats | float = 0.0,
    high: Floats | float = np.inf,
    target: Callable[[], float],
    close_enough: float = 0.0,
    rounds: int = 500,
    patience: int = 15,
    scale: float = 1.0,
    on_round: Callable[[int, Floats], None] | None = None,
) -> Ascent:
    """Raises a concave bound by steps along its subgradients (Held, Wolfe and Crowder 1974; deflected as in Camerini,
    Fratta and Maffioli 1975).

    ``evaluate(prices)`` returns the bound at these prices and a subgradient; every value it returns must be a true
    lower bound, so the best one may be kept whatever the steps did. ``target()`` is the best answer known: the step is
    ``scale * (target - value) / |subgradient|²``, and the scale is halved after ``patience`` rounds without progress.
    Stops when the bound comes within ``close_enough`` of the target, after ``rounds``, or when the steps have died out.

    >>> evaluate = lambda u: (float(-abs(u[0] - 3)), np.array([1.0 if u[0] < 3 else -1.0]))
    >>> round(ascend(evaluate, np.zeros(1), target=lambda: 0.0).bound, 6) + 0.0
    0.0
    """
    prices = best_prices = start.copy()
    best, idle, done = -np.inf, 0, 0
    direction: Floats | None = None
    for done in range(1, rounds + 1):
        value, slope = evaluate(prices)
        if value > best + 1e-7 * abs(best) if np.isfinite(best) else True:
            idle = 0
        else:
            idle += 1
        if value > best:
            best, best_prices = value, prices.copy()
        if best >= target() - close_enough:
            break
        slope = np.where(((prices <= low) & (slope < 0)) | ((prices >= high) & (slope > 0)), 0.0, slope)
        if direction is None:
            direction = slope
        else:
            turn = float(slope @ direction)
            length = float(direction @ direction)
            direction = slope - 1.5 * turn / length * direction if turn < 0 and length > 0 else slope + 0.3 * direction
        if idle >= patience:
            scale, idle, prices, direction = scale / 2, 0, best_prices.copy(), None
            if scale < 1e-4:
                break
            continue
        length = float(direction @ direction)
        if length < 1e-18:
            break
        prices = np.clip(prices + scale * (target() - value) / length * direction, low, high)
        if on_round is not None:
            on_round(done, prices)
    return Ascent(bound=best, prices=best_prices, rounds=done, scale=scale)


@dataclass(frozen=True, kw_only=True)
class Relaxation:
    """A bound on a maximal cover, the prices of the homes that prove it, and how far each site is open."""

    bound: float
    prices: Floats
    parts: Floats


Draw = tuple[NDArray[np.int64], Floats, float]
"""A purse: the sites that draw on it, what each takes, and what it holds."""


def relax(
    scores: Callable[[Floats, NDArray[np.int64] | None], Floats],
    served: Callable[[Floats], Floats],
    bound_at: Callable[[Floats, Floats], float],
    *,
    low: Floats,
    high: Floats,
    reached_by: Floats,
    purses: list[Draw],
    usable: NDArray[np.bool_],
    prices: Floats,
    parts: Floats,
    rounds: int,
    goal: float = -np.inf,
    check_every: int = 20,
) -> Relaxation:
    """The linear relaxation of a maximal cover, nearly solved: bound from above, in few passes over the data.

    Primal-dual hybrid gradient (Chambolle and Pock 2011) with diagonal steps (Pock and Chambolle 2011) and restarts at
    the average. Homes pay prices from ``low`` (0) to ``high`` (their weight); groups of sites that exclude one another
    are rows too, with prices of zero or less. Sites open by parts, as far as the purses go.
    ``scores(prices, which)`` and ``served(parts)`` are the two products with the cover (``which``: all sites, or only
    these: what is far from taking part is looked at every ``check_every`` rounds); ``bound_at(prices, scores)`` must
    be a true bound for any prices, so that the answer holds however far the steps have come. Stops at ``goal``.

    >>> cover = np.array([[1.0, 1, 0], [0, 1, 1]])
    >>> top = lambda u, s: float((w - u).sum() + s.max())
    >>> w = np.array([3.0, 1, 2])
    >>> found = relax(lambda u, which: cover @ u, lambda x: x @ cover, top, low=0 * w, high=w, reached_by=cover.sum(0),
    ...     purses=[(np.arange(2), np.ones(2), 1.0)], usable=np.ones(2, dtype=bool),
    ...     prices=w / 2, parts=np.ones(2), rounds=200)
    >>> round(found.bound, 3)
    4.0
    """
    pace = 1.5
    best, best_prices, best_parts = np.inf, prices, parts
    pull = np.maximum(scores(high, None), 1e-300)
    forth = 1.0 / (pace * pull)
    size = np.where(high > low, np.maximum(high, 0.0), 0.0)
    size[low < 0] = float(np.median(pull[usable])) if usable.any() else 0.0
    back = pace * size / np.maximum(reached_by, 1.0)
    sum_prices, sum_parts, count, restart = np.zeros_like(prices), np.zeros_like(parts), 0, check_every
    score, which, idle = scores(prices, None), None, ~usable
    for done in range(1, rounds + 1):
        ahead = np.clip(prices - back * (served(parts) - 1.0), low, high)
        score_ahead = scores(ahead, which)
        parts = np.where(idle, 0.0, parts + forth * (2 * score_ahead - score))
        for sites, take, limit in purses:
            parts[sites] = _within(parts[sites], forth[sites] * take, take, limit)
        parts = np.clip(parts, 0.0, 1.0)
        prices, score = ahead, score_ahead
        sum_prices += prices
        sum_parts += parts
        count += 1
        if done % check_every and done != rounds:
            continue
        mean = sum_prices / count
        score, mean_score = scores(prices, None), scores(mean, None)
        now, then = bound_at(prices, score), bound_at(mean, mean_score)
        progress = best - min(now, then)
        if min(now, then) < best:
            best, best_parts = min(now, then), sum_parts / count
            best_prices = prices.copy() if now <= then else mean
        if best < goal or (0 <= progress < 1e-5 * best):
            break
        idle = ~usable | ((sum_parts == 0) & ~_promising(np.maximum(score, mean_score), purses, 0.95))
        which = np.flatnonzero(~idle)
        if done >= restart:
            restart = 2 * done + check_every
            if then < now:
                prices, parts, score = mean, sum_parts / count, mean_score
            sum_prices, sum_parts, count = np.zeros_like(prices), np.zeros_like(parts), 0
    return Relaxation(bound=best, prices=best_prices, parts=best_parts)


def _within(values: Floats, steps: Floats, costs: Floats, limit: float) -> Floats:
    """The nearest parts between 0 and 1 (in the metric of the steps) that cost no more than the limit."""
    parts: Floats = np.clip(values, 0.0, 1.0)
    if float(costs @ parts) <= limit:
        return parts
    dear = steps > 0
    low, high = 0.0, float((np.maximum(values[dear], 0.0) / steps[dear]).max())
    for _ in range(60):
        middle = (low + high) / 2
        if float(costs @ np.clip(values - steps * middle, 0.0, 1.0)) > limit:
            low = middle
        else:
            high = middle
    return np.clip(values - steps * high, 0.0, 1.0)


def _promising(score: Floats, purses: list[Draw], share: float) -> NDArray[np.bool_]:
    """The sites that bring, for what they take, at least this share of what the last one in a full purse brings."""
    found = np.zeros(len(score), dtype=np.bool_)
    for sites, take, limit in purses:
        rate = score[sites] / np.maximum(take, 1e-12)
        order = np.argsort(-rate)
        last = int(np.searchsorted(np.cumsum(take[order]), limit))
        found[sites] |= rate >= (share * rate[order[last]] if last < len(order) else 0.0)
    return found
