"""A predictive distribution: weighted Student-t curves, each on its own scale of growth, cut off at known bounds."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from luoshu.methods.student import student_probability, student_quantile

Array = npt.NDArray[np.float64]
Curve = Literal["log", "root", "plain", "logit"]

_SMALLEST_SHARE = 1e-4
_THINNEST = 1e-12
_ROUNDS = 60
_EXACT = 1e-5
_LARGEST = float(np.finfo(np.float64).max)


def bend(x: Array, curve: Curve) -> Array:
    """Values onto the scale where growth is even: compound (log), between (root) or linear (plain); logit for shares.

    Values outside the domain go to minus or plus infinity (root: to the value of zero), never to NaN.
    """
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        if curve == "log":
            return np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), -np.inf)
        if curve == "root":
            return np.where(x >= 0, 2 * (np.sqrt(np.maximum(x, 0.0)) - 1), -np.inf)
        if curve == "logit":
            inside = np.where((x > 0) & (x < 1), x, 0.5)
            return np.where(x <= 0, -np.inf, np.where(x >= 1, np.inf, np.log(inside) - np.log1p(-inside)))
        return x


def unbend(z: Array, curve: Curve) -> Array:
    """The inverse of `bend`; overflow becomes the largest float."""
    with np.errstate(over="ignore"):
        if curve == "log":
            return np.minimum(np.exp(z), _LARGEST)
        if curve == "root":
            return np.minimum(np.square(np.maximum(1 + z / 2, 0.0)), _LARGEST)
        if curve == "logit":
            return np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), 1 - 1 / (1 + np.exp(-np.abs(z))))
        return z


@dataclass(frozen=True, kw_only=True)
class Piece:
    """The part of a mixture on one curve; each column is a mixture of its own, whose weights in all pieces add to 1."""

    curve: Curve
    weights: Array  # (members, columns)
    centres: Array  # (members, columns), on the curve
    spreads: Array  # (members, columns), on the curve


def probability_below(pieces: tuple[Piece, ...], freedom: int, x: Array) -> Array:
    """P(X <= x) of the pieces together; x (columns, points), the same shape back."""
    total = np.zeros_like(x)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        for piece in pieces:
            t = (bend(x, piece.curve) - piece.centres[:, :, None]) / piece.spreads[:, :, None]
            total += (student_probability(t, freedom) * piece.weights[:, :, None]).sum(axis=0)
    return np.minimum(total, 1.0)


def mixture_quantiles(pieces: tuple[Piece, ...], freedom: int, shares: Array) -> Array:
    """The levels that X lies below with probabilities `shares` (points), in each column: (columns, points).

    The secant method on scales where the distribution function is nearly straight, from the members' mean quantile,
    inside the bracket of the members' own quantiles, which is halved where the secant does not help.
    """
    aim = student_quantile(shares, freedom)
    low, high, guess, slope = _start(pieces, aim)
    found = np.empty(low.shape)
    active = np.arange(len(low))
    before, f_before = guess, np.full(low.shape, np.inf)
    for turn in range(_ROUNDS):
        some = pieces if len(active) == len(found) else tuple(_chosen(piece, active) for piece in pieces)
        reached = np.clip(probability_below(some, freedom, np.sinh(guess)), 1e-12, 1 - 1e-12)
        f = student_quantile(reached, freedom) - aim
        low, high = np.where(f <= 0, guess, low), np.where(f >= 0, guess, high)
        found[active] = guess
        open_ = ((np.abs(f) > _EXACT) & (high - low > _EXACT * _EXACT * (1 + np.abs(low)))).any(axis=1)
        if not open_.any() or turn == _ROUNDS - 1:
            break
        moved, gained = guess - before, f - f_before
        slope = np.where(
            (np.abs(gained) > 1e-12) & np.isfinite(gained), moved / np.where(gained == 0, 1, gained), slope
        )
        step = guess - f * slope
        poor = ~((low < step) & (step < high)) | (np.abs(f) > 0.5 * np.abs(f_before))
        nearer = np.where(poor, (low + high) / 2, step)
        nearer = np.where(np.abs(f) <= _EXACT, guess, nearer)
        before, f_before, guess = guess[open_], f[open_], nearer[open_]
        low, high, slope, active = low[open_], high[open_], slope[open_], active[open_]
    return np.asarray(np.sinh(found))


def _start(pieces: tuple[Piece, ...], aim: Array) -> tuple[Array, Array, Array, Array]:
    """On the scale arcsinh(x): the bracket of the members' quantiles, their mean, and its slope against t."""
    low, high, middle, slope = np.inf, -np.inf, 0.0, 0.0
    with np.errstate(over="ignore"):
        for piece in pieces:
            centres, spreads, weights = (a[:, :, None] for a in (piece.centres, piece.spreads, piece.weights))
            own, near = (
                np.arcsinh(np.clip(unbend(centres + spreads * t, piece.curve), -1e300, 1e300)) for t in (aim, aim + 0.1)
            )
            low, high = np.minimum(low, own.min(axis=0)), np.maximum(high, own.max(axis=0))
            middle = middle + (own * weights).sum(axis=0)
            slope = slope + ((near - own) * weights).sum(axis=0) * 10
    return np.asarray(low), np.asarray(high), np.clip(middle, low, high), np.asarray(slope)


def _chosen(piece: Piece, columns: npt.NDArray[np.intp]) -> Piece:
    return Piece(
        curve=piece.curve,
        weights=piece.weights[:, columns],
        centres=piece.centres[:, columns],
        spreads=piece.spreads[:, columns],
    )


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """The distribution of X = offset + unit * unbend(centre + spread * t), what lies outside [low, high] put there.

    `freedom` is the degrees of freedom of all its t curves, `place` the column of the pieces that it is. A bound
    holds a lump of probability: a total that can only grow has a real chance of not growing at all.
    """

    pieces: tuple[Piece, ...]
    freedom: int
    place: int = 0
    unit: float = 1.0
    offset: float = 0.0
    low: float = -math.inf
    high: float = math.inf

    def at_most(self, level: float) -> float:
        """P(X <= level)."""
        if level >= self.high:
            return 1.0
        if level < self.low:
            return 0.0
        return self._below(self._inner(level))

    def at_least(self, level: float) -> float:
        """P(X >= level)."""
        if level <= self.low:
            return 1.0
        if level > self.high:
            return 0.0
        return 1.0 - self._below(self._inner(level))

    def quantiles(self, shares: npt.ArrayLike) -> Array:
        """The levels that X lies below with the probabilities `shares` (each inside 0 to 1), in the shape given."""
        wanted = np.asarray(shares, dtype=np.float64)
        if wanted.size and (np.isnan(wanted).any() or wanted.min() <= 0 or wanted.max() >= 1):
            raise ValueError("A quantile is asked for a probability inside 0 and 1.")
        inner = mixture_quantiles(self._own(), self.freedom, wanted.ravel())[0]
        outer = outward(inner, unit=self.unit, offset=self.offset, low=self.low, high=self.high)
        return outer.reshape(wanted.shape)

    def expectation(self, of: Callable[[Array], Array], points: int = 400) -> float:
        """The mean of `of(X)`, over `points` equally likely values of X; `of` takes and gives an array."""
        shares = (np.arange(points) + 0.5) / points
        coarse = np.concatenate(([0.5 / points], np.linspace(0.02, 0.98, 49), [1 - 0.5 / points]))
        knots = np.unique(np.concatenate((coarse, shares[:8], shares[-8:])))
        values = np.interp(shares, knots, self.quantiles(knots))
        return float(np.mean(of(values)))

    def _inner(self, level: float) -> float:
        with np.errstate(over="ignore"):
            return float(np.clip((level - self.offset) / self.unit, -1e300, 1e300))

    def _own(self) -> tuple[Piece, ...]:
        return tuple(_chosen(piece, np.array([self.place])) for piece in self.pieces)

    def _below(self, x: float) -> float:
        return float(probability_below(self._own(), self.freedom, np.array([[x]]))[0, 0])


def thin(pieces: list[Piece]) -> tuple[Piece, ...]:
    """The pieces without members of negligible weight in every column, the rest scaled to add to 1."""
    kept: list[tuple[Piece, npt.NDArray[np.bool_]]] = []
    for piece in pieces:
        use = np.asarray(np.any(piece.weights > _SMALLEST_SHARE, axis=1))
        if use.any():
            kept.append((piece, use))
    whole = np.sum([piece.weights[use].sum(axis=0) for piece, use in kept], axis=0)
    return tuple(
        Piece(
            curve=piece.curve,
            weights=piece.weights[use] / whole,
            centres=piece.centres[use],
            spreads=np.maximum(piece.spreads[use], _THINNEST),
        )
        for piece, use in kept
    )


def outward(
    inner: Array, *, unit: Array | float, offset: Array | float, low: Array | float, high: Array | float
) -> Array:
    """Levels of a mixture's curves in its series' own unit and inside its bounds; all arguments broadcast."""
    with np.errstate(over="ignore"):
        outer = offset + unit * inner
    return np.asarray(np.clip(np.clip(outer, -_LARGEST, _LARGEST), low, high))
