"""A server, and a drill that is played live, are asked to end by a signal: nothing is lost, nothing is left lying."""

from __future__ import annotations

import os
import re
import signal
import socket
import threading
from pathlib import Path

import pytest

from luoshu.cli import main
from luoshu.show.ending import Ending

MANUAL = (Path(__file__).parent.parent.parent / "docs" / "desk.md").read_text("utf-8")
SIGNALS = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def send(name):
    os.kill(os.getpid(), getattr(signal, name))


def until(true, seconds=20):
    """Wait until something is so."""
    pause = threading.Event()
    while not true() and seconds > 0:
        pause.wait(0.02)
        seconds -= 0.02
    return true()


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def town(tmp_path):
    """A small book with the drill of the manual."""
    book = tmp_path / "town"
    assert main(["new", str(book), "--title", "小城", "--region", "小城"]) == 0
    (book / "drill").mkdir()
    (book / "drill" / "water.yaml").write_text(re.search(r"```yaml\n(.*?)```", MANUAL, re.S).group(1), "utf-8")
    return book


def drill(town, out, *more):
    command = ["--language", "en", "desk", "drill", str(town), "--out", str(out), "--live", "--port", str(free_port())]
    return main([*command, "--begin", "--pace", "6000", "--longest", "0.1", *more])


# ---- signals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_is_a_wish_as_long_as_the_block_runs(name):
    heard = []
    before = signal.getsignal(getattr(signal, name))
    with Ending(lambda: heard.append(name)) as ending:
        send(name)
        send(name)
    assert (heard, ending.asked) == ([name, name], name)
    assert signal.getsignal(getattr(signal, name)) == before


def test_a_block_in_another_hears_what_came_before_it_and_the_outer_one_hears_all():
    told = []
    with Ending(lambda: told.append("outer")) as outer:
        send("SIGTERM")
        with Ending(lambda: told.append("inner")) as inner:
            assert told == ["outer", "inner"]
            send("SIGINT")
    assert told == ["outer", "inner", "outer", "inner"]
    assert (outer.asked, inner.asked) == ("SIGTERM", "SIGTERM")


@pytest.mark.skipif("SIGHUP" not in SIGNALS, reason="no SIGHUP on this system")
def test_what_was_started_to_outlive_its_terminal_does():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Ending() as ending:
            send("SIGHUP")
        assert ending.asked == ""
    finally:
        signal.signal(signal.SIGHUP, before)


def test_another_thread_leaves_signals_alone():
    found = []

    def other():
        with Ending():
            found.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert found == [signal.getsignal(signal.SIGTERM)]


# ---- a drill that is played live -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "after"),
    [("SIGINT", 0), ("SIGTERM", 1), ("SIGHUP", 5)],
)
def test_a_drill_that_is_asked_to_end_is_written_with_what_was_reached(
    town, tmp_path, cheap_hashes, monkeypatch, capsys, name, after
):
    """After so many lines; 0: before the server listens."""
    from luoshu.show.drillfolder import DrillFolder
    from luoshu.show.livedrill import LiveDrill

    if name not in SIGNALS:
        pytest.skip(f"no {name} on this system")
    heard, finish = LiveDrill._heard, DrillFolder.finish

    def hears(self, line):
        heard(self, line)
        if len(self.lines) == after:
            send(name)
            assert until(lambda: self.clock.ended)  # a line that is being played is played to its end

    def finishes(self, plans):
        send(name)  # impatience while it is being written loses nothing
        return finish(self, plans)

    monkeypatch.setattr(LiveDrill, "_heard", hears)
    monkeypatch.setattr(DrillFolder, "finish", finishes)
    if after == 0:
        monkeypatch.setattr(LiveDrill, "add", lambda self, app, add=LiveDrill.add: (send(name), add(self, app))[1])
    assert drill(town, tmp_path / "out") == 0
    told = capsys.readouterr()
    assert re.search(r"The drill was ended before its script: \d+ lines were not played", told.out)
    assert "what was played is being written" in told.err
    assert "Traceback" not in told.err
    assert sorted(each.name for each in tmp_path.iterdir()) == ["out", "town"]
    assert (tmp_path / "out" / "en" / "index.html").is_file()
    assert main(["desk", "verify", str(tmp_path / "out" / "book")]) == 0


def test_a_drill_that_is_given_up_before_it_begins_leaves_nothing(town, tmp_path, cheap_hashes, monkeypatch, capsys):
    from luoshu.show.drillfolder import DrillFolder

    begin = DrillFolder.begin
    monkeypatch.setattr(DrillFolder, "begin", lambda self, room: (send("SIGTERM"), begin(self, room))[1])
    assert drill(town, tmp_path / "out") == 2
    told = capsys.readouterr()
    assert told.err == "luoshu: the drill was given up before it began; nothing was written\n"
    assert [each.name for each in tmp_path.iterdir()] == ["town"]


def test_who_insists_is_obeyed_while_nothing_was_played(town, tmp_path, cheap_hashes, monkeypatch, capsys):
    from luoshu.show import drillfolder

    def slow(*given):
        send("SIGINT")
        send("SIGINT")
        raise AssertionError("it went on")

    monkeypatch.setattr(drillfolder, "drill_book", slow)
    assert drill(town, tmp_path / "out") == 2
    assert "given up" in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["town"]


@pytest.mark.parametrize("line", [1, 5])
def test_a_script_that_breaks_is_written_with_what_was_reached(town, tmp_path, cheap_hashes, monkeypatch, capsys, line):
    """And where it was to end with its script, it ends."""
    from luoshu.desk.drill import _Playing

    one, count = _Playing.one, []

    def breaks(self, moment):
        count.append(moment)
        if len(count) == line:
            raise RuntimeError("a fault of the program")
        one(self, moment)

    monkeypatch.setattr(_Playing, "one", breaks)
    assert drill(town, tmp_path / "out", "--close") == 1
    assert "the script could not go on: RuntimeError: a fault of the program" in capsys.readouterr().out
    assert sorted(each.name for each in tmp_path.iterdir()) == ["out", "town"]
    assert main(["desk", "verify", str(tmp_path / "out" / "book")]) == 0


def test_a_drill_that_nobody_watches_is_given_up_whole(town, tmp_path, monkeypatch, capsys):
    from luoshu.desk.drill import _Playing

    put, count = _Playing.put, []

    def puts(self, made):
        count.append(made)
        if len(count) == 4:
            send("SIGTERM")
        put(self, made)

    monkeypatch.setattr(_Playing, "put", puts)
    assert main(["--language", "en", "desk", "drill", str(town), "--out", str(tmp_path / "out")]) == 2
    assert "nothing was written" in capsys.readouterr().err
    assert len(count) == 4
    assert [each.name for each in tmp_path.iterdir()] == ["town"]


def test_a_terminal_that_is_gone_does_not_break_the_script(town, tmp_path, cheap_hashes, monkeypatch):
    def gone(*given, **how):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("luoshu.cli.drilling._told", gone)
    assert drill(town, tmp_path / "out", "--close") == 0
