"""The time of a live drill: it runs fast, hurries over empty hours, stands while it is paused, and never runs ahead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from luoshu.desk.drill import Stopped
from luoshu.show.drillclock import DrillClock

BEGINS = datetime(2031, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Waits(Exception):
    """Somebody waits for what nobody does in the test."""


class Machine:
    """The clocks of a machine: they go on only while somebody rests."""

    def __init__(self):
        self.at = 100.0

    def seconds(self):
        return self.at

    def real(self):
        return datetime(2040, 1, 1, tzinfo=UTC) + timedelta(seconds=self.at)

    def rest(self, seconds):
        if seconds is None:
            raise Waits
        self.at += seconds


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def clock(machine):
    return DrillClock(BEGINS, pace=60, longest=20, seconds=machine.seconds, real=machine.real, rest=machine.rest)


def wait(clock, until, coming=None, breath=False):
    clock.wait(until, coming or until, breath)


def test_it_stands_until_somebody_lets_it_run_and_never_passes_the_next_moment(clock, machine):
    machine.at += 1000
    with pytest.raises(Waits):
        wait(clock, BEGINS)
    assert clock.now() == BEGINS
    clock.go()
    wait(clock, BEGINS)
    begun = machine.at
    wait(clock, BEGINS + 10 * MINUTE)
    assert machine.at - begun == pytest.approx(10)
    machine.at += 500
    assert clock.now() == BEGINS + 10 * MINUTE  # the machine was slow: nothing is left out


def test_between_two_moments_it_takes_no_longer_than_it_may_however_often_it_is_looked(clock, machine):
    clock.go()
    coming, begun = BEGINS + timedelta(hours=12), machine.at
    for look in range(73):
        wait(clock, BEGINS + look * 10 * MINUTE, coming)
    assert clock.now() == coming
    assert machine.at - begun == pytest.approx(20, abs=0.2)
    wait(clock, coming + MINUTE)
    assert machine.at - begun == pytest.approx(21, abs=0.2)  # and then at its own pace again


def test_people_get_a_breath_between_two_acts_of_one_moment(clock, machine):
    clock.go()
    begun = machine.at
    for _ in range(10):
        wait(clock, BEGINS, breath=True)
    assert machine.at - begun == pytest.approx(7, abs=0.2)
    assert clock.now() == BEGINS


def test_paused_it_stands_and_a_step_goes_on_to_the_next_moment_only(clock, machine):
    clock.go()
    wait(clock, BEGINS)
    clock.pause()
    later = BEGINS + 30 * MINUTE
    with pytest.raises(Waits):
        wait(clock, later)
    machine.at += 1000
    assert (clock.now(), clock.rate) == (BEGINS, 0)
    clock.skip()
    wait(clock, later)
    wait(clock, later)  # what stands at the same moment comes with it
    assert clock.now() == later
    with pytest.raises(Waits):
        wait(clock, later + MINUTE)
    clock.end()
    with pytest.raises(Stopped):
        wait(clock, later + MINUTE)


def test_when_a_telephone_pressed_is_told_in_the_drills_own_time(clock, machine):
    clock.go()
    wait(clock, BEGINS)
    clock.wait(BEGINS + MINUTE, BEGINS + 600 * MINUTE)
    assert clock.rate == pytest.approx(1800)
    machine.at += 2
    pressed = machine.real()
    assert clock.of(pressed) == BEGINS + MINUTE  # it does not run ahead of what was played
    assert clock.of(pressed + timedelta(hours=1)) == clock.now()  # a telephone whose clock is ahead
    assert clock.of(BEGINS - MINUTE) == BEGINS - MINUTE  # a moment of the drill itself
    clock.wait(BEGINS + 400 * MINUTE, BEGINS + 600 * MINUTE)
    assert BEGINS + MINUTE < clock.of(pressed + timedelta(seconds=5)) < BEGINS + 160 * MINUTE
    clock.pause()
    machine.at += 50
    assert clock.of(machine.real()) == clock.now() == BEGINS + 400 * MINUTE


def test_the_script_over_it_runs_as_real_time_does(clock, machine):
    clock.go()
    wait(clock, BEGINS)
    clock.free()
    machine.at += 90
    assert clock.now() == BEGINS + timedelta(seconds=90)
    assert clock.today().isoformat() == "2031-03-01"


def test_a_turn_is_waited_for_only_while_time_runs(clock, machine):
    clock.go()
    assert clock.hold(lambda: machine.at > 130, 100)
    assert not clock.hold(lambda: False, 60)
    assert machine.at < 200
    clock.pause()
    ends = machine.at + 1000
    assert clock.hold(lambda: machine.at > ends, 60)  # the leader paused to explain: that is nobody's time
    clock.end()
    with pytest.raises(Stopped):
        clock.hold(lambda: False, 60)
