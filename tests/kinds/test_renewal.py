"""Renewal of old estates, in an invented little town: what counts, what does not, and which units come next."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from luoshu.book.book import open_book
from luoshu.gauge import gauge
from luoshu.kinds import tables
from luoshu.kinds.estate import Estate
from luoshu.kinds.renewal import Renewal
from luoshu.kinds.renewal_plan import _certified
from luoshu.methods.contiguity import Units
from luoshu.region import Region

DEGREE = 111_195.0

# All invented: two streets of estates, 100 metres wide, 20 metres apart; the second street lies 200 metres off.
STREETS = "".join(
    f"{street}{number},{name}{number}号院,t,{112.4 + number * 120 / DEGREE / 0.8236:.6f},"
    f"{34.55 + at * 300 / DEGREE:.6f},WGS-84,{households},{households * 80},{built},{households}0000,{state},{done}\n"
    for at, (street, name) in enumerate((("a", "甲街"), ("b", "乙街")))
    for number, (households, built, state, done) in enumerate(
        [
            (300, 1985, "done", "2022-06-30"), (250, 1986, "done", "2023-05-31"), (200, 1990, "under way", ""),
            (220, 1984, "waiting", ""), (180, 1983, "waiting", ""), (260, 1995, "waiting", ""),
            (240, 1996, "waiting", ""),
        ]
    )
)  # fmt: skip
HEADER = "id,name,place,x,y,system,households,area,built,cost,state,done_on\n"
PIECE = "  in_one_piece: {least: 400, most: 900, gap: 125}\n"


@pytest.fixture
def town(tmp_path):
    def make(fields="", rows=STREETS, day="2023-12-31", adjoining="", level="level: 10"):
        (tmp_path / "tables").mkdir(exist_ok=True)
        (tmp_path / "book.yaml").write_text("title: Invented\nregion: t\n")
        (tmp_path / "tables" / "place.csv").write_text("id,name\nt,虚构镇\n")
        (tmp_path / "commitments.yaml").write_text(
            f"- kind: renewal\n  id: r\n  words: Renew\n  made: 2020-12-31\n  since: 2021-01-01\n  due: 2025-12-31\n"
            f"  {level}\n{fields}"
        )
        (tmp_path / "tables" / "estate.csv").write_text(HEADER + rows)
        if adjoining:
            (tmp_path / "tables" / "adjoining.csv").write_text(adjoining)
        book = open_book(tmp_path, tables=tables())
        (found,) = gauge(book, date.fromisoformat(day))
        return found, book

    return make


def said(gauge):
    return "\n".join(each.says for each in gauge.because)


def test_only_what_was_finished_by_the_day_counts(town):
    found, _ = town()
    assert (found.value, found.goal, found.unit, found.verdict) == (4, 10, "个", "unlikely")
    assert "4 个 of 10 个 are renewed on 2023-12-31: 4 estates with 1,100 households" in said(found)
    earlier, _ = town(day="2022-12-31")
    assert earlier.value == 2
    assert {figure.name: figure.value for figure in found.figures[:4]} == {
        "Renewed": 4, "Under way": 2, "Planned": 0, "Waiting": 8,
    }  # fmt: skip
    assert found.met == pytest.approx(4 / 1094 * (1094 + 731) / 10, abs=0.01)


def test_households_and_square_metres(town):
    found, _ = town("  unit: 万户\n", level="level: 0.2")
    assert (found.value, found.unit) == (0.11, "万户")
    floor, _ = town("  unit: 万平方米\n", level="level: 8")
    assert (floor.value, floor.verdict) == (8.8, "kept")
    old, _ = town("  built_by: 1985\n")
    assert old.value == 2


def test_the_deadline_decides_and_what_came_late_does_not_count(town):
    late = STREETS.replace("waiting,", "done,2026-03-31")
    found, _ = town(rows=late, day="2026-06-30")
    assert (found.verdict, found.value, found.met, found.chance) == ("missed", 4, 0.4, 0.0)
    assert "8 estates were finished after the deadline and do not count" in said(found)
    kept, _ = town(rows=STREETS.replace("waiting,", "done,2025-03-31"), day="2026-06-30")
    assert (kept.verdict, kept.value, kept.met) == ("kept", 12, 1)


def test_an_eased_goal_is_judged_by_what_was_promised(town):
    found, _ = town(level="level: {2020-12-31: 10, 2023-01-01: 4}")
    assert (found.goal, found.verdict) == (10, "unlikely")
    assert "eased from 10 个 to 4 个" in said(found)


def test_without_a_list_nothing_is_known(town):
    found, _ = town(rows="")
    assert (found.verdict, found.met) == ("unknown", None)
    assert "No old estate" in said(found)


def test_what_has_no_size_is_said_and_never_done(town):
    rows = STREETS.replace("WGS-84,300,", "WGS-84,,", 1)
    found, _ = town("  unit: 户\n", rows=rows, level="level: 2000", day="2026-01-31")
    assert found.value == 800
    assert found.verdict == "open"
    assert "1 estates do not say how many households" in said(found)


def test_units_are_in_one_piece_and_within_their_size(town):
    found, book = town("  unit: 户\n" + PIECE, level="level: 3000")
    plan = found.commitment.plan(book, date(2023, 12, 31))
    assert {move.does for move in plan.moves} == {
        f"Renew {first}号院 and the estate beside it in one piece: {households} 户"
        for first, households in (("甲街3", 400), ("甲街5", 500), ("乙街3", 400), ("乙街5", 500))
    }  # fmt: skip
    assert plan.gain == pytest.approx((3000 - 1100 - 400) / 3000)
    assert plan.gap == 0
    assert any("no grouping has more than 4" in each.says for each in plan.because)
    assert all(move.group == "unit" and move.cost and move.lon for move in plan.moves)


def test_a_budget_is_kept_and_its_gap_is_certified(town):
    found, book = town("  unit: 户\n" + PIECE, level="level: 3000")
    plan = found.commitment.plan(book, date(2023, 12, 31), budget=9_500_000)
    assert sum(move.cost for move in plan.moves) <= 9_500_000
    assert plan.gain == pytest.approx(940 / 3000, abs=0.02)
    assert plan.bound >= plan.gain
    assert plan.gap <= 0.05
    none = found.commitment.plan(book, date(2023, 12, 31), budget=0)
    assert (none.moves, none.gain) == ((), 0)
    two = found.commitment.plan(book, date(2023, 12, 31), count=2)
    assert len(two.moves) == 2


def test_how_far_the_best_could_be_above_is_a_share_of_this_choice():
    def told(objective, bound):
        return str(_certified(Units(unit=np.zeros(1, dtype=np.int64), objective=objective, bound=bound), "1 yuan"))

    for mine, most, words in ((496, 871, "75.7%"), (879, 966, "9.9%"), (455, 633, "39.2%"), (1000, 1001, "0.1%")):
        assert told(mine, most) == f"Under 1 yuan no choice of units is worth more than {words} above this one"
        assert mine * (1 + float(words[:-1]) / 100) >= most - 1e-6, "more is certified than was proven"
    assert told(496, 496) == "Under 1 yuan no choice of units is worth more than this one"
    assert told(100_000, 100_001).endswith("worth more than 0.1% above this one")
    assert "not proven" in told(0, 5)


def test_a_few_estates_under_a_budget_are_proven_best(town):
    households = (246, 121, 129, 212, 212, 224, 267, 123)
    cost = (94, 10, 16, 97, 94, 36, 22, 38)
    rows = "".join(
        f"e{at},E{at},t,{112.4 + 0.0002 * at:.4f},34.6,WGS-84,{households[at]},,{1980 + at},{cost[at]}0000,waiting,\n"
        for at in range(8)
    )
    piece = "  in_one_piece: {least: 300, most: 600, gap: 30}\n"
    found, book = town("  unit: 户\n" + piece, rows=rows, level="level: 5000")
    plan = found.commitment.plan(book, date(2023, 12, 31), budget=1_500_000)
    assert plan.gain * 5000 == pytest.approx(496)
    assert plan.gap == 0
    assert any("no choice of units is worth more than this one" in each.says for each in plan.because)


def test_neighbours_may_be_written_down(town):
    apart = "one,other,joined\na3,a4,false\na4,a5,false\n"
    found, book = town("  unit: 户\n" + PIECE, adjoining=apart, level="level: 3000")
    plan = found.commitment.plan(book, date(2023, 12, 31))
    names = [each.says for move in plan.moves for each in move.because]
    assert not any("甲街4号院" in each for each in names)
    joined, book = town("  unit: 户\n" + PIECE, adjoining="one,other,joined\na6,b6,true\n", level="level: 3000")
    assert joined.commitment.plan(book, date(2023, 12, 31)).gain > 0


def test_the_oldest_come_first_where_that_is_asked_for(town):
    found, book = town("  unit: 户\n  first: oldest\n" + PIECE, level="level: 3000")
    plan = found.commitment.plan(book, date(2023, 12, 31), budget=4_100_000)
    (move,) = plan.moves
    assert any("Built 1983 to 1984" in each.says for each in move.because)
    assert plan.problem == "oldest"


def test_layers_hold_estates_and_units(town):
    rows = STREETS.replace("done,2022-06-30\n", "done,2022-06-30\n")
    found, book = town("  unit: 户\n" + PIECE, rows=rows, level="level: 3000")
    layers = {layer.id: layer for layer in found.commitment.layers(book, date(2023, 12, 31))}
    assert set(layers) == {"proposed", "estate-points"}
    points = layers["estate-points"]
    assert (len(points), points.table) == (14, "estate")
    assert np.bincount(points.columns["progress"].values.astype(int)).tolist() == [8, 0, 2, 4]
    units = layers["proposed"]
    assert units.shape == "polygons"
    assert all(each["type"] == "Polygon" for each in units.geometries)
    assert (units.columns["households"].values >= 400).all()
    bare, book = town()
    assert {layer.id for layer in bare.commitment.layers(book, date(2023, 12, 31))} == {"estate-points"}


def test_outlines_are_read_and_units_of_the_table_are_looked_at(town):
    def outline(west):
        return f'"POLYGON (({west} 34.5, {west + 0.001} 34.5, {west + 0.001} 34.501, {west} 34.501, {west} 34.5))"'

    header = HEADER.replace("done_on", "done_on,wkt,unit")
    rows = "".join(
        f"{name},{name},t,,,WGS-84,100,8000,1990,,waiting,,{outline(west)},{unit}\n"
        for name, west, unit in (("a", 112.4, "u"), ("b", 112.4012, "u"), ("c", 112.42, "v"), ("d", 112.43, "v"))
    )
    found, book = town("  in_one_piece: 2\n", rows="")
    (book.folder / "tables" / "estate.csv").write_text(header + rows)
    book = open_book(book.folder, tables=tables())
    (found,) = gauge(book, date(2023, 12, 31))
    assert "These units are not in one piece: v" in said(found)
    layers = {layer.id: layer for layer in found.commitment.layers(book, date(2023, 12, 31))}
    assert set(layers) == {"units", "estates", "proposed"}
    assert layers["estates"].shape == "polygons"


def test_what_cannot_be_meant_is_a_problem(town):
    found, book = town("  in_one_piece: {least: 500, most: 100}\n", level="level: -3")
    assert found.verdict == "unknown"
    assert [code for _, code, _, _ in found.commitment.faults(book)] == ["bad-value", "bad-value"]
    assert found.commitment.plan(book, date(2023, 12, 31)) is None
    assert list(found.commitment.layers(book, date(2023, 12, 31))) == []
    problems = Region(book.folder, date(2023, 12, 31)).problems
    assert {"bad-value"} <= {each.code for each in problems}
    with pytest.raises(ValueError, match="is not one of"):
        Renewal(id="r", words="", level=1, unit="公里")


def test_a_change_laid_over_the_book_is_gauged(town):
    _, book = town()
    row = next(row for row in book.rows(Estate) if row.id == "a3")
    after = book.over({Estate: [Estate(**{**row.__dict__ | {"state": "done", "done_on": date(2023, 11, 30)}})]
                       if "_place" not in row.__dict__ else [_done(row)]})  # fmt: skip
    (found,) = gauge(after, date(2023, 12, 31))
    assert found.value == 5


def _done(row):
    from dataclasses import replace

    return replace(row, state="done", done_on=date(2023, 11, 30))


def test_only_old_estates_that_are_to_be_renewed_are_claimed():
    def found(**values):
        return SimpleNamespace(**{"status": "promise", "value": 500.0, "unit": "个", "subject": "城镇老旧小区",
                                  "words": "改造城镇老旧小区500个", "due": None, "owner": ""} | values)  # fmt: skip

    assert Renewal.read(found())["level"] == 500
    assert Renewal.read(found(unit="万平方米", subject="老旧小区改造"))["level"] == 5_000_000
    assert Renewal.read(found(unit="%")) is None
    assert Renewal.read(found(subject="老旧小区改造率")) is None
    assert Renewal.read(found(subject="新小区", words="建设新小区")) is None
    assert Renewal.read(found(words="摸排老旧小区500个")) is None
    assert Renewal.read(found(comparator="<=")) is None
    assert Renewal.read(found(status="fact")) is None
