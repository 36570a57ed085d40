"""Sessions of people who are logged in: kept on the server, hashed, bound to one browser, ending by themselves."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from luoshu.desk.chain import moment, of_moment
from luoshu.desk.shelves import lock_for_writing
from luoshu.desk.unwritten import Unwritten, no_room

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Table

V = TypeVar("V")

IDLE = timedelta(hours=8)
LONGEST = timedelta(hours=24)
"""A session ends after this long without a request, and in any case after this long: a night's duty fits in."""

SEEN_EVERY = timedelta(minutes=1)
MOST_A_PERSON = 10
"""Sessions that one person may have open; an eleventh ends the oldest."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """Somebody logged in with one browser. `id` names it in lists and logs; it opens nothing.

    `csrf` proves that a request was made by a page that this session was given.
    """

    id: str
    person: str
    begun: datetime
    seen: datetime
    browser: str
    csrf: str = ""


@dataclass(frozen=True, kw_only=True)
class Stolen:
    """A session that was used from another browser than it was begun with; it has been ended."""

    session: Session


class Sessions:
    """All sessions of one desk, in a table of their own in the journal's database.

    What cannot be written, as on a full disk, is held in memory (`Unwritten`) and written with the next that can be: so
    that people may log in to read and to make room, and whoever logs out is out.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.table = _table()
        self.table.metadata.create_all(engine)
        self.unwritten = Unwritten()

    def begin(self, person: str, browser: str, at: datetime, most: int = MOST_A_PERSON) -> tuple[str, Session]:
        """A new session: the secret for the browser, which is kept nowhere else, and the session. Of more than `most`
        sessions of a person the oldest end."""
        token = secrets.token_urlsafe(32)
        row = {
            "key": _key(token), "person": person, "begun": moment(at), "seen": moment(at),
            "agent": _agent(browser), "browser": browser[:200],
        }  # fmt: skip

        def write(connection: Connection) -> None:
            old = moment(at - LONGEST)
            connection.execute(self.table.delete().where(self.table.c.begun < old))
            mine = self.table.select().where(self.table.c.person == person).order_by(self.table.c.begun.desc())
            for each in connection.execute(mine).fetchall()[most - 1 :]:
                connection.execute(self.table.delete().where(self.table.c.key == each.key))
            connection.execute(self.table.insert().values(**row))

        try:
            self._write(write)
        except Exception as error:
            if not no_room(error):
                raise
            self.unwritten.begin(row)
        return token, _session(row, token)

    def of(self, token: str, browser: str, at: datetime) -> Session | Stolen | None:
        """The session of a secret; None where there is none any more."""
        row = self._row(_key(token))
        if row is None:
            return None
        found = _session(row, token)
        # what cannot be written now, as on a full disk, keeps nobody from reading, and lets nobody in
        if at > found.begun + LONGEST or at > found.seen + IDLE:
            self._if_it_can(self.end, found.id)
            return None
        if not hmac.compare_digest(row["agent"], _agent(browser)):
            self._if_it_can(self.end, found.id)
            return Stolen(session=found)
        if at > found.seen + SEEN_EVERY:
            self._if_it_can(self._saw, found.id, at)
        return found

    def all(self, person: str, at: datetime) -> tuple[Session, ...]:
        """A person's sessions, the newest first."""
        mine = [_session(row) for row in self._rows() if row["person"] == person]
        mine.sort(key=lambda each: each.begun, reverse=True)
        return tuple(each for each in mine if at <= each.begun + LONGEST and at <= each.seen + IDLE)

    def last_seen(self) -> dict[str, datetime]:
        """When each person who is logged in asked last."""
        found: dict[str, datetime] = {}
        for row in self._rows():
            seen = of_moment(row["seen"])
            found[row["person"]] = max(seen, found.get(row["person"], seen))
        return found

    def end(self, id: str, person: str = "") -> bool:
        """End one session (of this person, where one is named); tells whether there was one."""
        wanted = self.table.c.key.startswith(id, autoescape=True)
        wanted = wanted & (self.table.c.person == person) if person else wanted
        return self._ended(wanted, lambda row: row["key"].startswith(id) and person in ("", row["person"])) > 0

    def end_by(self, token: str) -> bool:
        """End the session of a secret, whoever has it."""
        key = _key(token)
        return self._ended(self.table.c.key == key, lambda row: row["key"] == key) > 0

    def end_all(self, person: str, but: str = "") -> int:
        """End all sessions of a person, but one; tells how many."""
        wanted = self.table.c.person == person
        wanted = wanted & ~self.table.c.key.startswith(but, autoescape=True) if but else wanted
        return self._ended(wanted, lambda row: row["person"] == person and not (but and row["key"].startswith(but)))

    def forget_all(self) -> None:
        """End all sessions of everybody."""
        self._ended(self.table.c.key != "", lambda row: True)

    def _row(self, key: str) -> Mapping[str, Any] | None:
        if key in self.unwritten.ended:
            return None
        if (found := self.unwritten.begun.get(key)) is not None:
            return found
        with self.engine.connect() as connection:
            row = connection.execute(self.table.select().where(self.table.c.key == key)).mappings().first()
        return dict(row) if row is not None else None

    def _ended(self, wanted: Any, which: Callable[[Mapping[str, Any]], bool]) -> int:
        try:
            return self._write(lambda connection: int(connection.execute(self.table.delete().where(wanted)).rowcount))
        except Exception as error:
            if not no_room(error):
                raise
        return self.unwritten.end(row["key"] for row in self._rows() if which(row))

    def _rows(self) -> list[Mapping[str, Any]]:
        with self.engine.connect() as connection:
            rows = [dict(row) for row in connection.execute(self.table.select()).mappings()]
        return self.unwritten.over(rows)

    def _write(self, do: Callable[[Connection], V]) -> V:
        """Write what was held in memory and then what is asked for, all or nothing."""
        with self.engine.connect() as connection:
            lock_for_writing(connection)
            held = self.unwritten.put(connection, self.table)
            done = do(connection)
            connection.commit()
        self.unwritten.written(held)
        return done

    def _if_it_can(self, do: Callable[..., object], *given: Any) -> None:
        from sqlalchemy.exc import SQLAlchemyError

        with suppress(SQLAlchemyError, OSError):
            do(*given)

    def _saw(self, id: str, at: datetime) -> None:
        wanted = self.table.update().where(self.table.c.key.startswith(id, autoescape=True)).values(seen=moment(at))
        try:
            self._write(lambda connection: connection.execute(wanted))
        except Exception:
            self.unwritten.saw(id, moment(at))
            raise


def _session(row: Any, token: str = "") -> Session:
    return Session(
        id=row["key"][:16],
        person=row["person"],
        begun=of_moment(row["begun"]),
        seen=of_moment(row["seen"]),
        browser=row["browser"],
        csrf=csrf_of(token) if token else "",
    )


def csrf_of(token: str) -> str:
    """The proof that belongs to a session's secret; the secret cannot be told from it."""
    return hmac.new(token.encode(), b"luoshu csrf", hashlib.sha256).hexdigest()[:32]


def _key(token: str) -> str:
    return hashlib.sha256(b"luoshu session " + token.encode("utf-8", "surrogateescape")).hexdigest()


def _agent(browser: str) -> str:
    return hashlib.sha256(browser.encode("utf-8", "surrogateescape")).hexdigest()


@cache
def _table() -> Table:
    from sqlalchemy import Column, MetaData, Table, Text

    return Table(
        "session",
        MetaData(),
        Column("key", Text, primary_key=True),
        Column("person", Text, nullable=False, index=True),
        Column("begun", Text, nullable=False),
        Column("seen", Text, nullable=False),
        Column("agent", Text, nullable=False),
        Column("browser", Text, nullable=False),
    )
