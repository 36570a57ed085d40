"""What to hold where for a reserve: candidates to open, offers to sign, what to buy, over cases of trouble."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil, floor, isfinite
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from luoshu.kinds.agreement import Agreement
from luoshu.kinds.commitment import Reason
from luoshu.kinds.item import Item
from luoshu.kinds.reserve_chance import missing_in
from luoshu.kinds.reserve_figures import percent_of
from luoshu.kinds.reserve_grounds import Grounds, grounds_of, signed
from luoshu.kinds.reserve_state import Held, Picture, picture
from luoshu.kinds.reserve_trouble import Case, cases_of
from luoshu.methods.holding import Stocked, Ware, hold_in_time
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
SECONDS = 60.0
TIGHT = 1e-7
WHOLE = 1e-3
"""What is missing with open ways below which cut ways are looked at."""
NEAR = 0.002
"""How near to its bound a plan is good enough, as a share of its cost."""
NEAR_MISSING = 0.005
"""The same under a budget, as a share of what is needed, on average over the cases."""
FEW = 100
"""Of a good of which no more are needed only whole units are planned with; of others they are rounded up after."""
TRIES = 3
"""How often a plan is made anew with less money, where whole units went beyond the budget."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Chosen:
    """What a plan holds in addition, the stores that it opens, the offers that it signs, and what it is worth.

    `units` (goods, stores): of the item that is bought, whole. Planned over `cases` of the `drawn` cases of trouble.
    `calm`: what the case without trouble alone would have cost. `dearer` by store or offer ("store:ID",
    "agreement:ID"): how much more it would cost at least without it (infinite: it cannot be done).
    """

    grounds: Grounds
    wares: tuple[Held, ...]
    found: Stocked
    units: Floats
    cases: int
    drawn: int
    calm: float | None
    dearer: Mapping[str, float]


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
        self.offers = {row.id: number for number, row in enumerate(grounds.offers)}
        self.volumes = {row.id: row.volume or 0.0 for row in book.rows(Item)}
        self.notes: list[Reason] = list(grounds.notes)
        self.ends: NDArray[np.bool_] = np.isfinite(grounds.hours.min(axis=0, initial=np.inf))
        priced = [held for held in seen.held if held.line.good in prices]
        drawn = self._drawn(reserve, seen, book, day)
        lacks = np.array([[missing_in(held, case) for held in priced] for case in drawn]).reshape(-1, len(priced))
        some = {held.line.good for n, held in enumerate(priced) if held.share < 1 - 1e-9 or (lacks[:, n] > 1e-6).any()}
        full = seen
        if grounds.offers:
            found = picture(reserve, book.over({Agreement: [signed(row, day) for row in grounds.offers]}), day)
            full = found if isinstance(found, Picture) else seen
        self.wares = [held for held in full.held if held.line.good in some]
        worst = np.argsort(-lacks.sum(axis=1), kind="stable")
        self.cases = [drawn[n] for n in worst if lacks[n].max(initial=0.0) > 1e-6]
        self.drawn = len(drawn)
        self.spare = len(drawn) - ceil(AIM * len(drawn))

    def _drawn(self, reserve: Reserve, seen: Picture, book: Book, day: date) -> tuple[Case, ...]:
        if seen.moments.ready or seen.doubts.blocked <= 0:
            return ()
        size = sum((len(each.origins) + len(self.grounds.stores)) * len(each.need) for each in seen.held)
        if size * PLANNED <= MOST_COLUMNS:
            count = DRAWN if seen.met >= 1 else DRAWN_SHORT
            return cases_of(reserve, seen, book, day, count, " what to hold")
        says = say("Too many stores and areas to plan over cases of cut ways: planned with every way open")
        self.notes.append(Reason(says=says, tone="warn"))
        return ()

    def cheapest(self) -> Chosen | None:
        """The least money for the whole promise, with open ways and in nine of ten cases."""
        never = [held for held in self.wares if not isfinite(self._alone(held, None))]
        for held in never:
            says = say("No stock in these stores would bring {good} everywhere in time", good=held.line.name)
            self.notes.append(Reason(says=says, tone="warn"))
        self.wares = [held for held in self.wares if held not in never]
        if not self.wares:
            return None
        cases: list[Case | None] = [None, *self._possible()]
        calm = self._solved([None], [TIGHT])
        found = self._solved(cases, [TIGHT] * len(cases))
        if found is None:
            return None
        dearer = self._dearer(cases, [TIGHT] * len(cases), found)
        return self._chosen(self._in_pieces(found, cases), len(cases) - 1, calm.cost if calm else None, dearer)

    def _possible(self) -> list[Case]:
        """The worst cases in which some stock in these stores would be enough, but for those that are given up."""
        found: list[Case] = []
        beyond = 0
        for case in self.cases:
            if len(found) >= PLANNED + max(0, self.spare - beyond):
                break
            if all(isfinite(self._alone(held, case)) for held in self.wares):
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
        return self._chosen(found, len(cases) - 1, None, {}, ceil if self._spent(found) <= budget else floor)

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
            return held.arrives
        return np.array([case.arrives(each, held.arrives[n]) for n, each in enumerate(held.origins)])

    def _more(self, cases: Sequence[Case | None]) -> Floats:
        """The hours at which what is held more is in the areas (cases, stores, areas)."""
        names = [f"store:{row.id}" for row in self.grounds.stores]
        longer = [np.array([case.longer[each] for each in names]) if case else 0.0 for case in cases]
        return np.array([self.grounds.hours + each for each in longer])

    def _asked(self, held: Held) -> Floats:
        """What is needed, but for areas that none of these stores reaches."""
        return np.where(self.ends[:, None], held.asked, 0.0)

    def _alone(self, held: Held, case: Case | None) -> float:
        """What one good would cost in one case alone, with all offers signed and all stores open for nothing."""
        return top_up(
            held.amount, self._arrives(held, case), self._asked(held), held.at, self._more([case])[0],
            np.full(len(self.grounds.stores), self._price(held)), weights=held.weights, lasts=held.lasts, allowed=TIGHT,
        ).cost  # fmt: skip

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
