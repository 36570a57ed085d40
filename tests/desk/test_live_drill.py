"""A drill that people watch and take part in: two browsers on one board while the script is played on it."""

from __future__ import annotations

import re
import shutil
import socket
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from luoshu.show.livedrill import LEADER, live_drill
from luoshu.show.publish import STATIC
from luoshu.show.server import serve

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MANUAL = (Path(__file__).parent.parent.parent / "docs" / "desk.md").read_text("utf-8")
BOARD = "/desk/incidents/water-1?language=en"
pytestmark = [  # the sockets that a stopped database dropped, and those of a browser
    pytest.mark.filterwarnings("ignore:Exception ignored:pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


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
        self.ran, self.error, self.people = None, None, []
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
        serve(drill.folder.copy, port=self.port, ready=self.ready.set, clockwork=drill, desk=drill.folder.desk)

    def person(self, name):
        """Somebody who is logged in, without a browser."""
        self.people.append(Client(self, name))
        return self.people[-1]

    def end_by_itself(self):
        """Wait until the drill has ended, with its script."""
        self.thread.join(60)
        return self.end()

    def end(self):
        while self.people:
            self.people.pop().http.close()
        if self.thread.is_alive():
            self.drill.clock.end()
            self.drill.app.state.stop()
        self.thread.join(60)
        if self.error is not None:
            raise self.error
        return self.ran


@pytest.fixture
def served(town, tmp_path, cheap_hashes):
    """Serves the drill with these options; none is left running."""
    running = []

    def serves(**options):
        running.append(Lived(town, tmp_path / "out", pace=6000.0, longest=0.2, **options))
        return running[-1]

    yield serves
    for each in running:
        each.end()


@pytest.fixture
def lived(served):
    return served()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.skipif(not (STATIC / "luoshu-desk.js").is_file(), reason="the browser side is not built")
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


class Client:
    """Somebody at the desk of a drill, without a browser."""

    def __init__(self, lived, name):
        import httpx2 as httpx

        self.http = httpx.Client(base_url=lived.address, headers={"user-agent": name, "accept-language": "en"})
        answer = self.http.post("/login", json={"name": name, "password": lived.passwords[name]})
        self.csrf = answer.json()["csrf"]

    def act(self, what, happened=None, why="", **facts):
        told = {"facts": facts, "why": why} | ({"happened": happened} if happened else {})
        return self.http.post(f"/desk/acts/{what}", json=told, headers={"x-csrf-token": self.csrf})

    def lead(self, step, **told):
        return self.http.post(f"/desk/drill/{step}", data={"_csrf": self.csrf, **told})

    def moment(self):
        return self.http.get("/desk/drill/moment?language=en").json()


class Screen:
    """Somebody who has not logged in; closed with the drill."""

    def __init__(self, http):
        self.http = http


def until(true, seconds=20):
    """Wait until something is so."""
    pause, left = threading.Event(), seconds
    while not (found := true()):
        assert left > 0
        pause.wait(0.05)
        left -= 0.05
    return found


def test_only_its_leader_leads_it_and_everything_in_it_is_a_drill(lived):
    import httpx2 as httpx

    crew, leader = lived.person("crew"), lived.person(LEADER)
    assert httpx.get(f"{lived.address}/desk/drill").status_code == 401
    assert httpx.get(f"{lived.address}/desk/drill/moment").status_code == 401
    assert crew.lead("go").status_code == 403
    assert leader.http.post("/desk/drill/go", data={"_csrf": "guessed"}).status_code == 403
    assert leader.lead("fly").status_code == 404
    assert (lived.drill.state, lived.drill.lines) == ("ready", [])
    assert "luoshu-desk-drill" in crew.http.cookies  # a drill on the same machine logs nobody out of the real desk
    assert leader.lead("skip").status_code == 303
    until(lambda: len(lived.drill.lines) == 2)
    duty = lived.person("duty1")
    real = duty.act("incident.open", id="real", type="fire", title="真的火灾")
    assert (real.status_code, "desk of a drill" in real.text or "演练" in real.text) == (409, True)
    sent = duty.act("message.send", happened=datetime.now(UTC).isoformat(), incident="water-1", text="已到现场")
    assert sent.status_code == 201, sent.text
    entry = lived.drill.app.state.room.journal.entries()[-1]
    assert entry.draft.what == "message.send"
    assert entry.happened == entry.at == lived.drill.clock.now()  # not years after the drill
    told = [each.draft.what for each in lived.drill.app.state.room.journal.entries()]
    assert told.count("refused.act") == 2
    assert told.count("drill.skip") == 1
    assert crew.http.get("/desk/drill?language=en").text.count("outcome-") == 2
    assert crew.http.get("/desk/drill.json").json()["coming"] == []  # nobody who takes part reads ahead
    assert len(leader.http.get("/desk/drill.json").json()["coming"]) == 6
    log = leader.http.get("/desk/journal?language=en&what=drill.skip").text
    assert "went on to the drill&#39;s next moment" in log


def test_lines_that_are_left_to_people_wait_for_them(served, tmp_path):
    from luoshu.cli import main
    from luoshu.desk.credentials import Credentials
    from luoshu.desk.shelves import engine_of

    made = served(left=("duty1",), begun=True)
    duty = made.person("duty1")
    turn = until(lambda: duty.moment()["turn"] and duty.moment())
    assert (turn["state"], turn["pace"]) == ("waiting", 0)
    assert "open an incident" in turn["turn"]
    assert turn["href"].startswith("/desk/acts/incident.open?")
    assert not made.person("crew").moment()["turn"]
    assert (
        duty.act("incident.open", id="water-1", type="water failure", title="城东停水", drill=True).status_code == 201
    )
    until(lambda: "confirm the level" in duty.moment()["turn"])
    assert duty.act("incident.confirm", why="8000户停水", incident="water-1", level="IV").status_code == 201
    until(lambda: "give a task" in duty.moment()["turn"])
    given = {"id": "t-pipe", "incident": "water-1", "title": "抢修管网", "to": "works", "hours": 2}
    assert duty.act("task.give", **given).status_code == 201
    until(lambda: made.drill.state == "over")
    ran = made.end()
    assert [str(each.says) for each in ran.drilled.failures] == []
    assert (ran.drilled.count("taken"), ran.drilled.count("undone"), ran.drilled.count("joined")) == (3, 1, 0)
    copy = tmp_path / "out" / "book"
    assert main(["desk", "verify", str(copy)]) == 0
    engine = engine_of(copy / "desk" / "journal.sqlite")
    assert Credentials(engine).everybody() == {}
    engine.dispose()


def test_the_script_helps_where_nobody_comes(served):
    made = served(left=("duty1",), begun=True, patience=0.1, closing=True)
    ran = made.end_by_itself()
    assert ran.drilled.failures == ()
    assert (ran.drilled.count("helped"), ran.drilled.count("taken")) == (3, 0)


def test_a_drill_that_is_ended_before_it_began_is_written_all_the_same(served, tmp_path):
    made = served()
    ran = made.end()
    assert ran.drilled.lines == ()
    assert (tmp_path / "out" / "en" / "index.html").is_file()


@pytest.mark.parametrize("option", [{"people": ("nobody",)}, {"left": ("nobody",)}])
def test_a_name_that_the_script_does_not_know_is_refused_before_anything_is_served(town, tmp_path, option):
    with pytest.raises(ValueError, match="no actor nobody; it has duty1, crew"):
        live_drill(town, town / "drill" / "water.yaml", tmp_path / "out", serve=None, **option)
    assert [each.name for each in tmp_path.iterdir()] == ["town"]


def test_what_was_played_stays_where_its_folder_cannot_be_written(served, tmp_path, monkeypatch):
    def full(self, plans):
        raise OSError("no space left on device")

    monkeypatch.setattr("luoshu.show.drillfolder.DrillFolder.finish", full)
    made = served(begun=True, closing=True)
    with pytest.raises(OSError, match=r"no space left on device\); what was played stays in .*book"):
        made.end_by_itself()
    made.error = None
    (left,) = tmp_path.glob(".out-*/book/desk/journal.sqlite")
    assert left.stat().st_size > 10_000
    assert not (tmp_path / "out").exists()


def test_a_port_that_is_taken_leaves_nothing_behind(town, tmp_path, cheap_hashes):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"port {port} is in use"):
            live_drill(town, town / "drill" / "water.yaml", tmp_path / "out",
                       serve=lambda drill, logins: serve(drill.folder.copy, port=port, clockwork=drill))  # fmt: skip
    assert [each.name for each in tmp_path.iterdir()] == ["town"]


# ---- a journal elsewhere, and one that is away ---------------------------------------------------------------------


def test_a_drill_on_postgresql_goes_on_when_its_database_comes_back(swept, served, tmp_path, database, postgres_server):
    from luoshu.cli import main
    from luoshu.desk.keeping import backup

    made = served(desk=database, left=("duty1",), begun=True)
    duty = made.person("duty1")
    until(lambda: made.drill.cue)
    postgres_server.stop()
    try:
        assert duty.act("message.send", incident="water-1", text="还在吗").status_code == 503
    finally:
        postgres_server.start()
    opened = {"id": "water-1", "type": "water failure", "title": "城东停水", "drill": True}
    until(lambda: duty.act("incident.open", **opened).status_code in (201, 409))
    until(lambda: any(each.outcome == "taken" for each in made.drill.lines))
    until(lambda: made.drill.state == "over" or made.drill.clock.skip())  # nobody else comes
    assert made.drill.fault == ""
    ran = made.end()
    copy = tmp_path / "out" / "book"
    assert main(["desk", "verify", str(copy)]) == 0
    heads = {backup(place, tmp_path / "b.jsonl").head for place in (copy / "desk" / "journal.sqlite", database)}
    assert len(heads) == 1
    assert ran.drilled.count("taken") == 1
    with pytest.raises(ValueError, match="holds a journal already; a drill needs an empty one"):
        live_drill(copy, copy, tmp_path / "again", serve=None, desk=database)
    assert not list(tmp_path.glob(".again-*"))


def test_a_line_that_the_journal_cannot_keep_is_tried_again_and_written_once(served, monkeypatch):
    from luoshu.desk.room import Room
    from luoshu.desk.unkept import FULL, UNSURE, Unkept
    from luoshu.show import livedrill

    do, failed = Room.do, []

    def fails(self, act, *, by, **how):
        told = how.get("mark", "")
        if told.startswith("water:") and "clock" not in told and failed.count(told) < 2:
            failed.append(told)
            if failed.count(told) == 2:
                do(self, act, by=by, **how)  # it stood, and the answer was lost
                raise Unkept(UNSURE, "unsure")
            raise Unkept(FULL, "full")
        return do(self, act, by=by, **how)

    monkeypatch.setattr(Room, "do", fails)
    monkeypatch.setattr(livedrill, "AGAIN_SECONDS", 0.01)
    ran = served(begun=True, closing=True).end_by_itself()
    assert len(failed) >= 8
    assert [str(each.says) for each in ran.drilled.failures] == []
    assert ran.drilled.unplayed == 0
    marks = [each.number for each in ran.drilled.lines if each.outcome == "done"]
    assert len(marks) == len(set(marks))


def test_who_only_looks_on_needs_the_address_and_no_login(lived):
    import httpx2 as httpx

    address = f"{lived.address}/desk/watch/{lived.drill.key}"
    told = {"accept-language": "en"}
    assert httpx.get(f"{lived.address}/desk/watch/guessed").status_code == 404
    assert httpx.post(f"{lived.address}/desk/watch/guessed").status_code == 404
    assert httpx.post(address, headers={"origin": "https://evil.example"}).status_code == 403
    screens = []
    for number in range(15):  # more than one person may have elsewhere
        lived.people.append(Screen(httpx.Client(headers={**told, "user-agent": f"screen {number}"})))
        screens.append(lived.people[-1].http)
        page = screens[-1].get(address)
        assert (page.status_code, "data:image/svg+xml" in page.text) == (200, True)
        assert screens[-1].post(address).headers["location"] == "/desk/drill"
    for each in screens:
        assert each.get(f"{lived.address}/desk/drill").status_code == 200
    me = screens[0].get(f"{lived.address}/desk/me.json").json()
    opened = screens[0].post(
        f"{lived.address}/desk/acts/incident.open", headers={"x-csrf-token": me["csrf"]},
        json={"facts": {"id": "x", "type": "fire", "title": "x", "drill": True}, "why": ""},
    )  # fmt: skip
    assert opened.status_code == 403
    assert screens[0].post(f"{lived.address}/desk/drill/go", data={"_csrf": me["csrf"]}).status_code == 403
    leader = lived.person(LEADER)
    assert f"/desk/watch/{lived.drill.key}" in leader.http.get("/desk/drill?language=en").text
    assert lived.drill.key not in screens[0].get(f"{lived.address}/desk/drill").text
    assert screens[0].post(address).status_code == 303  # who is in stays who they are
