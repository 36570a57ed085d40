"""Whether all that the promises of a book rest on is there: files, sources, and what broken entries refer to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from luoshu.book import files
from luoshu.book.book import COMMITMENTS, Book
from luoshu.book.cell import perhaps, quoted
from luoshu.book.checking import ADDRESS, is_address
from luoshu.book.directory import DocumentRow, Owner, Place
from luoshu.book.problem import Problem, Source
from luoshu.book.records import Record, read_records
from luoshu.book.table import schema
from luoshu.book.yamltext import MOST_BYTES
from luoshu.kinds import KINDS
from luoshu.kinds.making import make
from luoshu.kinds.observation import Indicator
from luoshu.words.message import say

_REFERENCES: dict[str, type] = {"owner": Owner, "measure": Indicator, "place": Place}


def missing_grounds(book: Book, broken: Iterable[Record]) -> list[Problem]:
    """Tables and documents that the promises need and that are not there; the references of `broken` entries."""
    if any(problem.code == "no-book" for problem in book.problems):
        return []
    return [*_files(book), *_sources(book), *_lost(book, broken), *_repeated(book)]


def _missing(file: str, says: Any, mend: Any) -> Problem:
    return Problem(code="missing-file", says=says, source=Source(file=file), mend=mend)


def _files(book: Book) -> Iterator[Problem]:
    if not (book.folder / COMMITMENTS).exists():
        mend = say("Put it back, or begin an empty one (luoshu new writes one)")
        yield _missing(COMMITMENTS, say("the file is missing"), mend)
    kinds = {record.kind for record in book.records}
    used = [kind for kind in KINDS if kind.kind in kinds]
    needed = {table: kind.kind for kind in used for table in kind.needs if table not in kind.optional}
    for table, kind in needed.items():
        file = schema(table).file
        if not (book.folder / file).exists():
            says = say("the file is missing, though the book has promises of the kind {kind}", kind=kind)
            yield _missing(file, says, say("Put it back, or begin it with its headings (luoshu new writes them)"))
    file = schema(Owner).file
    if not (book.folder / file).exists() and any(r.latest("owner") or r.latest("co_owners") for r in book.records):
        says = say("the file is missing, though promises name who answers for them")
        yield _missing(file, says, say("Put it back, or begin it with its headings (luoshu new writes them)"))


def _sources(book: Book) -> Iterator[Problem]:
    """Sources of records and of the steps of their histories whose file leads out of the book or is not there."""
    elsewhere = {f"documents/{row.file}" for row in book.rows(DocumentRow) if row.url}
    for record in book.records:
        written = [(record.fields.get("source"), record.source_of("source"))]
        for field in record.fields:
            steps = [step for step in record.history(field) if step.about]
            written += [(said, step.source) for step in steps for said in (step.about.get("source"), step.about)]
        for said, place in written:
            address = said.get("url") if isinstance(said, Mapping) else None
            if isinstance(address, str) and address and not is_address(address):
                says = say("{found!r} is no address of the web", found=quoted(address))
                yield Problem(code="bad-url", says=says, source=place, mend=ADDRESS)
            name = said.get("file") if isinstance(said, Mapping) else None
            if not isinstance(name, str) or not name:
                continue
            path = files.within(book.folder, name)
            if path is None:
                escape = files.escape(name)
                yield Problem(code=escape.code, says=escape.says, source=place, mend=escape.mend)
            elif name not in elsewhere and not path.is_file():
                folder = book.folder / "documents"
                there = [f"documents/{p.name}" for p in sorted(folder.iterdir())] if folder.is_dir() else []
                mend = perhaps(name, there, say("Put the file there, or give its url"))
                yield Problem(code="missing-file", says=say("{file} is missing", file=name), source=place, mend=mend)


def _lost(book: Book, broken: Iterable[Record]) -> Iterator[Problem]:
    """What entries refer to that are left out for other faults: they are named at once."""
    for record in broken:
        for name, table in _REFERENCES.items():
            rows: tuple[Any, ...] = book.rows(table)
            ids = {row.id for row in rows}
            said = record.latest(name)
            if isinstance(said, str) and said and ids and said not in ids:
                file = schema(table).file
                says = say("{field} {found!r} does not stand in {file}", field=name, found=said, file=file)
                mend = perhaps(said, ids, say("Add it to {file}, or name another", file=file))
                yield Problem(code="dangling", says=says, source=record.source_of(name), mend=mend)


def _repeated(book: Book) -> Iterator[Problem]:
    """The other faults of entries that are left out because their id stands twice."""
    if not any(p.code == "duplicate" and p.source.file == COMMITMENTS for p in book.problems):
        return
    data, _ = files.read(book.folder, COMMITMENTS, MOST_BYTES)
    counted = {record.source.line for record in book.records}
    for record in read_records(data or b"", COMMITMENTS, repeated=True)[0]:
        if record.source.line not in counted:
            made, problems = make(record, KINDS)
            yield from problems
            if made is None:
                yield from _lost(book, [record])
            else:
                for field, code, says, mend in made.faults(book):
                    yield Problem(code=code, says=says, source=record.source_of(field), mend=mend)
