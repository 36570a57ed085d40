"""Layers on the server and as files: what is read back is what was drawn, and nothing unknown becomes a zero."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from wells import DAY, Wells, write_book

from luoshu import kinds
from luoshu.show.layerfile import unpacked
from luoshu.show.server import make_app

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    kinds.KINDS.append(Wells)
    yield write_book(tmp_path_factory.mktemp("wells") / "book")
    kinds.KINDS.remove(Wells)


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    app = make_app(folder, day=DAY)
    with TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 5000)) as made:
        yield made


def test_the_map_lists_what_can_be_drawn(client: TestClient) -> None:
    (group,) = client.get("/map.json").json()["groups"]
    assert group["commitment"] == "water"
    assert [layer["id"] for layer in group["layers"]] == ["homes", "sites", "candidates", "counties"]
    layer = group["layers"][0]
    assert (layer["measure"], layer["limit"], layer["estimate"], layer["count"]) == ("minutes", 30.0, True, 200)
    assert "nearest" not in [column["name"] for column in layer["columns"]]
    assert layer["nearest"] == {"column": "nearest", "layer": "sites"}
    header, columns = unpacked(client.get(layer["href"]).content)
    assert header["count"] == len(columns["minutes"]) == 200
    assert [row["id"] for row in group["listing"]["rows"]] == ["", "410301", "410302"]
    assert {(edit["table"], edit["do"]) for edit in group["what_if"]["edits"]} == {
        ("well", "add"), ("well", "move"), ("well", "close"), ("well", "open")
    }  # fmt: skip
    add = group["what_if"]["edits"][0]
    assert {field["name"]: field["value"] for field in add["fields"]}["service"] == "water"
    for each in group["layers"]:
        for download in each["downloads"]:
            assert client.get(download["href"]).status_code == 200, download


def test_a_layer_that_is_known_is_not_sent_again(client: TestClient) -> None:
    for ending in ("homes.bin", "homes.geojson", "counties.parquet", "counties.pmtiles"):
        first = client.get(f"/layers/water/{ending}")
        assert first.status_code == 200, first.text
        again = client.get(f"/layers/water/{ending}", headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        other = client.get(f"/layers/water/{ending}?day=2024-01-01", headers={"if-none-match": first.headers["etag"]})
        assert other.status_code == 200


def test_a_part_of_the_tiles_may_be_asked_for(client: TestClient) -> None:
    whole = client.get("/layers/water/counties.pmtiles").content
    part = client.get("/layers/water/counties.pmtiles", headers={"range": "bytes=0-126"})
    assert part.status_code == 206
    assert part.content == whole[:127]
    assert part.headers["content-range"] == f"bytes 0-126/{len(whole)}"


@pytest.mark.parametrize(
    "path",
    [
        "/layers/water/nothing.bin",
        "/layers/road/homes.bin",
        "/layers/water/counties.bin",
        "/layers/water/homes.pmtiles",
        "/layers/water/homes.exe",
        "/layers/water/around/well/w9.geojson",
        "/layers/water/around/nothing/w1.geojson",
    ],
)
def test_what_is_not_there_is_said(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert set(answer.json()["error"]) == {"code", "says", "mend"}


def test_what_a_row_brings(client: TestClient) -> None:
    told = client.get("/layers/water/around/well/w1.geojson?language=en").json()
    assert told["title"] == "东井"
    assert told["features"][0]["properties"]["role"] == "reach"
    assert told["figures"] == [{"label": "minutes", "text": "30 min"}]
    assert told["estimate"] is True


def test_head_of_a_layer(client: TestClient) -> None:
    answer = client.head("/layers/water/homes.bin")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_kind_that_fails_says_so_and_the_map_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Wells, book: Any, day: Any) -> Any:
        raise RuntimeError("dry")

    monkeypatch.setattr(Wells, "layers", fail)
    app = make_app(folder, day=DAY)
    with TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 5000)) as client:
        (group,) = client.get("/map.json?language=en").json()["groups"]
        assert "dry" in group["fault"]
        assert client.get("/map").status_code == 200
        assert client.get("/layers/water/homes.bin").status_code == 404


def test_slow_layers_do_not_hold_the_page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    go = threading.Event()
    drawn = Wells.layers

    def slow(self: Wells, book: Any, day: Any) -> Any:
        go.wait(20)
        return drawn(self, book, day)

    monkeypatch.setattr(Wells, "layers", slow)
    monkeypatch.setattr("luoshu.show.maplayers.WAIT_SECONDS", 0.05)
    monkeypatch.setattr("luoshu.show.layerserving.WAIT_SECONDS", 0.05)
    app = make_app(folder, day=DAY)
    with TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 5000)) as client:
        assert client.get("/map.json").json()["groups"][0]["computing"] is True
        assert client.get("/").status_code == 200
        busy = client.get("/layers/water/homes.bin")
        assert (busy.status_code, busy.json()["error"]["code"]) == (503, "busy")
        go.set()
        app.state.shelf.view().layers.drawn("water")
        assert client.get("/map.json").json()["groups"][0]["computing"] is False


def test_a_published_map_has_its_layers_beside_it(folder: Path, tmp_path: Path) -> None:
    from luoshu.show.publish import publish

    told: list[tuple[int, int]] = []
    files = publish(folder, tmp_path / "site", DAY, progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]
    for page in ("map", "en/map"):
        (group,) = json.loads((tmp_path / "site" / f"{page}.json").read_text(encoding="utf-8"))["groups"]
        assert group["what_if"] is None
        assert group["around"] == ""
        for layer in group["layers"]:
            path = (tmp_path / "site" / f"{page}.html").parent / layer["href"]
            text = path.resolve().read_text(encoding="utf-8")
            assert text.startswith(f'luoshuLayer("{layer["key"]}",')
            for download in layer["downloads"]:
                assert ((tmp_path / "site" / f"{page}.html").parent / download["href"]).is_file()
    layers = [path for path in files if "layers" in path.parts]
    assert len(layers) == 12
    assert not [path for path in layers if b"http:" in path.read_bytes() or b"https:" in path.read_bytes()]


def test_the_command_carries_layers_out(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from luoshu.cli import main

    out = tmp_path / "layers"
    assert main(["--language", "en", "layers", str(folder), str(out), "--day", "2025-12-31"]) == 0
    listed = capsys.readouterr().out
    assert len(listed.splitlines()) == 8
    assert "homes.geojson  " in listed
    assert json.loads((out / "water" / "counties.geojson").read_text(encoding="utf-8"))["type"] == "FeatureCollection"
    assert main(["layers", str(folder), str(out), "--format", "pmtiles", "--id", "water"]) == 0
    assert sorted(path.name for path in out.rglob("*.pmtiles")) == ["counties.pmtiles"]
    assert main(["--language", "en", "layers", str(folder), str(out), "--id", "road"]) == 2
    assert "those that have: water" in capsys.readouterr().err


def test_an_estimate_is_called_one_wherever_it_shows(
    client: TestClient, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from docx import Document

    from luoshu.cli import main

    rows = {row["id"]: row for group in client.get("/overview.json").json()["groups"] for row in group["rows"]}
    assert (rows["water"]["estimate"], rows["road"]["estimate"]) == (True, False)
    assert client.get("/").text.count('class="badge estimate"') == 1
    page = client.get("/promises/water").text
    assert 'class="badge estimate"' in page
    assert 'href="/map?promise=water"' in page
    assert "/map?promise" not in client.get("/promises/road").text
    assert main(["--language", "en", "gauge", str(folder), "--day", "2025-12-31"]) == 0
    assert "(estimate)" in capsys.readouterr().out
    assert main(["--language", "en", "report", str(folder), str(tmp_path / "r.docx"), "--day", "2025-12-31"]) == 0
    document = Document(str(tmp_path / "r.docx"))
    assert any("(estimate)" in cell.text for table in document.tables for row in table.rows for cell in row.cells)


def test_a_book_without_layers_loads_no_heavy_library(tmp_path: Path) -> None:
    import subprocess
    import sys

    (tmp_path / "book.yaml").write_text("title: x\nregion: y\n", encoding="utf-8")
    record = "- {kind: task, id: road, words: 修路, made: 2020-01-01}\n"
    (tmp_path / "commitments.yaml").write_text(record, encoding="utf-8")
    code = f"""
import sys, warnings
warnings.simplefilter("ignore")
from datetime import date
from pathlib import Path
from fastapi.testclient import TestClient
from luoshu.show.server import make_app
app = make_app(Path({str(tmp_path)!r}), day=date(2025, 1, 1))
client = TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 5000))
for path in ("/", "/map", "/promises/road", "/problems", "/ogc/collections"):
    assert client.get(path).status_code == 200, path
print([name for name in ("numba", "scipy", "shapely", "pyproj", "pyarrow", "highspy", "osmium") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_day_that_takes_long_holds_up_no_other(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading
    from datetime import date

    from luoshu.show import look as looking
    from luoshu.show.shelf import Shelf

    shelf, go, begun, quick = Shelf(folder, DAY), threading.Event(), threading.Event(), looking.look

    def slow(folder: Path, day: date, book: Any = None) -> Any:
        if day.year == 2021:
            begun.set()
            go.wait(20)
        return quick(folder, day, book)

    monkeypatch.setattr(looking, "look", slow)
    late = threading.Thread(target=shelf.view, args=(date(2021, 1, 1),))
    late.start()
    assert begun.wait(20)
    assert shelf.view().day == DAY
    assert late.is_alive()
    go.set()
    late.join()
    assert shelf.view(date(2021, 1, 1)).book is shelf.view().book, "days share one open book"


def test_other_programs_get_the_id_of_the_nearest_site(client: TestClient) -> None:
    """A row number into another layer means nothing elsewhere; our own map counts by it."""
    import pyarrow.parquet as parquet

    _, columns = unpacked(client.get("/layers/water/homes.bin").content)
    rows = columns["nearest"]
    sites = [each["id"] for each in client.get("/layers/water/sites.geojson").json()["features"]]
    wanted = ["" if np.isnan(row) or row < 0 else sites[int(row)] for row in rows]
    told = client.get("/layers/water/homes.geojson").json()["features"]
    assert [each["properties"]["nearest"] for each in told] == wanted
    assert len(set(wanted)) > 1
    table = parquet.read_table(io.BytesIO(client.get("/layers/water/homes.parquet").content))
    assert table["nearest"].to_pylist() == wanted
    path = "/ogc/collections/water.homes/items"
    one = client.get(path, params={"nearest": sites[0], "limit": 10_000}).json()
    assert one["numberMatched"] == wanted.count(sites[0])
    assert {each["properties"]["nearest"] for each in one["features"]} == {sites[0]}
