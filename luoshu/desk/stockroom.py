"""What is done with lots in a store: received, counted, looked at, scrapped; and how one comes to the desk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from luoshu.desk.act import Act, Scene, Told, act, fact
from luoshu.desk.approval import UseApproval, agreed, not_alone
from luoshu.desk.clock import local_day, local_time
from luoshu.desk.journal import Refused
from luoshu.desk.lots import (
    KEEPERS,
    MOST_UNITS,
    Difference,
    Kept,
    LotStanding,
    Shipment,
    begun,
    code_of,
    digits,
    exact,
    keeper_of,
    lot_of,
    need_item,
    need_lot,
    need_store,
    some,
    whole,
)
from luoshu.kinds.item import Item
from luoshu.kinds.lot import CONDITIONS, Lot
from luoshu.kinds.store import Store
from luoshu.words.message import say


@act
class TakeOver(Act[LotStanding]):
    """A lot of the book's table comes to the desk with what the table says, before its first act.

    From then on the journal tells what stands of it: a later change of the file does not change its history.
    """

    what = "lot.take_over"
    says = say("take a lot over from the book")
    takes_over = True
    lasting = say("a lot that has come to the desk stays there; take back what was done with it instead")
    thing = LotStanding
    roles = KEEPERS
    lot: str = fact("The lot", zh="批次", hidden=True)
    item: str = fact("What it is", zh="物资", hidden=True)
    store: str = fact("Where it stands", zh="仓库", hidden=True)
    amount: float = fact("All that stands there", zh="数量", minimum=0, hidden=True)
    expires: date | None = fact("Last day of use", zh="到期日", default=None, hidden=True)
    condition: str = fact("Its condition", zh="状况", choices=CONDITIONS, default="unknown", hidden=True)
    counted: date | None = fact("Day of the last count", zh="盘点日期", default=None, hidden=True)
    reserved: float = fact("Promised in the book", zh="已预留", minimum=0, default=0.0, hidden=True)
    under_way: float = fact("On its way in the book", zh="在途", minimum=0, default=0.0, hidden=True)
    received: date | None = fact("Day it came in", zh="入库日期", default=None, hidden=True)
    batch: str = fact("The maker's batch", zh="生产批号", default="", hidden=True)
    spot: str = fact("Shelf", zh="货位", default="", hidden=True)
    note: str = fact("Anything to know", zh="备注", default="", hidden=True)
    source: str = fact("Who says so", zh="来源", default="", hidden=True)

    def key(self) -> str:
        return self.lot

    def organisation(self, scene: Scene) -> str:
        return keeper_of(scene, self.store)

    def check(self, scene: Scene) -> None:
        known = lot_of(scene, self.lot)
        if known is None or self.on(None, Told(number=0, at=scene.at, written=scene.at, who="", why="")) != known:
            raise Refused(say("the book's table does not say this of lot {lot}", lot=self.lot))

    def on(self, state: LotStanding | None, told: Told) -> LotStanding:
        if state is not None:
            raise Refused(say("lot {lot} is at the desk already", lot=self.lot))
        return LotStanding(
            id=self.lot, item=self.item, store=self.store, amount=exact(self.amount), expires=self.expires,
            condition=self.condition, counted=self.counted, received=self.received, batch=self.batch, spot=self.spot,
            note=self.note, source=self.source,
            kept=(Kept(id="table", amount=self.reserved),) if self.reserved > 0 else (),
            under_way=(Shipment(id="table", amount=self.under_way),) if self.under_way > 0 else (),
        )  # fmt: skip


def take_over(lot: LotStanding) -> TakeOver:
    """The act that brings a lot to the desk as it stands in the book."""
    row = lot.row()
    return TakeOver(
        lot=row.id, item=row.item, store=row.store, amount=row.amount, expires=row.expires, condition=row.condition,
        counted=row.counted, reserved=row.reserved, under_way=row.under_way, received=row.received, batch=row.batch,
        spot=row.spot, note=row.note, source=row.source,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LotAct(Act[LotStanding]):
    """What is done with a lot that stands somewhere; one that stands in the book's table only is taken over first."""

    thing = LotStanding
    roles = KEEPERS
    lot: str = fact("Code on the label", zh="批次号", refers=LotStanding)

    def key(self) -> str:
        return self.lot

    def before(self, scene: Scene) -> Iterable[Act[Any]]:
        if scene.get(LotStanding, self.lot) is None:
            yield take_over(need_lot(scene, self.lot))

    def organisation(self, scene: Scene) -> str:
        return keeper_of(scene, need_lot(scene, self.lot).store)


@act
class Receive(Act[LotStanding]):
    """Goods come in as a new lot. Whoever takes them in counts them, unless told otherwise."""

    what = "lot.receive"
    says = say("receive goods")
    thing = LotStanding
    roles = KEEPERS
    lot: str = fact("Code for the label", zh="批次号")
    item: str = fact("What it is", zh="物资", refers=Item)
    store: str = fact("Where it is put", zh="仓库", refers=Store)
    amount: float = fact("How many units", zh="数量", minimum=0, maximum=MOST_UNITS)
    expires: date | None = fact("Last day of use, from the label", zh="到期日", default=None)
    condition: str = fact("Its condition", zh="状况", choices=CONDITIONS, default="good")
    counted: bool = fact("Counted while it came in", zh="已清点", default=True)
    batch: str = fact("The maker's batch", zh="生产批号", default="")
    spot: str = fact("Shelf", zh="货位", default="")
    source: str = fact("Who delivered it", zh="来源单位", default="")
    note: str = fact("Anything to know", zh="备注", long=True, default="")
    of: str = fact("The lot it was part of", zh="原批次", default="", hidden=True)

    def key(self) -> str:
        return self.lot

    def organisation(self, scene: Scene) -> str:
        return keeper_of(scene, self.store)

    def check(self, scene: Scene) -> None:
        from luoshu.desk.picking import PickList

        code_of(self.lot)
        item = need_item(scene, self.item)
        need_store(scene, self.store)
        if not self.of:
            whole(scene, self.item, self.amount)
        if lot_of(scene, self.lot) is not None:
            raise Refused(say("there is a lot {lot} already: give this one another code", lot=self.lot))
        if scene.get(PickList, self.lot) is not None:  # an approval names lots and lists alike
            raise Refused(say("there is a pick list {name} already", name=self.lot))
        if self.of and (LotStanding, self.of) not in scene.changed:
            raise Refused(say("only what arrives, comes back or is parted names the lot it was of"))
        if item.shelf_life_days is None or self.of:
            return
        if self.expires is None:
            raise Refused(say("{item} expires: write its last day from the label", item=item.name))
        keeps_until(scene, item, self.expires)

    def on(self, state: LotStanding | None, told: Told) -> LotStanding:
        if state is not None:
            raise Refused(say("there is a lot {lot} already: give this one another code", lot=self.lot))
        day = local_day(told.at)
        return LotStanding(
            id=self.lot, item=self.item, store=self.store, amount=some(self.amount), expires=self.expires,
            condition=self.condition, counted=day if self.counted else None, received=day, batch=self.batch,
            spot=self.spot, note=self.note, source=self.source, of=self.of,
        )  # fmt: skip

    def undone(self, scene: Scene, after: LotStanding | None) -> None:
        if not self.of:  # what was a part of something is that again
            not_alone(scene, self, after)


@act
class Count(LotAct):
    """Somebody has counted a lot: what is there counts from now on, and the difference is kept."""

    what = "lot.count"
    says = say("count a lot")
    amount: float = fact("How many are there, reserved ones too", zh="实点数", minimum=0, maximum=MOST_UNITS)
    condition: str = fact("Its condition, if it was looked at", zh="状况", choices=CONDITIONS, default="")
    expires: date | None = fact("Last day of use, if the label says another", zh="到期日（如需更正）", default=None)
    spot: str = fact("Shelf, if it is another", zh="货位（如需更正）", default="")
    expected: float | None = fact("What the book said when the sheet of the stock-take was made", zh="账面数",
                                  default=None, hidden=True)  # fmt: skip
    sheet: str = fact("The stock-take", zh="盘点单", default="", hidden=True)
    approval: str = fact("A second person's approval, above the limit", zh="审批编号", default="")

    def check(self, scene: Scene) -> None:
        state = need_lot(scene, self.lot)
        if self.expected is not None and exact(self.expected) != state.amount:
            raise Refused(say("the sheet of the stock-take was made when {lot} held {then} by the book, and now it "
                              "holds {now}: count it again", lot=self.lot, then=digits(self.expected),
                              now=digits(state.amount)))  # fmt: skip
        whole(scene, state.item, self.amount)
        if self.expires is not None:
            keeps_until(scene, need_item(scene, state.item), self.expires)
        later = self.expires if self.expires and state.expires and self.expires > state.expires else None
        difference = exact(self.amount - state.amount)
        agreed(scene, "count", state, difference, self.approval, named_amount=self.amount, later=later)

    def also(self, scene: Scene) -> Iterable[Act[Any]]:
        return [UseApproval(approval=self.approval)] if self.approval else []

    def on(self, state: LotStanding | None, told: Told) -> LotStanding:
        state = begun(state, self.lot)
        if state.moved is not None and told.at < state.moved:
            raise Refused(say("{lot} has changed at {at}, after it was counted: count it again", lot=self.lot,
                              at=local_time(state.moved)))  # fmt: skip
        found = Difference(number=told.number, at=told.at, before=state.amount, after=exact(self.amount),
                           sheet=self.sheet, who=told.who)  # fmt: skip
        return replace(
            state, amount=found.after, counted=local_day(told.at), condition=self.condition or state.condition,
            expires=self.expires or state.expires, spot=self.spot or state.spot,
            differences=(*state.differences, found), moved=told.at,
        )  # fmt: skip

    def undone(self, scene: Scene, after: LotStanding | None) -> None:
        not_alone(scene, self, after)


@act
class Look(LotAct):
    """The condition of a lot, or of a part of it, which then becomes a lot of its own."""

    what = "lot.condition"
    says = say("note the condition of a lot")
    condition: str = fact("Its condition", zh="状况", choices=CONDITIONS)
    amount: float | None = fact("How many, if not all", zh="数量（仅部分时填写）", minimum=0, default=None)
    as_lot: str = fact("Code of the part", zh="拆出批次号", default="")
    note: str = fact("What was seen", zh="情况说明", long=True, default="")

    def _parted(self, state: LotStanding) -> float:
        units = state.amount if self.amount is None else some(self.amount)
        return 0.0 if units >= state.amount else units

    def check(self, scene: Scene) -> None:
        state = need_lot(scene, self.lot)
        if self.amount is not None and exact(self.amount) > state.amount:
            raise Refused(say("{lot} holds {there}", lot=self.lot, there=digits(state.amount)))
        whole(scene, state.item, self._parted(state), state.amount)

    def on(self, state: LotStanding | None, told: Told) -> LotStanding:
        state = begun(state, self.lot)
        units = self._parted(state)
        if not units:
            return replace(state, condition=self.condition, note=self.note or state.note)
        if units > state.free:
            raise Refused(say("{kept} of {lot} are kept for somebody: release them first", lot=self.lot,
                              kept=digits(state.reserved)))  # fmt: skip
        return state.less(units, told.at)

    def also(self, scene: Scene) -> Iterable[Act[Any]]:
        state = need_lot(scene, self.lot)
        units = self._parted(state)
        if not units:
            return []
        code = self.as_lot or fresh_code(scene, self.lot)
        return [part_of(state, code, units, condition=self.condition, note=self.note, counted=bool(state.counted))]


@act
class Scrap(LotAct):
    """Units that are of no use any more leave the book for good."""

    what = "lot.scrap"
    says = say("scrap goods")
    amount: float = fact("How many", zh="数量", minimum=0)
    reason: str = fact("Why", zh="报废原因", long=True)
    approval: str = fact("A second person's approval, above the limit", zh="审批编号", default="")

    def check(self, scene: Scene) -> None:
        state = need_lot(scene, self.lot)
        whole(scene, state.item, self.amount, state.amount)
        agreed(scene, "scrap", state, exact(self.amount), self.approval)

    def also(self, scene: Scene) -> Iterable[Act[Any]]:
        return [UseApproval(approval=self.approval)] if self.approval else []

    def on(self, state: LotStanding | None, told: Told) -> LotStanding:
        state, units = begun(state, self.lot), some(self.amount)
        if units > state.free and units <= state.amount:
            raise Refused(say("{kept} of {lot} are kept for somebody: release them first", lot=self.lot,
                              kept=digits(state.reserved)))  # fmt: skip
        return replace(state.less(units, told.at), scrapped=exact(state.scrapped + units))


def keeps_until(scene: Scene, item: Item, day: date) -> None:
    """Refuse a last day that an item cannot have, as it does not keep so long."""
    if item.shelf_life_days is not None and day > local_day(scene.at) + timedelta(days=item.shelf_life_days):
        raise Refused(say("{item} keeps for {days} days, so it cannot be good until {day}: check the label",
                          item=item.name, days=item.shelf_life_days, day=day))  # fmt: skip


def part_of(state: LotStanding, code: str, units: float, *, store: str = "", condition: str = "", note: str = "",
            counted: bool = True) -> Receive:  # fmt: skip
    """The receipt of a part of a lot as a lot of its own: same item, last day and batch."""
    return Receive(
        lot=code, item=state.item, store=store or state.store, amount=units, expires=state.expires,
        condition=condition or state.condition, counted=counted, batch=state.batch, source=state.source, note=note,
        of=state.id,
    )  # fmt: skip


def fresh_code(scene: Scene, lot: str) -> str:
    """A code for a part of a lot that nothing has yet: the lot's own and a number."""
    stem = lot[:50]
    known = {*scene.all(LotStanding), *(row.id for row in scene.rows(Lot))}
    return next(code for n in range(1, len(known) + 2) if (code := f"{stem}-{n}") not in known)
