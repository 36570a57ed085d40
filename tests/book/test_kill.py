"""A writer that is killed at any moment leaves the old file or the new one, never a part, and never another's hand."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from luoshu.book.files import write
from luoshu.book.records import read_records

WRITER = """
import sys
from pathlib import Path
from luoshu.book.files import write
path = Path(sys.argv[1])
print("ready", flush=True)
n = 0
while True:
    n += 1
    write(path, (str(n % 10) * 300_000).encode())
"""

EDITOR = """
import sys
from pathlib import Path
from luoshu.book.records import append_record
for n in range(int(sys.argv[3])):
    append_record(Path(sys.argv[1]), {"kind": "task", "id": f"{sys.argv[2]}-{n}"})
"""


@pytest.mark.skipif(os.name != "posix", reason="kills by signal")
def test_a_kill_leaves_the_old_file_or_the_new(tmp_path: Path) -> None:
    path = tmp_path / "commitments.yaml"
    path.write_bytes(b"0" * 300_000)
    for round in range(12):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.003 * round)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        data = path.read_bytes()
        assert len(data) == 300_000
        assert len(set(data)) == 1
    assert all(p.name == path.name or p.name.endswith(".new") for p in tmp_path.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="locks by flock")
def test_two_editors_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "commitments.yaml"
    editors = [subprocess.Popen([sys.executable, "-c", EDITOR, str(path), name, "15"]) for name in "ab"]
    assert [editor.wait(timeout=120) for editor in editors] == [0, 0]
    records, problems = read_records(path.read_bytes(), "c.yaml")
    assert problems == ()
    assert {r.id for r in records} == {f"{name}-{n}" for name in "ab" for n in range(15)}


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "taken"
    folder.mkdir()
    (folder / "x").write_text("x")
    with pytest.raises((IsADirectoryError, PermissionError)):
        write(folder, b"y")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["taken"]


def test_the_mode_of_a_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write(path, b"1")
    if os.name == "posix":
        path.chmod(0o640)
        write(path, b"2")
        assert path.stat().st_mode & 0o777 == 0o640
    assert path.read_bytes() == b"2" if os.name == "posix" else b"1"
