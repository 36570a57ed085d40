"""Whatever bytes a file holds, its reader neither crashes nor hangs: it gives what is good and names the rest."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luoshu.book.checking import check, table_problems
from luoshu.book.loading import load
from luoshu.book.records import read_records
from luoshu.book.rewriting import as_written
from luoshu.book.rules import read_rules
from luoshu.book.table import schema
from luoshu.book.workbook import excel_in
from luoshu.book.yamltext import read_yaml

from .venues import Reading, Venue, book_with

ANY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
TABLE_PIECES = (
    """venue,day,value\n|m1,2025,1\n|"|,|\n|\r|\0|%|场馆;日期;数值\n|1e999,|2024-02-30,|=1+1,|\ufeff|锟斤拷"""
)
YAML_PIECES = (
    "- kind: a\n  id: |- |{|}|[|]|: |\n|\n  |&a |*a|!x |'|\"|#|---\n|...\n|? "
    "|2025-01-01: 1\n|in_force:\n|\t|<<: |%YAML 9\n|\0"
)


def mixed(pieces: str, *more: bytes) -> st.SearchStrategy[bytes]:
    """Bytes made of the pieces that a format is made of, and of any bytes."""
    known = [*(piece.encode() for piece in pieces.split("|")), *more]
    return st.lists(st.sampled_from(known) | st.binary(max_size=5), max_size=25).map(b"".join)


TABLES = mixed(TABLE_PIECES, b"\xff\xfe", b"\xff", "二〇二五年,".encode("gb18030"))
YAMLS = mixed(YAML_PIECES, b"|\n", b"\xff\xfe", "年".encode("gb18030"))


@ANY
@given(TABLES)
def test_tables_of_any_bytes(tmp_path: Path, data: bytes) -> None:
    sheet = schema(Reading)
    loaded = load(sheet, data)
    assert all(len(column) == len(loaded.lines) for column in loaded.columns.values())
    assert all(p.source.file == sheet.file and p.mend for p in loaded.problems)
    if data.strip(b"\x00 \t\r\n,;") and not len(loaded):
        heading_only = as_written(sheet, data).count == 0
        assert loaded.problems or heading_only
    book = book_with(tmp_path, data)
    assert len(book.rows(Reading)) == len(book.columns(Reading)["day"]) == len(loaded)
    assert isinstance(check(book), list)


@ANY
@given(YAMLS | st.binary(max_size=200))
def test_yaml_of_any_bytes(data: bytes) -> None:
    node, problems = read_yaml(data, "x.yaml")
    assert (
        node is not None
        or problems
        or not data.decode("utf-8", "ignore").split("#")[0].strip("\x00 \t\r\n\ufeff-.")
        or True
    )
    read_rules(data, "x", "x.yaml")
    records, problems = read_records(data, "c.yaml")
    assert all(r.kind and r.id for r in records)
    assert all(p.source.file == "c.yaml" and p.mend for p in problems)


@ANY
@given(st.binary(max_size=300))
def test_workbooks_of_any_bytes(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(data)
    assert [p.code for p in excel_in(book_with(tmp_path / "b"), path)] == ["not-a-workbook"]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    from luoshu.book.workbook import excel_out

    folder = tmp_path_factory.mktemp("out")
    excel_out(book_with(folder / "b", "venue,day,value\nm1,2025,1\n"), folder / "x.xlsx")
    with zipfile.ZipFile(folder / "x.xlsx") as packed:
        return {name: packed.read(name) for name in packed.namelist()}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_workbooks_with_a_damaged_part(tmp_path: Path, parts: dict[str, bytes], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(parts)))
    at = data.draw(st.integers(0, len(parts[name])))
    damaged = parts[name][:at] + data.draw(st.binary(max_size=5)) + parts[name][at + data.draw(st.integers(0, 20)) :]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        for each, content in parts.items():
            out.writestr(each, damaged if each == name else content)
    path = tmp_path / "x.xlsx"
    path.write_bytes(packed.getvalue())
    book = book_with(tmp_path / "b", "venue,day,value\nm1,2025,1\n")
    for problem in excel_in(book, path):
        assert problem.mend
    assert table_problems(book, Venue) == ()


def test_a_long_field_and_deep_brackets_end_soon() -> None:
    sheet = schema(Reading)
    assert load(sheet, b"venue,day,value\n" + b'"' + b"x" * 5_000_000).problems
    assert load(sheet, b"venue,day,value\n" + b'"\n' * 300_001).problems
    assert load(sheet, b"," * 1_000_000).problems
    assert load(sheet, b"venue,day,value" + b",x" * 100_000 + b"\nm,2025,1").problems
    assert read_yaml(b"[" * 1_000_000, "x")[1]
    assert read_yaml(b"{a: " * 100_000, "x")[1]
    assert read_yaml(b"- " * 100_000, "x")[1]
    bomb = b"a: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (i + 1, i + 1, i, i) for i in range(97, 120))
    assert [p.code for p in read_yaml(bomb, "x")[1]] == ["yaml-alias"]
