"""All that is wrong in a book, at once: its files, tables, references, units, documents and rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from typing import Any

from luoshu.book import files
from luoshu.book.book import Book
from luoshu.book.cell import nearest, perhaps, quoted
from luoshu.book.directory import DocumentRow
from luoshu.book.loading import MOST_PROBLEMS, Findings, Loaded
from luoshu.book.problem import Problem, Source
from luoshu.book.records import COMMITMENTS
from luoshu.book.table import Column, Schema, schema
from luoshu.words.message import Message, say
from luoshu.words.unit import CANONICAL, canonical

KNOWN_FILES = ("book.yaml", COMMITMENTS)
KNOWN_FOLDERS = ("documents", "proposals", "roads", "rules", "tables")


def check(book: Book) -> list[Problem]:
    """Every problem of the book's files, by file and line; at most a thousand of each file, with a count of the rest.

    What its commitments say is their kinds' matter; the command joins both lists.
    """
    found = [*book.problems, *_top(book)]
    if any(p.code == "no-book" for p in book.problems):
        return list(book.problems)
    for table in book.tables:
        found += table_problems(book, table)
    found += [*_strange_tables(book), *_documents(book), *_rules(book), *_roads(book)]
    return in_order(found)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Problems by file and line, each once, those without a line last."""
    once = {(p.code, p.source.file, p.source.line, p.source.column, str(p.says)): p for p in problems}
    return sorted(once.values(), key=lambda p: (p.source.file, p.source.line or 1 << 60, p.code, p.source.column))


def table_problems(book: Book, table: type) -> tuple[Problem, ...]:
    """What is wrong in one table: in its own file, in what it refers to and in its units."""
    loaded = book.loaded(table)
    findings = Findings(loaded.schema.file)
    findings.extend([p for p in loaded.problems if p.code != "more-problems"])
    findings.rest += loaded.unlisted
    by_name = {schema(t).name: t for t in book.tables}
    for column in loaded.schema.columns:
        if column.refers:
            _references(book, loaded, column, by_name, findings)
        if column.holds_unit:
            _units(loaded, column, findings)
        if column.name == "url":
            _addresses(loaded, column, findings)
        if column.unit_from:
            _percent_units(book, loaded, column, by_name, findings)
    return findings.all()


def _references(book: Book, loaded: Loaded, column: Column, by_name: dict[str, type], findings: Findings) -> None:
    assert column.refers
    name, at = column.refers
    target = by_name.get(name)
    if target is None:
        return
    there = book.loaded(target)
    known = set(there.columns[at])
    if target in book.laid_over:
        rows: tuple[Any, ...] = book.rows(target)
        known |= {getattr(row, at) for row in rows}
    cells, lines = _with_aside(loaded, column)
    lost = set(cells) - known - {"", None}
    if not lost:
        return
    if not known:
        count = sum(1 for c in cells if c in lost)
        says = say(
            "{count} rows refer to {file}, which is missing or has no good row", count=count, file=there.schema.file
        )
        findings.add("dangling", says, say("Add the table {name}", name=name), None, column.name)
        return
    near: dict[Any, Any] = {}
    places = list(compress(range(len(cells)), map(lost.__contains__, cells)))
    room = max(0, findings.most - len(findings.listed))
    findings.rest += len(places[room:])
    for i in places[:room]:
        value = cells[i]
        if value not in near:
            mend = say("Add it to {file}, or name another", file=there.schema.file)
            near[value] = perhaps(str(value), map(str, known), mend) if len(near) < 50 and len(known) < 20_000 else mend
        says = say("{column} {found!r} does not stand in {file}", column=column.name, found=quoted(str(value)),
                   file=there.schema.file)  # fmt: skip
        findings.add("dangling", says, near[value], lines[i], column.name)


def _with_aside(loaded: Loaded, column: Column) -> tuple[Sequence[Any], Sequence[int]]:
    """A column's cells and their lines, those of rows that were left out for other faults too."""
    aside = loaded.aside.get(column.name)
    if not aside:
        return loaded.columns[column.name], loaded.lines
    return [*loaded.columns[column.name], *(v for _, v in aside)], [*loaded.lines, *(line for line, _ in aside)]


def _units(loaded: Loaded, column: Column, findings: Findings) -> None:
    cells, lines = _with_aside(loaded, column)
    unknown = [unit for unit in set(cells) - {"", None} if not known_unit(unit)]
    if not unknown:
        return
    plainly = say("Use a bare unit, as in 元, 家, % or 平方米/人")
    # looking for near names is slow: it is done for as many units as anybody will read about
    mends = {unit: _unit_mend(unit) if n < 50 else plainly for n, unit in enumerate(sorted(unknown))}
    for i, unit in enumerate(cells):
        if unit in mends and findings.full:
            findings.rest += 1
        elif unit in mends:
            says = say("{column} {found!r} is not a known unit", column=column.name, found=quoted(unit))
            findings.add("unknown-unit", says, mends[unit], lines[i], column.name)


def _addresses(loaded: Loaded, column: Column, findings: Findings) -> None:
    for i, address in enumerate(loaded.columns[column.name]):
        if address and not is_address(address):
            says = say("{found!r} is no address of the web", found=quoted(address))
            findings.add("bad-url", says, ADDRESS, loaded.lines[i], column.name)


ADDRESS = say("Write it from http:// or https:// on, or leave it empty")


def is_address(text: str) -> bool:
    """Whether a text is an address that a page may link to.

    >>> is_address("https://example.org/a"), is_address("javascript:alert(1)"), is_address("https://")
    (True, False, False)
    """
    return bool(re.fullmatch(r"https?://[^\s/]\S*", text.strip(), re.IGNORECASE))


def _unit_mend(unit: str) -> Message:
    bare = unit.lstrip("百千万亿十")
    if bare != unit and known_unit(bare):
        return say("Use the bare unit {unit} and multiply the figures out", unit=bare)
    return perhaps(unit, CANONICAL, say("Use a bare unit, as in 元, 家, % or 平方米/人"))


def known_unit(unit: str) -> bool:
    """Whether a unit, or both sides of a unit with a slash, is known.

    >>> known_unit("平方米/人"), known_unit("㎡"), known_unit("万元"), known_unit("furlong")
    (True, True, False, False)
    """
    return all(part in CANONICAL for part in canonical(unit).split("/"))


def _percent_units(book: Book, loaded: Loaded, column: Column, by_name: dict[str, type], findings: Findings) -> None:
    """Cells written with a percent sign, in rows whose unit turns out to be another."""
    marked = loaded.percent.get(column.name, [])
    units = _unit_sources(book, loaded, column, by_name) if marked else []
    for i in marked:
        unit = next((u for u in (find(i) for find in units) if u), "")
        if unit not in ("%", "百分点", ""):
            says = say("{column} is written with %, but its unit is {unit}", column=column.name, unit=unit)
            mend = say("Write the number without %, or mend the unit")
            findings.add("percent-misplaced", says, mend, loaded.lines[i], column.name)


def _unit_sources(
    book: Book, loaded: Loaded, column: Column, by_name: dict[str, type]
) -> list[Callable[[int], str]]:  # fmt: skip
    """Where the unit of a cell may stand, first to last: in its own row, then in the rows that its row refers to."""
    via, _, at = column.unit_from.rpartition(".")
    sources: list[Callable[[int], str]] = []
    if not via:
        own = loaded.columns[at]
        sources.append(lambda i: str(own[i] or ""))
    for each in loaded.schema.columns:
        target = by_name.get(each.refers[0]) if each.refers else None
        if target is None or not each.refers or (via and via not in (each.name, each.refers[0])):
            continue
        there = book.loaded(target).columns
        if at in there:
            units = dict(zip(there[each.refers[1]], there[at], strict=True))
            cells = loaded.columns[each.name]
            sources.append(lambda i, units=units, cells=cells: str(units.get(cells[i]) or ""))  # type: ignore[misc]
    return sources


def _top(book: Book) -> list[Problem]:
    """Files whose names are nearly those that a book has."""
    try:
        names = sorted(p.name for p in book.folder.iterdir() if not p.name.startswith("."))
    except OSError:
        return []
    problems: list[Problem] = []
    for name in names:
        missing = [k for k in (*KNOWN_FILES, *KNOWN_FOLDERS) if k not in names]
        near = nearest(name, missing) if name not in (*KNOWN_FILES, *KNOWN_FOLDERS) else ""
        if near:
            problems.append(_unknown_file(name, near))
    return problems


def _unknown_file(name: str, near: str) -> Problem:
    mend = say("Did you mean {name!r}?", name=near) if near else say("Remove it, or name it as its table")
    return Problem(code="unknown-file", says=say("the file is not read"), source=Source(file=name), mend=mend)


def _strange_tables(book: Book) -> list[Problem]:
    known = {f"{schema(t).name}.csv": schema(t) for t in book.tables}
    folder = book.folder / "tables"
    if not folder.is_dir():
        return []
    problems = []
    for path in sorted(folder.iterdir()):
        if path.name in known or path.name.startswith((".", "~$")):
            continue
        near = nearest(path.name, [*known, *(f"{s.zh}.csv" for s in known.values())])
        near = next((name for name, sheet in known.items() if near == f"{sheet.zh}.csv"), near)
        problems.append(_unknown_file(f"tables/{path.name}", f"tables/{near}" if near else ""))
    return problems[:MOST_PROBLEMS]


def _documents(book: Book) -> list[Problem]:
    """Documents that the table names but the folder does not hold."""
    folder = book.folder / "documents"
    there = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
    problems: list[Problem] = []
    for row in book.rows(DocumentRow):
        place = book.source_of(row)
        source = Source(file=place.file, line=place.line, column="file")
        name = f"documents/{row.file}"
        if files.within(book.folder, name) is None:
            escape = files.escape(row.file)
            problems.append(Problem(code=escape.code, says=escape.says, source=source, mend=escape.mend))
        elif row.file not in there and not row.url:
            mend = perhaps(row.file, there, say("Put the file there, or give its url"))
            says = say("{file} is missing", file=name)
            problems.append(Problem(code="missing-file", says=says, source=source, mend=mend))
    return problems


def _rules(book: Book) -> Sequence[Problem]:
    folder = book.folder / "rules"
    if not folder.is_dir():
        return []
    return [p for path in sorted(folder.glob("*.yaml")) for p in book.rules(path.stem)[1]]


def _roads(book: Book) -> Sequence[Problem]:
    """What is wrong with the street network, where the book has one; numpy is loaded for it only."""
    if not (book.folder / "roads").is_dir():
        return []
    from luoshu.book.streetfaults import street_problems

    return street_problems(book.folder)


def tables_by_name(book: Book) -> dict[str, Schema]:
    """The schemas of the book's tables by their names in files."""
    return {schema(table).name: schema(table) for table in book.tables}
