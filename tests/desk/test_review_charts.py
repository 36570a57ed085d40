"""The review's charts and map: right figures, one axis of hours, a Word file that opens."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from docx import Document as new_document
from incidents import NOON, OFFICER, TEAM, after, confirmed, opened, read

from luoshu.book.book import open_book
from luoshu.book.directory import Place
from luoshu.desk.assignment import FinishTask, GiveTask
from luoshu.desk.closure import CloseRoad
from luoshu.desk.removal import PlanRemoval, ReportRemoval
from luoshu.desk.room import Room
from luoshu.desk.ticking import tick
from luoshu.kinds import tables
from luoshu.region import Region
from luoshu.show.afteraction import after_page
from luoshu.show.afterpaper import paper_of
from luoshu.show.language import Language
from luoshu.show.links import SiteLinks
from luoshu.show.look import view_of
from luoshu.show.page import Visit
from luoshu.show.reviewcharts import review_charts, stepped
from luoshu.show.reviewmap import review_map

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


@pytest.fixture(scope="module")
def visit(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    (folder / "book.yaml").write_text("title: t\nregion: r\n", "utf-8")
    with Room(folder / "desk.sqlite", open_book(folder, tables=tables())) as room:
        opened(room)
        read(room, 85, at=after(hours=1))
        tick(room, after(hours=1))
        confirmed(room, "II", after(hours=2))
        room.do(GiveTask(id="t", incident="yi", title="=巡堤<b>", to="water", hours=2, lon=112.5, lat=34.5), by=OFFICER,
                at=after(hours=2))  # fmt: skip
        road = '{"type": "LineString", "coordinates": [[112.40, 34.60], [112.42, 34.61]]}'
        room.do(
            CloseRoad(id="c", incident="yi", road="滨河路", geometry=road, reason="积水"), by=OFFICER, at=after(hours=3)
        )
        room.do(PlanRemoval(id="m", incident="yi", community="五村", people=300), by=OFFICER, at=after(hours=3))
        room.do(FinishTask(task="t"), by=TEAM, at=after(hours=4))
        for hours, moved, back in ((4, 100, 0), (5, 300, 0), (20, 300, 300)):
            if hours == 20:
                read(room, 10, at=after(hours=6))
            room.do(ReportRemoval(removal="m", moved=moved, back=back), by=OFFICER, at=after(hours=hours))
        view = view_of(Region(room.book.folder, NOON.date(), room.book))
        yield Visit(view=view, language=Language("zh"), links=SiteLinks(path=""), room=room, things=room.standing(),
                    now=after(hours=24 * 400))  # fmt: skip


def test_the_figures_of_the_charts(visit):
    charts = {chart.name: chart for chart in review_charts(visit, "yi")}
    assert set(charts) == {"level", "readings", "people", "tasks"}
    assert charts["level"].curves[0].points == ((0.0, 0.0), (2.0, 0.0), (2.0, 3.0), (20.0, 3.0))
    assert charts["level"].curves[1].points == ((1.0, 3.0),)
    assert charts["readings"].curves[0].points == ((1.0, 85.0), (6.0, 10.0))
    planned, moved, back = charts["people"].curves
    assert planned.points[-1] == moved.points[-1] == back.points[-1] == (20.0, 300.0)
    assert moved.points[:3] == ((0.0, 0.0), (4.0, 0.0), (4.0, 100.0))
    assert charts["tasks"].curves[1].points[-1] == (20.0, 1.0)
    assert review_charts(visit, "none") == ()


def test_nothing_begins_before_the_beginning():
    assert stepped([], 5.0) == ()
    assert stepped([(-2.0, 1.0)], 5.0) == ((-2.0, 0.0), (-2.0, 1.0), (5.0, 1.0))


def test_the_map_is_in_kilometres_and_holds_all(visit):
    found = review_map(visit, "yi")
    layers = {layer.sort: layer for layer in found.layers}
    assert set(layers) == {"task", "closure"}
    (spot,) = layers["task"].spots
    (road,) = layers["closure"].lines
    across, up = spot.x - road[0][0], spot.y - road[0][1]
    assert across == pytest.approx(0.1 * 111.2 * 0.8236, rel=0.01)
    assert up == pytest.approx(-0.1 * 111.2, rel=0.01)
    assert all(abs(value) <= found.half_km for point in ((spot.x, spot.y), *road) for value in point)
    assert found.half_km % found.grid_km == 0


def test_the_word_file_holds_map_and_charts_with_their_figures(visit):
    page = after_page(visit, "yi", {})
    data = paper_of(page, visit.language)
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        charts = sorted(name for name in packed.namelist() if name.startswith("word/charts/chart"))
        assert len(charts) == 1 + len(page.charts)
        trees = [ElementTree.fromstring(packed.read(name)) for name in charts]
        for number in range(1, len(charts) + 1):
            assert zipfile.ZipFile(io.BytesIO(packed.read(f"word/embeddings/figures{number}.xlsx"))).testzip() is None
    assert "=巡堤<b>" in "".join(trees[0].itertext())
    axes = [axis for tree in trees[1:] for axis in tree.iter(f"{C}valAx") if axis.find(f"{C}axPos").get("val") == "b"]
    ends = {tuple(axis.find(f"{C}scaling/{C}{end}").get("val") for end in ("min", "max")) for axis in axes}
    assert len(ends) == 1, "all charts of hours have one axis"
    for tree in trees:
        for series in tree.iter(f"{C}ser"):
            counts = {each.get("val") for each in series.iter(f"{C}ptCount")} - {"1"}
            assert len(counts) <= 1
    assert len(new_document(io.BytesIO(data)).paragraphs) > 10


def test_an_incident_without_anything_has_no_drawings(tmp_path):
    (tmp_path / "book.yaml").write_text("title: t\nregion: r\n", "utf-8")
    with Room(tmp_path / "j.sqlite", open_book(tmp_path, tables=(Place,))) as room:
        opened(room)
        view = view_of(Region(room.book.folder, NOON.date(), room.book))
        visit = Visit(view=view, language=Language("en"), links=SiteLinks(path=""), room=room, things=room.standing(),
                      now=NOON + timedelta(hours=1))  # fmt: skip
        page = after_page(visit, "yi", {})
        assert (page.charts, page.map) == ((), None)
        assert paper_of(page, visit.language)[:2] == b"PK"
