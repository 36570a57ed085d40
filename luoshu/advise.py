"""The next moves: what to do first, what a budget allows, and how far from the best possible choice that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from luoshu.gauge import source_json
from luoshu.kinds.commitment import Commitment, Gauge, Move, Plan

if TYPE_CHECKING:
    from luoshu.book.book import Book

MOST_STEPS = 200_000
"""Choices that the search looks at before it stops and says how far from the best it may be."""


@dataclass(frozen=True, kw_only=True)
class Advice:
    """Moves in the order in which they are advised.

    `chosen` fit the budget together; `apart` have no known cost or gain and are ranked without it; `left` do not fit.
    `gain` is the weighted gain of the chosen; no choice within the budget gains more than `gain + gap` (gap 0: proven
    best). `plans` are the moves that belong together, by their commitment, each with its own bound.
    """

    chosen: tuple[Move, ...]
    apart: tuple[Move, ...]
    left: tuple[Move, ...]
    budget: float | None
    spent: float
    gain: float
    gap: float
    plans: Mapping[str, Plan] = field(default_factory=dict)

    @property
    def moves(self) -> tuple[Move, ...]:
        """What is advised, best first: what the budget pays for, then what has no known cost."""
        return (*self.chosen, *self.apart)

    @property
    def gap_share(self) -> float:
        """The gap as a share of what no choice can pass."""
        return self.gap / (self.gain + self.gap) if self.gap > 0 else 0.0


def advise(
    gauges: Iterable[Gauge],
    book: Book,
    day: date,
    budget: float | None = None,
    count: int | None = None,
    problem: str = "",
) -> Advice:
    """The next moves of all commitments that are neither kept nor dropped, ranked, under a budget in yuan.

    Moves with a known cost and gain are chosen to gain the most, each weighted by its commitment; without a budget
    all of them are chosen, most gain per yuan first. Moves without a known cost stand apart, by weighted gain. A
    commitment that plans its moves together is asked for its best plan under the whole budget and `count` moves at
    most; `problem` is the siting problem that it answers instead of its own.
    """
    weights: dict[str, float] = {}
    moves: list[Move] = []
    plans: dict[str, Plan] = {}
    for each in gauges:
        if each.verdict in ("kept", "dropped"):
            continue
        promise = each.commitment
        weights[promise.id] = promise.weight
        plan = asked(promise, problem).plan(book, day, budget, count)
        if plan is not None:
            plans[promise.id] = plan
        moves.extend(plan.moves if plan is not None else () if each.verdict == "missed" else promise.moves(book, day))
    return choose(moves, weights, budget, plans)


def asked(promise: Commitment, problem: str) -> Commitment:
    """The commitment with the siting problem that is asked for, where its kind can answer one."""
    if problem and "aim" in {each.name for each in fields(promise)}:
        named: Any = {"aim": problem}
        return replace(promise, **named)
    return promise


def choose(
    moves: Iterable[Move],
    weights: Mapping[str, float],
    budget: float | None = None,
    plans: Mapping[str, Plan] | None = None,
) -> Advice:
    """Choose among moves; see `advise`. A cost or gain below zero is refused with ValueError.

    The moves of a plan gain less together with those before them than alone, so that what is added up here is a lower
    bound of what the chosen gain; plans whose moves rest on each other are taken whole or not at all. What no choice
    can pass is the bound of every plan under the whole budget, and that of all other moves.
    """
    plans = plans or {}
    bundles, apart = _bundles(moves, plans)
    worth = [sum(weights.get(m.commitment, 1.0) * (m.gain or 0.0) for m in each) for each in bundles]
    costs = [sum(m.cost or 0.0 for m in each) for each in bundles]
    order = sorted(range(len(bundles)), key=lambda i: (-_density(worth[i], costs[i]), i))
    bundles, worth, costs = [bundles[i] for i in order], [worth[i] for i in order], [costs[i] for i in order]
    taken, bound = (set(range(len(bundles))), sum(worth)) if budget is None else knapsack(costs, worth, budget)
    gain = sum(worth[i] for i in taken)
    together = {name: plan for name, plan in plans.items() if any(each[0].commitment == name for each in bundles)}
    if together:
        alone = [i for i, each in enumerate(bundles) if each[0].commitment not in together]
        rest = [worth[i] for i in alone]
        bound = sum(rest) if budget is None else knapsack([costs[i] for i in alone], rest, budget)[1]
        bound += sum(weights.get(name, 1.0) * plan.bound for name, plan in together.items())
    apart.sort(key=lambda m: (m.gain is None, -_rank(m, plans) * weights.get(m.commitment, 1.0)))
    return Advice(
        chosen=tuple(move for i in sorted(taken) for move in bundles[i]),
        apart=tuple(apart),
        left=tuple(move for i, each in enumerate(bundles) if i not in taken for move in each),
        budget=budget,
        spent=sum(costs[i] for i in taken),
        gain=gain,
        gap=max(0.0, bound - gain),
        plans=dict(plans),
    )


def _bundles(moves: Iterable[Move], plans: Mapping[str, Plan]) -> tuple[list[tuple[Move, ...]], list[Move]]:
    """The moves with a known cost and gain, those that hold only together in one bundle; and the moves without."""
    bundles: dict[object, tuple[Move, ...]] = {}
    apart: list[Move] = []
    for number, move in enumerate(moves):
        if (move.cost is not None and move.cost < 0) or (move.gain is not None and move.gain < 0):
            raise ValueError(f"the move for {move.commitment} has a cost or gain below zero")
        plan = plans.get(move.commitment)
        whole = plan.moves if plan is not None and plan.together else (move,)
        if any(each.cost is None or each.gain is None for each in whole):
            apart.append(move)
        else:
            key = number if len(whole) == 1 else move.commitment
            bundles[key] = (*bundles.get(key, ()), move)
    return list(bundles.values()), apart


def _rank(move: Move, plans: Mapping[str, Plan]) -> float:
    """What a move gains; where it holds only with others of its plan, the most that it or a later one gains."""
    plan = plans.get(move.commitment)
    if plan is None or not plan.together:
        return move.gain or 0.0
    after = next((plan.moves[i:] for i, each in enumerate(plan.moves) if each is move), (move,))
    return max(each.gain or 0.0 for each in after)


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
    if sum(costs) <= budget:
        return set(range(len(costs))), sum(worth)
    most = MOST_STEPS if len(costs) <= 60 else MOST_STEPS * 60 // len(costs)  # each step looks at what is left
    best: tuple[float, frozenset[int]] = (0.0, frozenset())
    top = _relaxed(costs, worth, 0, budget)
    open_nodes: list[tuple[int, float, float, frozenset[int]]] = [(0, budget, 0.0, frozenset())]
    steps = 0
    while open_nodes and steps < most:
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
    """A move as plain values.

    `gap`: how far the best choice could still be from the one that this move belongs to, as a share (its plan's, else
    that of all moves under the budget); `bound`: the most that a plan can gain in `met` under the same limits;
    `certified_gap`: how much weighted gain a better choice of all moves might still add.
    """
    plan = advice.plans.get(move.commitment)
    chosen = any(move is each for each in advice.chosen)
    return {
        "commitment": move.commitment,
        "does": str(move.does),
        "cost": move.cost,
        "gain": move.gain,
        "gap": plan.gap if plan else advice.gap_share if chosen else None,
        "bound": plan.bound if plan else None,
        "problem": plan.problem if plan else None,
        "group": move.group,
        "within_budget": chosen,
        "table": move.table,
        "row": move.row,
        "lon": move.lon,
        "lat": move.lat,
        "because": [{"says": str(each.says), "source": source_json(each)} for each in move.because],
        "plan": {
            "gain": plan.gain,
            "bound": plan.bound,
            "gap": plan.gap,
            "because": [{"says": str(each.says), "source": source_json(each)} for each in plan.because],
        }
        if plan
        else None,
        "certified_gap": advice.gap,
    }
