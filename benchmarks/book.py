"""How fast a large table is read and checked, and what is found in it, beside pydantic, pandera, polars and DuckDB.

`python benchmarks/book.py [ROWS]` writes a table of a million rows with eight planted faults (a day that does not
exist, a number in words, a day as the number of a spreadsheet, an empty cell, a wrong choice, a key that stands twice,
a reference to nothing, a cell too many), lets every engine check it, and prints what each took and found; the last line
is one JSON object. An engine that is not installed is left out. Seconds are of processor time, one core each.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from luoshu.book.book import open_book
from luoshu.book.checking import check
from luoshu.book.table import column, table

KINDS = ("museum", "library", "hall", "park")


@table(zh="场馆")
class Site:
    """A place."""

    id: str = column("Code", zh="编号", key=True)


@table(zh="读数")
class Count:
    """What was counted at a place on a day."""

    id: str = column("Code", zh="编号", key=True)
    site: str = column("Place", zh="场馆", refers=Site)
    day: date = column("Day", zh="日期")
    value: float = column("Figure", zh="数值", minimum=0)
    kind: str = column("Kind", zh="类别", choices=KINDS)
    visitors: int | None = column("Visitors", zh="人次", default=None)


def good(i: int) -> str:
    visitors = i % 977 if i % 3 else ""
    day = f"20{i % 20 + 10}-{i % 12 + 1:02d}-{i % 28 + 1:02d}"
    return f"r{i},s{i % 500},{day},{i * 0.37:.2f},{KINDS[i % 4]},{visitors}"


def planted(rows: int) -> dict[int, str]:
    """The faulty rows by number."""
    step = rows // 9
    texts = [
        "bad1,s1,2024-02-30,1,museum,",
        "bad2,s1,2024-02-03,forty,museum,",
        "bad3,s1,44197,1,museum,",
        "bad4,,2024-02-03,1,museum,",
        "bad5,s1,2024-02-03,1,muzeum,",
        "r7,s1,2024-02-03,1,museum,",
        "bad7,s501,2024-02-03,1,museum,",
        "bad8,s1,2024-02-03,1,museum,1,2",
    ]
    return {step * (n + 1): text for n, text in enumerate(texts)}


def make(folder: Path, rows: int) -> Path:
    (folder / "tables").mkdir()
    (folder / "book.yaml").write_text("title: x\nregion: x\n", encoding="utf-8")
    (folder / "tables" / "site.csv").write_text("id\n" + "".join(f"s{n}\n" for n in range(500)), encoding="utf-8")
    bad = planted(rows)
    path = folder / "tables" / "count.csv"
    with path.open("w", encoding="utf-8") as out:
        out.write("id,site,day,value,kind,visitors\n")
        for i in range(rows):
            out.write((bad.get(i) or good(i)) + "\n")
    return path


def by_luoshu(path: Path) -> int:
    book = open_book(path.parents[1], tables=(Site, Count))
    book.columns(Count)
    return sum(1 for p in check(book) if p.source.line and p.source.column)


def by_pydantic(path: Path) -> int:
    import csv
    from typing import Annotated, Literal

    from pydantic import BaseModel, Field, ValidationError

    class Row(BaseModel):
        id: Annotated[str, Field(min_length=1)]
        site: Annotated[str, Field(min_length=1)]
        day: date
        value: Annotated[float, Field(ge=0)]
        kind: Literal["museum", "library", "hall", "park"]
        visitors: int | None

    found, seen, sites = 0, set(), {f"s{n}" for n in range(500)}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            try:
                if None in row:
                    found += 1
                    continue
                made = Row.model_validate({**row, "visitors": row["visitors"] or None})
                found += made.id in seen or made.site not in sites
                seen.add(made.id)
            except ValidationError:
                found += 1
    return found


def by_pandera(path: Path) -> int:
    import warnings

    warnings.simplefilter("ignore")
    import pandas
    import pandera.pandas as pandera

    frame = pandas.read_csv(path, dtype=str, on_bad_lines="skip")
    frame["day"] = pandas.to_datetime(frame["day"], errors="coerce", format="%Y-%m-%d")
    frame["value"] = pandas.to_numeric(frame["value"], errors="coerce")
    sites = [f"s{n}" for n in range(500)]
    wanted = pandera.DataFrameSchema(
        {
            "id": pandera.Column(str, unique=True, report_duplicates="exclude_first"),
            "site": pandera.Column(str, pandera.Check.isin(sites), nullable=False),
            "day": pandera.Column("datetime64[us]", nullable=False, coerce=True),
            "value": pandera.Column(float, pandera.Check.ge(0), nullable=False),
            "kind": pandera.Column(str, pandera.Check.isin(KINDS)),
        }
    )
    try:
        wanted.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        return len(set(error.failure_cases["index"]) - {None})
    return 0


def by_polars(path: Path) -> int:
    import polars as pl

    frame = pl.read_csv(path, infer_schema=False, truncate_ragged_lines=True).with_row_index("line", 2)
    bad = (
        pl.col("day").str.to_date("%Y-%m-%d", strict=False).is_null()
        | pl.col("value").cast(pl.Float64, strict=False).is_null()
        | ~pl.col("site").fill_null("").is_in([f"s{n}" for n in range(500)])
        | ~pl.col("kind").is_in(KINDS)
        | ~pl.col("id").is_first_distinct()
    )
    return frame.filter(bad).height


def by_duckdb(path: Path) -> int:
    import duckdb

    db = duckdb.connect()
    db.execute("set threads = 1")
    kept = {
        "id": "VARCHAR",
        "site": "VARCHAR",
        "day": "DATE",
        "value": "DOUBLE",
        "kind": "VARCHAR",
        "visitors": "BIGINT",
    }
    types = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in kept.items()) + "}"
    source = f"read_csv('{path}', columns={types}, header=true, auto_detect=false, delim=',', store_rejects=true)"
    db.execute(f"create table t as select * from {source}")
    rejected = db.execute("select count(distinct line) from reject_errors").fetchone()
    kinds = ", ".join(f"'{kind}'" for kind in KINDS)
    sites = ", ".join(f"'s{n}'" for n in range(500))
    wrong = db.execute(
        f"select count(*) from t where value < 0 or kind not in ({kinds}) or site is null or site not in ({sites})"
    ).fetchone()
    twice = db.execute("select count(*) - count(distinct id) from t").fetchone()
    return sum(n[0] for n in (rejected, wrong, twice) if n)


def with_a_million_errors(folder: Path, rows: int) -> dict[str, Any]:
    """A table in which every row is wrong: a bounded list, a count of the rest."""
    (folder / "tables").mkdir(parents=True)
    (folder / "book.yaml").write_text("title: x\nregion: x\n", encoding="utf-8")
    (folder / "tables" / "site.csv").write_text("id\ns1\n", encoding="utf-8")
    with (folder / "tables" / "count.csv").open("w", encoding="utf-8") as out:
        out.write("id,site,day,value,kind,visitors\n")
        for i in range(rows):
            out.write(f"r{i},s1,2024-02-3{i % 7},forty-{i},a park of some sort\n")
    started = time.process_time()
    problems = check(open_book(folder, tables=(Site, Count)))
    return {
        "seconds": round(time.process_time() - started, 2),
        "listed": len(problems) - 1,
        "rest": getattr(problems[-1].says, "values", {}).get("count"),
    }


def main(rows: int) -> None:
    engines: dict[str, Callable[[Path], int]] = {
        "luoshu": by_luoshu,
        "pydantic": by_pydantic,
        "pandera": by_pandera,
        "polars": by_polars,
        "duckdb": by_duckdb,
    }
    told: dict[str, Any] = {"rows": rows, "planted": 8, "engines": {}}
    with tempfile.TemporaryDirectory() as name:
        path = make(Path(name), rows)
        for engine, run in engines.items():
            started = time.process_time()
            try:
                found: int | str = run(path)
            except ImportError:
                continue
            except Exception as error:  # a peer that breaks on a fault is a result, too
                found = type(error).__name__
            told["engines"][engine] = {"seconds": round(time.process_time() - started, 2), "found": found}
            print(f"{engine:10} {told['engines'][engine]['seconds']:8.2f} s   found {found} of 8", flush=True)
        told["a million errors"] = with_a_million_errors(Path(name) / "errors", rows)
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
