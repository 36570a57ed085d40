"""Whatever stands in a file of proposals, it is read line by line: what is a proposal, and a problem for the rest."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luoshu.read.proposal import Proposal, as_json, version
from luoshu.read.settlement import in_book, proposals

from .venues import book_with

NAMES = [f.name for f in dataclasses.fields(Proposal)]
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("2025-02-30")
VALUES = PLAIN | st.lists(st.integers(), max_size=2) | st.dictionaries(st.text(max_size=3), PLAIN, max_size=2)


def line(said: dict[str, Any]) -> bytes:
    return json.dumps({"id": "x", **said}).encode()


LINES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=12).map(line) | st.binary(max_size=30)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(LINES, max_size=3).map(b"\n".join))
def test_proposals_of_any_bytes(tmp_path: Path, data: bytes) -> None:
    book = book_with(tmp_path)
    (tmp_path / "proposals").mkdir(exist_ok=True)
    (tmp_path / "proposals" / "a.jsonl").write_bytes(data)
    found, problems = proposals(tmp_path, "a")
    for each in found:
        json.dumps(as_json(each), allow_nan=False)
        version(each)
    assert all(p.code == "bad-proposal" and p.source.line for p in problems)
    in_book(book, found)
