"""The map in a real browser: points, legend, what a place reaches, what-ifs on the server, the page from a folder."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_browser import ARGUMENTS, CHROMIUM, Watched
from wells import DAY, Wells, write_book

from luoshu import kinds
from luoshu.show.publish import STATIC, publish

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(not (STATIC / "luoshu-map.js").is_file(), reason="the browser side is not built"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
READY = ".atlas[data-ready][data-live]"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield made
        made.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    kinds.KINDS.append(Wells)
    yield write_book(tmp_path_factory.mktemp("wells") / "book", count=3000)
    kinds.KINDS.remove(Wells)


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    import uvicorn

    from luoshu.show.server import make_app

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = uvicorn.Server(uvicorn.Config(make_app(folder, day=DAY), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not running.started and time.monotonic() < deadline:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(20)


@pytest.fixture(scope="module")
def site(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("published") / "site"
    publish(folder, out, DAY)
    return out.as_uri()


@pytest.fixture
def watched(browser: Any) -> Iterator[Watched]:
    made = Watched(browser, reduced_motion="reduce")
    yield made
    made.context.close()
    assert made.errors == []


def opened(page: Any, address: str) -> Any:
    page.goto(address)
    page.wait_for_selector(READY, timeout=60_000)
    return page


def click_at(page: Any, across: float, down: float) -> None:
    box = page.locator(".maplibregl-canvas").bounding_box()
    page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])


def coloured(page: Any, strength: int = 70) -> int:
    """Pixels of the map with a strong colour: those of the homes."""
    return int(
        page.evaluate(
            """(strength) => {
            dispatchEvent(new Event("beforeprint"));
            const copy = document.querySelector(".map-paper");
            const { data } = copy.getContext("2d").getImageData(0, 0, copy.width, copy.height);
            dispatchEvent(new Event("afterprint"));
            let found = 0;
            for (let at = 0; at < data.length; at += 4) {
                const [red, green, blue] = data.slice(at, at + 3);
                if (Math.max(red, green, blue) - Math.min(red, green, blue) > strength) found += 1;
            }
            return found;
        }""",
            strength,
        )
    )


def test_the_map_opens_with_points_a_legend_and_the_table(watched: Watched, server: str) -> None:
    page = opened(watched.page, f"{server}/map")
    assert coloured(page) > 2000
    homes = page.inner_text(".layers .role-homes")
    assert "≤ 10分钟" in homes
    assert "无法到达" in homes, "who has no way is a class of its own"
    assert "人" in page.inner_text(".layers .role-homes li:first-child .number")
    assert page.locator(".role-homes .badge.estimate").count() == 1
    assert page.locator(".map-side tr[data-id]").count() == 3, "the whole and two counties"
    page.click(".layers .role-homes .layer-switch input")
    page.wait_for_timeout(200)
    assert coloured(page) < 2000
    page.wait_for_function("location.hash.includes('on=')")


def test_only_the_unserved_are_seen_when_asked(watched: Watched, server: str) -> None:
    page = opened(watched.page, f"{server}/map")
    everybody = coloured(page)
    page.click(".layers .sub input")
    page.wait_for_timeout(200)
    assert 0 < coloured(page) < everybody


def test_a_place_says_whom_it_reaches(watched: Watched, server: str) -> None:
    page = opened(watched.page, f"{server}/map")
    page.fill("input[name=place]", "东井")
    page.wait_for_selector(".maplibregl-popup-content .reached", timeout=20_000)
    said = page.inner_text(".maplibregl-popup-content")
    assert "东井" in said
    assert "30分钟" in said.replace(" ", "")
    page.wait_for_function("location.hash.includes('pick=')")
    page.focus(".maplibregl-canvas")
    page.keyboard.press("Escape")
    assert page.locator(".maplibregl-popup-content").count() == 0


def test_a_click_finds_the_place_under_it(watched: Watched, server: str) -> None:
    page = opened(watched.page, f"{server}/map#promise=water&at=112.3,34.3,12")
    click_at(page, 0.5, 0.5)
    page.wait_for_selector(".maplibregl-popup-content")
    assert "西井" in page.inner_text(".maplibregl-popup-content")


def test_a_new_place_is_tried_undone_and_carried_in_the_address(watched: Watched, server: str) -> None:
    page = opened(watched.page, f"{server}/map#promise=water&at=112.5,34.25,8.5")
    page.click("button[data-edit=add-well]")
    click_at(page, 0.8, 0.3)
    page.fill(".try-form input[name=name]", "新井")
    page.click(".try-form button[type=submit]")
    page.wait_for_selector(".trial-pair", timeout=30_000)
    gained = page.inner_text(".trial-people")
    assert not page.locator(".trial-people dd").first.inner_text().startswith("0")
    assert page.is_visible(".trial .trial-badge")
    assert page.locator(".trial-table tbody tr").count() >= 1
    assert "新井" in page.inner_text(".trial-changes")
    assert page.is_visible(".compare input[type=range]")
    page.keyboard.press("Escape")

    page.wait_for_function("location.hash.includes('what=')")
    address = page.evaluate("location.href")
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector(".trial-pair", timeout=30_000)
    assert page.inner_text(".trial-people") == gained

    with page.expect_download() as saved:
        page.click(".trial-changes button:has-text('well.csv')")
    assert "新井" in Path(saved.value.path()).read_text("utf-8-sig")

    page.focus(".maplibregl-canvas")
    page.keyboard.press("Control+z")
    page.wait_for_selector(".trial-pair", state="detached")
    page.keyboard.press("Control+Shift+z")
    page.wait_for_selector(".trial-pair", timeout=30_000)
    assert page.inner_text(".trial-people") == gained


def test_by_keyboard_alone_a_place_is_closed(watched: Watched, server: str) -> None:
    page = opened(watched.page, f"{server}/map#promise=water&at=112.6,34.2,11")
    page.focus(".maplibregl-canvas")
    key = page.get_attribute("button[data-edit=close-well]", "aria-keyshortcuts")
    page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.wait_for_selector(".trial-pair", timeout=30_000)
    assert "东井" in page.inner_text(".trial-changes")
    assert page.locator(".trial-table .change.down").count() >= 1


def test_a_place_is_dragged(watched: Watched, server: str) -> None:
    page = opened(watched.page, f"{server}/map#promise=water&at=112.6,34.2,11")
    page.click("button[data-edit=move-well]")
    box = page.locator(".maplibregl-canvas").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 90, middle[1] + 40, steps=4)
    page.mouse.up()
    page.wait_for_selector(".trial-pair", timeout=30_000)
    page.wait_for_function("location.hash.includes('what=')")
    changes = json.loads(page.evaluate("new URLSearchParams(location.hash.slice(1)).get('what')"))
    assert changes[0]["row"]["id"] == "w1"
    assert changes[0]["row"]["x"] > 112.6
    assert changes[0]["row"]["y"] < 34.2


def test_what_the_server_refuses_is_said(watched: Watched, server: str) -> None:
    page = opened(watched.page, f"{server}/map#promise=water&at=112.6,34.2,11")
    page.route("**/what-if*", lambda route: route.abort())
    page.focus(".maplibregl-canvas")
    page.keyboard.press(page.get_attribute("button[data-edit=close-well]", "aria-keyshortcuts"))
    page.keyboard.press("Enter")
    page.wait_for_selector(".toast[role=alert]")
    assert page.locator(".trial-pair").count() == 0


def test_the_published_map_opens_from_a_folder(watched: Watched, site: str) -> None:
    page = opened(watched.page, f"{site}/map.html")
    assert coloured(page) > 2000
    assert page.locator(".try-bar").count() == 0, "a site computes nothing"
    page.fill("input[name=place]", "东井")
    page.wait_for_selector(".maplibregl-popup-content .reached")
    assert "人" in page.inner_text(".maplibregl-popup-content .reached")
    assert [url for url in watched.requests if not url.startswith((site, "blob:", "data:"))] == []


def test_large_areas_come_as_tiles_by_ranges(watched: Watched, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("luoshu.show.layerforms.LARGE_BYTES", 24)
    answers: list[tuple[str, int]] = []
    watched.page.on("response", lambda answer: answers.append((answer.url, answer.status)))
    page = opened(watched.page, f"{server}/map#promise=water&on=counties")
    page.wait_for_timeout(500)
    assert [status for url, status in answers if ".pmtiles" in url][:1] == [206]
    assert coloured(page, 18) > 100_000, "two counties, filled"


def test_no_english_stands_on_the_chinese_map(watched: Watched, server: str) -> None:
    page = opened(watched.page, f"{server}/map")
    words = json.loads(
        page.evaluate("JSON.stringify(JSON.parse(document.getElementById('map-data').textContent).words)")
    )
    allowed = {"Ctrl", "Esc", "tables", "site", "csv", "limit", "file", "name"}
    assert {name: text for name, text in words.items() if set(re.findall("[A-Za-z]{2,}", text)) - allowed} == {}


def test_nothing_sticks_out_on_a_phone(browser: Any, server: str, site: str) -> None:
    small = Watched(browser, viewport={"width": 360, "height": 740}, has_touch=True, reduced_motion="reduce")
    for address in (f"{server}/map?language=zh", f"{server}/map?language=en", f"{site}/map.html"):
        opened(small.page, address)
        over = small.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over == 0, f"{address} is {over} pixels too wide"
        heights = small.page.eval_on_selector_all(".layer-switch", "all => all.map(one => one.offsetHeight)")
        assert min(heights) >= 40, "switches are large enough for fingers"
    small.context.close()
    assert small.errors == []


def test_a_book_without_a_map_says_what_to_bring(watched: Watched, folder: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "book.yaml").write_text("title: 空台账\n", encoding="utf-8")
    publish(empty, tmp_path / "site", DAY)
    watched.page.goto(f"{(tmp_path / 'site').as_uri()}/map.html")
    assert "tables/site.csv" in watched.page.inner_text(".empty")
