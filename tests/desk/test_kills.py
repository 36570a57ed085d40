"""Writers are killed at any moment; every acknowledged entry stands, and the chain is whole.

`LUOSHU_KILLS=5000 pytest tests/desk/test_kills.py` kills thousands on each database.
"""

from __future__ import annotations

import itertools
import os
import random
import select
import signal
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from luoshu.desk.cabinet import head_file
from luoshu.desk.chain import Draft
from luoshu.desk.journal import Journal
from luoshu.desk.shelves import engine_of, stored

NOON = datetime(2021, 7, 20, 4, tzinfo=UTC)
KILLS = int(os.environ.get("LUOSHU_KILLS", "16"))
"""How many writers are killed; set it to thousands for a night."""
AT_ONCE = 2
"""Writers that write into one journal at the same time, each killed at a moment of its own."""
EACH = 100
"""Kills after which the journal is begun anew: reading a long one would take most of the time."""


def _write(place, tell):
    """Write for ever, three commands in flight, and tell each entry that was acknowledged: its number and hash."""
    journal = Journal(place)
    waiting, count = [], 0
    while True:
        draft = Draft(who="a", what="received", about="tents", facts={"units": 1}, mark=f"{os.getpid()}-{count}")
        waiting.append(journal.submit(lambda standing, draft=draft: [draft], at=NOON))
        count += 1
        if len(waiting) == 3:
            (entry,) = waiting.pop(0).result()
            os.write(tell, entry.number.to_bytes(8, "big") + bytes.fromhex(entry.hash[:16]))


def _write_alone(place, tell):
    """Write for ever, one command after the other in a thread of its own, which then is the one that writes."""
    journal = Journal(place)

    def write():
        for count in itertools.count():
            entry = journal.append(Draft(who="a", what="received", mark=f"{os.getpid()}-{count}"), at=NOON)
            os.write(tell, entry.number.to_bytes(8, "big") + bytes.fromhex(entry.hash[:16]))

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()


def _writer(place, write):
    """A process that writes; its number and the pipe on which it tells."""
    hear, tell = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(hear)
            write(place, tell)
        finally:
            os._exit(1)
    os.close(tell)
    return child, hear


def _told(hear):
    data = b""
    while more := os.read(hear, 65536):
        data += more
    os.close(hear)
    whole = len(data) // 16 * 16
    return {(int.from_bytes(data[i : i + 8], "big"), data[i + 8 : i + 16].hex()) for i in range(0, whole, 16)}


def _kill_some(place, wait):
    """Let writers begin, kill each at a moment of its own, and give what they were told."""
    told = set()
    writers = [_writer(place, wait.choice((_write, _write_alone))) for _ in range(AT_ONCE)]
    for child, hear in writers:
        if wait.random() < 0.9:  # else it may be killed while it opens the journal
            select.select([hear], [], [], 20)
        time.sleep(wait.random() * 0.02)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "the writer ended by itself"
        told |= _told(hear)
    return told


def _standing(engine):
    with engine.connect() as connection:
        return {(entry.number, entry.hash[:16]) for entry in stored(connection)}


def _wipe(engine, place):
    with engine.connect() as connection:
        connection.exec_driver_sql("DELETE FROM entry")
        connection.commit()
    if "://" not in place:
        head_file(Path(place)).unlink(missing_ok=True)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_every_acknowledged_entry_outlives_a_kill(place):
    with Journal(place):
        pass
    wait, acknowledged, kills = random.Random(7), 0, 0
    while kills < KILLS:
        told = set()
        for _ in range(min(EACH, KILLS - kills) // AT_ONCE or 1):
            told |= _kill_some(place, wait)
            kills += AT_ONCE
        with Journal(place) as journal:
            assert journal.fault() is None
            engine = engine_of(place)
            assert told <= _standing(engine), "an acknowledged entry is not there"
            _wipe(engine, place)
            engine.dispose()
        if "://" not in place:
            head_file(Path(place)).unlink(missing_ok=True)
        acknowledged += len(told)
    assert acknowledged > 0
    print(f"{kills} kills, {acknowledged} acknowledged entries, all there")
