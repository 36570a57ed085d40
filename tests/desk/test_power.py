"""The power goes out: what a disk may have lost is lost, and every acknowledged entry is still there (SQLite).

A writer runs under strace, which notes every write and every sync of its files and every acknowledgement, in order. A
disk is then built as it may be found after a cut at any moment: what was synced is there; of what was written since,
each part is there, or not, or half. The journal is opened on it.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from luoshu.desk.chain import Draft
from luoshu.desk.journal import Journal

NOON = datetime(2021, 7, 20, 4, tzinfo=UTC)
CUTS = 40
WRITER = """
import os, sys
from datetime import UTC, datetime
from luoshu.desk.chain import Draft
from luoshu.desk.journal import Journal
from sqlalchemy import event
with Journal(sys.argv[1]) as journal:
    if len(sys.argv) > 2:
        event.listen(journal.engine, "connect", lambda made, record: made.execute(f"PRAGMA synchronous={sys.argv[2]}"))
        journal.engine.dispose()
    for number in range(500):
        drafts = [Draft(who="a", what="b", why=f"{number}/{n} " + "x" * 1500) for n in range(1 + number % 3)]
        entries = journal.do(lambda standing: drafts, at=datetime(2021, 7, 20, 4, tzinfo=UTC))
        os.write(1, f"acknowledged {entries[-1].number}\\n".encode())
"""
CALL = re.compile(
    r"^\d+ +(?P<call>pwrite64|write|fdatasync|fsync|ftruncate)\(\d+<(?P<path>[^>]*)>"
    r"(?:, (?:\"(?P<data>(?:\\x[0-9a-f]{2})*)\"|(?P<length>\d+)))?(?:, \d+, (?P<offset>\d+))?.*\) += \d"
)


def strace_works():
    found = shutil.which("strace")
    return bool(found) and not subprocess.run([found, "-o", "/dev/null", "true"], capture_output=True).returncode


TRACED = pytest.mark.skipif(not strace_works(), reason="strace is not installed, or may not look at programs here")


def traced(place, log, *more):
    """What the writer did with its files, in order: (call, file, place or length, data); acknowledgements among it."""
    calls = "pwrite64,write,fdatasync,fsync,ftruncate"
    command = ["strace", "-f", "-y", "-xx", "-s", "100000", "-e", f"trace={calls}", "-o", log]
    done = subprocess.run([*command, sys.executable, "-c", WRITER, place, *more], capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr
    begun = {}
    for line in log.read_text().splitlines():
        thread = line.split(" ", 1)[0]
        if line.endswith("<unfinished ...>"):
            begun[thread] = line.removesuffix("<unfinished ...>")
            continue
        if "resumed>" in line:
            line = begun.pop(thread) + line.partition("resumed>")[2]
        found = CALL.match(line)
        if found is None:
            continue
        data = bytes.fromhex((found["data"] or "").replace("\\x", ""))
        if data.startswith(b"acknowledged "):
            yield "acknowledged", "", int(data.split()[1]), b""
        else:
            path = bytes.fromhex(found["path"].replace("\\x", "")).decode() if "\\x" in found["path"] else found["path"]
            yield found["call"], Path(path).name, int(found["offset"] or found["length"] or 0), data


def put(content, offset, data):
    if len(content) < offset + len(data):
        content.extend(bytes(offset + len(data) - len(content)))
    content[offset : offset + len(data)] = data


class Disk:
    """Files as they surely are, and what was written to each since it was synced."""

    def __init__(self, files):
        self.sure = {name: bytearray(data) for name, data in files.items()}
        self.since = {}

    def take(self, call, name, place, data):
        if call in ("fdatasync", "fsync"):
            for each in self.since.pop(name, ()):
                self._do(self.sure, name, *each)
        else:
            self.since.setdefault(name, []).append((call, place, data))

    def after_a_cut(self, chance):
        files = {name: bytearray(data) for name, data in self.sure.items()}
        for name, waiting in self.since.items():
            for call, place, data in waiting:
                fate = chance.random()
                if fate < 0.4:
                    self._do(files, name, call, place, data)
                elif fate < 0.6 and call != "ftruncate":
                    half = chance.randrange(0, len(data) + 1, 512) if len(data) > 512 else 0
                    self._do(files, name, call, place, data[:half])
        return files

    @staticmethod
    def _do(files, name, call, place, data):
        content = files.setdefault(name, bytearray())
        if call == "ftruncate":
            del content[place:]
        else:
            put(content, place, data)


def lost(tmp_path, *more):
    """At how many of the cuts an acknowledged entry was not there any more."""
    place = tmp_path / "desk.sqlite"
    with Journal(place) as journal:
        journal.append(Draft(who="a", what="b"), at=NOON)
    names = ("desk.sqlite", "desk.sqlite-wal")
    disk = Disk({name: (tmp_path / name).read_bytes() for name in names if (tmp_path / name).exists()})
    calls = traced(place, tmp_path / "log", *more)
    done = [each for each in calls if each[0] == "acknowledged" or each[1] in names]
    assert sum(call == "acknowledged" for call, *_ in done) == 500
    assert any(call == "pwrite64" and name == "desk.sqlite" for call, name, *_ in done), "nothing was merged"
    chance, acknowledged, missed = random.Random(7), 1, 0
    cuts = set(chance.sample(range(len(done)), CUTS))
    for number, (call, name, where, data) in enumerate(done):
        if call == "acknowledged":
            acknowledged = where
        else:
            disk.take(call, name, where, data)
        if number in cuts:
            missed += _found(tmp_path / f"cut{number}", disk.after_a_cut(chance)) < acknowledged
    return missed


def _found(folder, files):
    """How many entries stand on such a disk, in a whole chain."""
    folder.mkdir()
    for file, content in files.items():
        (folder / file).write_bytes(content)
    with Journal(folder / "desk.sqlite") as journal:
        assert journal.fault() is None
        number, _ = journal.newest()
    shutil.rmtree(folder)
    return number


@TRACED
def test_every_acknowledged_entry_outlives_a_power_cut(tmp_path):
    assert lost(tmp_path) == 0


@TRACED
def test_a_database_that_does_not_sync_is_found_out(tmp_path):
    assert lost(tmp_path, "NORMAL") > 0
