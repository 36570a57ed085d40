"""A new kind is one class and one word on the list: gauges, JSON, problems, advice and tables follow by themselves."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import pytest

from luoshu import kinds
from luoshu.advise import advise, move_json
from luoshu.book.table import column, table
from luoshu.gauge import as_json, by_chapter, by_owner, summary
from luoshu.kinds.commitment import Commitment, Gauge, Move, Reason, term
from luoshu.region import Region
from luoshu.words.message import say


@table(zh="树木")
class Tree:
    """A tree that was planted."""

    id: str = column("Code", zh="编号", key=True)
    planted: date = column("Day", zh="日期")


@dataclass(frozen=True, kw_only=True)
class Forest(Commitment):
    """So many trees by a day."""

    kind: ClassVar[str] = "forest"
    needs: ClassVar[tuple[type, ...]] = (Tree,)

    trees: int = term("How many")

    def gauge(self, book, day):
        found = sum(tree.planted <= day for tree in book.rows(Tree))
        if found == 13:
            raise RuntimeError("thirteen trees")
        says = say("{found} of {trees} trees stand", found=found, trees=self.trees)
        return Gauge(commitment=self, day=day, met=min(1, found / self.trees), chance=None, verdict="open",
                     because=(Reason(says=says),), value=found, goal=self.trees, unit="棵")  # fmt: skip

    def moves(self, book, day):
        yield Move(commitment=self.id, does=say("Plant more"), cost=100.0, gain=0.5)


@pytest.fixture
def region(tmp_path, monkeypatch):
    monkeypatch.setattr(kinds, "KINDS", kinds.KINDS)
    kinds.KINDS.append(Forest)
    (tmp_path / "tables").mkdir()
    (tmp_path / "book.yaml").write_text("title: Woods\nregion: x\n")
    (tmp_path / "commitments.yaml").write_text(
        "- {kind: forest, id: oak, words: Oaks, trees: 4, owner: me, chapter: green, weight: 2}\n"
        "- {kind: forest, id: ash, words: Ashes, treees: 4}\n"
    )
    (tmp_path / "tables" / "tree.csv").write_text("id,planted\na,2024-01-01\nb,2025-01-01\nc,oops\n")
    yield lambda day: Region(tmp_path, day)
    kinds.KINDS.remove(Forest)


def test_a_new_kind_is_gauged_listed_counted_and_advised(region):
    here = region(date(2025, 6, 1))
    (oak,) = here.gauges
    assert as_json(oak)["met"] == 0.5
    assert as_json(oak)["kind"] == "forest"
    assert Tree in kinds.tables()
    codes = {(problem.code, problem.source.file) for problem in here.problems}
    assert ("missing-field", "commitments.yaml") in codes
    assert ("unknown-field", "commitments.yaml") in codes
    assert ("not-a-day", "tables/tree.csv") in codes
    assert summary(here.gauges).weights["open"] == 2
    assert [each.name for each in by_owner(here.gauges)] == ["me"]
    assert [each.counts["open"] for each in by_chapter(here.gauges)] == [1]
    advice = advise(here.gauges, here.book, here.day, budget=50)
    assert (advice.chosen, len(advice.left)) == ((), 1)
    advice = here.advice(budget=150)
    assert move_json(advice.moves[0], advice)["within_budget"] is True


def test_a_kind_that_fails_does_not_hide_the_others(region, tmp_path):
    rows = "".join(f"t{i},2024-01-01\n" for i in range(13))
    (tmp_path / "tables" / "tree.csv").write_text("id,planted\n" + rows)
    (tmp_path / "commitments.yaml").write_text(
        "- {kind: forest, id: oak, words: Oaks, trees: 4}\n- {kind: task, id: road, words: Build it}\n"
    )
    oak, road = region(date(2025, 6, 1)).gauges
    assert (oak.verdict, oak.met) == ("unknown", None)
    assert "thirteen trees" in oak.because[0].says
    assert road.commitment.id == "road"
