"""Journals on both databases: a file of SQLite, and a real PostgreSQL where one is installed."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from deskserver import DeskServer

COUNT = itertools.count()


def server_programs() -> Path | None:
    """The folder of initdb and postgres, also where a distribution keeps it out of the path."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def plain_user() -> str | None:
    """PostgreSQL refuses to run as root: whom to be instead."""
    if os.getuid():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), None)


@pytest.fixture(scope="session")
def postgres():
    """The address of an empty PostgreSQL server, without passwords, on this machine only."""
    programs = server_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    user = plain_user()
    with tempfile.TemporaryDirectory(prefix="pg") as name, socket.socket() as probe:
        folder = Path(name)
        folder.chmod(0o755)
        data = folder / "data"
        data.mkdir()
        if user:
            shutil.chown(data, user)
            shutil.chown(folder, user)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "user": user, "cwd": name}
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "luoshu", "-A", "trust", "-E", "UTF8", "--locale=C"],
            check=True,
            **quiet,
        )
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-p", str(port), "-k", name, "-c", "listen_addresses=127.0.0.1"],
            **quiet,
        )
        try:
            for _ in range(200):
                with socket.socket() as knock:
                    if not knock.connect_ex(("127.0.0.1", port)):
                        break
                    threading.Event().wait(0.05)
            yield f"postgresql://luoshu@127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGQUIT)  # at once, nothing is written out: its folder goes too
            server.wait(30)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """Where an empty journal may be opened, once on each database."""
    if request.param == "sqlite":
        return str(tmp_path / "desk.sqlite")
    from sqlalchemy import text

    from luoshu.desk.shelves import engine_of

    address, name = request.getfixturevalue("postgres"), f"desk{next(COUNT)}"
    engine = engine_of(f"{address}/postgres").execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return f"{address}/{name}"


# ---- the server with a desk, and people who are logged in ----------------------------------------------------------


@pytest.fixture
def cheap_hashes(monkeypatch):
    """Passwords are hashed in no time."""
    monkeypatch.setattr("luoshu.desk.credentials.COST", {"time_cost": 1, "memory_cost": 8, "parallelism": 1})


@pytest.fixture
def desk_book(tmp_path):
    """A small book whose desk has an administrator called `admin`."""
    from luoshu.book.book import open_book
    from luoshu.desk.room import open_room
    from luoshu.desk.staff import CONSOLE, Add, Give

    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "book.yaml").write_text("title: 某市台账\nregion: 某市\n", encoding="utf-8")
    (folder / "commitments.yaml").write_text("", encoding="utf-8")
    with open_room(open_book(folder)) as room:
        room.do(Add(person="admin", name="管理员"), by=CONSOLE, at=datetime(2021, 7, 20, tzinfo=UTC))
        room.do(Give(person="admin", role="admin"), by=CONSOLE, at=datetime(2021, 7, 20, tzinfo=UTC))
    return folder


@pytest.fixture
def desk_server(desk_book, cheap_hashes):
    server = DeskServer(desk_book)
    yield server
    server.room.close()


@pytest.fixture(scope="module")
def browser():
    """One Chromium for all tests of a module; each opens windows (contexts) of its own and closes them."""
    from browsing import CHROMIUM
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield made
        made.close()
