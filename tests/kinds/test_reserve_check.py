"""What check says of reserves that would count for nothing, and promises that count the same goods."""

from datetime import date

import pytest

from luoshu import kinds
from luoshu.book.book import open_book
from luoshu.gauge import gauge
from luoshu.region import Region

DAY = date(2021, 7, 20)
PLACES = "id,name,x,y,system,people,place\na,甲,112.4,34.6,WGS-84,1000,1\n"
PLACE = "id,name,level\n1,乡,county\n"
STORE = "id,name,x,y,system,hours_to_open\neast,东库,112.45,34.62,WGS-84,1\n"
ITEM = "id,name,unit\ntent,帐篷,顶\n"
LOT = "id,item,store,amount,condition,counted\nT1,tent,east,300,good,2021-07-01\n"
PROMISE = """- kind: reserve
  id: r1
  words: 储备
  affected: 1000
  within: 24
  needed: [{good: tent, amount: 250}]
"""


def book(folder, promise=PROMISE, **tables):
    (folder / "tables").mkdir()
    given = {"place": PLACE, "home": PLACES, "store": STORE, "item": ITEM, "lot": LOT, **tables}
    for name, text in given.items():
        (folder / "tables" / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "commitments.yaml").write_text(promise, encoding="utf-8")
    (folder / "book.yaml").write_text('title: t\nregion: "1"\n', encoding="utf-8")
    return open_book(folder, tables=kinds.tables())


def said(book):
    return " ".join(str(each.says) for each in Region(book.folder, DAY, book).problems)


def test_a_sound_book_has_no_problems(tmp_path):
    assert not said(book(tmp_path))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"store": STORE.replace("112.45,34.62", "500,-900")}, "500"),
        ({"store": STORE.replace("112.45,34.62,WGS-84", ",,")}, "have no place"),
        ({"store": STORE.replace("WGS-84,1\n", "WGS-84,1e9\n")}, "hours_to_open"),
        ({"lot": LOT.replace(",300,", ",1e300,")}, "amount"),
        ({"item": ITEM.replace("顶", "千克")}, "do not compare"),
        ({"promise": PROMISE.replace("tent", "火箭")}, "stands for 火箭"),
        ({"promise": PROMISE.replace("250}", "250}, {good: tent, amount: 900}")}, "stands twice"),
        ({"promise": PROMISE.replace("needed: [{good: tent, amount: 250}]", "goods: [火箭]")}, "nothing says how much"),
        ({"promise": PROMISE.replace("1000", "1e18")}, "live on Earth"),
    ],
)  # fmt: skip
def test_what_would_count_for_nothing_is_a_problem(tmp_path, change, says):
    assert says in said(book(tmp_path, **change))


def test_a_good_that_stands_twice_is_not_gauged(tmp_path):
    twice = book(tmp_path, PROMISE.replace("250}", "250}, {good: tent, amount: 900}"))
    assert gauge(twice, DAY)[0].met is None


def test_promises_that_count_the_same_goods_say_so(tmp_path):
    three = PROMISE + PROMISE.replace("r1", "r2") + PROMISE.replace("r1", "r3")
    for found in gauge(book(tmp_path, three), DAY):
        others = "、".join(name for name in ("r1", "r2", "r3") if name != found.commitment.id)
        reasons = " ".join(str(each.says) for each in found.because)
        assert f"stand for {others} as well" in reasons
        assert "750 顶" in reasons
    assert found.met == 1


def test_enough_for_all_of_them_is_not_spoken_of(tmp_path):
    two = PROMISE + PROMISE.replace("r1", "r2")
    plenty = book(tmp_path, two, lot=LOT.replace(",300,", ",500,"))
    assert not any("as well" in str(each.says) for found in gauge(plenty, DAY) for each in found.because)
