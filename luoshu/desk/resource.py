"""Resources of an incident: requested, approved by another hand, on the way, there; amounts with units and hours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from luoshu.desk.act import Act, Scene, Thing, Told, act, fact
from luoshu.desk.incident import DUTY, EVERY_HAND, Incident
from luoshu.desk.inside import Begins, GoesOn
from luoshu.desk.journal import Refused
from luoshu.desk.known import known_party
from luoshu.desk.plainwords import MOST_NAME, named_well, plain, point, wanted
from luoshu.words.message import Message, amount, named, say

STATES: Mapping[str, str] = {
    "requested": "已申请", "approved": "已批准", "on the way": "在途", "there": "已到达", "refused": "未批准",
    "cancelled": "已取消",
}  # fmt: skip
MOST_AMOUNT = 1e9


@dataclass(frozen=True, kw_only=True)
class Resource(Thing):
    """What was asked for, and how far it is. `amount` was asked for, `granted` approved, `sent` left, `came` arrived.

    `item` and `lots` name the goods of the stores where they come from there.
    """

    sort = "resource"
    zh = "调拨申请"
    id: str
    incident: str
    title: str
    item: str = ""
    amount: float
    unit: str
    organisation: str = ""
    to: str = ""
    source: str = ""
    lots: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    needed: datetime | None = None
    eta: datetime | None = None
    state: str = "requested"
    requested: datetime
    requested_by: str
    approved: datetime | None = None
    approved_by: str = ""
    granted: float = 0.0
    on_the_way: datetime | None = None
    sent: float = 0.0
    there: datetime | None = None
    came: float = 0.0
    ended: datetime | None = None
    ended_why: str = ""

    @property
    def under_way(self) -> bool:
        """Whether it is neither there nor given up."""
        return self.state in ("requested", "approved", "on the way")

    @property
    def missing(self) -> float:
        """How much less came than was sent, once it is there."""
        return max(0.0, self.sent - self.came) if self.state == "there" else 0.0

    @property
    def asked(self) -> Message:
        """The amount with its unit."""
        return amount(self.amount, self.unit)


def in_state(state: Resource | None, *allowed: str) -> Resource:
    """The resource, in one of these states (Refused)."""
    if state is None:
        raise Refused(say("there is no such request"))
    if state.state not in allowed:
        says = say(
            "the request {title} is {state}: that cannot be done now",
            title=state.title,
            state=named(STATES[state.state], state.state),
        )
        raise Refused(says)
    return state


def no_more(given: float, than: float, unit: str) -> float:
    """An amount that is above zero and no more than another (Refused)."""
    if not 0 < given <= than:
        raise Refused(say("{given} is not more than nothing and at most {than}", given=amount(given, unit),
                          than=amount(than, unit)))  # fmt: skip
    return given


class OnResource(GoesOn[Resource]):
    """What acts on a resource share."""

    thing = Resource
    roles = EVERY_HAND
    resource: str

    def key(self) -> str:
        return self.resource


@act
class RequestResource(Begins[Resource]):
    """Ask for goods, vehicles or teams for an incident."""

    what = "resource.request"
    says = say("request a resource")
    thing = Resource
    roles = EVERY_HAND
    id: str = fact("Short name of the request", zh="编号", hidden=True)
    incident: str = fact("The incident", zh="事件", refers=Incident)
    title: str = fact("What is needed", zh="名称", note_zh="如 帐篷、冲锋舟、排涝泵")
    amount: float = fact("How much", zh="数量", minimum=0, maximum=MOST_AMOUNT)
    unit: str = fact("Unit", zh="单位", note_zh="如 顶、艘、台、人")
    item: str = fact("Code of the item in the stores", zh="物资编码", refers="item", default="")
    party: str = fact("For which organisation", zh="申请单位", default="")
    to: str = fact("Where to", zh="送达地点", default="")
    lon: float | None = fact("Longitude of the place, WGS-84", zh="经度", minimum=-180, maximum=180, default=None)
    lat: float | None = fact("Latitude of the place, WGS-84", zh="纬度", minimum=-90, maximum=90, default=None)
    needed: datetime | None = fact("When it is needed", zh="需要时间", default=None)

    def theirs(self, scene: Scene) -> str:
        return self.party or scene.by.organisation

    def check(self, scene: Scene) -> None:
        super().check(scene)
        known_party(scene, self.party)
        _unit_fits(scene, self.item, self.unit)

    def on(self, state: Resource | None, told: Told) -> Resource:
        if state is not None:
            raise Refused(say("there is a request {id} already", id=self.id))
        point(self.lon, self.lat)
        no_more(self.amount, MOST_AMOUNT, self.unit)
        return Resource(
            id=named_well(self.id), incident=self.incident, title=wanted(self.title), item=self.item,
            amount=self.amount, unit=wanted(self.unit, 20, phones=0), organisation=self.party,
            to=plain(self.to, 120), lon=self.lon, lat=self.lat, needed=self.needed, requested=told.at,
            requested_by=told.who,
        )  # fmt: skip


@act
class ApproveResource(OnResource):
    """Approve a request, whole or in part; above the limit of the rule sheet not by whoever asked."""

    what = "resource.approve"
    says = say("approve the request")
    roles = DUTY
    resource: str = fact("The request", zh="申请", refers=Resource)
    amount: float | None = fact("How much; all where it is left out", zh="批准数量", minimum=0, default=None)
    source: str = fact("Where it shall come from", zh="调出单位", default="")
    lots: tuple[str, ...] = fact("Lots of the stores", zh="批次", refers="lot", default=())

    def check(self, scene: Scene) -> None:
        super().check(scene)
        from luoshu.desk.responserule import response_rule

        state = scene.need(Resource, self.resource)
        limit = response_rule(scene.book, scene.at.date()).alone(state.unit)
        granted = state.amount if self.amount is None else self.amount
        if granted > limit and scene.by.id == state.requested_by:
            if limit <= 0:
                raise Refused(say("who asks for a resource does not approve it; another duty officer does"))
            raise Refused(say("above {limit} another person than who asked must approve it",
                              limit=amount(limit, state.unit)))  # fmt: skip

    def on(self, state: Resource | None, told: Told) -> Resource:
        state = in_state(state, "requested")
        granted = no_more(state.amount if self.amount is None else self.amount, state.amount, state.unit)
        return replace(state, state="approved", approved=max(told.at, state.requested), approved_by=told.who,
                       granted=granted, source=plain(self.source, 120), lots=_lots(self.lots))  # fmt: skip


@act
class SendResource(OnResource):
    """Say that it has left."""

    what = "resource.send"
    says = say("send it off")
    resource: str = fact("The request", zh="申请", refers=Resource)
    amount: float | None = fact("How much; all where it is left out", zh="发出数量", minimum=0, default=None)
    source: str = fact("Where it comes from", zh="调出单位", default="")
    lots: tuple[str, ...] = fact("Lots of the stores", zh="批次", refers="lot", default=())
    eta: datetime | None = fact("When it should be there", zh="预计到达", default=None)

    def also(self, scene: Scene) -> Iterable[Act[Any]]:
        """The goods leave their stores with it."""
        from luoshu.desk.goods_sent import goods_leaving

        return goods_leaving(scene, self)

    def on(self, state: Resource | None, told: Told) -> Resource:
        state = in_state(state, "approved")
        sent = no_more(state.granted if self.amount is None else self.amount, state.granted, state.unit)
        at = max(told.at, state.approved or told.at)
        return replace(state, state="on the way", on_the_way=at, sent=sent, eta=self.eta,
                       source=plain(self.source, 120) or state.source, lots=_lots(self.lots) or state.lots)  # fmt: skip


@act
class ArriveResource(OnResource):
    """Say that it is there, and how much of it."""

    what = "resource.arrive"
    says = say("report it there")
    resource: str = fact("The request", zh="申请", refers=Resource)
    amount: float | None = fact("How much; all where it is left out", zh="到达数量", minimum=0, default=None)
    approval: str = fact("A second person's approval of what is missing, above the limit", zh="审批编号（短少超限时）",
                         default="")  # fmt: skip

    def also(self, scene: Scene) -> Iterable[Act[Any]]:
        """The goods of the stores arrive with it."""
        from luoshu.desk.goods_sent import goods_there

        return goods_there(scene, scene.need(Resource, self.resource), self.amount, self.approval)

    def on(self, state: Resource | None, told: Told) -> Resource:
        state = in_state(state, "on the way")
        came = state.sent if self.amount is None else self.amount
        if came:
            no_more(came, state.sent, state.unit)
        at = max(told.at, state.on_the_way or told.at)
        return replace(state, state="there", there=at, came=came)


@act
class RefuseResource(OnResource):
    """Refuse a request, with the reason."""

    what = "resource.refuse"
    says = say("refuse the request")
    roles = DUTY
    resource: str = fact("The request", zh="申请", refers=Resource)
    reason: str = fact("Why", zh="原因", long=True)

    def on(self, state: Resource | None, told: Told) -> Resource:
        state = in_state(state, "requested")
        return replace(state, state="refused", ended=told.at, ended_why=wanted(self.reason, 1_000))


@act
class CancelResource(OnResource):
    """Call off what is no longer needed, with the reason."""

    what = "resource.cancel"
    says = say("cancel the request")
    resource: str = fact("The request", zh="申请", refers=Resource)
    reason: str = fact("Why", zh="原因", long=True)

    def on(self, state: Resource | None, told: Told) -> Resource:
        state = in_state(state, "requested", "approved", "on the way")
        return replace(state, state="cancelled", ended=told.at, ended_why=wanted(self.reason, 1_000))


def _lots(lots: tuple[str, ...]) -> tuple[str, ...]:
    if len(lots) > 100 or any(len(lot) > MOST_NAME for lot in lots):
        raise Refused(say("that are too many lots, or names that are too long"))
    return tuple(dict.fromkeys(lots))


def _unit_fits(scene: Scene, item: str, unit: str) -> None:
    """Refuse an item that the book does not know, or another unit than the item's."""
    from luoshu.kinds.item import Item

    rows = {row.id: row for row in scene.rows(Item)}
    if not item or not rows:
        return
    if item not in rows:
        raise Refused(say("there is no item {item} in the book", item=item[:40]))
    if rows[item].unit != unit:
        raise Refused(say("{item} is counted in {unit}", item=rows[item].name, unit=rows[item].unit))
