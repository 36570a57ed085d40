"""Which moment it is at the desk: that of this machine, or, while a drill is played live, that of the drill."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Protocol

from fastapi import Request

from luoshu.desk.clock import local_day


class Moments(Protocol):
    """What a server asks for the moment: every page, deadline, act and note of the journal has it from here.

    Sessions, passwords and counts of logins keep to the machine's own time, whatever the desk's is.
    """

    def now(self) -> datetime:
        """The moment, with its zone; never earlier than what was told before."""

    def today(self) -> date:
        """The day of it where the desk stands."""

    def of(self, real: datetime) -> datetime:
        """Which moment it was at the desk when this machine's clock, or a telephone's, showed `real`."""


class MachineMoments:
    """The time of this machine.

    >>> from datetime import UTC, datetime
    >>> then = datetime(2021, 7, 20, tzinfo=UTC)
    >>> MachineMoments().of(then) == then
    True
    """

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return local_day(self.now())

    def of(self, real: datetime) -> datetime:
        return real


MACHINE = MachineMoments()


def now_of(request: Request) -> datetime:
    """The moment at the desk that the request came to."""
    moments: Moments = request.app.state.moments
    return moments.now()
