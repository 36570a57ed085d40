"""A kind of these tests: people within so many minutes of a well, by straight lines, with all that a map draws."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from luoshu.book.book import Book
from luoshu.book.table import column, table
from luoshu.kinds.commitment import Amount, Commitment, Gauge, Reason, term
from luoshu.kinds.layer import Layer, LayerColumn
from luoshu.words.message import say

METRES_A_DEGREE, METRES_A_MINUTE = 111_195.0, 80.0
DAY = date(2025, 12, 31)
STATES = {"open": "已开放", "candidate": "备选", "closed": "已关闭"}


@table(zh="水井")
class Well:
    """A well."""

    id: str = column("Code", zh="编号", key=True)
    name: str = column("Name", zh="名称", default="")
    service: str = column("What it gives", zh="服务")
    x: float | None = column("Longitude", zh="经度", default=None)
    y: float | None = column("Latitude", zh="纬度", default=None)
    system: str = column("Coordinate system", zh="坐标系", default="")
    state: str = column("State", zh="状态", choices=STATES, default="open")
    depth: float | None = column("Depth", zh="深度", unit="米", minimum=0, default=None)


@table(zh="住户")
class Dwelling:
    """Where people live."""

    id: str = column("Code", zh="编号", key=True)
    x: float = column("Longitude", zh="经度")
    y: float = column("Latitude", zh="纬度")
    people: float = column("People", zh="人口", unit="人", minimum=0)


@dataclass(frozen=True, kw_only=True)
class Wells(Commitment):
    """Water nearby."""

    kind: ClassVar[str] = "wells"
    needs: ClassVar[tuple[type, ...]] = (Well, Dwelling)
    minutes: float = term("How near")

    def gauge(self, book: Book, day: date) -> Gauge:
        lon, lat, people = homes(book)
        minutes, _ = nearest(book, lon, lat)
        share = float(people[minutes <= self.minutes].sum() / people.sum()) if len(people) else None
        return Gauge(
            commitment=self, day=day, met=share, verdict="open" if share is not None else "unknown", value=share,
            as_of=day, goal=0.8, unit="share", estimate=True,
            because=(Reason(says=say("{count} homes are known", count=len(people))),),
            figures=(Amount(name=say("share"), value=share, unit="share"),),
        )  # fmt: skip

    def layers(self, book: Book, day: date) -> Iterable[Layer]:
        lon, lat, people = homes(book)
        minutes, index = nearest(book, lon, lat)
        yield Layer(
            id="homes", name=say("homes"), shape="points", role="homes", lon=lon, lat=lat,
            ids=[row.id for row in book.rows(Dwelling)], table="dwelling",
            columns={
                "minutes": LayerColumn(name=say("minutes"), values=minutes, unit="分钟"),
                "people": LayerColumn(name=say("people"), values=people, unit="人"),
                "nearest": LayerColumn(name=say("nearest"), values=index),
            },
            measure="minutes", breaks=(0, 10, 20, 30), limit=self.minutes, weight="people", estimate=True,
        )  # fmt: skip
        for role, states in (("sites", ("open",)), ("candidates", ("candidate",))):
            rows = [row for row in book.rows(Well) if row.state in states]
            yield Layer(
                id=role, name=say("wells"), shape="points", role=role, table="well",
                lon=np.array([row.x for row in rows], float), lat=np.array([row.y for row in rows], float),
                ids=[row.id for row in rows], names=[row.name for row in rows],
                columns={"state": LayerColumn(name=say("state"), values=[row.state for row in rows])},
            )  # fmt: skip
        west = lon < 112.5
        shares = [
            float((people * (minutes <= self.minutes))[side].sum() / people[side].sum()) for side in (west, ~west)
        ]
        yield Layer(
            id="counties", name=say("counties"), shape="polygons", role="counties",
            geometries=[square(112, 34, 0.5), square(112.5, 34, 0.5)], ids=["410301", "410302"], names=["西区", "东区"],
            columns={
                "share": LayerColumn(name=say("share"), values=np.array(shares), unit="share"),
                "people": LayerColumn(
                    name=say("people"), values=np.array([people[west].sum(), people[~west].sum()]), unit="人"
                ),
            },
            measure="share", breaks=(0, 0.5, 0.8), high_is_bad=False,
        )  # fmt: skip

    def around(self, book: Book, day: date, table: str, id: str) -> Iterable[Layer]:
        row = next(row for row in book.rows(Well) if row.id == id)
        reach = self.minutes * METRES_A_MINUTE / METRES_A_DEGREE
        yield Layer(
            id="reach", name=say("reach"), shape="polygons", role="reach",
            geometries=[square(row.x - reach, row.y - reach, 2 * reach)],
            columns={"minutes": LayerColumn(name=say("minutes"), values=np.array([self.minutes]), unit="分钟")},
        )  # fmt: skip


def homes(book: Book) -> tuple[Any, Any, Any]:
    def made(book: Book) -> tuple[Any, Any, Any]:
        columns = book.columns(Dwelling)
        return columns["x"], columns["y"], columns["people"]

    return book.derived("dwellings", made, Dwelling)


def nearest(book: Book, lon: Any, lat: Any) -> tuple[Any, Any]:
    wells = [row for row in book.rows(Well) if row.state == "open" and row.x is not None]
    if not wells:
        return np.full(len(lon), np.inf), np.full(len(lon), np.nan)
    away = np.stack([np.hypot((lon - w.x) * 0.83, lat - w.y) for w in wells]) * METRES_A_DEGREE / METRES_A_MINUTE
    minutes, index = away.min(axis=0), away.argmin(axis=0).astype(float)
    far = minutes > 60
    return np.where(far, np.inf, minutes), np.where(far, np.nan, index)


def square(west: float, south: float, side: float) -> dict[str, Any]:
    # clockwise on purpose: a file has to turn it
    ring = [[west, south], [west, south + side], [west + side, south + side], [west + side, south], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def write_book(folder: Path, count: int = 200) -> Path:
    """A book with two wells, a candidate and `count` homes on a square."""
    import json

    (folder / "tables").mkdir(parents=True)
    (folder / "geo").mkdir()
    (folder / "book.yaml").write_text("title: 水井台账\ntitle_en: Wells\nregion: 某市\n", encoding="utf-8")
    (folder / "commitments.yaml").write_text(
        "- {kind: wells, id: water, words: 半小时到水井, minutes: 30, made: 2020-01-01, due: 2025-12-31}\n"
        "- {kind: task, id: road, words: 修路, made: 2020-01-01}\n",
        encoding="utf-8",
    )
    (folder / "tables" / "well.csv").write_text(
        "id,name,service,x,y,system,state,depth\n"
        "w1,东井,water,112.6,34.2,WGS-84,open,12\nw2,西井,water,112.3,34.3,WGS-84,open,\n"
        "c1,备选井,water,112.4,34.4,WGS-84,candidate,\n",
        encoding="utf-8",
    )
    random = np.random.default_rng(7)
    lon, lat = random.uniform(112, 113, count), random.uniform(34, 34.5, count)
    rows = [f"d{i},{x:.6f},{y:.6f},{i % 9 + 1}" for i, (x, y) in enumerate(zip(lon, lat, strict=True))]
    (folder / "tables" / "dwelling.csv").write_text("id,x,y,people\n" + "\n".join(rows) + "\n", encoding="utf-8")
    features = [
        {"type": "Feature", "properties": {"id": code, "name": name}, "geometry": square(west, 34, 0.5)}
        for code, name, west in (("410301", "西区", 112), ("410302", "东区", 112.5))
    ]
    outlines = {"type": "FeatureCollection", "features": features}
    (folder / "geo" / "counties.geojson").write_text(json.dumps(outlines), encoding="utf-8")
    return folder
