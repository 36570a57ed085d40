"""How an accepted proposal enters the book, and how it is taken out again: records, dated steps, rows of tables."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields as fields_of
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from luoshu.book import files
from luoshu.book.book import COMMITMENTS, Book, open_book
from luoshu.book.delimited import decode
from luoshu.book.directory import DocumentRow, Owner
from luoshu.book.records import Dated, Record, Step, append_record, remove_record, replace_record
from luoshu.book.table import schema
from luoshu.kinds import KINDS
from luoshu.kinds.observation import Indicator, Observation
from luoshu.read.answers import bare_subject
from luoshu.read.proposal import Proposal
from luoshu.words.message import say

_GROWTH = {"up": "增速", "down": "降幅"}
_PUNCTUATION = re.compile(r"[\s\W_]+")
_FLOWS = re.compile(r"新增|投资|产量|接待|销售|收入|进出口|培训|改造|新建|造林")


def enter(folder: Path, proposal: Proposal, others: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Put an accepted proposal into the book: the id of what it became, and what undoing needs to know.

    `others` are fields that go into the record as they are (measure, id, words, chapter, made, indicator, as_of, …).
    ValueError with a sentence where something that the book needs is not known.
    """
    book = open_book(folder)
    paper = next((row for row in book.rows(DocumentRow) if row.file == proposal.document), None)
    if paper and paper.published and not proposal.published:
        proposal = replace(proposal, published=paper.published)
    if proposal.status == "fact":
        return _enter_result(book, proposal, others)
    if proposal.moves is not None and not others.get("id"):
        return _enter_step(book, proposal, others)
    return _enter_record(book, proposal, others)


def withdraw(folder: Path, proposal: Proposal) -> None:
    """Take out of the book what accepting the proposal put into it; what is no longer there is left at that."""
    entered = proposal.entered
    path = folder / str(entered.get("file", ""))
    if "field" in entered:
        _withdraw_step(folder, entered)
    elif entered.get("file") == COMMITMENTS:
        if any(record.id == proposal.settled_as for record in open_book(folder).records):
            remove_record(path, proposal.settled_as)
    elif "row" in entered:
        _remove_row(path, str(entered["row"]))
    if "indicator" in entered and not _measured(folder, str(entered["indicator"])):
        _remove_row(folder / schema(Indicator).file, str(entered["indicator_row"]))


# ---- promises and tasks become records ---------------------------------------------------------------------------


def _enter_record(book: Book, proposal: Proposal, others: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    kind = next((kind for kind in KINDS if kind.kind == proposal.kind), None)
    kind = kind or next((kind for kind in KINDS if kind.read(proposal) is not None), None)
    claim = kind.read(proposal) if kind else None
    if kind is None or claim is None:
        raise ValueError(say("no kind of promise takes this; give its figure, or reject it"))
    entered: dict[str, Any] = {"file": COMMITMENTS}
    names = {field.name for field in fields_of(kind)}
    given = {name: value for name, value in others.items() if name in names}
    if "measure" in names and not given.get("measure"):
        given["measure"], made = _indicator(book, proposal)
        entered.update(made)
    source = {
        "file": f"documents/{proposal.document}", "line": proposal.line, "start": proposal.start, "end": proposal.end,
    }  # fmt: skip
    record = {
        "kind": kind.kind,
        "id": given.get("id") or _free_id(book, proposal),
        "words": given.get("words") or proposal.words or proposal.subject,
        **{name: value for name, value in claim.items() if name != "kind"},
    }
    if "each" in names and proposal.each and "each" not in record:
        record["each"] = dict(proposal.each)
    if proposal.chapter and "chapter" in names:
        record["chapter"] = proposal.chapter
    if proposal.published and "made" in names:
        record["made"] = proposal.published
    record.update({name: _typed(name, value) for name, value in given.items()})
    owner, *others_named = _owners(book, str(record.get("owner", "")))
    if owner:
        record["owner"] = owner
    if others_named and "co_owners" in names and not record.get("co_owners"):
        record["co_owners"] = others_named
    record.setdefault("source", source)
    there = _entered_before(book, record)
    if there:
        return there, entered
    append_record(book.folder / COMMITMENTS, {name: _whole(value) for name, value in record.items()})
    return str(record["id"]), entered


def _entered_before(book: Book, record: Mapping[str, Any]) -> str:
    """The id of the same record, where a machine stopped between writing the book and writing the proposal."""
    told = ("kind", "source", "measure", "level", "verb", "object")
    for each in book.records:
        if all(each.latest(name) == _whole(record.get(name)) for name in told):
            return each.id
    return ""


def _owners(book: Book, named: str) -> list[str]:
    """The bodies that a text names (甲、乙), the first first; by their code where the table of owners knows them."""
    codes = {row.name: row.id for row in book.rows(Owner)}
    if named in codes:
        return [codes[named]]
    return [codes.get(part.strip(), part.strip()) for part in named.split("、") if part.strip()] or [""]


def _free_id(book: Book, proposal: Proposal) -> str:
    """A name for the record that is free in the book: its subject, with a number where that is taken."""
    subject = proposal.object if proposal.status == "task" else bare_subject(proposal.subject)
    stem = _PUNCTUATION.sub("", subject)[:24] or proposal.status
    taken = {record.id for record in book.records}
    number, name = 2, stem
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return name


def _typed(name: str, value: Any) -> Any:
    """Days and numbers that a form sent as text."""
    if isinstance(value, str) and name in ("made", "since", "due"):
        return date.fromisoformat(value)
    if isinstance(value, str) and name in ("weight", "level", "level_high"):
        return float(value)
    return value


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value == int(value) and abs(value) < 1e15 else value


# ---- a promise that moves a settled target becomes a dated step of it --------------------------------------------


def _enter_step(book: Book, proposal: Proposal, others: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    assert proposal.moves is not None
    record = next((record for record in book.records if record.id == proposal.moves.id), None)
    if record is None:
        raise ValueError(say("the target {id!r} that this would move is no longer in the book", id=proposal.moves.id))
    since = _typed("made", others.get("made")) or proposal.published
    if since is None:
        raise ValueError(say("the day on which the new figure was announced is not known; give it as made"))
    steps = list(record.history("level"))
    if steps and steps[0].since is None:
        first = record.latest("made")
        if not isinstance(first, date):
            raise ValueError(
                say("the target {id!r} does not say when it was announced; add made: … to it first", id=record.id)
            )
        steps[0] = Step(since=first, value=steps[0].value)
    if any(step.since == since for step in steps):
        raise ValueError(say("the target {id!r} has a figure of {day} already", id=record.id, day=since))
    about = {"source": {"file": f"documents/{proposal.document}", "line": proposal.line, "start": proposal.start,
                        "end": proposal.end}}  # fmt: skip
    steps.append(Step(since=since, value=_whole(proposal.value), about=about))
    steps.sort(key=lambda step: step.since or date.min)
    replace_record(book.folder / COMMITMENTS, record.id, {**record.fields, "level": Dated(tuple(steps))})
    return record.id, {"file": COMMITMENTS, "field": "level", "since": since.isoformat()}


def _withdraw_step(folder: Path, entered: Mapping[str, Any]) -> None:
    since = date.fromisoformat(str(entered["since"]))
    for record in open_book(folder).records:
        steps = record.history(str(entered["field"]))
        left = tuple(step for step in steps if step.since != since)
        if (
            len(left) < len(steps)
            and left
            and isinstance(record.fields.get("level"), Dated)
            and _is_moved(record, entered)
        ):
            value: Any = left[0].value if len(left) == 1 and record.latest("made") == left[0].since else Dated(left)
            replace_record(folder / COMMITMENTS, record.id, {**record.fields, "level": value})
            return


def _is_moved(record: Record, entered: Mapping[str, Any]) -> bool:
    return "id" not in entered or record.id == entered["id"]


# ---- facts become rows of tables ---------------------------------------------------------------------------------


def _enter_result(book: Book, proposal: Proposal, others: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    as_of = _typed("due", others.get("as_of")) or proposal.due
    if as_of is None:
        raise ValueError(say("the day that the figure is for is not known; write it in the field due"))
    if proposal.value is None:
        raise ValueError(say("a fact without a figure cannot be entered"))
    entered: dict[str, Any] = {}
    indicator = str(others.get("indicator") or "") or _answered(book, proposal)
    if not indicator:
        indicator, entered = _indicator(book, proposal)
    values = {
        "indicator": indicator,
        "as_of": as_of.isoformat(),
        "value": _figure(proposal.value),
        "unit": proposal.unit,
        "comparator": {"~": "~", ">": ">", "<": "<"}.get(proposal.comparator, "="),
        "status": "actual",
        "published": proposal.published.isoformat() if proposal.published else "",
        "source": proposal.title or proposal.document,
    }
    paper = next((row for row in book.rows(DocumentRow) if row.file == proposal.document), None)
    if paper:
        values.update(source=paper.publisher or paper.title or values["source"], url=paper.url)
    known = {column.name for column in schema(Observation).columns}
    values.update({name: str(value) for name, value in others.items() if name in known and name != "as_of"})
    row = _append_row(book.folder / schema(Observation).file, Observation, values)
    return indicator, {"file": schema(Observation).file, "row": row, **entered}


def _figure(value: float) -> str:
    return str(_whole(value)) if abs(value) < 1e15 else repr(value)


def _answered(book: Book, proposal: Proposal) -> str:
    """The measure of the settled target that the fact plainly answers."""
    by_id = {record.id: record for record in book.records if record.latest("measure")}
    best = next((a for a in proposal.answers if a.settled and a.score >= 0.95 and a.id in by_id), None)
    return str(by_id[best.id].latest("measure", "")) if best else ""


def _indicator(book: Book, proposal: Proposal) -> tuple[str, dict[str, Any]]:
    """The id of the indicator that a proposal is about; a new row of the table where no row has its name and unit."""
    name = bare_subject(proposal.subject) or proposal.subject
    if proposal.change in _GROWTH and not name.endswith(("增速", "增长率", "降幅", "增幅")):
        name += _GROWTH[proposal.change]
    if not name:
        raise ValueError(say("what the figure measures is not known; give its subject"))
    rows = book.rows(Indicator)
    for row in rows:
        if bare_subject(row.name) == name and row.unit in ("", proposal.unit):
            return row.id, {}
    taken = {row.id for row in rows}
    number, id = 2, name
    while id in taken:
        id, number = f"{name}-{number}", number + 1
    adds = "ratio" if proposal.unit in ("%", "‰", "百分点") or "/" in proposal.unit else "last"
    if adds == "last" and (proposal.per or proposal.unit in ("人次", "次") or _FLOWS.search(name)):
        adds = "sum"
    values = {"id": id, "name": name, "unit": proposal.unit, "aggregation": adds}
    line = _append_row(book.folder / schema(Indicator).file, Indicator, values)
    return id, {"indicator": id, "indicator_row": line}


def _measured(folder: Path, indicator: str) -> bool:
    """Whether anything else of the book speaks of an indicator."""
    book = open_book(folder)
    if any(record.latest("measure") == indicator for record in book.records):
        return True
    return any(row.indicator == indicator for row in book.rows(Observation))


def _append_row(path: Path, table: type, values: Mapping[str, str]) -> str:
    """Add a row at the end of a table's file, which is made where it is missing; the line as it was written."""
    sheet = schema(table)
    path.parent.mkdir(exist_ok=True)
    with files.alone(path.parent):
        data = path.read_bytes() if path.exists() else b""
        encoding = decode(data, path.name).encoding if data else "utf-8"
        text = data.decode(encoding, "surrogateescape") if encoding == "utf-8" else data.decode(encoding, "replace")
        newline = "\r\n" if "\r\n" in text else "\n"
        if not text.strip("\ufeff \r\n"):
            text = ",".join(column.name for column in sheet.columns) + newline
        separator, heading = _heading(text)
        named = {heard: column.name for column in sheet.columns for heard in column.headings}
        line = _line([values.get(named.get(cell.strip(), ""), "") for cell in heading], separator)
        if line in text.splitlines():
            return line
        text = text if text.endswith(("\n", "\r")) else text + newline
        text += line + newline
        out = text.encode(encoding, "surrogateescape") if encoding == "utf-8" else text.encode(encoding, "replace")
        files.write(path, out)
    return line


def _heading(text: str) -> tuple[str, list[str]]:
    first = text.lstrip("\ufeff").split("\n", 1)[0].rstrip("\r")
    separator = max(",;\t", key=first.count)
    return separator, next(csv.reader([first], delimiter=separator))


def _line(cells: Sequence[str], separator: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="").writerow([re.sub(r"[\r\n]+", " ", cell) for cell in cells])
    return out.getvalue()


def _remove_row(path: Path, line: str) -> None:
    """Take the last line that reads so out of a table's file."""
    if not path.exists():
        return
    with files.alone(path.parent):
        data = path.read_bytes()
        encoding = decode(data, path.name).encoding
        lines = data.split(b"\n")
        wanted = line.encode(encoding, "replace")
        for at in range(len(lines) - 1, 0, -1):
            if lines[at].rstrip(b"\r") == wanted:
                del lines[at]
                files.write(path, b"\n".join(lines))
                return
