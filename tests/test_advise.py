"""Moves under a budget: the best choice where it can be proven, an honest gap where it cannot."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshu import advise
from luoshu.advise import choose, knapsack
from luoshu.kinds.commitment import Move
from luoshu.words.message import say


def move(name, cost, gain):
    return Move(commitment=name, does=say("do"), cost=cost, gain=gain)


def test_the_choice_is_best_and_not_merely_greedy():
    moves = [move("a", 60, 0.6), move("b", 50, 0.5), move("c", 50, 0.49)]
    advice = choose(moves, {}, budget=100)
    assert [each.commitment for each in advice.chosen] == ["b", "c"]
    assert (advice.spent, advice.gap) == (100, 0)
    assert [each.commitment for each in advice.left] == ["a"]


def test_weights_count_and_unknown_costs_stand_apart():
    moves = [move("a", 10, 0.5), move("b", 10, 0.3), move("c", None, 0.9), move("d", 5, None)]
    advice = choose(moves, {"b": 3.0}, budget=10)
    assert [each.commitment for each in advice.chosen] == ["b"]
    assert [each.commitment for each in advice.apart] == ["c", "d"]
    assert [each.commitment for each in advice.moves] == ["b", "c", "d"]


def test_without_a_budget_all_are_ranked_by_gain_per_yuan():
    advice = choose([move("a", 100, 0.5), move("b", 10, 0.5)], {})
    assert [each.commitment for each in advice.chosen] == ["b", "a"]


@pytest.mark.parametrize("bad", [move("a", -1, 0.5), move("a", 1, -0.5)])
def test_negative_costs_and_gains_are_refused(bad):
    with pytest.raises(ValueError, match="below zero"):
        choose([bad], {}, budget=10)


items = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=9)


@settings(max_examples=60, deadline=None)
@given(items=items, budget=st.integers(0, 80))
def test_knapsack_equals_trying_every_choice(items, budget):
    order = sorted(items, key=lambda i: -(i[1] / i[0] if i[0] else float("inf") if i[1] else 0))
    costs, worth = [float(c) for c, _ in order], [float(w) for _, w in order]
    best = max(
        sum(worth[i] for i in chosen)
        for size in range(len(order) + 1)
        for chosen in combinations(range(len(order)), size)
        if sum(costs[i] for i in chosen) <= budget
    )
    taken, bound = knapsack(costs, worth, budget)
    assert sum(costs[i] for i in taken) <= budget
    assert sum(worth[i] for i in taken) == pytest.approx(best)
    assert bound == pytest.approx(best)


def test_a_search_cut_short_says_how_far_off_it_may_be(monkeypatch):
    monkeypatch.setattr(advise, "MOST_STEPS", 3)
    moves = [move(str(i), 7 + i % 5, (7 + i % 5) * 0.01 + 0.001 * (i % 3)) for i in range(40)]
    cut = choose(moves, {}, budget=100)
    monkeypatch.undo()
    full = choose(moves, {}, budget=100)
    assert cut.gap > 0
    assert cut.gain <= full.gain <= cut.gain + cut.gap + 1e-9
