"""Tasks: silence is never green, and only evidence makes a task done."""

from datetime import date

import pytest

from luoshu.book.book import open_book
from luoshu.gauge import gauge
from luoshu.kinds import tables
from luoshu.kinds.task import Task
from luoshu.region import Region


class Found:
    """What a reader gives for an undertaking."""

    status = "task"
    verb, object, owner, due = "建设", "奥体中心", "", date(2025, 12, 31)


@pytest.fixture
def task(tmp_path):
    def make(*rows, day="2024-06-01", fields=""):
        (tmp_path / "tables").mkdir(exist_ok=True)
        (tmp_path / "book.yaml").write_text("title: Little\nregion: x\n")
        (tmp_path / "commitments.yaml").write_text(
            f"- kind: task\n  id: t\n  words: Build it\n  made: 2020-12-01\n  due: 2025-12-31\n{fields}"
        )
        header = "commitment,state,as_of,published,note\n"
        (tmp_path / "tables" / "evidence.csv").write_text(header + "".join(f"t,{row},seen\n" for row in rows))
        book = open_book(tmp_path, tables=tables())
        (found,) = gauge(book, date.fromisoformat(day))
        return found, list(found.commitment.moves(book, date.fromisoformat(day)))

    return make


def said(gauge):
    return "\n".join(each.says for each in gauge.because)


def test_silence_is_unknown_and_says_since_when(task):
    found, moves = task()
    assert (found.verdict, found.met, found.chance) == ("unknown", None, None)
    assert "No word since 2020-12-01" in said(found)
    assert moves[0].group == "report"


def test_done_only_with_evidence_that_was_published(task):
    found, moves = task("done,2024-05-01,2024-05-20")
    assert (found.verdict, found.met, moves) == ("kept", 1, [])
    before, _ = task("done,2024-05-01,2024-05-20", day="2024-05-19")
    assert before.verdict == "unknown"
    unpublished, _ = task("done,2024-05-01,")
    assert unpublished.verdict == "unknown"


def test_under_way_is_open_until_the_deadline_passes(task):
    assert task("under way,2024-05-01,2024-05-20")[0].verdict == "open"
    late, _ = task("under way,2025-11-01,2025-11-20", day="2026-02-01")
    assert late.verdict == "at risk"
    assert "has passed without word" in said(late)


def test_old_news_is_no_news(task):
    old, moves = task("started,2021-05-01,2021-05-20")
    assert (old.verdict, old.met) == ("unknown", None)
    assert "No word since 2021-05-01" in said(old)
    assert moves


def test_dropped_and_done_late(task):
    dropped, _ = task("started,2021-05-01,2021-05-20", "dropped,2023-05-01,2023-05-20")
    assert (dropped.verdict, dropped.met) == ("dropped", 0)
    late, _ = task("done,2026-05-01,2026-05-20", day="2026-06-01")
    assert (late.verdict, late.met) == ("missed", 0)
    assert "121 days after its deadline" in said(late)


def test_an_undertaking_is_claimed_and_a_promise_is_not():
    claim = Task.read(Found())
    assert claim == {"kind": "task", "verb": "建设", "object": "奥体中心", "due": date(2025, 12, 31)}
    other = Found()
    other.status = "promise"
    assert Task.read(other) is None


def test_evidence_for_a_task_that_is_not_in_the_book_is_a_problem(task, tmp_path):
    task("done,2024-05-01,2024-05-20")
    file = tmp_path / "tables" / "evidence.csv"
    file.write_text(file.read_text() + "tt,done,2024-05-01,2024-05-20,seen\n")
    (problem,) = [
        each for each in Region(tmp_path, date(2024, 6, 1)).problems if each.source.file == "tables/evidence.csv"
    ]
    assert (problem.code, problem.source.line) == ("dangling", 3)
    assert "commitment 'tt' does not stand in commitments.yaml" in problem.says
