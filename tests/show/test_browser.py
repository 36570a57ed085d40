"""The pages in a real browser: what scripts do, from a folder (file://) and on the server."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from luoshu.show.publish import STATIC, write_site
from luoshu.show.view import View

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(not (STATIC / "luoshu.js").is_file(), reason="the browser side is not built (hatch_build.py)"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGES = ("index", "promises/book-houses", "documents/plan.txt", "documents", "owners", "map", "problems", "about")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield made
        made.close()


class Watched:
    """A page with all that went wrong on it and all that it asked for."""

    def __init__(self, browser: Any, **options: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))


@pytest.fixture
def watched(browser: Any) -> Iterator[Watched]:
    made = Watched(browser)
    yield made
    made.context.close()
    assert made.errors == []


@pytest.fixture
def site(view: View, tmp_path: Path) -> str:
    write_site(view, tmp_path / "site")
    return (tmp_path / "site").as_uri()


def shown(page: Any) -> list[str]:
    found = page.eval_on_selector_all(
        "tr.promise", "rows => rows.filter(row => row.offsetParent).map(row => row.dataset.id)"
    )
    return list(found)


def test_no_page_fails_or_asks_for_anything_outside(watched: Watched, site: str, tmp_path: Path) -> None:
    for path in sorted((tmp_path / "site").rglob("*.html")):
        watched.page.goto(path.as_uri())
        watched.page.wait_for_timeout(50)
    assert [url for url in watched.requests if not url.startswith((site, "blob:", "data:"))] == []


def test_nothing_sticks_out_on_a_phone(browser: Any, site: str) -> None:
    small = Watched(browser, viewport={"width": 360, "height": 740})
    for name in PAGES:
        for tree in ("", "en/"):
            small.page.goto(f"{site}/{tree}{name}.html")
            over = small.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over == 0, f"{tree}{name} is {over} pixels too wide"
    small.context.close()
    assert small.errors == []


def test_the_ledger_is_filtered_grouped_and_sorted_and_the_address_keeps_it(watched: Watched, site: str) -> None:
    page = watched.page
    page.goto(f"{site}/index.html")
    everything = shown(page)
    page.fill("input[name=q]", "书屋　１２０")
    assert shown(page) == ["book-houses"]
    page.wait_for_function("location.hash.includes('q=')")
    page.reload()
    assert shown(page) == ["book-houses"]
    page.click("form.filter button[type=reset]")
    assert shown(page) == everything
    page.click(".tally a[data-verdict=missed]")
    assert shown(page) == ["zero"]
    page.click(".tally a[data-verdict=missed]")
    page.select_option("select[name=group]", "owner")
    assert page.locator("tr.group-head").count() == 2
    page.select_option("select[name=group]", "none")
    page.click("th[data-sort=met] button")
    assert shown(page) == ["zero", "book-houses", "植树/每年"]
    page.click("th[data-sort=met] button")
    assert shown(page) == ["book-houses", "zero", "植树/每年"], "what is not known comes last either way"
    page.fill("input[name=q]", "nothing like this")
    assert shown(page) == []
    assert page.is_visible("#ledger-empty")


def test_the_chart_is_live_and_says_its_sources(watched: Watched, site: str) -> None:
    page = watched.page
    page.goto(f"{site}/promises/book-houses.html")
    page.focus(".chart .stage")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(".chart-tip a[href^='https://example.org']")
    assert "108" in page.inner_text(".chart-tip")
    assert "108" in page.inner_text(".chart [aria-live]")
    label = page.get_attribute(".chart .stage", "aria-label")
    assert label is not None
    assert "108" in label
    page.emulate_media(media="print")
    assert page.is_visible(".chart .drawing")
    assert not page.is_visible(".chart .stage")


def test_the_map_is_live_without_any_outside_file(watched: Watched, site: str) -> None:
    page = watched.page
    page.goto(f"{site}/map.html")
    page.wait_for_selector(".map .maplibregl-canvas")
    page.wait_for_function("document.querySelectorAll('.map .legend .swatch').length > 0")
    row = page.locator("table.values tr[data-id]").first
    page.wait_for_timeout(1500)
    row.focus()
    page.wait_for_selector(".maplibregl-popup-content")
    assert row.locator("th").inner_text() in page.inner_text(".maplibregl-popup-content")


def test_the_theme_is_remembered(watched: Watched, site: str) -> None:
    page = watched.page
    page.goto(f"{site}/index.html")
    page.click("button[data-action=theme]")
    page.goto(f"{site}/about.html")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


PLAN = "某市工作报告\n\n到2028年，全市建成书屋150家，绿道达到300公里。\n到2030年，全市公园达到90个。\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A server over the example with one more document and its open proposals."""
    import uvicorn

    from luoshu.cli import main
    from luoshu.show.server import make_app

    book = tmp_path / "book"
    shutil.copytree(Path(__file__).parents[2] / "examples" / "luoyang", book)
    (book / "documents" / "more.txt").write_text(PLAN, encoding="utf-8")
    assert main(["read", str(book / "documents" / "more.txt"), "--into", str(book)]) == 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = make_app(book, day=date(2025, 12, 31))
    running = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not running.started and time.monotonic() < deadline:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(20)


def states(page: Any) -> list[str]:
    return list(page.eval_on_selector_all("li.proposal", "items => items.map(item => item.dataset.state)"))


def press(page: Any, key: str) -> int:
    """Press a key that settles; the status of the server's answer."""
    with page.expect_response("**/proposals/**") as answer:
        page.keyboard.press(key)
    page.wait_for_selector("li.proposal:not(.busy)")
    page.wait_for_timeout(150)
    return int(answer.value.status)


def test_proposals_are_settled_by_keyboard_and_two_editors_do_not_overwrite_each_other(
    watched: Watched, browser: Any, server: str
) -> None:
    page, other = watched.page, Watched(browser)
    page.goto(f"{server}/documents/more.txt")
    other.page.goto(f"{server}/documents/more.txt")
    assert states(page) == ["open", "open", "open"]
    assert page.inner_text("mark.current") == "150家"
    assert press(page, "r") == 200
    assert states(page) == ["rejected", "open", "open"]
    assert page.inner_text("mark.current") == "300公里", "the next open one"
    page.keyboard.press("k")
    assert press(page, "u") == 200
    assert states(page) == ["open", "open", "open"]
    assert press(page, "r") == 200

    assert press(other.page, "a") == 409
    assert states(other.page)[0] == "rejected"
    assert other.page.is_visible("li.proposal.current .conflict")

    page.keyboard.press("?")
    assert page.is_visible("dialog#keys")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    assert page.evaluate("document.activeElement.closest('fieldset.fields') !== null")
    page.keyboard.press("r")
    assert states(page) == ["rejected", "open", "open"], "a key typed in a field is a letter"
    other.context.close()
    assert other.errors == []


def test_what_the_server_does_not_take_is_taken_back(watched: Watched, server: str) -> None:
    page = watched.page
    page.goto(f"{server}/documents/more.txt")
    page.route("**/proposals/**", lambda route: route.abort())
    page.keyboard.press("a")
    page.wait_for_selector(".toast[role=alert]")
    assert states(page) == ["open", "open", "open"]
    assert page.locator("mark.state-settled").count() == 0
