"""The next moves: what to do first, what a budget allows, and how far from the best possible choice that is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from luoshu.gauge import source_json
from luoshu.kinds.commitment import Gauge, Move

if TYPE_CHECKING:
    from luoshu.book.book import Book

MOST_STEPS = 200_000
"""Choices that the search looks at before it stops and says how far from the best it may be."""


@dataclass(frozen=True, kw_only=True)
class Advice:
    """Moves in the order in which they are advised.

    `chosen` fit the budget together; `apart` have no known cost or gain and are ranked without it; `left` do not fit.
    `gain` is the weighted gain of the chosen; no choice within the budget gains more than `gain + gap` (gap 0: proven
    best).
    """

    chosen: tuple[Move, ...]
    apart: tuple[Move, ...]
    left: tuple[Move, ...]
    budget: float | None
    spent: float
    gain: float
    gap: float

    @property
    def moves(self) -> tuple[Move, ...]:
        """What is advised, best first: what the budget pays for, then what has no known cost."""
        return (*self.chosen, *self.apart)


def advise(gauges: Iterable[Gauge], book: Book, day: date, budget: float | None = None) -> Advice:
    """The next moves of all commitments that are neither settled nor dropped, ranked, under a budget in yuan.

    Moves with a known cost and gain are chosen to gain the most, each weighted by its commitment; without a budget
    all of them are chosen, most gain per yuan first. Moves without a known cost stand apart, by weighted gain.
    """
    weights: dict[str, float] = {}
    moves: list[Move] = []
    for each in gauges:
        if each.verdict in ("kept", "missed", "dropped"):
            continue
        weights[each.commitment.id] = each.commitment.weight
        moves.extend(each.commitment.moves(book, day))
    return choose(moves, weights, budget)


def choose(moves: Iterable[Move], weights: dict[str, float], budget: float | None = None) -> Advice:
    """Choose among moves; see `advise`. A cost or gain below zero is refused with ValueError."""
    priced: list[Move] = []
    apart: list[Move] = []
    for move in moves:
        if (move.cost is not None and move.cost < 0) or (move.gain is not None and move.gain < 0):
            raise ValueError(f"the move for {move.commitment} has a cost or gain below zero")
        (apart if move.cost is None or move.gain is None else priced).append(move)
    worth = [weights.get(m.commitment, 1.0) * (m.gain or 0.0) for m in priced]
    order = sorted(range(len(priced)), key=lambda i: (-_density(worth[i], priced[i].cost or 0.0), i))
    priced, worth = [priced[i] for i in order], [worth[i] for i in order]
    costs = [m.cost or 0.0 for m in priced]
    taken, bound = (set(range(len(priced))), sum(worth)) if budget is None else knapsack(costs, worth, budget)
    gain = sum(worth[i] for i in taken)
    apart.sort(key=lambda m: (m.gain is None, -weights.get(m.commitment, 1.0) * (m.gain or 0.0)))
    return Advice(
        chosen=tuple(priced[i] for i in sorted(taken)),
        apart=tuple(apart),
        left=tuple(priced[i] for i in range(len(priced)) if i not in taken),
        budget=budget,
        spent=sum(costs[i] for i in taken),
        gain=gain,
        gap=max(0.0, bound - gain),
    )


def _density(worth: float, cost: float) -> float:
    return worth / cost if cost > 0 else float("inf") if worth > 0 else 0.0


def knapsack(costs: Sequence[float], worth: Sequence[float], budget: float) -> tuple[set[int], float]:
    """The items, sorted by falling worth per cost, worth most within the budget, and a bound that none beats.

    Branch and bound on the fractional relaxation (Dantzig 1957); the bound equals the worth where the choice is
    proven best, which for some dozens of items it is; after `MOST_STEPS` choices the search stops and the bound says
    how far off it may be.

    >>> knapsack([3, 2, 2], [4.5, 2.9, 2.8], 4)
    ({1, 2}, 5.699999999999999)
    """
    best: tuple[float, frozenset[int]] = (0.0, frozenset())
    top = _relaxed(costs, worth, 0, budget)
    open_nodes: list[tuple[int, float, float, frozenset[int]]] = [(0, budget, 0.0, frozenset())]
    steps = 0
    while open_nodes and steps < MOST_STEPS:
        steps += 1
        at, left, value, chosen = open_nodes.pop()
        if value > best[0]:
            best = (value, chosen)
        if at == len(costs) or value + _relaxed(costs, worth, at, left) <= best[0] + 1e-12:
            continue
        open_nodes.append((at + 1, left, value, chosen))
        if costs[at] <= left:
            open_nodes.append((at + 1, left - costs[at], value + worth[at], chosen | {at}))
    if not open_nodes:
        return set(best[1]), best[0]
    rest = max(value + _relaxed(costs, worth, at, left) for at, left, value, _ in open_nodes)
    return set(best[1]), min(top, max(best[0], rest))


def _relaxed(costs: Sequence[float], worth: Sequence[float], at: int, left: float) -> float:
    """Most that items from `at` on could add if the last one may be taken in part."""
    total = 0.0
    for i in range(at, len(costs)):
        if costs[i] > left:
            return total + worth[i] * left / costs[i]
        left -= costs[i]
        total += worth[i]
    return total


def move_json(move: Move, advice: Advice) -> dict[str, Any]:
    """A move as plain values; `certified_gap` is how much weighted gain a better choice might still add."""
    return {
        "commitment": move.commitment,
        "does": str(move.does),
        "cost": move.cost,
        "gain": move.gain,
        "group": move.group,
        "within_budget": any(move is chosen for chosen in advice.chosen),
        "because": [{"says": str(each.says), "source": source_json(each)} for each in move.because],
        "certified_gap": advice.gap,
    }
