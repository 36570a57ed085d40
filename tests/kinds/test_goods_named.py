"""Which items of a catalogue stand for a good that is needed: no accessory does, and nothing counted otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from luoshu.book.book import Book
from luoshu.desk.dispatching import dispatch_now, needs_for
from luoshu.kinds.item import Item
from luoshu.kinds.lot import Lot
from luoshu.kinds.needing import need_sheet
from luoshu.kinds.reserve_goods import goods_of
from luoshu.kinds.store import Store
from luoshu.kinds.supplying import item_name, item_unit

DAY = date(2021, 7, 20)


def counted(name, unit, event="flood"):
    """The goods for which an item of this name is counted."""
    book = Book(folder=Path("/nowhere")).over({Item: (Item(id="x1", name=name, unit=unit),)})
    return [
        each.line.good
        for each in goods_of(tuple(need_sheet(book, event, "II", DAY).lines.values()), book)
        if each.items
    ]


@pytest.mark.parametrize(
    ("name", "unit"),
    [("帐篷灯", "盏"), ("帐篷灯", "个"), ("排水泵软管", "条"), ("冲锋舟拖车", "辆"), ("毛毯收纳袋", "个"),
     ("救生衣灯", "个"), ("饮用水净化片", "片"), ("帐篷", "盏"), ("毛毯", "盏")],
)  # fmt: skip
def test_accessories_and_other_counts_are_not_the_good(name, unit):
    assert counted(name, unit) == []


@pytest.mark.parametrize(
    ("name", "unit", "good"),
    [("帐篷", "顶", "tent"), ("12平方米单帐篷", "顶", "tent"), ("帐篷（棉）", "件", "tent"),
     ("帐篷 36㎡", "个", "tent"),
     ("军用棉被", "床", "blanket"), ("排水泵机组", "台", "pump"), ("橡皮艇", "条", "boat"),
     ("防汛编织袋", "个", "sandbag"), ("瓶装水 550毫升", "升", "water")],
)  # fmt: skip
def test_names_that_end_in_the_good_are_it(name, unit, good):
    assert counted(name, unit) == [good]


def test_a_good_that_no_item_stands_for_is_asked_for_by_its_own_name_and_unit():
    """Bottles are no litres, even where the item has the good's own code."""
    book = Book(folder=Path("/nowhere")).over({Item: (Item(id="water", name="饮用水", unit="瓶"),)})
    asked = {each.item for each in needs_for(book, {"a": 1000}, event="flood", level="II", day=DAY)}
    assert "water" not in asked
    assert {"good:water", "blanket"} <= asked
    assert (str(item_name(book, "good:water").values["zh"]), item_unit(book, "good:water")) == ("饮用水", "升")
    assert (str(item_name(book, "blanket").values["zh"]), item_unit(book, "blanket")) == ("棉被毛毯", "条")
    assert item_unit(book, "water") == "瓶"


def test_all_items_of_a_good_are_asked_for_as_far_as_they_reach():
    """40 of one tent and 30 of another are 70 tents."""
    stores = (Store(id="w", name="西库", x=112.4, y=34.6, system="WGS-84"),)
    items = (Item(id="tent", name="帐篷", unit="顶"), Item(id="tent2", name="12平方米单帐篷", unit="顶"))
    lots = tuple(
        Lot(id=item, item=item, store="w", amount=units, condition="good", counted=DAY)
        for item, units in (("tent", 40.0), ("tent2", 30.0))
    )
    book = Book(folder=Path("/nowhere")).over({Item: items, Store: stores, Lot: lots})

    def asked(people):
        found = needs_for(book, people, event="flood", level="II", day=DAY)
        return {(each.area, each.item): each.amount for each in found if each.item.startswith("tent")}

    assert asked({"a": 1000}) == {("a", "tent"): 40, ("a", "tent2"): 20}
    assert {item: units for (area, item), units in asked({"a": 1000, "b": 1000}).items() if area == "b"} == {
        "tent": 45, "tent2": 15,
    }  # fmt: skip
    found = needs_for(book, {"a": 1000}, event="flood", level="II", day=DAY)
    needs = [replace(each, lon=112.4, lat=34.62) for each in found]
    plan = dispatch_now(book, needs, at=datetime(2021, 7, 20, 4, tzinfo=UTC))
    assert sum(each.amount for each in plan.shipments) == 60
    assert not [each for each in plan.unmet if each.item.startswith("tent")]
