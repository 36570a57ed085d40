"""What to hold where for a reserve: candidates to open, offers to sign, what to buy, over cases of trouble."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from math import ceil, floor, isfinite
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from luoshu.kinds.agreement import Agreement
from luoshu.kinds.commitment import Reason
from luoshu.kinds.item import Item
from luoshu.kinds.reserve_chance import enough, missing_in
from luoshu.kinds.reserve_figures import percent_of
from luoshu.kinds.reserve_fresh import Kept, whole_in
from luoshu.kinds.reserve_grounds import Grounds, grounds_of, signed
from luoshu.kinds.reserve_state import Held, Picture, picture
from luoshu.kinds.reserve_trouble import Case, cases_of
from luoshu.methods.holding import Stocked, Ware, hold_in_time
from luoshu.methods.most_flow import is_enough
from luoshu.methods.sharing_out import top_up
from luoshu.words.message import amount, say

if TYPE_CHECKING:
    from luoshu.book.book import Book
    from luoshu.kinds.reserve import Reserve

Floats = NDArray[np.float64]
Prices = Mapping[str, tuple[str, float | None, float]]
"""By good: the item that is bought, its price, and units of the good in one of the item."""
AIM = 0.9
"""In which part of the cases the promise is to be whole: where the verdict turns to likely."""
DRAWN, DRAWN_SHORT = 100, 40
"""Cases of trouble that are drawn for a plan, others than those of the chance; fewer where it lacks already with open
ways, since then every case must be shared out anew."""
PLANNED = 16
"""Of these so many are planned over: those in which most is missing, but for the tenth that is given up."""
MOST_COLUMNS = 400_000
"""Above it the plan is made for open ways only."""
FRESH = 400
"""Cases that a choice was not made for, on which it is tried at the end."""
TRIED = 200
"""The same in each round, drawn anew."""
SURE = 0.015
"""By how much more than the aim a choice is then made: about the standard error of what so many cases show."""
ROUNDS, ADDED = 4, 8
"""How often a choice is made anew over more cases where fresh ones show too little, and how many are added a time."""
SECONDS = 60.0
TIGHT = 1e-7
WHOLE = 1e-3
"""What is missing with open ways below which cut ways are looked at."""
NEAR = 0.002
"""How near to its bound a plan is good enough, as a share of its cost."""
NEAR_MISSING = 0.0005
"""The same under a budget, as a share of what is needed, on average over the cases."""
FEW = 100
"""Of a good of which no more are needed only whole units are planned with; of others they are rounded up after."""
TRIES = 3
"""How often a plan is made anew with less money, where whole units went beyond the budget."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Chosen:
    """What a plan holds in addition, the stores that it opens, the offers that it signs, and what it is worth.

    `units` (goods, stores): of the item that is bought, whole. Planned over `cases` of the `drawn` cases of trouble.
    `own`: in what part of the drawn cases the promise is then whole, `fresh`: in what part of `FRESH` others (None
    where it can be whole in none). `calm`: what the case without trouble alone would have cost. `dearer` by store or
    offer ("store:ID", "agreement:ID"): how much more it would cost at least without it (infinite: it cannot be done).
    """

    grounds: Grounds
    wares: tuple[Held, ...]
    found: Stocked
    units: Floats
    cases: int
    drawn: int
    calm: float | None
    dearer: Mapping[str, float]
    own: float | None = None
    fresh: float | None = None


def choose_holding(
    reserve: Reserve, seen: Picture, book: Book, day: date, budget: float | None, prices: Prices
) -> tuple[Chosen | None, tuple[Reason, ...]]:
    """What to hold in addition, for the least money; under a budget as much of the promise as it can bring; and notes.

    Without a budget the promise is to be whole with every way open and in nine of ten cases of trouble (as far as any
    stock in these stores can do it). Under a budget first as little as possible misses with every way open, then on
    average over the cases. None where nothing can be done so.
    """
    grounds = grounds_of(seen, book, day)
    if not grounds.stores:
        says = say("There is no open store with a known place, so that nothing more can be held")
        return None, (*grounds.notes, Reason(says=says, tone="warn"))
    task = _Task(reserve, seen, book, day, grounds, prices)
    chosen = task.cheapest() if budget is None else task.within(budget)
    return chosen, tuple(task.notes)


class _Task:
    """One promise as the program takes it: the goods that lack somewhere, the cases, and the hours in each."""

    def __init__(
        self, reserve: Reserve, seen: Picture, book: Book, day: date, grounds: Grounds, prices: Prices
    ) -> None:
        self.grounds, self.prices = grounds, prices
        self.draw = partial(cases_of, reserve, seen, book, day)
        self.first = seen.moments.first
        self.offers = {row.id: number for number, row in enumerate(grounds.offers)}
        self.volumes = {row.id: row.volume or 0.0 for row in book.rows(Item)}
        self.notes: list[Reason] = list(grounds.notes)
        self.ends: NDArray[np.bool_] = np.isfinite(grounds.hours.min(axis=0, initial=np.inf))
        priced = [held for held in seen.held if held.line.good in prices]
        self.sample = drawn = self._drawn(seen)
        lacks = np.array([[missing_in(held, case) for held in priced] for case in drawn]).reshape(-1, len(priced))
        some = {held.line.good for n, held in enumerate(priced) if held.share < 1 - 1e-9 or (lacks[:, n] > 1e-6).any()}
        full = seen
        if grounds.offers:
            found = picture(reserve, book.over({Agreement: [signed(row, day) for row in grounds.offers]}), day)
            full = found if isinstance(found, Picture) else seen
        self.all = full.held
        self.wares = [held for held in full.held if held.line.good in some]
        worst = np.argsort(-lacks.sum(axis=1), kind="stable")
        self.cases = [drawn[n] for n in worst if lacks[n].max(initial=0.0) > 1e-6]
        self.drawn = len(drawn)
        self.spare = len(drawn) - ceil(AIM * len(drawn))

    def _drawn(self, seen: Picture) -> tuple[Case, ...]:
        if seen.moments.ready or seen.doubts.blocked <= 0:
            return ()
        size = sum((len(each.origins) + len(self.grounds.stores)) * len(each.need) for each in seen.held)
        if size * PLANNED <= MOST_COLUMNS:
            count = DRAWN if seen.met >= 1 else DRAWN_SHORT
            return self.draw(count, " what to hold")
        says = say("Too many stores and areas to plan over cases of cut ways: planned with every way open")
        self.notes.append(Reason(says=says, tone="warn"))
        return ()

    def cheapest(self) -> Chosen | None:
        """The least money for the whole promise, with open ways and in nine of ten cases."""
        never = [held for held in self.wares if not self._could(held, None)]
        for held in never:
            says = say("No stock in these stores would bring {good} everywhere in time", good=held.line.name)
            self.notes.append(Reason(says=says, tone="warn"))
        self.wares = [held for held in self.wares if held not in never]
        if not self.wares:
            return None
        cases: list[Case | None] = [None, *self._possible()]
        calm = self._solved([None], [TIGHT])
        turn = 0
        while True:
            found = self._solved(cases, [TIGHT] * len(cases))
            if found is None:
                return None
            pieces = self._in_pieces(found, cases)
            fresh = self.draw(TRIED, f" held, tried {turn}") if len(cases) > 1 else ()
            more = self._too_hard(pieces, fresh)
            turn += 1
            if never or not more or turn == ROUNDS:
                break
            cases += more
        dearer = self._dearer(cases, [TIGHT] * len(cases), found)
        open_ways = self._spent(self._in_pieces(calm, [None])) if calm else None
        chosen = self._chosen(pieces, len(cases) - 1, open_ways, dearer)
        return chosen if never else self._tried(chosen)

    def _too_hard(self, found: Stocked, fresh: Sequence[Case]) -> list[Case]:
        """Of fresh cases in which a choice is not enough those to make it of as well: none where it is enough in so
        many that the promise holds; those that cost most to mend are given up, as far as they may be."""
        failing = [fresh[n] for n in np.flatnonzero(~self._whole(found, fresh)).tolist()]
        spare = floor((1 - AIM - SURE) * len(fresh) + 1e-9)
        if len(failing) <= (1 - AIM) * len(fresh) + 1e-9:
            return []
        cost = np.array([self._mending(found, case) for case in failing])
        order = np.argsort(cost, kind="stable")[: len(failing) - spare]
        asked = [int(n) for n in order if isfinite(cost[n])]
        steps = {round(n) for n in np.linspace(0, len(asked) - 1, ADDED).tolist()} if asked else set()
        return [failing[asked[n]] for n in sorted(steps)]

    def _mending(self, found: Stocked, case: Case) -> float:
        """What it would cost at least to make a choice enough in one more case; infinite where nothing does."""
        more = self._more([case])[0]
        price, total = np.ones(len(more)), 0.0
        for each in self._left(found):
            held, prices = each.good, price * self._price(each.good)
            if not self._could(held, case):
                return float("inf")
            amount, arrives = np.append(each.amount, each.held), np.vstack([self._arrives(held, case), more])
            lasts = np.append(held.lasts, np.full(len(more), np.inf))
            if enough(amount, arrives, each.asked, held.at, held.weights, lasts):
                continue
            total += top_up(amount, arrives, each.asked, held.at, more, prices, weights=held.weights, lasts=lasts,
                            allowed=TIGHT).cost  # fmt: skip
        return total

    def _whole(self, found: Stocked, cases: Sequence[Case]) -> NDArray[np.bool_]:
        """In which cases the promise is whole with a choice carried out."""
        return whole_in(self._left(found), cases, self._more, self.first)

    def _left(self, found: Stocked) -> list[Kept]:
        """Every good of the promise as a choice leaves it."""
        names = {held.line.good: n for n, held in enumerate(self.wares)}
        given = np.append(found.signed, True)
        goods = []
        for held in self.all:
            number = names.get(held.line.good)
            offers = np.array([self.offers.get(each.id, -1) for each in held.origins], dtype=np.int64)
            units = found.units[number] if number is not None else np.zeros(len(self.grounds.stores))
            goods.append(Kept(good=held, amount=np.where(given[offers], held.amount, 0.0), held=units,
                              asked=self._asked(held)))  # fmt: skip
        return goods

    def _tried(self, chosen: Chosen) -> Chosen:
        """The same choice, whole units and all, with the part of its own and of fresh cases in which it is enough."""
        if not chosen.cases:
            return chosen
        fresh = self.draw(FRESH, " held, tried last")
        times = np.array([self.prices[held.line.good][2] for held in self.wares])
        found = replace(chosen.found, units=chosen.units * times[:, None])
        own, new = (float(self._whole(found, each).mean()) for each in (self.sample, fresh))
        return replace(chosen, own=own, fresh=new)

    def _possible(self) -> list[Case]:
        """The worst cases in which some stock in these stores would be enough, but for those that are given up."""
        found: list[Case] = []
        beyond = 0
        for case in self.cases:
            if len(found) >= PLANNED + max(0, self.spare - beyond):
                break
            if all(self._could(held, case) for held in self.wares):
                found.append(case)
            else:
                beyond += 1
        if beyond > self.spare:
            says = say("In {count} of {cases} cases of cut ways no stock in these stores would be enough everywhere in "
                       "time", count=beyond, cases=self.drawn)  # fmt: skip
            self.notes.append(Reason(says=says, tone="warn"))
        return found[max(0, self.spare - beyond) :][:PLANNED]

    def within(self, budget: float) -> Chosen | None:
        """As much as a budget brings: first with open ways, then over the cases."""
        if not self.wares:
            return None
        calm = self._solved([None], [1.0], budget, whole=True)
        if calm is None:
            return None
        cases: list[Case | None] = [None, *self.cases[self.spare :][:PLANNED]]
        if calm.missing[0] > WHOLE and len(cases) > 1:
            says = say("The budget does not do for open ways, so that cut ways are not looked at: {share} of the need "
                       "of the weakest good stays missing in time",
                       share=amount(percent_of(float(calm.missing[0])), "%"))  # fmt: skip
            self.notes.append(Reason(says=says, tone="warn"))
            cases = [None]
        found = self._affordable(cases, calm, budget)
        if len(cases) > 1:
            says = say("On average over these cases {share} of the need of the weakest good is missing in time; no "
                       "choice for this money leaves less than {bound}",
                       share=amount(percent_of(float(found.missing.mean())), "%"),
                       bound=amount(percent_of(found.bound), "%"))  # fmt: skip
            self.notes.append(Reason(says=says))
        whole_of = ceil if self._spent(found) <= budget else floor
        chosen = self._chosen(found, len(cases) - 1, None, {}, whole_of)
        return self._tried(chosen)

    def _affordable(self, cases: Sequence[Case | None], calm: Stocked, budget: float) -> Stocked:
        """A plan whose whole units stay within the budget: made anew with less money until they do."""
        most = [min(1.0, float(calm.missing[0]) + 1e-6), *[1.0] * (len(cases) - 1)]
        left = budget
        for _ in range(TRIES):
            if len(cases) == 1:
                found = self._solved(cases, [1.0], left, whole=True)
            else:
                found = self._solved(cases, most, left)
                found = self._in_pieces(found, cases) if found is not None else None
            if found is None:
                return calm
            beyond = self._spent(found) - budget
            if beyond <= 0:
                return found
            left = max(0.0, left - 2 * beyond - budget / 1000)
        return calm

    def _units(self, found: Stocked, whole_of: Callable[[float], int] = ceil) -> Floats:
        """Whole units of the item that is bought of each good, by store."""
        times = np.array([self.prices[held.line.good][2] for held in self.wares])
        slack = -1e-6 if whole_of is ceil else 1e-6
        units = found.units / times[:, None] + slack
        return np.array([[max(0.0, float(whole_of(each))) for each in row] for row in units.tolist()])

    def _spent(self, found: Stocked) -> float:
        """What a plan costs once its units are whole."""
        price = np.array([self.prices[held.line.good][1] or 0.0 for held in self.wares])
        parts = np.array([self._price(held) for held in self.wares]) @ found.units.sum(axis=1)
        return found.cost - float(parts) + float((self._units(found) * price[:, None]).sum())

    def _chosen(
        self, found: Stocked, cases: int, calm: float | None, dearer: Mapping[str, float],
        whole_of: Callable[[float], int] = ceil,
    ) -> Chosen:  # fmt: skip
        return Chosen(
            grounds=self.grounds, wares=tuple(self.wares), found=found, units=self._units(found, whole_of),
            cases=cases, drawn=self.drawn, calm=calm, dearer=dearer,
        )  # fmt: skip

    def _price(self, held: Held) -> float:
        """What one unit of the good costs; 1 where nobody has written it."""
        _, price, times = self.prices[held.line.good]
        return (price if price is not None else 1.0) / times

    def _few(self, held: Held) -> bool:
        return self.prices[held.line.good][2] == 1 and float(held.asked[:, -1].sum()) <= FEW

    def _arrives(self, held: Held, case: Case | None) -> Floats:
        if case is None or not len(held.origins):
            return held.arrives.reshape(-1, len(held.asked))
        return np.array([case.arrives(each, held.arrives[n]) for n, each in enumerate(held.origins)])

    def _more(self, cases: Sequence[Case | None]) -> Floats:
        """The hours at which what is held more is in the areas (cases, stores, areas)."""
        names = [f"store:{row.id}" for row in self.grounds.stores]
        longer = [np.array([case.longer[each] for each in names]) if case else 0.0 for case in cases]
        return np.array([self.grounds.hours + each for each in longer])

    def _asked(self, held: Held) -> Floats:
        """What is needed, but for areas that none of these stores reaches."""
        return np.where(self.ends[:, None], held.asked, 0.0)

    def _could(self, held: Held, case: Case | None) -> bool:
        """Whether any stock would be enough of a good in a case alone, with all offers signed and all stores open."""
        asked, more = self._asked(held), self._more([case])[0]
        arrives = np.vstack([self._arrives(held, case).reshape(-1, more.shape[1]), more])
        plenty = np.full(len(more), float(asked[:, -1].sum()))
        some = np.append(held.lasts >= held.at[-1], np.ones(len(more), dtype=bool))
        if is_enough(np.append(held.amount, plenty)[some], arrives[some], asked, held.at):
            return True
        return not some.all() and isfinite(top_up(
            held.amount, self._arrives(held, case), asked, held.at, more, np.ones(len(more)), weights=held.weights,
            lasts=held.lasts, allowed=TIGHT,
        ).cost)  # fmt: skip

    def _solved(
        self, cases: Sequence[Case | None], most: Sequence[float], budget: float | None = None, without: str = "",
        whole: bool = False,
    ) -> Stocked | None:  # fmt: skip
        """The plan for these cases; goods of which few are needed in parts, unless `whole`. `without` a store or offer:
        only a bound."""
        grounds = self.grounds
        more = self._more(cases)
        more[:, [n for n, row in enumerate(grounds.stores) if f"store:{row.id}" == without]] = np.inf
        return hold_in_time(
            [self._ware(held, cases, without, whole) for held in self.wares], more, at_most=most,
            opening=grounds.opening, room=grounds.room, fees=[row.fee or 0.0 for row in grounds.offers], budget=budget,
            near=(NEAR if budget is None else NEAR_MISSING) if len(cases) > 1 else 1e-5, parts=bool(without),
            seconds=SECONDS,
        )  # fmt: skip

    def _ware(self, held: Held, cases: Sequence[Case | None], without: str = "", whole: bool = False) -> Ware:
        gone = np.array([each.place == without for each in held.origins], dtype=bool)
        item, _, times = self.prices[held.line.good]
        return Ware(
            need=self._asked(held), at=held.at, weights=held.weights, have=np.where(gone, 0.0, held.amount),
            arrives=np.array([self._arrives(held, case) for case in cases]), lasts=held.lasts,
            offers=np.array([self.offers.get(each.id, -1) for each in held.origins], dtype=np.int64),
            price=self._price(held), volume=self.volumes.get(item, 0.0) / times, whole=whole and self._few(held),
        )  # fmt: skip

    def _in_pieces(self, found: Stocked, cases: Sequence[Case | None]) -> Stocked:
        """The same plan with whole units of the goods of which few are needed: for each the cheapest, in the stores
        that the plan opens, that leaves no more missing in any case."""
        more = self._more(cases)
        more[:, (self.grounds.opening > 0) & ~found.opened] = np.inf
        units = found.units.copy()
        wares = [self._ware(held, cases, whole=True) for held in self.wares]
        volumes = np.array([ware.volume for ware in wares])
        for number, ware in enumerate(wares):
            if not ware.whole:
                continue
            given = np.append(found.signed, True)[ware.offers]
            ware = replace(ware, have=np.where(given, ware.have, 0.0), offers=np.full(len(given), -1))
            room = self.grounds.room - volumes @ units + volumes[number] * units[number]
            one = hold_in_time([ware], more, at_most=np.minimum(found.missing + TIGHT, 1.0), near=NEAR,
                               room=np.maximum(room, 0.0), seconds=SECONDS)  # fmt: skip
            units[number] = np.ceil(units[number] - 1e-6) if one is None else np.round(one.units[0])
        price = np.array([ware.price for ware in wares])
        return replace(found, units=units, cost=found.cost + float(price @ (units - found.units).sum(axis=1)))

    def _dearer(self, cases: Sequence[Case | None], most: Sequence[float], found: Stocked) -> dict[str, float]:
        """How much more it would cost at least without each store opened and each offer signed."""
        names = [f"store:{row.id}" for n, row in enumerate(self.grounds.stores) if found.opened[n]]
        names += [f"agreement:{row.id}" for n, row in enumerate(self.grounds.offers) if found.signed[n]]
        other = {name: self._solved(cases, most, without=name) for name in names[:4]}
        return {name: float("inf") if each is None else max(0.0, each.bound - found.cost)
                for name, each in other.items()}  # fmt: skip
