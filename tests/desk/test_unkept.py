"""What fails under a journal is refused in plain words, and nothing that was acknowledged is lost."""

from __future__ import annotations

import gc
import os
import select
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from luoshu.desk.cabinet import head_file
from luoshu.desk.chain import Draft
from luoshu.desk.journal import Journal
from luoshu.desk.shelves import engine_of
from luoshu.desk.unkept import Unkept

NOON = datetime(2021, 7, 20, 4, tzinfo=UTC)


LEFT_OPEN = pytest.mark.filterwarnings("ignore:Exception ignored:pytest.PytestUnraisableExceptionWarning")
"""pg8000 leaves its socket open where a server does not let it in."""


def note(number=0, why="rain", mark=""):
    return Draft(who="wang", what="note", why=why, facts={"number": number}, mark=mark)


def asked(place, *sentences):
    engine = engine_of(place)
    with engine.connect() as connection:
        for each in sentences:
            connection.exec_driver_sql(each)
        connection.commit()
    engine.dispose()


def whys(journal):
    return [entry.draft.facts["number"] for entry in journal.entries()]


FULL = """
CREATE FUNCTION full_disk() RETURNS trigger AS $$ BEGIN
  RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
END $$ LANGUAGE plpgsql
"""


def test_a_full_disk_refuses_and_takes_up_again_when_there_is_room(place):
    with Journal(place) as journal:
        journal.append(note(1), at=NOON)
        if "://" in place:
            asked(place, FULL, "CREATE TRIGGER full_disk BEFORE INSERT ON entry EXECUTE FUNCTION full_disk()")
        else:
            with journal._lock:
                pages = journal.cabinet._connection.exec_driver_sql("PRAGMA page_count").scalar()
                journal.cabinet._connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        refused, said = 0, []
        for _ in range(20):
            try:
                journal.append(note(2, "x" * 3_900, mark="once"), at=NOON)
                break  # a new connection has no such limit: there is room again
            except Unkept as error:
                said.append((error.sort, "Make room" in error.says))
                refused += 1
                if "://" in place and refused == 3:
                    asked(place, "DROP TRIGGER full_disk ON entry")
        assert set(said) == {("full", True)}
        assert whys(journal) == [1, 2]
        assert journal.fault() is None


SCRIPT = """
import resource, sys
from datetime import UTC, datetime
from luoshu.desk.chain import Draft
from luoshu.desk.journal import Journal
from luoshu.desk.unkept import Unkept
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
with Journal(sys.argv[1]) as journal:
    for number in range(400):
        try:
            entry = journal.append(Draft(who="a", what="b", why="x" * 3000), at=datetime(2021, 7, 20, tzinfo=UTC))
            print(entry.number, entry.hash, flush=True)
        except Unkept as error:
            print(error.says, file=sys.stderr)
            break
"""


def test_a_disk_that_really_takes_no_more(tmp_path):
    """The system itself lets no file grow beyond a bound."""
    place = tmp_path / "desk.sqlite"
    done = subprocess.run([sys.executable, "-c", SCRIPT, place], capture_output=True, text=True, timeout=100)
    assert "nothing was written" in done.stderr
    assert "Traceback" not in done.stderr
    told = [line.split() for line in done.stdout.splitlines()]
    assert told
    with Journal(place) as journal:
        assert [[str(entry.number), entry.hash] for entry in journal.entries()][: len(told)] == told
        assert journal.fault() is None
        assert journal.append(note(), at=NOON).number > len(told)


def test_another_program_that_does_not_let_go_is_waited_for_and_then_said(place):
    other = engine_of(place)
    with Journal(place, wait=0.3) as journal, other.connect() as connection:
        journal.append(note(1), at=NOON)
        from luoshu.desk.shelves import lock_for_writing

        lock_for_writing(connection)
        with pytest.raises(Unkept, match="another program holds the journal"):
            journal.append(note(2), at=NOON)
        assert len(journal.look(dict)["marks"]) == 0  # what stands may still be seen
        connection.rollback()
        assert journal.append(note(3), at=NOON).number == 2
    other.dispose()


def filled(place, count=300):
    with Journal(place) as journal:
        for number in range(count):
            journal.submit(lambda standing, number=number: [note(number, "x" * 500)], at=NOON)


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.97])
def test_a_file_cut_off_is_refused(tmp_path, keep):
    place = tmp_path / "desk.sqlite"
    filled(place)
    data = place.read_bytes()
    place.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(Unkept, match=r"damaged|lost entries"), Journal(place) as journal:
        journal.append(note(), at=NOON)
    assert len(place.read_bytes()) <= len(data)


def test_entries_that_went_with_the_log_of_the_database_are_missed(tmp_path):
    """What was written ahead is in a file of its own until it is merged; without it the journal is shorter."""
    place, kept = tmp_path / "desk.sqlite", tmp_path / "kept.sqlite"
    with Journal(place) as journal:
        journal.append(note(1), at=NOON)
        shutil.copy(place, kept)  # without desk.sqlite-wal
        time.sleep(1.1)
        journal.append(note(2), at=NOON)
        time.sleep(0.2)
        shutil.copy(head_file(place), head_file(kept))
    with Journal(kept) as journal:
        with pytest.raises(Unkept, match="lost entries that stood in it"):
            journal.append(note(3), at=NOON)
        with pytest.raises(Unkept, match="lost entries"):
            journal.newest()
    head_file(kept).unlink()  # what the sentence says to do where it is wanted
    with Journal(kept) as journal:
        journal.append(note(3), at=NOON)


def test_a_journal_that_shrinks_or_changes_while_it_is_open_takes_nothing_more(place):
    for change in ("DELETE FROM entry WHERE number = 3", "UPDATE entry SET hash = 'other' WHERE number = 3"):
        with Journal(place) as journal:
            while journal.append(note(), at=NOON).number < 3:
                pass
            asked(place, change)
            with pytest.raises(Unkept) as error:
                journal.append(note(9), at=NOON)
            assert error.value.lasts
            with pytest.raises(Unkept):
                journal.look(dict)
        asked(place, "DELETE FROM entry")
        if "://" not in place:
            head_file(Path(place)).unlink(missing_ok=True)


def test_another_file_in_its_place_is_noticed(tmp_path):
    place = tmp_path / "desk.sqlite"
    with Journal(place) as journal:
        journal.append(note(1), at=NOON)
        shutil.copy(place, tmp_path / "copy")
        os.replace(tmp_path / "copy", place)
        with pytest.raises(Unkept, match="moved or put back from elsewhere"):
            journal.append(note(2), at=NOON)


def test_a_page_that_is_rubbish_is_said(tmp_path):
    place = tmp_path / "desk.sqlite"
    filled(place)
    data = bytearray(place.read_bytes())
    for page in range(8, 20):
        data[page * 4096 : page * 4096 + 4096] = b"\xee" * 4096
    place.write_bytes(data)
    with Journal(place) as journal, pytest.raises(Unkept, match=r"damaged .*restore"):
        journal.append(note(), at=NOON)


def test_a_disk_that_does_not_confirm_is_not_trusted_again(tmp_path, monkeypatch):
    """After a failed fsync the system may forget what it could not write: a later success proves nothing."""
    with Journal(tmp_path / "desk.sqlite") as journal:
        journal.append(note(1), at=NOON)

        def commit():
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
            raise error

        monkeypatch.setattr(journal.cabinet, "commit", commit)
        with pytest.raises(Unkept, match="did not confirm"):
            journal.append(note(2), at=NOON)
        monkeypatch.undo()
        with pytest.raises(Unkept, match="did not confirm"):
            journal.append(note(3), at=NOON)


class Wire:
    """A way to a server that can be cut: at once, or as soon as the answer to a commit comes back."""

    def __init__(self, port):
        self.port, self.cut, self.lose_answers, self.pairs = port, False, False, []
        self.door = socket.create_server(("127.0.0.1", 0))
        self.address = self.door.getsockname()[1]
        threading.Thread(target=self._open, daemon=True).start()

    def _open(self):
        while True:
            try:
                near, _ = self.door.accept()
            except OSError:
                return
            if self.cut:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self.port))
            self.pairs.append((near, far))
            threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    def _carry(self, near, far):
        try:
            while True:
                for each in select.select([near, far], [], [], 30)[0]:
                    data = each.recv(65536)
                    if not data:
                        raise OSError("closed")
                    if each is far and self.lose_answers and b"COMMIT\x00" in data:
                        raise OSError("lost")
                    (far if each is near else near).sendall(data)
        except (OSError, ValueError):
            near.close()
            far.close()

    def break_off(self):
        self.cut = True
        for near, far in self.pairs:
            for each in (near, far):
                each.close()
        self.pairs.clear()

    def close(self):
        self.break_off()
        self.door.close()


@pytest.fixture
def wire(place):
    if "://" not in place:
        pytest.skip("only a server can go away")
    head, _, rest = place.rpartition(":")
    port, _, name = rest.partition("/")
    wire = Wire(int(port))
    yield wire, f"{head}:{wire.address}/{name}", place
    wire.close()
    gc.collect()


@LEFT_OPEN
def test_a_server_that_goes_away_and_comes_back(wire):
    line, through, place = wire
    with Journal(through) as journal:
        journal.append(note(1), at=NOON)
        line.break_off()
        for _ in range(2):
            with pytest.raises(Unkept, match="cannot be reached: nothing was written"):
                journal.append(note(2), at=NOON)
        line.cut = False
        assert journal.append(note(3), at=NOON).number == 2
        for pair in list(line.pairs):  # a connection that broke while nobody wrote is made anew without a word
            for each in pair:
                each.close()
        assert journal.append(note(4), at=NOON).number == 3
    with Journal(place) as journal:
        assert (whys(journal), journal.fault()) == ([1, 3, 4], None)


@LEFT_OPEN
def test_an_answer_that_is_lost_is_found_again_or_said_to_be_unknown(wire):
    line, through, place = wire
    with Journal(through) as journal:
        journal.append(note(1), at=NOON)
        line.lose_answers = True

        def back():
            time.sleep(0.02)
            line.lose_answers = False

        sorts = set()
        for number in range(2, 6):
            line.lose_answers = True
            thread = threading.Thread(target=back)
            thread.start()
            try:
                journal.append(note(number, mark=f"m{number}"), at=NOON)
            except Unkept as error:
                sorts.add(error.sort)
            thread.join()
            line.lose_answers = False
            journal.append(note(number, mark=f"m{number}"), at=NOON)  # sent again, written once
    assert sorts <= {"unsure"}
    with Journal(place) as journal:
        assert (whys(journal), journal.fault()) == ([1, 2, 3, 4, 5], None)


@LEFT_OPEN
def test_writers_whose_connections_are_ended_by_the_server(place):
    if "://" not in place:
        pytest.skip("only a server can end connections")
    engine = engine_of(place.rpartition("/")[0] + "/postgres").execution_options(isolation_level="AUTOCOMMIT")
    name, told, stop = place.rpartition("/")[2], [], threading.Event()
    with Journal(place) as journal:

        def write(writer):
            for count in range(10_000):
                if stop.is_set():
                    return
                mark = f"{writer}/{count}"
                while True:
                    try:
                        told.append((mark, journal.append(note(mark=mark), at=NOON).hash))
                        break
                    except Unkept:
                        time.sleep(0.01)

        threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
        for thread in threads:
            thread.start()
        with engine.connect() as connection:
            for _ in range(20):
                time.sleep(0.05)
                connection.exec_driver_sql(
                    f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
                )
        stop.set()
        for thread in threads:
            thread.join(30)
        assert journal.fault() is None
    engine.dispose()
    with Journal(place) as journal:
        standing = [(entry.draft.mark, entry.hash) for entry in journal.entries()]
    gc.collect()
    assert len(told) > 4
    assert sorted(standing) == sorted(told)


def test_a_server_is_told_to_keep_what_it_acknowledges(place):
    if "://" not in place:
        pytest.skip("SQLite is told by its pragmas")
    name = place.rpartition("/")[2]
    asked(place, f"ALTER DATABASE {name} SET synchronous_commit = off")
    engine = engine_of(place)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    engine.dispose()
