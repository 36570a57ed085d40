"""The map of a board: what is on it, what is over, people to move, goods on the way, and the words of it all."""

from __future__ import annotations

import json
import re

import pytest
from incidents import NOON, OFFICER, SECOND, after, opened, read

import luoshu.desk.acts  # noqa: F401
from luoshu.book.book import open_book
from luoshu.desk.act import made_of
from luoshu.desk.incidentmap import incident_map
from luoshu.desk.room import Room
from luoshu.kinds import tables
from luoshu.show.board import board
from luoshu.show.language import Language
from luoshu.show.links import ServerLinks
from luoshu.show.page import Visit
from luoshu.show.pages import drawn
from luoshu.show.view import View

NASTY = "</script><script>alert(1)</script>"
COUNTY = {"type": "Polygon", "coordinates": [[[112, 34], [113, 34], [113, 35], [112, 35], [112, 34]]]}
GEO = {"type": "FeatureCollection",
       "features": [{"type": "Feature", "properties": {"id": "yc", "name": "伊川县"}, "geometry": COUNTY}]}  # fmt: skip
TABLES = {
    "place.csv": "id,name,level,parent\nr,某市,city,\nyc,伊川县,county,r\nvillage,滨河村,village,yc\n",
    "site.csv": "id,name,service,x,y,system,state,capacity\ngym,体育馆,shelter,112.45,34.62,WGS-84,open,300\n",
    "store.csv": "id,name,x,y,system,state\ncity,市级库,112.2,34.2,WGS-84,open\n",
    "item.csv": "id,name,unit\nboat,冲锋舟,艘\n",
    "lot.csv": "id,item,store,amount,condition,counted\nboats,boat,city,9,good,2021-07-19\n",
}
WORDING = "text,english\n伊川县,Yichuan\n"


@pytest.fixture
def room(tmp_path):
    folder = tmp_path / "book"
    for name in ("tables", "geo"):
        (folder / name).mkdir(parents=True)
    (folder / "book.yaml").write_text("title: t\nregion: r\n", encoding="utf-8")
    (folder / "geo" / "counties.geojson").write_text(json.dumps(GEO), encoding="utf-8")
    for name, text in {**TABLES, "wording.csv": WORDING}.items():
        (folder / "tables" / name).write_text(text, encoding="utf-8")
    with Room(tmp_path / "j.sqlite", open_book(folder, tables=tables())) as made:
        opened(made)
        yield made


def do(room, what, by=OFFICER, minutes=1, **facts):
    return room.do(made_of(what, facts), by=by, at=after(minutes=minutes))


def seen(room, language="en"):
    view = View(folder=room.book.folder, title="t", day=NOON.date(), book=room.book)
    links = ServerLinks(path="desk/incidents/yi", language=language)
    found = Visit(view=view, language=Language(language), links=links, now=after(hours=1), actor=OFFICER, room=room,
                  things=room.standing())  # fmt: skip
    page = board(found, "yi", {})
    return page.map, drawn("board.html", "board", page, found)


def on_map(room, language="en"):
    return {each.key: each for each in seen(room, language)[0].live.features}


def test_people_to_move_are_counted_by_area_and_never_by_house(room):
    do(room, "removal.plan", id="a", incident="yi", community="滨河一村", people=300, place="village", shelter="gym")
    do(room, "removal.plan", id="b", incident="yi", community="滨河二村", people=200, place="yc")
    do(room, "removal.plan", id="c", incident="yi", community="不知何处", people=50)
    do(room, "removal.report", removal="a", moved=120)
    made = incident_map(room.standing(), "yi", room.clock, room.book, after(hours=1))
    (only,) = [each for each in made["features"] if each["properties"]["sort"] == "people"]
    told = only["properties"]
    assert (told["id"], told["planned"], told["moved"], told["left"]) == ("yc", 500, 120, 380)
    assert only["geometry"] == {"type": "Point", "coordinates": [112.5, 34.5]}
    one = on_map(room, "zh")["people:yc"]
    assert one.label == "伊川县 待转移380人"
    assert ("村（社区）", "滨河一村 · 滨河二村") in one.facts
    assert one.href == "#people"


@pytest.mark.parametrize("named", [{"lots": ("boats",)}, {"source": "市级库"}, {"source": "city"}, {"source": "外省"}])
def test_what_is_on_the_way_is_a_line_from_its_store_and_goes_when_it_is_there(room, named):
    do(room, "resource.request", id="b", incident="yi", title="冲锋舟", amount=3, unit="艘", lon=112.5, lat=34.5)
    do(room, "resource.approve", by=SECOND, resource="b")
    assert "way:b" not in on_map(room)
    do(room, "resource.send", by=SECOND, resource="b", **named)
    found = on_map(room)
    if named == {"source": "外省"}:  # where that is nobody knows
        assert "way:b" not in found
        return
    assert found["way:b"].geometry == {"type": "LineString", "coordinates": [[112.2, 34.2], [112.5, 34.5]]}
    assert found["resource:b"].state == "on the way"
    do(room, "resource.arrive", resource="b")
    assert "way:b" not in on_map(room)
    assert "resource:b" in on_map(room)


def test_what_is_over_is_not_on_the_map_any_more(room):
    do(room, "closure.close", id="k", incident="yi", road="龙门桥", reason="积水", lon=112.47, lat=34.56)
    do(room, "task.give", id="t", incident="yi", title="巡堤", to="hq", hours=1, lon=112.4, lat=34.6)
    assert {"closure:k", "task:t"} <= on_map(room).keys()
    do(room, "closure.open", closure="k", minutes=2)
    do(room, "task.cancel", task="t", reason="雨停", minutes=2)
    assert not {"closure:k", "task:t"} & on_map(room).keys()


def test_the_page_tells_its_scripts_all_of_it_and_no_text_leaves_its_element(room):
    do(room, "closure.close", id="k", incident="yi", road=f"龙门桥 {NASTY}", reason=NASTY, lon=112.47, lat=34.56)
    read(room, 60, at=after(minutes=1), lon=112.47, lat=34.55)
    found, html = seen(room)
    assert NASTY not in html
    told = json.loads(re.search(r"<script[^>]* data-map-told>(.*?)</script>", html, re.S)[1])
    land = json.loads(re.search(r'<script[^>]* id="board-land">(.*?)</script>', html, re.S)[1])
    assert [each["key"] for each in told["features"]] == [each.key for each in found.live.features]
    assert told["features"][0]["facts"][0][1] == NASTY
    assert land["features"][0]["properties"]["name"] == "伊川县"
    west, south, east, north = told["bounds"]
    assert west <= 112.47 <= east
    assert south <= 34.55 <= north
    assert html.count("data-go=") == len(told["features"])


def test_a_map_in_a_folder_is_a_still_drawing_alone(room):
    from luoshu.show.board import board_html
    from luoshu.show.links import SiteLinks

    do(room, "closure.close", id="k", incident="yi", road="龙门桥", reason="积水", lon=112.47, lat=34.56)
    view = View(folder=room.book.folder, title="t", day=NOON.date(), book=room.book)
    links = SiteLinks(path="desk/incidents/yi", language="zh")
    html = board_html(Visit(view=view, language=Language("zh"), links=links, now=after(hours=1),
                            things=room.standing()), "yi")  # fmt: skip
    assert '<path class="sign closure"' in html
    assert "data-map-told" not in html
    assert "luoshu-map.js" not in html
