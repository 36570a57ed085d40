"""A lot as it stands at the desk: what is there, what of it is kept for somebody, what is on its way."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime

from luoshu.desk.act import Scene, Thing, Told
from luoshu.desk.clock import local_day
from luoshu.desk.journal import Refused
from luoshu.kinds.item import Item
from luoshu.kinds.lot import Lot
from luoshu.kinds.stock import Usable, usable
from luoshu.kinds.stock_rules import StockRules, stock_rules
from luoshu.kinds.store import Store
from luoshu.words.message import Message, say

KEEPERS = frozenset({"store", "duty"})
"""Who moves stock: storekeepers, each in the stores of their organisation, and the duty officer."""

CODE = re.compile(r"[\w\-.]{1,60}")
DIGITS = 6
"""Amounts are kept to a millionth, so that parts of a kilogram add up."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """So many units of a lot that are promised to somebody; `picked`: taken from the shelf, they wait at the door."""

    id: str
    amount: float
    picked: bool = False
    purpose: str = ""
    incident: str = ""
    who: str = ""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Shipment:
    """So many units of a lot that have left for a store or a place and have not arrived."""

    id: str
    amount: float
    store: str = ""
    place: str = ""
    incident: str = ""
    who: str = ""
    left: datetime | None = None
    due: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Handed:
    """So many units of a lot that were handed over at a place, for an incident or for none, and did not come back."""

    id: str
    amount: float
    place: str = ""
    incident: str = ""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What a count found: `before` was written, `after` was there."""

    number: int
    at: datetime
    before: float
    after: float
    sheet: str = ""
    who: str = ""


@dataclass(frozen=True, kw_only=True)
class LotStanding(Thing):
    """A lot with everything that was done to it. `amount` is all that stands in the store, with what is `kept`; `moved`
    is when it last changed."""

    sort = "lot"
    zh = "批次"
    table = Lot

    id: str
    item: str
    store: str
    amount: float
    expires: date | None = None
    condition: str = "unknown"
    counted: date | None = None
    received: date | None = None
    batch: str = ""
    spot: str = ""
    note: str = ""
    source: str = ""
    of: str = ""
    kept: tuple[Kept, ...] = ()
    under_way: tuple[Shipment, ...] = ()
    handed: tuple[Handed, ...] = ()
    delivered: float = 0.0
    scrapped: float = 0.0
    lost: float = 0.0
    differences: tuple[Difference, ...] = ()
    moved: datetime | None = None

    @property
    def reserved(self) -> float:
        """Units promised or picked."""
        return exact(sum(each.amount for each in self.kept))

    @property
    def free(self) -> float:
        """Units nobody has asked for, whether they can be used or not."""
        return max(0.0, exact(self.amount - self.reserved))

    def row(self) -> Lot:
        """The row that lies over the book, also where nothing is left of it."""
        return Lot(
            id=self.id, item=self.item, store=self.store, amount=self.amount, expires=self.expires,
            condition=self.condition, counted=self.counted, reserved=self.reserved,
            under_way=exact(sum(each.amount for each in self.under_way)), received=self.received, batch=self.batch,
            spot=self.spot, note=self.note, source=self.source,
        )  # fmt: skip

    def less(self, units: float, at: datetime) -> LotStanding:
        """The lot with so many units fewer; Refused where there are not so many."""
        left = exact(self.amount - units)
        if left < 0:
            raise short(self.id, units, self.amount)
        return replace(self, amount=left, moved=max(at, self.moved or at))

    def keeping(self, reservation: str) -> Kept:
        """What is kept under a name (Refused)."""
        for each in self.kept:
            if each.id == reservation:
                return each
        raise Refused(say("nothing of {lot} is kept under {name}", lot=self.id, name=reservation))

    def without(self, kept: Kept, units: float) -> LotStanding:
        """The lot with so many units fewer of what is kept under a name."""
        left = exact(kept.amount - units)
        if left < 0:
            raise short(kept.id, units, kept.amount)
        rest = (replace(kept, amount=left),) if left else ()
        return replace(self, kept=tuple(each for each in self.kept if each.id != kept.id) + rest)


WHOLE = frozenset("顶条件个台艘张床座盏只支把具套副份辆部架瓶箱袋桶卷盒双块根片包捆罐听枚粒")
"""Units of which there are no parts; weights, lengths and volumes have them, and "万只" has."""
MOST_UNITS = 1e9
"""Most units of one lot: beyond it a number could not hold all digits of an amount, and is a slip of the pen."""


def exact(value: float) -> float:
    """An amount without the dust of floating point.

    >>> exact(0.1 + 0.2 - 0.3)
    0.0
    """
    return round(value, DIGITS) + 0.0


def digits(value: float) -> str:
    """An amount with all its digits: stock is never rounded.

    >>> digits(1234567.0), digits(0.25)
    ('1,234,567', '0.25')
    """
    text = f"{value:,.{DIGITS}f}"
    return text.rstrip("0").rstrip(".")


def short(what: str, wanted: float, there: float) -> Refused:
    """The refusal of more than there is."""
    return Refused(say("{what} holds {there}, not {wanted}", what=what, there=digits(there), wanted=digits(wanted)))


def some(units: float) -> float:
    """An amount that is asked for, which must be something (Refused)."""
    found = exact(units)
    if found <= 0:
        raise Refused(say("the amount is {value:g}: it must be more than nothing", value=units))
    return found


def whole(scene: Scene, item: str, units: float, of: float = 0.0) -> None:
    """Refuse a part of a thing that is counted by pieces: no half pump. Where a part stands there already (`of`), it
    may be moved and written off."""
    found = item_of(scene, item)
    if found is not None and found.unit in WHOLE and not exact(units).is_integer() and exact(of).is_integer():
        raise Refused(say("{item} is counted in whole {unit}, so it cannot be {units}", item=found.name,
                          unit=found.unit, units=digits(units)))  # fmt: skip


def code_of(code: str) -> str:
    """A code that fits on a label and into an address (Refused)."""
    if not CODE.fullmatch(code) or set(code) <= {"."}:
        raise Refused(say("{code} cannot be a code: use up to 60 letters, digits, hyphens, dots", code=code[:80]))
    return code


def begun(state: LotStanding | None, lot: str) -> LotStanding:
    """What stands of a lot, which must be there (Refused)."""
    if state is None:
        raise Refused(say("there is no lot {lot}", lot=lot))
    return state


def turned_round(state: LotStanding, shipment: str, units: float) -> LotStanding:
    """The lot with so many units fewer on their way under a name (Refused)."""
    moving = next((each for each in state.under_way if each.id == shipment), None)
    if moving is None:
        raise Refused(say("nothing of {lot} is under way as {name}", lot=state.id, name=shipment))
    left = exact(moving.amount - units)
    if left < 0:
        raise short(shipment, units, moving.amount)
    rest = (replace(moving, amount=left),) if left else ()
    return replace(state, under_way=tuple(each for each in state.under_way if each.id != shipment) + rest)


def come_back(handed: tuple[Handed, ...], units: float) -> tuple[Handed, ...]:
    """What is still with people once so many units came back, the latest of them first."""
    left: list[Handed] = []
    for each in reversed(handed):
        back = min(units, each.amount)
        units = exact(units - back)
        if each.amount > back:
            left.append(replace(each, amount=exact(each.amount - back)))
    return tuple(reversed(left))


def kept_name(told: Told, given: str) -> str:
    """The name of a reservation or shipment: the one given, else the number of its entry."""
    return code_of(given) if given else str(told.number)


def lot_of(scene: Scene, lot: str) -> LotStanding | None:
    """A lot at the desk, else as the book's table has it."""
    found = scene.get(LotStanding, lot)
    if found is not None:
        return found
    row = next((each for each in scene.rows(Lot) if each.id == lot), None)
    return taken_over(row) if row is not None else None


def need_lot(scene: Scene, lot: str) -> LotStanding:
    """`lot_of`, which must be there (Refused)."""
    return begun(lot_of(scene, lot), lot)


def taken_over(row: Lot) -> LotStanding:
    """A lot as it begins at the desk with what the book's table says; what is reserved there is kept as "table"."""
    reserved, moving = exact(row.reserved), exact(row.under_way)
    return LotStanding(
        id=row.id, item=row.item, store=row.store, amount=exact(row.amount), expires=row.expires,
        condition=row.condition, counted=row.counted, received=row.received, batch=row.batch, spot=row.spot,
        note=row.note, source=row.source,
        kept=(Kept(id="table", amount=reserved),) if reserved > 0 else (),
        under_way=(Shipment(id="table", amount=moving),) if moving > 0 else (),
    )  # fmt: skip


def item_of(scene: Scene, item: str) -> Item | None:
    """An item of the catalogue."""
    return next((each for each in scene.rows(Item) if each.id == item), None)


def need_item(scene: Scene, item: str) -> Item:
    """An item of the catalogue (Refused)."""
    found = item_of(scene, item)
    if found is None:
        raise Refused(say("{item} does not stand in the catalogue", item=item))
    return found


def store_of(scene: Scene, store: str) -> Store | None:
    """A store of the book; closed where the desk or the book says that it is out of use."""
    found: Store | None = next((each for each in scene.rows(Store) if each.id == store), None)
    if found is None or found.state != "open":
        return found
    from luoshu.desk.store_shut import StoreState
    from luoshu.kinds.shut_store import ShutStore

    said = scene.get(StoreState, store)
    row = said.row() if said is not None else next((e for e in scene.rows(ShutStore) if e.store == store), None)
    return replace(found, state="closed") if row is not None and row.shut(local_day(scene.at)) else found


def need_store(scene: Scene, store: str) -> Store:
    """A store of the book (Refused)."""
    found = store_of(scene, store)
    if found is None:
        raise Refused(say("{store} is no store of the book", store=store))
    return found


def keeper_of(scene: Scene, store: str) -> str:
    """The organisation whose store it is, empty where nobody's."""
    found = store_of(scene, store)
    return found.organisation if found else ""


def rules_of(scene: Scene) -> StockRules:
    """The rule sheet of reserves in force at the moment of the scene."""
    return stock_rules(scene.book, local_day(scene.at))


def usable_now(scene: Scene, state: LotStanding) -> Usable:
    """How much of a lot can be used at the moment of the scene, and why not the rest."""
    item, store = item_of(scene, state.item), store_of(scene, state.store)
    return usable(state.row(), item, store, rules_of(scene), local_day(scene.at))


def beside(scene: Scene, store: str, item: str) -> list[Usable]:
    """All lots of an item in a store, as they are now."""
    standing = scene.all(LotStanding)
    there = [each.row() for each in standing.values() if (each.store, each.item) == (store, item)]
    rows = [row for row in scene.rows(Lot) if (row.store, row.item) == (store, item) and row.id not in standing]
    of, where, rules, day = item_of(scene, item), store_of(scene, store), rules_of(scene), local_day(scene.at)
    return [usable(row, of, where, rules, day) for row in (*there, *rows)]


def reasons(found: Usable) -> Message:
    """Why a lot cannot leave, in one sentence."""
    first = found.because[0] if found.because else say("nothing of it is left")
    return say("lot {lot} cannot be used: {why}", lot=found.lot.id, why=first)
