"""The time of a drill that is played live: it runs many times as fast as real time, waits for nobody's slow machine,
goes quickly over hours in which nothing happens, and stands still while the drill is paused."""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from luoshu.desk.clock import CHINA
from luoshu.desk.drill import Stopped

PACE, LONGEST_SECONDS = 60.0, 20.0
BREATH_SECONDS = 0.7
"""Real seconds between two acts of the script at pace 60, so that people can follow what appears."""

LOOK_SECONDS = 0.25
"""How often it is looked whether somebody has done what the script left to them."""

Ticking = Callable[[], float]


class DrillClock:
    """The moment of a drill (see `Moments`), which begins at `begins` and stands still until `go` is called.

    `pace`: seconds of the drill in a real second. Between two moments of the script at most `longest` real seconds
    pass: where the next one is farther away time runs faster. Time never passes a moment of the script that was not
    played yet. All of it may be called from any thread. `seconds` and `real` are the machine's own clocks,
    `rest` waits so many seconds, or until something changes.
    """

    def __init__(
        self, begins: datetime, *, pace: float = PACE, longest: float = LONGEST_SECONDS,
        seconds: Ticking = time.monotonic, real: Callable[[], datetime] = lambda: datetime.now(UTC),
        rest: Callable[[float | None], object] | None = None,
    ) -> None:  # fmt: skip
        self.pace, self.longest = pace, longest
        self.running = self.ended = False
        self._seconds, self._real = seconds, real
        self._changed = threading.Condition()
        self._pass = rest or self._changed.wait
        self._at, self._since, self._rate, self._quick = begins, seconds(), 0.0, 0.0
        self._limit: datetime | None = begins
        self._coming = begins
        self._skipped: datetime | None = None
        self._let_go = False
        self._history = [(real(), begins, 0.0)]

    # ---- what the server asks ----------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The moment of the drill."""
        with self._changed:
            return self._now()

    def today(self) -> date:
        """The day of the drill on the mainland."""
        return self.now().astimezone(CHINA).date()

    def of(self, real: datetime) -> datetime:
        """Which moment of the drill it was at a real moment; one from before the drill's server is the drill's own."""
        with self._changed:
            place = bisect_right(self._history, real, key=lambda each: each[0]) - 1
            if place < 0:
                return real
            since, at, rate = self._history[place]
            later = self._history[place + 1][1] if place + 1 < len(self._history) else self._now()
            return min(at + rate * (real - since), later)

    @property
    def rate(self) -> float:
        """Seconds of the drill in a real second at this moment; 0 while it stands."""
        with self._changed:
            return self._rate

    @property
    def coming(self) -> datetime | None:
        """The script's next moment, which time does not pass before it was played; None once the script is over."""
        with self._changed:
            return self._coming if self._limit is not None else None

    # ---- what the one who leads the drill does -----------------------------------------------------------------

    def go(self, pace: float | None = None) -> None:
        """Let time run, at another pace where one is named."""
        with self._changed:
            self.pace = pace or self.pace
            self.running = True
            self._turn()

    def pause(self) -> None:
        """Let time stand; people may still act, at the moment at which it stands."""
        with self._changed:
            self.running = False
            self._turn()

    def skip(self) -> None:
        """Go on to the next moment of the script at once, also where time stands; there it stands again after it."""
        with self._changed:
            self._skipped, self._let_go = self._coming, True
            self._changed.notify_all()

    def end(self) -> None:
        """Let whoever waits for a moment wait no more: they hear `Stopped`."""
        with self._changed:
            self.ended = True
            self._turn()

    # ---- what the script does ----------------------------------------------------------------------------------

    def wait(self, until: datetime, coming: datetime, breath: bool = False) -> None:
        """Wait until it is `until`; `coming` is the script's next moment. `Stopped` where the drill was ended."""
        with self._changed:
            if coming != self._coming:
                self._coming = coming
                self._quick = (coming - self._now()) / timedelta(seconds=1) / self.longest
            self._rest()
            self._limit = until
            self._turn()
            rested = self._seconds() + (self._breath() if breath else 0.0)
            while not self.ended:
                stepping = self._skipped is not None and until <= self._skipped
                if stepping and self._at < until:
                    self._at, self._since = until, self._seconds()
                    self._turn()
                left = (until - self._now()) / timedelta(seconds=1)
                going = self.running or stepping
                if going and left <= 0 and self._seconds() >= rested:
                    return
                self._pass(self._patience(left, rested) if going else None)
        raise Stopped

    def hold(self, done: Callable[[], bool], seconds: float) -> bool:
        """Let the drill stand where it is until something is done; False after so many real seconds in which its time
        would have run, and where it is told to go on. Raises `Stopped` where the drill was ended."""
        with self._changed:
            self._let_go, spent = False, 0.0
        while spent < seconds and not done():
            with self._changed:
                before = self._seconds()
                self._pass(LOOK_SECONDS)
                spent += self._seconds() - before if self.running else 0.0
                if self.ended:
                    raise Stopped
                if self._let_go:
                    return False
        return done()

    def free(self) -> None:
        """The script is over: time runs on at the pace of real time."""
        with self._changed:
            self._rest()
            self.pace, self._quick, self._limit = 1.0, 0.0, None
            self._turn()

    def nap(self, seconds: float) -> bool:
        """Wait so many real seconds; tells whether the drill goes on."""
        with self._changed:
            self._changed.wait_for(lambda: self.ended, seconds)
            return not self.ended

    # ---- inside: with the lock held ----------------------------------------------------------------------------

    def _now(self) -> datetime:
        at = self._at + timedelta(seconds=self._rate * (self._seconds() - self._since))
        return at if self._limit is None else max(self._at, min(at, self._limit))

    def _rest(self) -> None:
        self._at, self._since = self._now(), self._seconds()

    def _turn(self) -> None:
        """Go on from now at the rate that holds from now."""
        self._rest()
        self._rate = max(self.pace, self._quick) if self.running and not self.ended else 0.0
        self._history.append((self._real(), self._at, self._rate))
        self._changed.notify_all()

    def _breath(self) -> float:
        return min(1.0, PACE / self.pace) * BREATH_SECONDS

    def _patience(self, left: float, rested: float) -> float:
        resting = max(rested - self._seconds(), 0.0)
        return max(resting, left / self._rate if left > 0 and self._rate else 0.0, 0.001)
