"""A backup is whole or says where it is not; it is restored only into an empty journal."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from luoshu.desk.chain import Draft
from luoshu.desk.journal import Journal
from luoshu.desk.keeping import backup, inspect, restore

NOON = datetime(2021, 7, 20, 4, tzinfo=UTC)


@pytest.fixture
def journal(tmp_path):
    with Journal(tmp_path / "desk.sqlite") as opened:
        for number in range(5):
            opened.append(Draft(who="值班", what="note", why="水位上涨", facts={"number": number}), at=NOON)
        opened.place = tmp_path / "desk.sqlite"
        yield opened


@pytest.mark.parametrize("name", ["desk.jsonl", "desk.jsonl.gz"])
def test_a_backup_restores_to_the_same_entries(journal, tmp_path, name):
    held = backup(journal.place, tmp_path / name)
    assert (held.entries, held.head) == (5, journal.entries()[-1].hash)
    assert inspect(tmp_path / name) == held
    with Journal(tmp_path / "new.sqlite") as new:
        assert restore(tmp_path / name, new) == held
        assert new.entries() == journal.entries()
        assert new.fault() is None
        assert new.append(Draft(who="a", what="b"), at=NOON).number == 6
        assert [problem.code for problem in restore(tmp_path / name, new).problems] == ["journal-not-empty"]
        assert len(new.entries()) == 6


def spoil(lines, how):
    if how == "cut in half":
        return lines[:2], 3
    if how == "cut inside a line":
        return [*lines[:3], lines[3][:40]], 4
    if how == "changed":
        return [lines[0], lines[1].replace("水位上涨", "水位下降"), *lines[2:]], 2
    if how == "one taken out":
        return [lines[0], *lines[2:]], 2
    if how == "added after the seal":
        return [*lines, lines[0]], 7
    if how == "another seal":
        return [*lines[:-1], lines[-1].replace('"sealed": 5', '"sealed": 4')], 6
    return ["[1]", *lines[1:]], 1


@pytest.mark.parametrize(
    "how",
    [
        "cut in half",
        "cut inside a line",
        "changed",
        "one taken out",
        "added after the seal",
        "another seal",
        "not an entry",
    ],
)
def test_a_backup_that_is_not_whole_says_where(journal, tmp_path, how):
    path = tmp_path / "desk.jsonl"
    backup(journal.place, path)
    lines, line = spoil(path.read_text("utf-8").splitlines(), how)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    (problem,) = inspect(path).problems
    assert (problem.code, problem.source.line) == ("broken-backup", line)
    with Journal(tmp_path / "new.sqlite") as new:
        assert restore(path, new).problems
        assert new.entries() == []
        kept = restore(path, new, as_far_as_it_goes=True)
        assert new.entries() == journal.entries()[: kept.entries]
        assert kept.entries == min(line - 1, 5)


def test_a_gzip_cut_in_half_is_said(journal, tmp_path):
    path = tmp_path / "desk.jsonl.gz"
    backup(journal.place, path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert inspect(path).problems[0].code == "broken-backup"
    path.write_bytes(gzip.compress(b""))
    assert "seal" in inspect(path).problems[0].says
