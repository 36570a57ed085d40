"""Where the journal lies: one table of entries in SQLite (a file, the default) or PostgreSQL (for many machines)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luoshu.desk.chain import Draft, Entry, moment, of_moment

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Table

LOCK = 0x6C756F736875
"""The advisory lock of PostgreSQL that one writer at a time holds: the letters of luoshu."""

WAIT_SECONDS = 30


def engine_of(place: str | Path) -> Engine:
    """An engine for a file of SQLite, or for the address of a database (postgresql://…).

    SQLite writes ahead (WAL) and syncs every commit to the disk, so that what was acknowledged outlives a power cut.
    """
    from sqlalchemy import create_engine, event

    text = str(place)
    if "://" in text:
        head, _, rest = text.partition("://")
        driver = "postgresql+pg8000" if head in ("postgresql", "postgres") else head
        return create_engine(f"{driver}://{rest}", pool_pre_ping=True)
    engine = create_engine(f"sqlite:///{text}", connect_args={"timeout": WAIT_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def settle(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, as IMMEDIATE
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={WAIT_SECONDS * 1000}"):
            connection.execute(f"PRAGMA {pragma}").fetchall()

    return engine


def entries_table() -> Table:
    """The table of entries, the same in both databases."""
    from sqlalchemy import BigInteger, Column, MetaData, Table, Text

    return Table(
        "entry",
        MetaData(),
        Column("number", BigInteger, primary_key=True, autoincrement=False),
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
    from sqlalchemy import text

    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def put(connection: Connection, table: Table, entries: Sequence[Entry]) -> None:
    """Write entries, in order, into the transaction that is open."""
    connection.execute(
        table.insert(),
        [
            {
                "number": each.number,
                "at": moment(each.at),
                "who": each.draft.who,
                "what": each.draft.what,
                "about": each.draft.about,
                "why": each.draft.why,
                "facts": each.draft.facts_text,
                "happened": moment(each.draft.happened) if each.draft.happened else None,
                "mark": each.draft.mark or None,
                "undoes": each.draft.undoes,
                "before": each.before,
                "hash": each.hash,
            }
            for each in entries
        ],
    )


def stored(connection: Connection, table: Table, after: int = 0) -> Iterator[Entry]:
    """The entries that stand after a number, in order."""
    wanted = table.select().where(table.c.number > after).order_by(table.c.number)
    found = connection.execute(wanted, execution_options={"yield_per": 2_000})
    for row in found:
        draft = Draft(
            who=row.who,
            what=row.what,
            why=row.why,
            about=row.about,
            facts=json.loads(row.facts),
            happened=of_moment(row.happened) if row.happened else None,
            mark=row.mark or "",
            undoes=row.undoes,
        )
        yield Entry(number=row.number, at=of_moment(row.at), draft=draft, before=row.before, hash=row.hash)
