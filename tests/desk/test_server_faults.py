"""The server while its disk is full, or its database stops and starts: plain answers, nothing acknowledged is lost."""

from __future__ import annotations

import gc
import json
import shutil
import signal
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from html import unescape
from http.client import HTTPConnection

import pytest
from browsing import served
from hardground import FULL, TONGUES, Served, filled

WRITERS = 20
LEFT_OPEN = [
    pytest.mark.filterwarnings("ignore:Exception ignored:pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
"""pg8000 leaves its socket open where a server does not let it in."""
AWAY = {"en": "the database of the journal cannot be reached", "zh": "无法连接日志数据库"}


class Writers:
    """Twenty who send messages one after the other, each in one of two languages, and note what they were told."""

    def __init__(self, desk, why=""):
        self.desk, self.why, self.stop = desk, why, threading.Event()
        self.statuses, self.acknowledged, self.said, self.failed = Counter(), {}, set(), []
        self.threads = [threading.Thread(target=self._write, args=(number,)) for number in range(WRITERS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self.stop.set()
        for thread in self.threads:
            thread.join(60)

    def _write(self, writer):
        tongue, count = TONGUES[writer % 2], 0
        while not self.stop.is_set():
            name = f"n{writer}-{count}"
            try:
                status, _, text = self.desk.send(name, self.why, writer % 4, tongue)
            except OSError as error:
                self.failed.append(repr(error))
                continue
            self.statuses[status] += 1
            if status == 201:
                self.acknowledged[name] = json.loads(text)["entries"][0]
                count += 1  # else it is sent again, with the same mark
            else:
                self.said.add((tongue, status, text))
                self.stop.wait(0.1)

    def wait_for(self, status, more=1):
        """Until so many more answers of a status have come."""
        wanted, until = self.statuses[status] + more, time.monotonic() + 60
        while self.statuses[status] < wanted:
            assert time.monotonic() < until, (status, dict(self.statuses), list(self.said)[:3], self.failed[:3])
            time.sleep(0.02)


def nothing_lost(desk, writers):
    """Every acknowledged message stands once under the number that was told, and the chain is whole."""
    entries = desk.room.journal.entries()
    standing = {e.draft.facts["id"]: e.number for e in entries if e.draft.what == "message.send"}
    sent = [e.draft.facts["id"] for e in entries if e.draft.what == "message.send"]
    assert len(sent) == len(set(sent))
    assert {name: standing.get(name) for name in writers.acknowledged} == writers.acknowledged
    assert desk.room.journal.fault() is None


def each_in_own_words(said, words, others=()):
    """All refusals are 503 in the journal's own words and in the language of who asked."""
    assert said
    for tongue, status, text in said:
        error = json.loads(text)["error"]
        assert (status, error["code"]) == (503, "not-written")
        assert any(each[tongue] in error["says"] for each in (words, *others)), error
    assert {tongue for tongue, _, text in said if words[tongue] in text} == set(TONGUES)


def page_says(desk, path, words):
    """A page that cannot be shown is a page all the same, and asks again by itself."""
    for tongue in TONGUES:
        status, headers, text = desk.ask("GET", path, who=0, tongue=tongue)
        assert (status, headers["retry-after"]) == (503, "5")
        assert words[tongue] in text
        assert 'http-equiv="refresh"' in text
        assert f'lang="{"zh-CN" if tongue == "zh" else "en"}' in text


WITHOUT = {"zh": "本页来自值班台的内容截至", "en": "What this page has from it is as of"}


def goes_on(desk, path):
    """A page of the plan is there without the desk, and says from when what it has of it is; nobody is logged in."""
    for tongue in TONGUES:
        status, headers, text = desk.ask("GET", path, who=0, tongue=tongue)
        assert status == 200
        assert WITHOUT[tongue] in text
        assert datetime.fromisoformat(headers["luoshu-desk-as-of"]) <= datetime.now(UTC)
        assert "/logout" not in text
    status, headers, text = desk.ask("GET", f"{path if path != '/' else '/overview'}.json", who=0)
    assert (status, "luoshu-desk-as-of" in headers) == (200, True)


def come_back(desk):
    """The pages of the plan ask the desk again by themselves, and know who is logged in."""
    until = time.monotonic() + 30
    while "luoshu-desk-as-of" in (answer := desk.ask("GET", "/", who=0))[1]:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert "/logout" in answer[2]
    assert WITHOUT["en"] not in answer[2]


class Stream:
    """One open board: the sorts of events that came."""

    def __init__(self, desk, tongue):
        self.came, self.words = Counter(), []
        self.line = HTTPConnection(desk.place, timeout=60)
        headers = {"cookie": f"{desk.cookies[1]}; language={tongue}", "user-agent": "test"}
        self.line.request("GET", "/desk/incidents/m/events", headers=headers)
        self.answer = self.line.getresponse()
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self):
        name = ""
        while line := self.answer.readline().decode():
            if line.startswith("event: "):
                name = line[7:].strip()
                self.came[name] += 1
            elif line.startswith("data: ") and name == "away":
                self.words.append(json.loads(line[6:])["says"])

    def wait_for(self, name, count=1):
        until = time.monotonic() + 30
        while self.came[name] < count:
            assert time.monotonic() < until, (name, self.came)
            time.sleep(0.02)


@pytest.fixture
def quick_streams(monkeypatch):
    monkeypatch.setattr("luoshu.show.live.CHECK_SECONDS", 0.2)
    monkeypatch.setattr("luoshu.show.live.AWAY_SECONDS", 0.2)
    monkeypatch.setattr("luoshu.show.reaching.AGAIN_SECONDS", 0.1)


@pytest.fixture
def many_acts(monkeypatch):
    from luoshu.show.pacing import Pace

    monkeypatch.setattr("luoshu.show.acting.ACTS_PACE", Pace(name="acts of a test", count=100_000))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["in order", "as in a crash"])
@pytest.mark.usefixtures("cheap_hashes", "quick_streams", "many_acts")
class TestDatabase:
    pytestmark = LEFT_OPEN

    @pytest.fixture(autouse=True)
    def swept(self):
        yield
        gc.collect()

    def test_stops_and_starts_while_twenty_write(self, desk_book, postgres_server, database, how):
        from luoshu.show.server import make_app

        app = make_app(desk_book, desk=database)
        try:
            with served(app) as address:
                desk = Served(app, address)
                board = Stream(desk, "zh")
                board.wait_for("hello")
                with Writers(desk) as writers:
                    writers.wait_for(201, WRITERS)
                    postgres_server.stop(how)
                    try:
                        writers.wait_for(503, 2 * WRITERS)
                        for path in ("/desk/incidents/m", "/alerts", "/desk/account"):
                            page_says(desk, path, AWAY)
                        for path in ("/", "/owners", "/problems", "/about"):
                            goes_on(desk, path)
                        status, _, text = desk.send("by-form", form=True, tongue="zh")
                        assert (status, AWAY["zh"] in text) == (503, True)
                        assert desk.ask("GET", "/desk/incidents/m/events", who=0, tongue="zh")[0] == 503
                        board.wait_for("away", 2)
                    finally:
                        postgres_server.start()
                    writers.wait_for(201, WRITERS)
                    board.wait_for("hello", 2)
                    board.wait_for("entry", 2)
                assert set(writers.statuses) == {201, 503}
                assert not writers.failed
                unsure = {"en": "it is not known whether", "zh": "不知道"}
                each_in_own_words(writers.said, AWAY, [unsure])
                assert AWAY["zh"] in board.words[0]
                assert desk.ask("GET", "/desk/incidents/m", who=0)[0] == 200
                come_back(desk)
                nothing_lost(desk, writers)
        finally:
            app.state.door.stop()
            app.state.room.close()
            gc.collect()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.usefixtures("cheap_hashes", "many_acts")
def test_a_full_disk_is_said_everywhere_and_takes_up_again_when_there_is_room(desk_book, small_disk):
    from luoshu.show.server import make_app

    book = small_disk / "book"
    shutil.copytree(desk_book, book)
    app = make_app(book)
    try:
        with served(app) as address:
            desk = Served(app, address)
            with Writers(desk, "x" * 1_500) as writers:
                writers.wait_for(201, WRITERS)
                filler = filled(small_disk)
                writers.wait_for(503, 3 * WRITERS)
                assert desk.ask("GET", "/desk/incidents/m", who=0)[0] == 200, "what stands may still be read"
                said = [desk.send(f"form-{tongue}", "y" * 1_900, form=True, tongue=tongue) for tongue in TONGUES]
                filler.unlink()
                writers.wait_for(201, 2 * WRITERS)
            assert set(writers.statuses) == {201, 503}
            assert not writers.failed
            each_in_own_words(writers.said, FULL)
            for tongue, (status, _, text) in zip(TONGUES, said, strict=True):
                assert (status, FULL[tongue] in text, "y" * 1_900 in text) == (503, True, True)
            nothing_lost(desk, writers)
    finally:
        app.state.door.stop()
        app.state.room.close()


def test_what_the_guard_refuses_is_said_in_the_language_of_who_asked(desk_server):
    elsewhere = desk_server.client(base="http://rebound.example:8000")
    for language, words in (("zh", "服务程序只应答本机名称"), ("en", "this server answers only to this machine's own")):
        elsewhere.cookies.set("language", language, domain="rebound.example")
        answer = elsewhere.get("/desk.json")
        assert (answer.status_code, words in answer.json()["error"]["says"]) == (403, True)
        page = elsewhere.get("/desk", headers={"accept": "text/html"})
        assert (page.status_code, words in unescape(page.text)) == (403, True)
        assert "某市" not in page.text, "a page of another site learns nothing of the book"
    forged = desk_server.client()
    forged.cookies.set("language", "zh")
    answer = forged.post("/desk/acts/incident.open", json={}, headers={"origin": "http://evil.example"})
    assert (answer.status_code, answer.json()["error"]["says"]) == (403, "请求来自其他网站的页面")


def test_what_checks_the_acts_is_built_before_it_is_asked_for():
    import luoshu.desk.acts  # noqa: F401
    from luoshu.desk import act as module

    module._ADAPTERS.clear()
    module.warm()
    assert set(module._ADAPTERS) == set(module.ACTS.values())
    module._ADAPTERS.clear()
    module.warm(lambda: True)
    assert not module._ADAPTERS


def test_the_other_language_of_a_page_that_cannot_be_shown_is_that_page(desk_server, monkeypatch):
    from luoshu.desk.unkept import AWAY as GONE
    from luoshu.desk.unkept import Unkept

    def gone():
        raise Unkept(GONE, "away")

    officer = desk_server.person("wang", "duty")
    assert officer.get("/desk/account").status_code == 200
    monkeypatch.setattr(desk_server.room, "standing", gone)
    page = officer.get("/desk/account", headers={"accept": "text/html"})
    assert (page.status_code, AWAY["zh"] in page.text) == (503, True)
    assert 'href="/desk/account?language=en"' in page.text


def test_a_journal_on_a_full_disk_is_verified_and_saved_elsewhere(small_disk, tmp_path):
    from luoshu.desk.chain import Draft
    from luoshu.desk.journal import Journal
    from luoshu.desk.keeping import backup, inspect, verify

    place = small_disk / "desk.sqlite"
    with Journal(place) as journal:
        for number in range(3):
            journal.append(Draft(who="a", what="b", facts={"n": number}), at=datetime.now(UTC))
        for name in ("desk.sqlite", "desk.sqlite-wal"):  # as after a kill: what was written ahead is not merged
            shutil.copyfile(small_disk / name, small_disk / f"kept{name[4:]}")
    filled(small_disk)
    for name in ("desk.sqlite", "kept.sqlite"):
        assert verify(small_disk / name).problems == ()
        assert backup(small_disk / name, tmp_path / f"{name}.jsonl").entries == 3
        assert inspect(tmp_path / f"{name}.jsonl").entries == 3
