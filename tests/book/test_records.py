"""Records: histories, faults with their lines, and edits that leave everything else byte for byte."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshu.book.files import Conflict, revision
from luoshu.book.records import Dated, Step, append_record, read_records, remove_record, replace_record

FILE = """# the plan
- kind: target   # binding
  id: museums
  level: {2020-12-01: 120, 2023-08-25: {value: 110, source: later plan}}
  words: 到2025年博物馆达到120家

# second
-
  kind: task
  id: bridge
  words: |
    two
    lines

# end
- {kind: target, id: roads, level: 300}
# last
"""


def test_a_field_by_dates_is_a_history() -> None:
    records, problems = read_records(FILE.encode(), "commitments.yaml")
    museums = records[0]
    assert problems == ()
    assert (museums.kind, museums.id, museums.source.line) == ("target", "museums", 2)
    assert [museums.on("level", date(y, 1, 1)) for y in (2020, 2022, 2024)] == [None, 120, 110]
    assert [(s.since, s.value, s.about) for s in museums.history("level")] == [
        (date(2020, 12, 1), 120, {}),
        (date(2023, 8, 25), 110, {"source": "later plan"}),
    ]
    assert museums.latest("level") == 110
    assert museums.source_of("level").line == 4
    assert museums.on("owner", date(2024, 1, 1), "nobody") == "nobody"
    assert museums.history("words")[0].since is None


def test_faults_of_records_are_listed_and_the_good_ones_count() -> None:
    text = "- id: a\n- kind: target\n  id: b\n  id: c\n- 3\n- kind: task\n  id: b\n- kind: task\n  id: d\n"
    records, problems = read_records(text.encode(), "c.yaml")
    assert [r.id for r in records] == ["b", "d"]
    assert [(p.code, p.source.line) for p in problems] == [
        ("yaml-key-twice", 4),
        ("missing-field", 1),
        ("not-a-record", 5),
        ("duplicate", 7),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x [1]\nb: *x", "yaml-alias"),
        ("a: !!python/object/apply:os.system [ls]", "yaml-tag"),
        ("a: !x 1", "yaml-tag"),
        ("[" * 50 + "]" * 50, "yaml-too-deep"),
        ("[" * 100_000, "yaml-too-deep"),
        ("a: [", "yaml-syntax"),
        ("a: 'x", "yaml-syntax"),
        ("- a\n---\n- b", "yaml-documents"),
        ("? [a]\n: b", "yaml-key"),
        ("title: x", "not-a-list"),
        ("\t- x", "yaml-syntax"),
    ],
)
def test_yaml_that_is_refused(text: str, code: str) -> None:
    records, problems = read_records(text.encode(), "c.yaml")
    assert records == ()
    assert [p.code for p in problems] == [code]


def test_words_stay_words() -> None:
    (record,), _ = read_records(b"- {kind: no, id: 1e, a: on, b: 0123, c: 12:30, d: 2024-02-30, e: .inf}", "c.yaml")
    assert dict(record.fields) == {
        "kind": "no",
        "id": "1e",
        "a": "on",
        "b": "0123",
        "c": "12:30",
        "d": "2024-02-30",
        "e": ".inf",
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "commitments.yaml"
    path.write_bytes(FILE.encode())
    return path


def test_append_keeps_what_is_there(path: Path) -> None:
    new = append_record(path, {"kind": "target", "id": "pools", "level": 3, "due": date(2025, 12, 31)})
    assert path.read_bytes() == FILE.encode() + b"- kind: target\n  id: pools\n  level: 3\n  due: 2025-12-31\n"
    assert new == revision(path.read_bytes())


def test_append_to_a_file_that_is_not_there_or_ends_without_a_newline(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    append_record(path, {"kind": "task", "id": "a"})
    path.write_bytes(path.read_bytes().rstrip())
    append_record(path, {"kind": "task", "id": "b"})
    assert path.read_text() == "- kind: task\n  id: a\n- kind: task\n  id: b\n"


def test_replace_touches_one_record(path: Path) -> None:
    replace_record(path, "bridge", {"kind": "task", "id": "bridge", "words": "三\n行"})
    before, _, rest = FILE.partition("-\n  kind: task\n")
    after = rest[rest.index("\n# end") :]
    text = path.read_text(encoding="utf-8")
    assert text.startswith(before)
    assert text.endswith(after)
    records, problems = read_records(path.read_bytes(), "c.yaml")
    assert ([r.id for r in records], problems) == (["museums", "bridge", "roads"], ())
    assert records[1].fields["words"] == "三\n行"


def test_replace_keeps_the_lines_of_what_did_not_change(path: Path) -> None:
    museums = read_records(path.read_bytes(), "c.yaml")[0][0]
    level = Dated((*museums.fields["level"].steps, Step(since=date(2024, 1, 1), value=100)))
    replace_record(path, "museums", {**museums.fields, "level": level, "note": "no"})
    old = "  level: {2020-12-01: 120, 2023-08-25: {value: 110, source: later plan}}\n"
    new = """  level:
    2020-12-01: 120
    2023-08-25:
      value: 110
      source: later plan
    2024-01-01: 100
"""
    words = "  words: 到2025年博物馆达到120家\n"
    assert path.read_text(encoding="utf-8") == FILE.replace(old, new).replace(words, words + "  note: 'no'\n")


def test_remove_keeps_the_comments_around(path: Path) -> None:
    remove_record(path, "museums")
    start, end = FILE.index("- kind: target"), FILE.index("\n# second")
    assert path.read_text(encoding="utf-8") == FILE[:start] + FILE[end:]


def test_a_history_is_written_as_it_is_read(path: Path) -> None:
    level = Dated(
        (Step(since=date(2020, 1, 1), value=1.5), Step(since=date(2024, 1, 1), value=2, about={"note": "no"}))
    )
    append_record(path, {"kind": "target", "id": "x", "level": level})
    record = read_records(path.read_bytes(), "c.yaml")[0][-1]
    assert [(s.since, s.value, s.about) for s in record.history("level")] == [
        (date(2020, 1, 1), 1.5, {}),
        (date(2024, 1, 1), 2, {"note": "no"}),
    ]


def test_two_editors_cannot_overwrite_each_other(path: Path) -> None:
    seen = revision(path.read_bytes())
    append_record(path, {"kind": "task", "id": "a"}, expected=seen)
    for change in (
        lambda: append_record(path, {"kind": "task", "id": "b"}, expected=seen),
        lambda: replace_record(path, "a", {"kind": "task", "id": "a"}, expected=seen),
        lambda: remove_record(path, "a", expected=seen),
    ):
        with pytest.raises(Conflict):
            change()


def test_edits_that_cannot_be_made_are_refused(path: Path) -> None:
    with pytest.raises(ValueError, match="already"):
        append_record(path, {"kind": "task", "id": "bridge"})
    with pytest.raises(KeyError):
        remove_record(path, "nothing")
    with pytest.raises(ValueError, match="finite"):
        append_record(path, {"kind": "task", "id": "z", "level": float("nan")})
    path.write_text("[{kind: task, id: a}, {kind: task, id: b}]")
    with pytest.raises(ValueError, match="bracket"):
        remove_record(path, "a")
    with pytest.raises(ValueError, match=r"cannot be changed|mended"):
        append_record(path, {"kind": "task", "id": "c"})
    path.write_text("- {kind: task}\n")
    with pytest.raises(ValueError, match="mended"):
        append_record(path, {"kind": "task", "id": "c"})


def test_windows_line_ends_stay(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(FILE.replace("\n", "\r\n").encode())
    append_record(path, {"kind": "task", "id": "z"})
    remove_record(path, "bridge")
    data = path.read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")
    assert [r.id for r in read_records(data, "c.yaml")[0]] == ["museums", "roads", "z"]


WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Co"], exclude_characters="\ufffd\ufeffÃÂåæçèé"), max_size=30
)
TRAPS = ["no", "1e5", "012", "1_0", "12:30", "~", "null", "-", "2020-01-01", "0x1f", "=1", ": ", "# x", "true"]
NAMES = st.from_regex(r"[a-z_]{1,8}", fullmatch=True) | st.sampled_from(["null", "true", "on"])
PLAIN = st.one_of(
    WORDS,
    st.sampled_from(TRAPS),
    st.integers(-(10**17), 10**17),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(),
)
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=8
)


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_any_record_is_read_back_as_it_was_written(fields: dict[str, Any]) -> None:
    from luoshu.book.records import _lines

    fields = {name: value for name, value in fields.items() if name not in ("kind", "id")}
    data = b"# head\n- kind: a\n  id: a\n" + _lines({"kind": "target", "id": "x", **fields}, b"\n")
    records, problems = read_records(data, "c.yaml")
    assert problems == ()
    assert dict(records[-1].fields) == {"kind": "target", "id": "x", **fields}
