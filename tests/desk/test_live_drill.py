"""A drill that people watch and take part in: two browsers on one board while the script is played on it."""

from __future__ import annotations

import re
import shutil
import socket
import threading
from pathlib import Path

import pytest

from luoshu.show.livedrill import LEADER, live_drill
from luoshu.show.publish import STATIC
from luoshu.show.server import serve

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MANUAL = (Path(__file__).parent.parent.parent / "docs" / "desk.md").read_text("utf-8")
BOARD = "/desk/incidents/water-1?language=en"


@pytest.fixture
def town(tmp_path):
    """A small book with the drill of the manual: water fails, a level is proposed, a task is given and taken back."""
    from luoshu.cli import main

    book = tmp_path / "town"
    assert main(["new", str(book), "--title", "小城", "--region", "小城"]) == 0
    (book / "drill").mkdir()
    (book / "drill" / "water.yaml").write_text(re.search(r"```yaml\n(.*?)```", MANUAL, re.S).group(1), "utf-8")
    return book


class Lived:
    """The drill of a town while it is served: its address, its logins, and what it left when it has ended."""

    def __init__(self, book: Path, out: Path, **options) -> None:
        self.ready = threading.Event()
        self.ran, self.error = None, None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.run, args=(book, out, options))
        self.thread.start()
        assert self.ready.wait(30), self.error

    def run(self, book, out, options):
        try:
            self.ran = live_drill(book, book / "drill" / "water.yaml", out, serve=self.served, **options)
        except BaseException as error:
            self.error = error
            self.ready.set()

    def served(self, drill, logins):
        self.drill = drill
        self.passwords = {each.name: each.password for each in logins}
        serve(drill.folder.copy, port=self.port, ready=self.ready.set, clockwork=drill)

    def end(self):
        if self.thread.is_alive():
            self.drill.clock.end()
            self.drill.app.state.stop()
        self.thread.join(60)
        if self.error is not None:
            raise self.error
        return self.ran


@pytest.fixture
def lived(town, tmp_path, cheap_hashes):
    made = Lived(town, tmp_path / "out", pace=6000.0, longest=0.2)
    yield made
    made.end()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.skipif(not (STATIC / "luoshu-desk.js").is_file(), reason="the browser side is not built")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_two_browsers_watch_one_board_while_the_drill_runs_and_one_of_them_acts(lived, tmp_path):
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        errors: list[str] = []

        def opened(name, path):
            context = browser.new_context(base_url=lived.address, viewport={"width": 1280, "height": 844})
            assert context.request.post("/login", data={"name": name, "password": lived.passwords[name]}).ok
            page = context.new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(path)
            page.locator("[data-live-state][data-state=live]").wait_for()
            return page

        def next_moment():
            leader.locator("form[action='/desk/drill/skip'] button").click()

        leader = opened(LEADER, "/desk/drill?language=en")
        assert leader.locator(".drill-strip time").inner_text() == "2026-03-01 08:00"
        next_moment()
        leader.locator("a.button", has_text="城东停水").wait_for()
        duty, crew = opened("duty1", BOARD), opened("crew", BOARD)
        for page in (duty, crew):
            page.evaluate("window.sameness = 1")
            assert page.locator(".drill-strip").count() == 1
        next_moment()  # the crew of the script reports a reading
        for page in (duty, crew):
            page.locator("[data-section]", has_text="8,000").first.wait_for()
        duty.locator("#messages [data-do='message.send']").click()  # somebody acts between two moments of the script
        form = duty.locator("dialog[open] form[data-act='message.send']")
        form.locator("[name=text]").fill("请报送水车位置")
        form.locator("button.primary").click()
        crew.locator("#messages li", has_text="请报送水车位置").wait_for()
        leader.locator("form[action='/desk/drill/go'] button.primary").click()
        for page in (duty, crew):
            page.locator(".level[data-level=IV]").first.wait_for()  # and the script goes on
            assert page.evaluate("window.sameness") == 1
        leader.locator(".drill-figures", has_text="the script is over").wait_for()
        told = lived.drill.app.state.room.journal.entries()
        sent = next(each for each in told if each.draft.what == "message.send")
        assert sent.draft.who == "duty1"
        assert sent.at.isoformat() == "2026-03-01T00:10:00+00:00"  # in the drill's own time
        leader.locator("details summary", has_text="End the drill").click()
        leader.locator("form[action='/desk/drill/end'] button").click()
        leader.get_by_text("The drill has ended").wait_for()
        assert errors == []
        browser.close()
    ran = lived.end()
    assert [each.says for each in ran.drilled.failures] == []
    assert ran.drilled.count("joined") == 1
    out = tmp_path / "out"
    assert "请报送水车位置" in (out / "desk" / "incidents" / "water-1.html").read_text("utf-8")
    assert "请报送水车位置" in (out / "desk" / "incidents" / "water-1" / "replay.html").read_text("utf-8")
