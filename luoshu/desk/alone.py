"""What one person did alone: goods shipped, scrapped or counted without anybody else's yes, however it was parted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from luoshu.desk.act import Scene
from luoshu.desk.lots import LotStanding, exact, item_of
from luoshu.desk.things import Step, Things
from luoshu.kinds.item import Item
from luoshu.kinds.stock_rules import Weighed

LOST = "lost"
GUARDED_ACTS = {"lot.ship": "ship", "lot.scrap": "scrap", "lot.count": "count", "lot.deliver": LOST}
"""The acts on lots that may need a second person, and what the rule sheet calls them; what is lost on the way weighs as
what a count does not find, but no count that finds too many makes up for it."""


@dataclass(frozen=True, kw_only=True)
class Alone:
    """What was done: units of `parts` shipped and scrapped, and what the counts of each lot, which holds an item, made
    more (or fewer: below zero). Too many in one lot do not make up for what lacks in another."""

    parts: tuple[Weighed, ...]
    counted: dict[str, tuple[Item, float]]

    def weighed(self, but: str = "") -> list[Weighed]:
        """All of it, the counts of one lot left out."""
        counts = [
            Weighed(act="count", item=item, units=abs(more))
            for lot, (item, more) in self.counted.items()
            if more and lot != but
        ]
        return [*self.parts, *counts]

    def counts_of(self, lot: str) -> float:
        """What the counts of a lot made more, in all."""
        return self.counted[lot][1] if lot in self.counted else 0.0


def done_alone(scene: Scene, since: datetime) -> Alone:
    """What who asks did alone since a moment, in all stores and with all items; in a trial of many rows those before
    count too."""
    items = {row.id: row for row in scene.rows(Item)}
    parts: list[Weighed] = []
    counted: dict[str, tuple[Item, float]] = {}
    for lot, sort, units in (*_written(scene, since), *_tried(scene)):
        item = items.get(lot.item) or unknown(lot.item)
        if sort == "count":
            counted[lot.id] = item, exact((counted[lot.id][1] if lot.id in counted else 0.0) + units)
        elif units:
            parts.append(Weighed(act="count" if sort == LOST else sort, item=item, units=units))
    return Alone(parts=tuple(parts), counted=counted)


def taken_back(scene: Scene, since: datetime) -> list[Weighed]:
    """What who asks received since a moment and was taken back: it could have gone without anybody else."""
    found = []
    for sort, lot in scene.things.touched_by(scene.by.id, since):
        for step in scene.things.steps(sort, lot)[:1]:  # a lot begins with its receipt
            made: Any = step.act
            own = step.undone is not None and step.told.who == scene.by.id and step.told.written > since
            if own and made.what == "lot.receive" and not made.of:  # what was a part of something is that again
                item = item_of(scene, made.item) or unknown(made.item)
                found.append(Weighed(act="count", item=item, units=exact(made.amount)))
    return found


def unknown(item: str) -> Item:
    """An item that is in the catalogue no more: its units still count."""
    return Item(id=item, name=item, unit="")


def _written(scene: Scene, since: datetime) -> Iterator[tuple[LotStanding, str, float]]:
    """The guarded acts that nobody else agreed to and that were not taken back: the lot, the act, its units."""
    for sort, name in scene.things.touched_by(scene.by.id, since):
        lot = scene.get(LotStanding, name) if sort is LotStanding else None
        if lot is None:
            continue
        steps = scene.things.steps(LotStanding, name)
        found = {each.number: each.after - each.before for each in lot.differences}
        for step in steps:
            guarded = GUARDED_ACTS.get(step.act.what)
            own = step.told.who == scene.by.id and step.told.written > since and step.undone is None
            if guarded is None or not own or _by_two(scene.things, step):
                continue
            if guarded == LOST:
                yield lot, LOST, _lost_by(steps, step)
                continue
            units = getattr(step.act, "amount", None)
            if guarded == "count":
                units = found.get(step.told.number, 0.0)
            yield lot, guarded, exact(units) if units is not None else _left_by(steps, step)


def _tried(scene: Scene) -> Iterator[tuple[LotStanding, str, float]]:
    for made, before, after in scene.tried:
        guarded = GUARDED_ACTS.get(made.what)
        if guarded is not None and not getattr(made, "approval", ""):
            if guarded == LOST:
                yield after, LOST, exact(after.lost - (before.lost if before is not None else 0.0))
                continue
            stood = before.amount if before is not None else _there(scene, after.id)
            more = exact(after.amount - stood)
            yield after, guarded, more if guarded == "count" else -more


def _there(scene: Scene, lot: str) -> float:
    from luoshu.kinds.lot import Lot

    return next((row.amount for row in scene.rows(Lot) if row.id == lot), 0.0)


def _left_by(steps: Iterable[Step], last: Step) -> float:
    """How many units left a lot by a shipment that does not say it: all of what was kept under a name."""
    before, after = _around(steps, last)
    return exact((before.amount if before is not None else 0.0) - after.amount)


def _lost_by(steps: Iterable[Step], last: Step) -> float:
    """How many units of a shipment did not arrive."""
    if getattr(last.act, "amount", None) is None:
        return 0.0
    before, after = _around(steps, last)
    return exact(after.lost - (before.lost if before is not None else 0.0))


def _around(steps: Iterable[Step], last: Step) -> tuple[LotStanding | None, LotStanding]:
    """A lot before and after one of its steps."""
    before: LotStanding | None = None
    for step in steps:
        if step is last:
            break
        before = step.act.on(before, step.told) if step.undone is None else before
    after: LotStanding = last.act.on(before, last.told)
    return before, after


def _by_two(things: Things, step: Step) -> bool:
    """Whether a second person had agreed: by an approval, or by a request of an incident that names the item."""
    from luoshu.desk.goods_sent import by_another
    from luoshu.desk.resource import Resource

    if getattr(step.act, "approval", ""):
        return True
    numbers = things.together(step.told.number)
    for with_it in (things.step(number) for number in numbers if number != step.told.number):
        if with_it is None:
            continue
        if with_it.act.what == "approval.use":
            return True
        request = things.get(Resource, with_it.act.key()) if with_it.act.what == "resource.send" else None
        if request is not None and by_another(request, step.told.who):
            return True
    return False
