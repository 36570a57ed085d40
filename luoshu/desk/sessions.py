"""Sessions of people who are logged in: kept on the server, hashed, bound to one browser, ending by themselves."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from luoshu.desk.chain import moment, of_moment
from luoshu.desk.shelves import lock_for_writing

if TYPE_CHECKING:
    from sqlalchemy import Engine, Table

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
    """All sessions of one desk, in a table of their own in the journal's database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.table = _table()
        self.table.metadata.create_all(engine)

    def begin(self, person: str, browser: str, at: datetime, most: int = MOST_A_PERSON) -> tuple[str, Session]:
        """A new session: the secret for the browser, which is kept nowhere else, and the session. Of more than `most`
        sessions of a person the oldest end."""
        token = secrets.token_urlsafe(32)
        row = {
            "key": _key(token), "person": person, "begun": moment(at), "seen": moment(at),
            "agent": _agent(browser), "browser": browser[:200],
        }  # fmt: skip
        with self.engine.connect() as connection:
            lock_for_writing(connection)
            old = moment(at - LONGEST)
            connection.execute(self.table.delete().where(self.table.c.begun < old))
            mine = self.table.select().where(self.table.c.person == person).order_by(self.table.c.begun.desc())
            for each in connection.execute(mine).fetchall()[most - 1 :]:
                connection.execute(self.table.delete().where(self.table.c.key == each.key))
            connection.execute(self.table.insert().values(**row))
            connection.commit()
        return token, _session(row, token)

    def of(self, token: str, browser: str, at: datetime) -> Session | Stolen | None:
        """The session of a secret; None where there is none any more."""
        with self.engine.connect() as connection:
            row = connection.execute(self.table.select().where(self.table.c.key == _key(token))).mappings().first()
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
        wanted = self.table.select().where(self.table.c.person == person).order_by(self.table.c.begun.desc())
        with self.engine.connect() as connection:
            found = [_session(row) for row in connection.execute(wanted).mappings()]
        return tuple(each for each in found if at <= each.begun + LONGEST and at <= each.seen + IDLE)

    def last_seen(self) -> dict[str, datetime]:
        """When each person who is logged in asked last."""
        from sqlalchemy import func, select

        wanted = select(self.table.c.person, func.max(self.table.c.seen)).group_by(self.table.c.person)
        with self.engine.connect() as connection:
            return {person: of_moment(seen) for person, seen in connection.execute(wanted)}

    def end(self, id: str, person: str = "") -> bool:
        """End one session (of this person, where one is named); tells whether there was one."""
        wanted = self.table.delete().where(self.table.c.key.startswith(id, autoescape=True))
        return self._ended(wanted.where(self.table.c.person == person) if person else wanted) > 0

    def end_by(self, token: str) -> bool:
        """End the session of a secret, whoever has it."""
        return self._ended(self.table.delete().where(self.table.c.key == _key(token))) > 0

    def end_all(self, person: str, but: str = "") -> int:
        """End all sessions of a person, but one; tells how many."""
        wanted = self.table.delete().where(self.table.c.person == person)
        return self._ended(wanted.where(~self.table.c.key.startswith(but, autoescape=True)) if but else wanted)

    def forget_all(self) -> None:
        """End all sessions of everybody."""
        self._ended(self.table.delete())

    def _ended(self, wanted: Any) -> int:
        with self.engine.connect() as connection:
            lock_for_writing(connection)
            count = int(connection.execute(wanted).rowcount)
            connection.commit()
        return count

    def _if_it_can(self, do: Callable[..., object], *given: Any) -> None:
        from sqlalchemy.exc import SQLAlchemyError

        with suppress(SQLAlchemyError, OSError):
            do(*given)

    def _saw(self, id: str, at: datetime) -> None:
        with self.engine.connect() as connection:
            lock_for_writing(connection)
            wanted = self.table.update().where(self.table.c.key.startswith(id, autoescape=True))
            connection.execute(wanted.values(seen=moment(at)))
            connection.commit()


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
