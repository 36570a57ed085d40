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
_ROUNDS = 60


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
            return np.minimum(np.exp(z), np.finfo(np.float64).max)
        if curve == "root":
            return np.minimum(np.square(np.maximum(1 + z / 2, 0.0)), np.finfo(np.float64).max)
        if curve == "logit":
            return np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), 1 - 1 / (1 + np.exp(-np.abs(z))))
        return z


@dataclass(frozen=True, kw_only=True)
class Piece:
    """The part of a mixture on one curve: weights (all pieces' add to 1), centres and spreads on that curve."""

    curve: Curve
    weights: Array
    centres: Array
    spreads: Array


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
        return float(self._below(np.array([self._inner(level)]))[0])

    def at_least(self, level: float) -> float:
        """P(X >= level)."""
        if level <= self.low:
            return 1.0
        if level > self.high:
            return 0.0
        return 1.0 - float(self._below(np.array([self._inner(level)]))[0])

    def quantiles(self, shares: npt.ArrayLike) -> Array:
        """The levels that X lies below with the probabilities `shares` (each inside 0 to 1), in the shape given."""
        wanted = np.asarray(shares, dtype=np.float64)
        if wanted.size and (np.isnan(wanted).any() or wanted.min() <= 0 or wanted.max() >= 1):
            raise ValueError("A quantile is asked for a probability inside 0 and 1.")
        inner = self._solve(wanted.ravel())
        with np.errstate(over="ignore"):
            outer = self.offset + self.unit * inner
        largest = np.finfo(np.float64).max
        bounded = np.clip(np.clip(outer, -largest, largest), self.low, self.high)
        return np.asarray(np.maximum.accumulate(bounded) if _rising(wanted) else bounded).reshape(wanted.shape)

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

    def _below(self, x: Array) -> Array:
        total = np.zeros_like(x)
        for piece in self.pieces:
            z = bend(x, piece.curve)
            with np.errstate(over="ignore"):
                t = (z[:, None] - piece.centres) / piece.spreads
            total += student_probability(t, self.freedom) @ piece.weights
        return np.minimum(total, 1.0)

    def _solve(self, shares: Array) -> Array:
        """Inner quantiles: a bracket from the pieces' own quantiles, then interval halving sped up by false position."""
        t = student_quantile(shares, self.freedom)
        low, high = np.full(shares.shape, np.inf), np.full(shares.shape, -np.inf)
        for piece in self.pieces:
            with np.errstate(over="ignore"):
                own = unbend(piece.centres[:, None] + piece.spreads[:, None] * t, piece.curve)
            low, high = np.minimum(low, own.min(axis=0)), np.maximum(high, own.max(axis=0))
        a, b = np.arcsinh(np.clip(low, -1e300, 1e300)), np.arcsinh(np.clip(high, -1e300, 1e300))
        fa, fb = self._below(np.sinh(a)) - shares, self._below(np.sinh(b)) - shares
        for turn in range(_ROUNDS):
            if np.all(b - a <= 1e-9 * (1 + np.abs(a))):
                break
            with np.errstate(divide="ignore", invalid="ignore"):
                step = np.where(fb > fa, fa / (fa - fb), 0.5)
            guess = a + (b - a) * (0.5 if turn % 3 == 2 else np.clip(step, 0.02, 0.98))
            f = self._below(np.sinh(guess)) - shares
            under = f < 0
            a, fa = np.where(under, guess, a), np.where(under, f, fa)
            b, fb = np.where(under, b, guess), np.where(under, fb, f)
        return np.asarray(np.sinh((a + b) / 2))


def thin(pieces: list[Piece]) -> tuple[Piece, ...]:
    """The pieces without their members of negligible weight, the rest scaled to add to 1."""
    kept = []
    for piece in pieces:
        use = piece.weights > _SMALLEST_SHARE
        if use.any():
            kept.append((piece, use))
    whole = sum(float(piece.weights[use].sum()) for piece, use in kept)
    return tuple(
        Piece(curve=p.curve, weights=p.weights[use] / whole, centres=p.centres[use], spreads=p.spreads[use])
        for p, use in kept
    )


def _rising(shares: Array) -> bool:
    return shares.ndim == 1 and bool(np.all(np.diff(shares) >= 0))
