"""A desk on a full disk: people log in to read and to make room, who logs out is out, and what is read can be read."""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime

import pytest
from browsing import served
from deskserver import PASSWORD
from hardground import FULL, TONGUES, Served, filled

from luoshu.desk.unwritten import MOST, Unwritten
from luoshu.words.message import Message

NOON = datetime(2021, 7, 20, tzinfo=UTC)


@pytest.fixture
def book(desk_book, small_disk):
    return shutil.copytree(desk_book, small_disk / "book")


def logged_in(desk, who=1):
    """Somebody logged in once more: the new cookie and its proof stand in the place of the old ones."""
    import json

    status, headers, text = desk.ask("POST", "/login", {"name": f"officer{who}", "password": PASSWORD})
    if status == 200:
        desk.cookies[who], desk.proofs[who] = headers["set-cookie"].split(";")[0], json.loads(text)["csrf"]
    return status


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.usefixtures("cheap_hashes")
def test_people_log_in_and_out_on_a_full_disk_and_it_is_written_down_later(book, small_disk):
    from luoshu.show.server import make_app

    app = make_app(book)
    sessions = app.state.door.sessions
    try:
        with served(app) as address:
            desk = Served(app, address)
            filler = filled(small_disk)
            status, _, text = desk.send("n0", "x" * 1_900)
            while status == 201:  # what had its place already
                status, _, text = desk.send(f"n{time.monotonic_ns()}", "x" * 1_900)
            assert (status, FULL["en"] in text) == (503, True)
            old = desk.cookies[2]
            assert logged_in(desk, 1) == 200
            assert desk.ask("GET", "/desk/account", who=1)[0] == 200
            assert logged_in(desk, 2) == 200
            assert desk.ask("POST", "/logout", {}, who=2)[0] < 400
            assert desk.ask("GET", "/desk/me.json", who=2)[0] == 401
            desk.cookies[2] = old
            assert len(sessions.unwritten.begun) == 1
            before = len(app.state.room.journal.entries())
            filler.unlink()
            assert logged_in(desk, 3) == 200
            assert not sessions.unwritten.begun
            assert desk.ask("GET", "/desk/me.json", who=1)[0] == 200
            assert len(sessions.all("officer1", datetime.now(UTC))) == 2
            until = time.monotonic() + 20
            while True:
                fresh = [each.draft for each in app.state.room.journal.entries()[before:]]
                noted = sorted((each.who, each.what) for each in fresh if each.what in ("login", "logout"))
                if len(noted) == 4:
                    break
                assert time.monotonic() < until, noted
                time.sleep(0.02)
            assert noted == [
                ("officer1", "login"),
                ("officer2", "login"),
                ("officer2", "logout"),
                ("officer3", "login"),
            ]
            assert app.state.room.journal.fault() is None
    finally:
        app.state.door.stop()
        app.state.room.close()


def test_so_many_sessions_are_held_and_no_more():
    held = Unwritten()
    for number in range(MOST):
        held.begin({"key": str(number), "person": "li"})
    with pytest.raises(OSError, match="disk of the journal is full"):
        held.begin({"key": "one more", "person": "li"})
    assert held.end(["1"]) == 1
    held.begin({"key": "one more", "person": "li"})


def test_a_stopped_desk_on_a_full_disk_is_read_and_what_needs_room_is_refused_in_words(
    book,
    small_disk,
    tmp_path,
    capsys,
):
    from luoshu.cli import main

    def said(*words, language="en"):
        done = main(["--language", language, *map(str, words)])
        told = capsys.readouterr()
        return done, told.out + told.err

    for left in (book / "desk").glob("*-shm"):
        left.unlink()
    filled(small_disk)
    done, told = said("desk", "stock", "out", book, tmp_path / "stock.xlsx")
    assert (done, (tmp_path / "stock.xlsx").stat().st_size > 1_000) == (0, True), told
    done, told = said("desk", "report", book, "nothing", tmp_path / "review.docx")
    assert (done, "there is no incident nothing" in told) == (2, True), told
    assert said("gauge", book, "--day", "2021-07-21")[0] == 0
    for tongue in TONGUES:
        for words in (
            ("serve", book, "--port", "0"),
            ("desk", "stock", "in", book, tmp_path / "stock.xlsx", "--as", "a"),
        ):
            done, told = said(*words, language=tongue)
            assert (done, FULL[tongue] in told) == (2, True), told


def test_what_sqlite_says_of_a_full_disk_when_it_opens_a_journal_is_known():
    import sqlite3

    from luoshu.desk.unkept import unkept

    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    found = unkept(error)
    assert (found.sort, isinstance(found.says, Message), FULL["en"] in found.says) == ("full", True, True)
