"""How often somebody may ask: counted by the library `limits` in memory, so that many requests cost little."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from limits.strategies import MovingWindowRateLimiter


@dataclass(frozen=True, kw_only=True)
class Pace:
    """At most `count` in `seconds`."""

    name: str
    count: int
    seconds: int = 60


LOGIN_ADDRESS = Pace(name="logins of an address", count=30)
LOGIN_PAIR = Pace(name="logins of a name from an address", count=10)
LOGIN_NAME = Pace(name="logins of a name", count=60)
LOGIN_ALL = Pace(name="logins", count=300)
ACTS = Pace(name="acts of a session", count=240)
LINKS = Pace(name="links of an address that are not good", count=20)
LOGGED = Pace(name="refusals logged of one source", count=20)
LOGGED_ALL = Pace(name="refusals logged", count=120)


class Pacing:
    """The counters of one server. What is counted is kept for a minute, under keys of one length."""

    @cached_property
    def _limiter(self) -> MovingWindowRateLimiter:
        from limits.storage import MemoryStorage
        from limits.strategies import MovingWindowRateLimiter

        return MovingWindowRateLimiter(MemoryStorage())

    def wait(self, pace: Pace, key: str = "") -> int:
        """Count one more; how many seconds to wait where that is too many, else 0."""
        import time

        from limits import RateLimitItemPerSecond

        item = RateLimitItemPerSecond(pace.count, pace.seconds, namespace=pace.name)
        short = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:24]
        if self._limiter.hit(item, short):
            return 0
        again = self._limiter.get_window_stats(item, short).reset_time
        return min(max(int(again - time.time()) + 1, 1), pace.seconds)
