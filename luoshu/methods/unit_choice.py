"""Contiguous units under a budget: which areas to take, in whole units, so that they are worth the most."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from luoshu.methods.adjoining import neighbours
from luoshu.methods.contiguity import SLACK, Units, limits, max_units, values_of
from luoshu.methods.siting import check_amounts
from luoshu.methods.unit_groups import groups, in_order, inner, split, unlikeness

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


MOST_KEPT = 3_000_000
"""Choices of some groups that are kept in mind at once, before the search for the best of all is given up."""


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What can be taken of one part: costs rising, worth rising with them, from nothing on."""

    cost: Floats
    worth: Floats
    sets: Ints
    members: Ints
    first: Ints | None

    def units(self, at: int) -> Ints:
        """The unit of each of its areas in a choice; -1: not taken."""
        if self.first is None:
            return np.full(len(self.members), 0 if at else -1, dtype=np.int64)
        return split(int(self.sets[at]), self.first, len(self.members))


def units_within(
    pairs: ArrayLike,
    size: ArrayLike,
    cost: ArrayLike,
    budget: float,
    *,
    least: float,
    most: float = np.inf,
    worth: ArrayLike | None = None,
    value: ArrayLike | None = None,
    effort: int = 1,
    seed: int = 1,
) -> Units:
    """The areas worth the most together that a budget pays for, in contiguous units of ``least`` to ``most`` in size.

    ``worth`` of each area (``size`` where it is left out), ``cost`` of each; sizes and ``value`` as in ``max_units``.
    Groups of up to 16 areas are looked at set by set, and where all are so small the best choice is nearly always
    found and proven; of larger ones whole units are taken, and then areas and units come in and go out again by
    simulated annealing. ``bound``: the price of money (Lagrange multiplier) at which what is best for each group by
    itself is worth least; areas of large groups count one by one there, so that the bound is less sharp. ValueError
    for a negative budget or cost.

    >>> found = units_within([[0, 1], [1, 2], [2, 3]], [3, 2, 2, 3], [5, 5, 1, 2], 9, least=5)
    >>> found.unit.tolist(), found.objective, found.bound
    ([-1, 0, 0, 0], 7.0, 7.0)
    """
    amount = check_amounts("size", size, len(np.atleast_1d(size)))
    price = check_amounts("cost", cost, len(amount))
    gain = check_amounts("worth", amount if worth is None else worth, len(amount))
    like = values_of(value, len(amount))
    if not budget >= 0:
        raise ValueError(f"budget is {budget}, and must be zero or more.")
    low, high = limits(least, most)
    starts, ends = neighbours(pairs, len(amount))
    parts, loose = [], []
    for members in groups(starts, ends, amount <= high):
        if amount[members].sum() >= low:
            some, alone = _choices(starts, ends, members, amount, price, gain, like, low, high, effort, seed)
            parts += some
            loose += alone
    bound, money = _bound(loose, float(budget))
    taken = _fill(parts, float(budget), money)
    small = all(part.first is not None for part in parts)
    best = _exact(parts, float(budget) * (1 + SLACK), money, taken) if small else None
    if best is not None:
        taken = best
        bound = float(sum(part.worth[at] for part, at in zip(parts, taken, strict=True)))
    unit = np.full(len(amount), -1, dtype=np.int64)
    for part, at in zip(parts, taken, strict=True):
        found = part.units(at)
        unit[part.members] = np.where(found >= 0, found + int(unit.max(initial=-1)) + 1, -1)
    if any(part.first is None for part in parts):
        from luoshu.methods.unit_budget import spend

        steps = effort * (50_000 + 500 * len(amount))
        most_spent = float(budget) * (1 + SLACK)
        spend(starts, ends, amount, price, gain, unit, low, high, most_spent, steps, seed)
    _extend(starts, ends, unit, amount, price, gain, float(budget), high)
    unit = in_order(unit)
    objective = float(gain[unit >= 0].sum())
    if _whole(gain) and bound < 2**52:
        bound = float(np.floor(bound + SLACK * max(1.0, bound)))
    return Units(unit=unit, objective=objective, bound=max(bound, objective), unlike=unlikeness(unit, like))


def _choices(
    starts: Ints, ends: Ints, members: Ints, size: Floats, cost: Floats, worth: Floats, value: Floats,
    low: float, high: float, effort: int, seed: int,
) -> tuple[list[Choices], list[tuple[Floats, Floats]]]:  # fmt: skip
    """What can be taken of a group, and the costs and worths that bound it."""
    from luoshu.methods.unit_table import MOST_AREAS, unit_table

    one, two = inner(starts, ends, members)
    if len(members) <= MOST_AREAS:
        _, count, _, first = unit_table(one, two, size[members], value[members], low, high)
        sets = np.flatnonzero(count >= 0)
        chosen = (sets[:, None] >> np.arange(len(members))) & 1
        part = _rising(chosen @ cost[members], chosen @ worth[members], sets, members, first)
        return [part], [(part.cost, part.worth)]
    pairs = np.column_stack([np.repeat(np.arange(len(members)), np.diff(one)), two])
    found = max_units(pairs, size[members], low, most=high, value=value[members], effort=effort, seed=seed).unit
    some = []
    for name in range(int(found.max(initial=-1)) + 1):
        inside = members[found == name]
        both = np.array([0.0, cost[inside].sum()]), np.array([0.0, worth[inside].sum()])
        some.append(Choices(cost=both[0], worth=both[1], sets=np.arange(2), members=inside, first=None))
    return some, [(np.array([0.0, cost[each]]), np.array([0.0, worth[each]])) for each in members]


def _rising(cost: Floats, worth: Floats, sets: Ints, members: Ints, first: Ints) -> Choices:
    """The choices that no cheaper one equals."""
    order = np.lexsort((-worth, cost))
    cost, worth, sets = cost[order], worth[order], sets[order]
    best = np.maximum.accumulate(worth)
    keep = np.concatenate([[True], worth[1:] > best[:-1]])
    return Choices(cost=cost[keep], worth=worth[keep], sets=sets[keep], members=members, first=first)


def _bound(loose: list[tuple[Floats, Floats]], budget: float) -> tuple[float, float]:
    """The least that a price of money promises, and that price."""
    if not loose:
        return 0.0, 0.0
    lengths = np.array([len(cost) for cost, _ in loose])
    begins = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    cost, worth = (np.concatenate([pair[which] for pair in loose]) for which in (0, 1))

    def promise(price: float) -> float:
        return float(np.maximum.reduceat(worth - price * cost, begins).sum()) + price * budget

    paid = cost > 0
    low, high = 0.0, float((worth[paid] / cost[paid]).max(initial=0.0)) + 1e-12
    best = min((promise(price), price) for price in (low, high))
    for _ in range(200):  # convex: thirds
        one, two = low + (high - low) / 3, high - (high - low) / 3
        first, second = promise(one), promise(two)
        best = min(best, (first, one), (second, two))
        if first <= second:
            high = two
        else:
            low = one
    return best


def _fill(parts: list[Choices], budget: float, money: float) -> list[int]:
    """A choice for each part within the budget: the best at the price of money, then changes while any adds worth."""
    best: tuple[float, list[int]] = (-1.0, [0] * len(parts))
    for price in (money, money * 1.02, money * 1.2, money * 2):
        taken = [int(np.argmax(part.worth - price * part.cost - 1e-12 * part.cost)) for part in parts]
        order = sorted(range(len(parts)), key=lambda at: _density(parts[at], taken[at]))
        spent = sum(float(part.cost[at]) for part, at in zip(parts, taken, strict=True))
        for each in order:  # the least worth for its money goes first
            if spent <= budget * (1 + SLACK):
                break
            spent -= float(parts[each].cost[taken[each]])
            taken[each] = 0
        worth = _improve(parts, taken, budget * (1 + SLACK), spent)
        best = max(best, (worth, taken), key=lambda pair: pair[0])
    return best[1]


def _exact(parts: list[Choices], budget: float, money: float, known: list[int]) -> list[int] | None:
    """The best choice of all; None where too many would have to be kept in mind.

    Part by part all costs and worths that no other beats are kept (Nemhauser and Ullmann 1969), of them those that
    the rest, at the price of money, can still lift above the best known choice.
    """
    floor = float(sum(part.worth[at] for part, at in zip(parts, known, strict=True)))
    promise = [float((part.worth - money * part.cost).max()) for part in parts]
    rest = np.append(np.cumsum(promise[::-1])[::-1], 0.0)
    cost, worth = np.zeros(1), np.zeros(1)
    steps: list[tuple[Ints, Ints]] = []
    for at, part in enumerate(parts):
        if len(cost) * len(part.cost) > MOST_KEPT:
            return None
        spent = np.add.outer(cost, part.cost).ravel()
        total = np.add.outer(worth, part.worth).ravel()
        hope = total + rest[at + 1] + money * (budget - spent)
        keep = np.flatnonzero((spent <= budget) & (hope >= floor - SLACK * max(1.0, floor)))
        keep = keep[np.lexsort((-total[keep], spent[keep]))]
        best = np.maximum.accumulate(total[keep])
        keep = keep[np.concatenate([[True], total[keep][1:] > best[:-1]])] if len(keep) else keep
        if not len(keep):  # nothing is better than what is known
            return list(known)
        before, choice = np.divmod(keep, len(part.cost))
        steps.append((before, choice))
        cost, worth = spent[keep], total[keep]
    place, taken = int(np.argmax(worth)), []
    for before, choice in reversed(steps):
        taken.append(int(choice[place]))
        place = int(before[place])
    return taken[::-1]


def _density(part: Choices, at: int) -> float:
    return float(part.worth[at] / part.cost[at]) if part.cost[at] > 0 else np.inf


def _improve(parts: list[Choices], taken: list[int], budget: float, spent: float) -> float:
    """One part, or two, choose anew as long as that adds worth within the budget."""
    again, rounds = True, 0
    while again and rounds < 50:
        again, rounds = False, rounds + 1
        for each, part in enumerate(parts):
            room = budget - spent + float(part.cost[taken[each]])
            at = int(np.searchsorted(part.cost, room, side="right")) - 1
            if part.worth[at] > part.worth[taken[each]]:
                spent += float(part.cost[at] - part.cost[taken[each]])
                taken[each], again = at, True
        for one, two in _pairs(parts, taken):
            room = budget - spent + float(parts[one].cost[taken[one]] + parts[two].cost[taken[two]])
            fits = np.searchsorted(parts[two].cost, room - parts[one].cost, side="right") - 1
            both = np.where(fits >= 0, parts[one].worth + parts[two].worth[fits], -np.inf)
            at = int(np.argmax(both))
            now = parts[one].worth[taken[one]] + parts[two].worth[taken[two]]
            if both[at] > now * (1 + SLACK):
                spent += float(parts[one].cost[at] - parts[one].cost[taken[one]])
                spent += float(parts[two].cost[fits[at]] - parts[two].cost[taken[two]])
                taken[one], taken[two], again = at, int(fits[at]), True
    return float(sum(part.worth[at] for part, at in zip(parts, taken, strict=True)))


def _pairs(parts: list[Choices], taken: list[int]) -> list[tuple[int, int]]:
    """Pairs of parts to choose anew together: those nearest to the edge of being taken."""
    order = sorted(range(len(parts)), key=lambda at: -_density(parts[at], max(taken[at], len(parts[at].cost) - 1)))
    edge = sum(1 for at in taken if at)
    near = order[max(0, edge - 40) : edge + 40]
    return [(one, two) for one in near for two in near if one != two]


def _extend(
    starts: Ints, ends: Ints, unit: Ints, size: Floats, cost: Floats, worth: Floats, budget: float, high: float
) -> None:
    """Areas beside the units go with them while money and size allow, most worth for its money first."""
    full = np.bincount(unit[unit >= 0], weights=size[unit >= 0], minlength=1)
    left = budget * (1 + SLACK) - float(cost[unit >= 0].sum())
    order = np.argsort(-np.divide(worth, cost, out=np.full(len(cost), np.inf), where=cost > 0), kind="stable")
    again = True
    while again:
        again = False
        for area in order:
            if unit[area] >= 0 or cost[area] > left or worth[area] <= 0:
                continue
            near = unit[ends[starts[area] : starts[area + 1]]]
            near = near[near >= 0]
            near = near[full[near] + size[area] <= high]
            if len(near):
                unit[area] = near[np.argmin(full[near])]
                full[unit[area]] += size[area]
                left -= float(cost[area])
                again = True


def _whole(values: Floats) -> bool:
    return bool((values == np.round(values)).all())
