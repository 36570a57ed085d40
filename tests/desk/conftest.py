"""Journals on both databases: a file of SQLite, and a real PostgreSQL where one is installed."""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from deskserver import DeskServer
from postgresserver import PostgresServer, server_programs

COUNT = itertools.count()
SHARED: dict[str, str] = {}


@pytest.fixture(scope="session")
def postgres_server():
    """A PostgreSQL server of the tests' own."""
    programs = server_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    with tempfile.TemporaryDirectory(prefix="pg") as name:
        server = PostgresServer(programs, Path(name))
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def postgres(postgres_server):
    """Its address."""
    return postgres_server.address


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """Where an empty journal may be opened, once on each database."""
    if request.param == "sqlite":
        return str(tmp_path / "desk.sqlite")
    return emptied_database(request.getfixturevalue("postgres"))


def emptied_database(address):
    """The address of the one database of most tests, emptied: to make and remove one for each takes longer than most
    tests do."""
    from sqlalchemy.exc import DBAPIError

    from luoshu.desk.shelves import engine_of

    if address in SHARED:
        engine = engine_of(SHARED[address]).execution_options(isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql("SET lock_timeout = '2s'")
                connection.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                connection.exec_driver_sql("DROP SCHEMA public CASCADE")
                connection.exec_driver_sql("CREATE SCHEMA public")
        except DBAPIError:  # somebody of an earlier test still holds it
            del SHARED[address]
        finally:
            engine.dispose()
    if address not in SHARED:
        SHARED[address] = made_database(address)
    return SHARED[address]


def made_database(address):
    """The address of an empty database on a server."""
    from luoshu.desk.shelves import engine_of

    name = f"desk{next(COUNT)}"
    engine = engine_of(f"{address}/postgres").execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return f"{address}/{name}"


@pytest.fixture
def database(postgres):
    """An empty database of PostgreSQL."""
    return made_database(postgres)


@pytest.fixture
def swept():
    """What a test leaves to Python's garbage search is looked for at its end, and not in another test."""
    yield
    gc.collect()


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


@pytest.fixture
def small_disk(tmp_path):
    """A disk of its own of four megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    if shutil.which("mount") is None or os.name != "posix":
        pytest.skip("a disk of its own cannot be mounted on this system")
    options = ["-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if subprocess.run(["mount", *options], capture_output=True).returncode:
        pytest.skip("a disk of its own needs the right to mount one")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture(scope="module")
def browser():
    """One Chromium for all tests of a module; each opens windows (contexts) of its own and closes them."""
    from browsing import CHROMIUM
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield made
        made.close()
