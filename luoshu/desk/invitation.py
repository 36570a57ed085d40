"""Links by which an expert answers without a login: each for one person, its secret known to that person alone."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from luoshu.desk.chain import moment, of_moment
from luoshu.desk.shelves import lock_for_writing

if TYPE_CHECKING:
    from sqlalchemy import Engine, Table

ANSWER_DAYS = 14
"""How long somebody may take to answer; who has agreed keeps the link as long as the consent holds."""
MOST_SECRET = 100


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """Whose link it is, and until when it may be answered."""

    expert: str
    until: datetime


class Invitations:
    """The links of one desk, in a table of their own in the journal's database: hashes only, and not in backups."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.table = _table()
        self.table.metadata.create_all(engine)

    def invite(self, expert: str, at: datetime) -> str:
        """The secret of a new link, which is kept nowhere; the person's older links are good no more."""
        secret = secrets.token_urlsafe(32)
        row = {"key": _key(secret), "expert": expert, "until": moment(at + timedelta(days=ANSWER_DAYS))}
        with self.engine.connect() as connection:
            lock_for_writing(connection)
            connection.execute(self.table.delete().where(self.table.c.expert == expert))
            connection.execute(self.table.insert().values(**row))
            connection.commit()
        return secret

    def of(self, secret: str) -> Invitation | None:
        """The link of a secret, None where there is none."""
        if not secret or len(secret) > MOST_SECRET:
            return None
        with self.engine.connect() as connection:
            row = connection.execute(self.table.select().where(self.table.c.key == _key(secret))).first()
        return Invitation(expert=row.expert, until=of_moment(row.until)) if row else None

    def forget(self, expert: str) -> None:
        """Take a person's links away."""
        with self.engine.connect() as connection:
            lock_for_writing(connection)
            connection.execute(self.table.delete().where(self.table.c.expert == expert))
            connection.commit()


def _key(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


@cache
def _table() -> Table:
    from sqlalchemy import Column, MetaData, Table, Text

    return Table(
        "invitation",
        MetaData(),
        Column("key", Text, primary_key=True),
        Column("expert", Text, nullable=False),
        Column("until", Text, nullable=False),
    )
