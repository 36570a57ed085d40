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

_SMALLEST_SHARE = 1e-5
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
    """The part of a mixture on one curve: weights (all pieces' add to 1), centres and spreads on that curve.

    A piece may stand for several horizons: weights (members), centres and spreads (members, horizons).
    """

    curve: Curve
    weights: Array
    centres: Array
    spreads: Array


def probability_below(pieces: tuple[Piece, ...], freedom: int, x: Array) -> Array:
    """P(X <= x) of the pieces together; x (horizons, points), the same shape back."""
    total = np.zeros_like(x)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        for piece in pieces:
            z = bend(x, piece.curve)[:, :, None]
            t = (z - piece.centres.T[:, None, :]) / piece.spreads.T[:, None, :]
            total += student_probability(t, freedom) @ piece.weights
    return np.minimum(total, 1.0)


def mixture_quantiles(pieces: tuple[Piece, ...], freedom: int, shares: Array) -> Array:
    """The levels that X lies below with probabilities `shares` (points), at each horizon: (horizons, points).

    Starts from the bracket of the pieces' own quantiles and closes it by false position, on scales where the
    distribution function is nearly straight; where that stalls, by halving.
    """
    aim = student_quantile(shares, freedom)
    low, high = np.inf, -np.inf
    with np.errstate(over="ignore"):
        for piece in pieces:
            own = unbend(piece.centres[:, :, None] + piece.spreads[:, :, None] * aim, piece.curve)
            low, high = np.minimum(low, own.min(axis=0)), np.maximum(high, own.max(axis=0))
    a, b = np.arcsinh(np.clip(low, -1e300, 1e300)), np.arcsinh(np.clip(high, -1e300, 1e300))

    def miss(at: Array) -> Array:
        reached = probability_below(pieces, freedom, np.sinh(at))
        return student_quantile(np.clip(reached, 1e-12, 1 - 1e-12), freedom) - aim

    fa, fb = miss(a), miss(b)
    side = np.zeros(a.shape)
    for turn in range(_ROUNDS):
        gap = fb - fa
        step = np.where(gap > 0, -fa / np.where(gap > 0, gap, 1.0), 0.5)
        guess = a + (b - a) * (0.5 if turn % 8 == 7 else np.clip(step, 1e-3, 1 - 1e-3))
        f = miss(guess)
        close, under = np.abs(f) < _EXACT, f <= 0
        # The Illinois rule: an end that stays a second time counts half. What is close enough counts as found.
        keep_a = np.where(side == 1, 0.5, 1.0)
        keep_b = np.where(side == -1, 0.5, 1.0)
        fa, fb = np.where(under, f, fa * keep_a), np.where(under, fb * keep_b, f)
        a, b = np.where(under | close, guess, a), np.where(~under | close, guess, b)
        side = np.where(under, -1.0, 1.0)
        if np.all(b - a <= 1e-9 * (1 + np.abs(a))):
            break
    return np.asarray(np.sinh((a + b) / 2))


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """The distribution of X = offset + unit * unbend(centre + spread * t), what lies outside [low, high] put there.

    `freedom` is the degrees of freedom of all its t curves. A bound holds a lump of probability: a total that can
    only grow has a real chance of not growing at all.
    """

    pieces: tuple[Piece, ...]
    freedom: int
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
        inner = mixture_quantiles(self.pieces, self.freedom, wanted.ravel())[0]
        return self.outward(inner).reshape(wanted.shape)

    def outward(self, inner: Array) -> Array:
        """Levels of the mixture's curves, in the series' own unit and inside its bounds."""
        with np.errstate(over="ignore"):
            outer = self.offset + self.unit * inner
        return np.asarray(np.clip(np.clip(outer, -_LARGEST, _LARGEST), self.low, self.high))

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

    def _below(self, x: float) -> float:
        return float(probability_below(self.pieces, self.freedom, np.array([[x]]))[0, 0])


def thin(pieces: list[Piece]) -> tuple[Piece, ...]:
    """The pieces without their members of negligible weight, the rest scaled to add to 1."""
    kept: list[tuple[Piece, npt.NDArray[np.bool_]]] = []
    for piece in pieces:
        use = piece.weights > _SMALLEST_SHARE
        if use.any():
            kept.append((piece, use))
    whole = sum(float(piece.weights[use].sum()) for piece, use in kept)
    return tuple(
        Piece(
            curve=p.curve,
            weights=p.weights[use] / whole,
            centres=p.centres[use],
            spreads=np.maximum(p.spreads[use], _THINNEST),
        )
        for p, use in kept
    )


def horizon(piece: Piece, j: int) -> Piece:
    """The piece at its horizon `j` alone."""
    return Piece(
        curve=piece.curve,
        weights=piece.weights,
        centres=piece.centres[:, j : j + 1],
        spreads=piece.spreads[:, j : j + 1],
    )
