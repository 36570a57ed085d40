"""Passwords of the people of the desk: hashed with argon2id beside the journal, never in it."""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from luoshu.desk.chain import moment, of_moment
from luoshu.desk.journal import Refused
from luoshu.desk.shelves import lock_for_writing
from luoshu.words.message import say

if TYPE_CHECKING:
    from argon2 import PasswordHasher
    from sqlalchemy import Engine, Table

SHORTEST, LONGEST = 12, 200
START_HOURS = 72
"""How long a start password that an administrator made may be used for the first time."""

COST: dict[str, Any] = {}
"""What the hasher is made with beside its own defaults (RFC 9106); tests make it cheap."""

COMMON = (
    "password", "passw0rd", "123456", "654321", "abcdef", "qwerty", "asdfgh", "zxcvbn", "1q2w3e", "qazwsx", "iloveyou",
    "woaini", "letmein", "welcome", "monkey", "dragon", "administrator", "admin", "luoyang", "luoshu", "changeme",
    "mima", "888888", "666666", "111111", "000000", "5201314", "a1b2c3", "secret", "test",
)  # fmt: skip
"""What the commonest passwords are made of: a password that is hardly more than these is refused."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of a person's password: since when, and whether it is only for the first login."""

    since: datetime
    start: bool


class Credentials:
    """The passwords of one desk, in a table of their own in the journal's database; a backup of the journal has none.

    Hashing takes a tenth of a second and 64 MB on purpose: call from a thread, a bounded number at once.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.table = _table()
        self.table.metadata.create_all(engine)

    def set(self, person: str, password: str, at: datetime, *, start: bool = False) -> None:
        """Keep a person's new password (Refused where it is too weak)."""
        says_why(password, person)
        row = {"person": person, "hash": _hasher().hash(_as_typed(password)), "since": moment(at), "start": start}
        with self.engine.connect() as connection:
            lock_for_writing(connection)
            connection.execute(self.table.delete().where(self.table.c.person == person))
            connection.execute(self.table.insert().values(**row))
            connection.commit()

    def start(self, person: str, at: datetime) -> str:
        """A new password for the first login, which must then be changed; it is shown once and kept nowhere."""
        made = made_up()
        self.set(person, made, at, start=True)
        return made

    def known(self, person: str) -> Known | None:
        """What is known of a person's password, None where they have none."""
        with self.engine.connect() as connection:
            row = connection.execute(self.table.select().where(self.table.c.person == person)).first()
        return Known(since=of_moment(row.since), start=bool(row.start)) if row else None

    def everybody(self) -> dict[str, Known]:
        """What is known of all passwords, by person."""
        with self.engine.connect() as connection:
            rows = connection.execute(self.table.select()).fetchall()
        return {row.person: Known(since=of_moment(row.since), start=bool(row.start)) for row in rows}

    def fits(self, person: str, password: str, at: datetime) -> bool:
        """Whether this is the person's password. It takes as long for somebody who does not exist."""
        from argon2.exceptions import VerificationError

        with self.engine.connect() as connection:
            row = connection.execute(self.table.select().where(self.table.c.person == person)).first()
        kept = row.hash if row else _nobody()
        try:
            right = bool(_hasher().verify(kept, _as_typed(password[: LONGEST + 1])))
        except VerificationError:
            right = False
        if row is None or not right:
            return False
        if row.start and at > of_moment(row.since) + timedelta(hours=START_HOURS):
            return False
        if _hasher().check_needs_rehash(kept):
            self.set(person, password, of_moment(row.since), start=bool(row.start))
        return True

    def forget(self, person: str) -> None:
        """Take a person's password away."""
        with self.engine.connect() as connection:
            lock_for_writing(connection)
            connection.execute(self.table.delete().where(self.table.c.person == person))
            connection.commit()

    def forget_all(self) -> None:
        """Take everybody's password away, as where a drill's copy of a desk is handed on."""
        with self.engine.connect() as connection:
            lock_for_writing(connection)
            connection.execute(self.table.delete())
            connection.commit()


def made_up() -> str:
    """A password that nobody guesses, of letters and digits that can be read out and typed."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


def says_why(password: str, person: str = "") -> None:
    """Refuse a password that is too short, too long, or among the first that anybody would try.

    >>> says_why("correct horse battery")
    >>> says_why("short")
    Traceback (most recent call last):
    luoshu.desk.journal.Refused: a password has at least 12 characters
    """
    if len(password) < SHORTEST:
        raise Refused(say("a password has at least {count} characters", count=SHORTEST))
    if len(password) > LONGEST:
        raise Refused(say("a password has at most {count} characters", count=LONGEST))
    left = _as_typed(password).casefold()
    if person and len(person) > 2:
        left = left.replace(person.casefold(), "")
    for word in COMMON:
        left = left.replace(word, "")
    if len(set(left)) < 5 or _runs(left):
        raise Refused(
            say("this password is among the first that would be tried: take several words that do not belong together")
        )


def _runs(text: str) -> bool:
    """Whether nearly every character is the neighbour of the one before, as in 123456789012."""
    steps = [ord(b) - ord(a) for a, b in pairwise(text)]
    return sum(step in (-1, 0, 1) for step in steps) > 0.7 * len(steps)


def _as_typed(password: str) -> str:
    """The same password from every keyboard."""
    return unicodedata.normalize("NFKC", password)


@cache
def _table() -> Table:
    from sqlalchemy import Boolean, Column, MetaData, Table, Text

    return Table(
        "credential",
        MetaData(),
        Column("person", Text, primary_key=True),
        Column("hash", Text, nullable=False),
        Column("since", Text, nullable=False),
        Column("start", Boolean, nullable=False),
    )


def _hasher() -> PasswordHasher:
    return _made(tuple(sorted(COST.items())))


@cache
def _made(cost: tuple[tuple[str, Any], ...]) -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(**dict(cost))


def _nobody() -> str:
    return _dummy(tuple(sorted(COST.items())))


@lru_cache(maxsize=4)
def _dummy(cost: tuple[tuple[str, Any], ...]) -> str:
    """The hash that the password of nobody is compared with."""
    return _made(cost).hash(secrets.token_hex(16))
