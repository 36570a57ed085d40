"""The reader against a report marked by hand: the scores to reach, counted as the score tool counts them."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from luoshu.words.figure import figures

SHARED = Path(__file__).resolve().parents[3] / "shared"
TOOL = SHARED / "tools" / "score_reading.py"
REPORT = SHARED / "reading" / "henan-2026.txt"

pytestmark = pytest.mark.skipif(
    not (TOOL.exists() and REPORT.exists()),
    reason="the marked report and the score tool are in ../shared, which is absent",
)


def scored() -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location("score_reading", TOOL)
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    truth = tool.load(REPORT.with_suffix(".truth.jsonl"))
    found = [json.loads(json.dumps(f.row())) for f in figures(REPORT.read_text(encoding="utf-8"))]
    result: dict[str, Any] = tool.score(truth, found)
    return result


def test_a_marked_report_is_read_as_people_read_it() -> None:
    score = scored()
    assert score["promises"]["f1"] >= 0.97
    assert score["all"]["f1"] >= 0.95
    assert {name: share for name, share in score["fields"].items() if share < 0.95} == {}
