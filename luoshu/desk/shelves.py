"""Where the journal lies: one table of entries in SQLite (a file, the default) or PostgreSQL (for many machines)."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luoshu.desk.chain import SEALED, Entry, drafted, moment, of_moment
from luoshu.desk.sealed import beside, opened, sentences
from luoshu.desk.unkept import NO_ADDRESS, Unkept

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Table

LOCK = 0x6C756F736875
"""The advisory lock of PostgreSQL that one writer at a time holds: the letters of luoshu."""

WAIT_SECONDS = 30.0
"""How long a writer waits for another one before it refuses."""
AT_ONCE = 2_000
COLUMNS = ("number", "at", "who", "what", "about", "why", "facts", "happened", "mark", "undoes", "before", "hash")
ROWS_AT_ONCE = 32
"""Rows of one sentence of SQLite. With fewer the writer waits more often for the interpreter, with more it works longer
in the database; old ones take 999 values. The driver keeps as many sentences ready as there are lengths."""
_NAMES = ", ".join(f'"{name}"' for name in COLUMNS)
_TYPES = ", ".join(f'"{name}" {"bigint" if name in ("number", "undoes") else "text"}' for name in COLUMNS)


def engine_of(place: str | Path, wait: float = WAIT_SECONDS) -> Engine:
    """An engine for a file of SQLite, or for the address of a database (postgresql://…).

    SQLite writes ahead (WAL) and syncs every commit to the disk, and PostgreSQL is told to, so that what was
    acknowledged outlives a power cut. `wait`: seconds to wait for another writer.
    """
    from sqlalchemy import create_engine, event

    text = str(place)
    if "://" in text:
        return _server(text, wait)
    engine = create_engine(f"sqlite:///{text}", connect_args={"timeout": wait, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def settle(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, as IMMEDIATE
        # fullfsync: on a Mac only that reaches the disk
        for pragma in (
            f"busy_timeout={round(wait * 1000)}", "journal_mode=WAL", "synchronous=FULL", "fullfsync=ON",
            "checkpoint_fullfsync=ON", "secure_delete=ON",
        ):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}").fetchall()

    return engine


def _server(address: str, wait: float) -> Engine:
    from sqlalchemy import create_engine, event

    head, _, rest = address.partition("://")
    if head not in ("postgresql", "postgres", "postgresql+pg8000") or "@" not in rest.partition("/")[0]:
        raise Unkept(NO_ADDRESS, "other")
    driver = "postgresql+pg8000"
    # the socket gives up later than the server does, so that a silent network does not hold a writer for ever
    engine = create_engine(f"{driver}://{rest}", pool_pre_ping=True, connect_args={"timeout": wait + 10})

    def let_go(connection: Any) -> None:
        # pg8000 raises, and leaves the socket open, where the server went away before
        socket = getattr(connection, "_usock", None)
        with contextlib.suppress(Exception):
            connection.close()
        if socket is not None and socket.fileno() >= 0:
            os.close(socket.detach())

    for name in ("do_close", "do_terminate"):
        setattr(engine.dialect, name, let_go)

    @event.listens_for(engine, "do_connect")
    def reach(dialect: Any, record: Any, given: Any, named: Any) -> Any:
        try:
            return dialect.connect(*given, **named)
        except dialect.loaded_dbapi.Error:
            raise
        except Exception as error:  # what the network says, or somebody who answers there and is no PostgreSQL
            raise dialect.loaded_dbapi.InterfaceError(str(error)) from error

    @event.listens_for(engine, "connect")
    def settle(connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        for setting in (
            "synchronous_commit = on", f"lock_timeout = {round(wait * 1000)}",
            f"idle_in_transaction_session_timeout = {round(wait * 2000)}", "standard_conforming_strings = on",
        ):  # fmt: skip
            cursor.execute(f"SET {setting}")
        cursor.close()
        connection.commit()

    return engine


def entries_table() -> Table:
    """The table of entries, the same in both databases."""
    from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text

    # in SQLite INTEGER, and only that, makes the number the row's own, which needs no index beside the table
    number = BigInteger().with_variant(Integer(), "sqlite")
    return Table(
        "entry",
        MetaData(),
        Column("number", number, primary_key=True, autoincrement=False),
        Column("at", Text, nullable=False),
        Column("who", Text, nullable=False),
        Column("what", Text, nullable=False),
        Column("about", Text, nullable=False),
        Column("why", Text, nullable=False),
        Column("facts", Text, nullable=False),
        Column("happened", Text),
        Column("mark", Text, unique=True),
        Column("undoes", BigInteger),
        Column("before", Text, nullable=False),
        Column("hash", Text, nullable=False),
    )


def lock_for_writing(connection: Connection) -> None:
    """Begin a transaction that no other writer, in this process or another, can overlap."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def answered(connection: Connection, sentence: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """What the driver itself answers: the way of every commit, without what SQLAlchemy adds to each sentence."""
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    cursor.execute(sentence, values)
    return [tuple(row) for row in cursor.fetchall()] if cursor.description else []


def locked_since(connection: Connection, after: int) -> list[Entry]:
    """Begin a transaction as `lock_for_writing` does, in PostgreSQL, and give what stands after a number then: one way
    to the server and back. Each sentence sees what was committed before it began, so the last one what the lock let
    stand."""
    lock = f"BEGIN; SELECT pg_advisory_xact_lock({LOCK}); {_select(after, AT_ONCE)}"
    found = list(_entries(connection, [row for row in answered(connection, lock) if len(row) == len(COLUMNS)]))
    return found if len(found) < AT_ONCE else [*found, *stored(connection, found[-1].number)]


def put(connection: Connection, entries: Sequence[Entry]) -> None:
    """Write entries, in order, into the transaction that is open."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(_insert("%s"), (_told(entries),))
        _put_beside(connection, entries)
        return
    rows = [_row(each) for each in entries]
    for first in range(0, len(rows), ROWS_AT_ONCE):
        # a row at a time lets go of the interpreter, and waits for it again, with each
        part = rows[first : first + ROWS_AT_ONCE]
        answered(connection, _rows(len(part)), [value for row in part for value in row])
    _put_beside(connection, entries)


def _put_beside(connection: Connection, entries: Sequence[Entry]) -> None:
    for sentence in sentences(entries):
        answered(connection, sentence)


def put_and_commit(entries: Sequence[Entry]) -> str:
    """The sentences that write entries into the open transaction of PostgreSQL and end it, on one way."""
    quoted = _told(entries).replace("'", "''")  # whole, as standard_conforming_strings is on
    return "; ".join((_insert(f"'{quoted}'"), *sentences(entries), "COMMIT"))


@cache
def _rows(count: int) -> str:
    one = f"({', '.join('?' * len(COLUMNS))})"
    return f"INSERT INTO entry ({_NAMES}) VALUES {', '.join([one] * count)}"


def _insert(told: str) -> str:
    return f"INSERT INTO entry ({_NAMES}) SELECT {_NAMES} FROM json_to_recordset(CAST({told} AS json)) AS t ({_TYPES})"


def _told(entries: Sequence[Entry]) -> str:
    """All rows as one JSON: one way to the server and back instead of one for each row."""
    return json.dumps([dict(zip(COLUMNS, _row(each), strict=True)) for each in entries], ensure_ascii=False)


def _row(entry: Entry) -> tuple[Any, ...]:
    draft = entry.draft
    return (
        entry.number, moment(entry.at), draft.who, draft.what, draft.about, draft.chained_why, draft.facts_text,
        moment(draft.happened) if draft.happened else None, draft.mark or None, draft.undoes, entry.before, entry.hash,
    )  # fmt: skip


def _select(after: int, limit: int) -> str:
    return f"SELECT {_NAMES} FROM entry WHERE number > {after:d} ORDER BY number LIMIT {limit:d}"


def stored(connection: Connection, after: int = 0, most: int | None = None) -> Iterator[Entry]:
    """The entries that stand after a number, in order, at most so many."""
    left = most
    while left is None or left > 0:
        limit = AT_ONCE if left is None else min(left, AT_ONCE)
        rows = connection.exec_driver_sql(_select(after, limit)).fetchall()
        yield from _entries(connection, [tuple(row) for row in rows])
        if len(rows) < limit:
            return
        after = rows[-1][0]
        left = None if left is None else left - len(rows)


def _entries(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> Iterator[Entry]:
    """The entries of rows, with what is personal in them as far as it still lies beside them."""
    kept = beside(connection, [row[0] for row in rows if isinstance(row[6], str) and SEALED in row[6]])
    for row in rows:
        entry = _entry(row)
        if entry.number in kept and entry.draft.seal is not None:
            entry = replace(entry, draft=opened(entry.draft, *kept[entry.number]))
        yield entry


class NotAnEntry(ValueError):
    """A row of the table that holds no entry; `number` is the one it stands under."""

    def __init__(self, number: int) -> None:
        super().__init__(f"row {number} of the journal is not an entry")
        self.number = number


def _entry(row: tuple[Any, ...]) -> Entry:
    number, at, who, what, about, why, facts, happened, mark, undoes, before, hashed = row
    try:
        values = {
            "who": who, "what": what, "about": about, "why": why, "mark": mark or "", "undoes": undoes,
            "happened": of_moment(happened) if happened else None,
        }  # fmt: skip
        return Entry(number=number, at=of_moment(at), draft=drafted(values, facts), before=before, hash=hashed)
    except (ValueError, TypeError):
        raise NotAnEntry(number) from None
