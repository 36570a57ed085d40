"""What was erased is not left in the files of a database: in pages that were let go, in its log, in old tables."""

from __future__ import annotations

import shutil
from pathlib import Path

from erasable import PHONE, SECRETS, asked, do, filled, rows

import luoshu.desk.acts  # noqa: F401 (puts every act on the list)
from luoshu.desk.room import Room
from luoshu.desk.shelves import engine_of

FILE_OF_TABLE = "SELECT current_setting('data_directory') || '/' || pg_relation_filepath('personal')"


def test_no_byte_of_it_is_left_in_the_files_of_sqlite(tmp_path):
    """Neither in a page that was let go nor in the log that was written ahead, while the desk stays open."""
    place = tmp_path / "desk.sqlite"
    with Room(place) as room:
        filled(room)
        for n in range(20):
            do(room, "expert.enter", expert=f"x{n}", name="路人", contact="13700000000")
        there = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert all(word.encode() in there for word in SECRETS)
        do(room, "expert.withdraw", expert="e1")
        left = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
        assert not [(name, word) for name, data in left.items() for word in SECRETS if word.encode() in data]


def test_a_reader_that_holds_the_log_up_does_not_keep_it_for_ever(tmp_path):
    place = tmp_path / "desk.sqlite"
    with Room(place) as room:
        filled(room)
        engine = engine_of(place)
        with engine.connect() as reader:
            reader.exec_driver_sql("BEGIN")
            reader.exec_driver_sql("SELECT * FROM entry").fetchall()
            do(room, "expert.withdraw", expert="e1")
            reader.rollback()
        engine.dispose()
        assert room.journal.cabinet._erased
        room.journal.cabinet._wipe_next = 0.0  # it is not tried with every entry
        do(room, "expert.free", expert="e2", since="2021-07-20T08:00+08:00", until="2021-07-21T08:00+08:00")
        left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert not [word for word in SECRETS if word.encode() in left]


def test_no_row_of_it_is_left_in_the_table_of_postgresql(database, tmp_path):
    with Room(database) as room:
        filled(room)
        (path,) = rows(database, FILE_OF_TABLE)[0]
        asked(database, "CHECKPOINT")
        assert PHONE.encode() in Path(path).read_bytes()
        do(room, "expert.withdraw", expert="e1")
        asked(database, "CHECKPOINT")
        (now,) = rows(database, FILE_OF_TABLE)[0]
        assert now != path
        assert PHONE.encode() not in Path(now).read_bytes()
        assert not Path(path).exists() or PHONE.encode() not in Path(path).read_bytes()


def test_who_is_killed_before_the_log_is_emptied_leaves_it_to_the_next(tmp_path, monkeypatch):
    place, copy = tmp_path / "desk.sqlite", tmp_path / "copy"
    copy.mkdir()
    with Room(place) as room:
        filled(room)
        with monkeypatch.context() as killed:
            killed.setattr("luoshu.desk.cabinet.Cabinet._wipe", lambda self: None)
            do(room, "expert.withdraw", expert="e1")
            for file in tmp_path.glob("desk.sqlite*"):
                shutil.copy(file, copy / file.name)
            room.journal.cabinet._erased = False
    assert PHONE.encode() in b"".join(file.read_bytes() for file in copy.iterdir())
    with Room(copy / place.name) as room:
        do(room, "expert.enter", expert="e3", name="赵")
        left = b"".join(file.read_bytes() for file in copy.iterdir())
        assert not [word for word in SECRETS if word.encode() in left]


def test_a_long_look_at_postgresql_holds_nobody_up(database):
    """A backup of a large journal reads for minutes; a withdrawal meanwhile is written and wiped afterwards."""
    with Room(database) as room:
        filled(room)
        engine = engine_of(database)
        with engine.connect() as reader:
            reader.exec_driver_sql("SELECT * FROM personal").fetchall()
            do(room, "expert.withdraw", expert="e1")
            for n in range(5):
                do(room, "expert.enter", expert=f"x{n}", name="赵")
            assert room.journal.cabinet._erased
        engine.dispose()
        room.journal.cabinet._wipe_next = 0.0
        do(room, "expert.enter", expert="x9", name="赵")
        assert not room.journal.cabinet._erased
