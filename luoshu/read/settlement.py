"""Proposals beside a book, and the one function through which a person settles them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from luoshu.book import files
from luoshu.book.book import Book, open_book
from luoshu.book.documents import Document
from luoshu.book.files import Conflict
from luoshu.book.problem import Problem, Source
from luoshu.book.records import Record
from luoshu.kinds import KINDS
from luoshu.kinds.commitment import Commitment
from luoshu.kinds.making import make
from luoshu.kinds.observation import Indicator, Observation
from luoshu.read.answers import Known, known, known_of, related
from luoshu.read.entry import enter, withdraw
from luoshu.read.proposal import Proposal, as_json, from_json, version
from luoshu.words.message import say

FOLDER = "proposals"
MOST_BYTES = 200_000_000
DECISIONS = ("accept", "correct", "reject", "undo")
CORRECTABLE = (
    "value", "value_high", "unit", "comparator", "change", "per", "each", "due", "subject", "owner", "verb", "object",
    "kind",
)  # fmt: skip
"""The fields of a proposal that a person may correct; other names given go into the record as they are."""


def commitments(book: Book) -> tuple[list[Commitment], list[Problem]]:
    """The settled records of a book as commitments, and what is wrong with those that are none."""
    made: list[Commitment] = []
    problems: list[Problem] = []
    for record in book.records:
        commitment, found = make(record, KINDS)
        problems.extend(found)
        if commitment is not None:
            made.append(commitment)
    return made, problems


# ---- proposals of one document -----------------------------------------------------------------------------------


def proposals(folder: str | Path, name: str) -> tuple[list[Proposal], list[Problem]]:
    """The proposals kept for a document (by its file name), and the lines that are none."""
    folder = Path(folder)
    file = f"{FOLDER}/{name}.jsonl"
    data, problem = files.read(folder, file, MOST_BYTES)
    if data is None:
        return [], [problem] if problem else []
    found: list[Proposal] = []
    problems: list[Problem] = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
            if not isinstance(said, dict):
                raise ValueError("no object")
            if "id" in said:
                found.append(from_json(said))
        except (ValueError, RecursionError):
            problems.append(
                Problem(
                    code="bad-proposal", says=say("the line is no proposal"), source=Source(file=file, line=number),
                    mend=say("Remove the line and read the document again"),
                )
            )  # fmt: skip
    return found, problems


def in_book(book: Book, found: Sequence[Proposal]) -> list[Proposal]:
    """The proposals with what they answer, move and contradict in a book as it is now, other documents included."""
    names = {row.id: row.name for row in book.rows(Indicator)}
    units = {row.id: row.unit for row in book.rows(Indicator)}
    targets = []
    for record in book.records:
        if record.latest("measure") and isinstance(record.latest("level"), int | float):
            measure = str(record.latest("measure", ""))
            targets.append(_known_target(record, names.get(measure, measure), units.get(measure, "")))
    results = []
    for row in book.rows(Observation):
        name, change = names.get(row.indicator, row.indicator), "level"
        for ending, said in (("增速", "up"), ("降幅", "down")):
            if name.endswith(ending):
                name, change = name.removesuffix(ending), said
        unit = row.unit or units.get(row.indicator, "")
        place = str(book.source_of(row))
        results.append(known(place, name, unit, row.value, change=change, due=row.as_of))
    own = {each.document for each in found}
    for name in document_names(book.folder):
        if name not in own:
            told = [each for each in proposals(book.folder, name)[0] if each.status == "fact" and each.state == "open"]
            results.extend(known_of(each) for each in told if each.comparator == "=")
    return related(found, targets, results)


def _known_target(record: Record, name: str, unit: str) -> Known:
    due = record.latest("due")
    high = record.latest("level_high")
    return known(
        record.id, name, str(record.latest("unit", "") or unit), float(record.latest("level")),
        value_high=float(high) if isinstance(high, int | float) else None, change=str(record.latest("change", "level")),
        per=str(record.latest("per", "")), due=due if isinstance(due, date) else None, settled=True,
    )  # fmt: skip


def stored_text(folder: str | Path, name: str) -> str | None:
    """The text of a document as it was read, into which the offsets of its proposals point; None where it was not."""
    data, _ = files.read(Path(folder), f"{FOLDER}/{name}.txt", MOST_BYTES)
    return data.decode("utf-8", "replace") if data is not None else None


def document_names(folder: str | Path) -> list[str]:
    """The names of the documents that have proposals, in order."""
    home = Path(folder) / FOLDER
    if not home.is_dir():
        return []
    return sorted(path.name.removesuffix(".jsonl") for path in home.glob("*.jsonl") if not path.name.startswith("."))


def write_proposals(folder: str | Path, document: Document, found: Sequence[Proposal]) -> str:
    """Keep what was found in a document beside a book; the name of the file that holds it.

    Decisions already made stay: a rejected proposal does not come back, a settled one is not proposed again. The text
    is kept beside the proposals, so that their places can be shown whatever becomes of the document.
    """
    folder = Path(folder)
    name = Path(document.name).name
    path = files.within(folder, f"{FOLDER}/{name}.jsonl")
    if path is None or not name:
        raise ValueError(f"the document's name {document.name!r} cannot name a file of the book")
    path.parent.mkdir(exist_ok=True)
    with files.alone(path.parent):
        before, _ = proposals(folder, name)
        kept = _with_decisions([replace(each, document=name) for each in found], before)
        kept = in_book(open_book(folder), kept)
        files.write(path.parent / f"{name}.txt", document.text.encode("utf-8", "replace"))
        _write(path, _heading(document, name), kept)
    return f"{FOLDER}/{name}.jsonl"


def _heading(document: Document, name: str) -> dict[str, Any]:
    return {
        "document": name, "digest": document.digest, "title": document.title, "author": document.author,
        "published": document.published.isoformat() if document.published else None,
    }  # fmt: skip


def _write(path: Path, heading: Mapping[str, Any] | None, kept: Sequence[Proposal]) -> None:
    lines = [json.dumps(heading, ensure_ascii=False)] if heading else []
    lines.extend(json.dumps(as_json(each), ensure_ascii=False) for each in kept)
    files.write(path, ("\n".join(lines) + "\n").encode("utf-8", "surrogatepass"))


def _with_decisions(found: Sequence[Proposal], before: Sequence[Proposal]) -> list[Proposal]:
    """What was found now with the decisions taken before: by name, else by an overlapping place and the same figure."""
    decided = {each.id: each for each in before if each.state != "open"}
    names = {each.id for each in found}
    strays = [each for id, each in decided.items() if id not in names]
    kept = []
    for each in found:
        old = decided.get(each.id)
        if old is None:
            old = next((stray for stray in strays if _same_place(stray, each)), None)
            if old is not None:
                strays.remove(old)
        if old is not None:
            each = replace(
                each,
                id=old.id,
                state=old.state,
                settled_as=old.settled_as,
                corrected=old.corrected,
                entered=old.entered,
            )
        kept.append(each)
    kept.extend(strays)
    kept.sort(key=lambda each: (each.start, each.end))
    return kept


def _same_place(old: Proposal, new: Proposal) -> bool:
    if old.status == "task" or new.status == "task":
        same = old.status == new.status and (old.object in new.object or new.object in old.object)
    else:
        same = (old.value, old.unit) == (new.value, new.unit)
    return same and old.start < new.end and new.start < old.end


# ---- settling ----------------------------------------------------------------------------------------------------


def settle(
    folder: str | Path, proposal_id: str, decision: str, fields: Mapping[str, Any] | None = None, seen_hash: str = "",
    *, document: str = "",
) -> Proposal:  # fmt: skip
    """Take a person's decision on one proposal, and return the proposal as it stands then.

    `decision` is `accept`, `correct` (accept with `fields` in the place of what was found), `reject`, or `undo` (open
    again; what was entered into the book is taken out). `seen_hash` is `version(proposal)` as the person saw it: where
    the proposal is another by now, `Conflict` is raised and nothing is changed. An accepted promise or task becomes a
    record of commitments.yaml (or a dated step of the record that it moves), a fact a row of tables/observation.csv.
    KeyError where there is no such proposal; ValueError with a sentence where the decision cannot be carried out.
    """
    if decision not in DECISIONS:
        raise ValueError(f"the decision {decision!r} is not one of {', '.join(DECISIONS)}")
    folder = Path(folder)
    home = folder / FOLDER
    if not home.is_dir():
        raise KeyError(f"the book has no proposal {proposal_id!r}")
    with files.alone(home):
        name, all_of_it, at = _find(folder, proposal_id, document)
        before = all_of_it[at]
        if seen_hash and version(before) != seen_hash:
            raise Conflict("somebody else has settled or changed this proposal since it was shown")
        fresh = in_book(open_book(folder), [before])[0]
        after = _decided(folder, fresh, decision, dict(fields or {}))
        all_of_it[at] = after
        all_of_it = in_book(open_book(folder), all_of_it)
        path = home / f"{name}.jsonl"
        _write(path, _read_heading(path), all_of_it)
    return all_of_it[at]


def _find(folder: Path, proposal_id: str, document: str) -> tuple[str, list[Proposal], int]:
    for name in [document] if document else document_names(folder):
        found, problems = proposals(folder, name)
        for at, each in enumerate(found):
            if each.id == proposal_id:
                if problems:
                    raise ValueError(f"{problems[0]}")
                return name, found, at
    raise KeyError(f"the book has no proposal {proposal_id!r}")


def _read_heading(path: Path) -> dict[str, Any] | None:
    with open(path, encoding="utf-8", errors="replace") as lines:
        try:
            said = json.loads(next(lines, "null"))
        except ValueError:
            return None
    return said if isinstance(said, dict) and "id" not in said else None


def _decided(folder: Path, proposal: Proposal, decision: str, fields: dict[str, Any]) -> Proposal:
    if decision == "undo":
        if proposal.state == "settled":
            withdraw(folder, proposal)
        return replace(proposal, state="open", settled_as="", corrected={}, entered={})
    if proposal.state == "settled":
        raise ValueError(say("the proposal is settled; undo that first"))
    if decision == "reject":
        return replace(proposal, state="rejected")
    named = {name: value for name, value in fields.items() if name in CORRECTABLE}
    others = {name: value for name, value in fields.items() if name not in CORRECTABLE and value not in (None, "")}
    wanted = corrected(proposal, named) if decision == "correct" else proposal
    settled_as, entered = enter(folder, wanted, others)
    changed = {name: said for name, said in as_json(wanted).items() if as_json(proposal).get(name) != said}
    return replace(proposal, state="settled", settled_as=settled_as, corrected=changed, entered=entered)


def corrected(proposal: Proposal, fields: Mapping[str, Any]) -> Proposal:
    """The proposal with a person's corrections, which may be text as forms send it; ValueError where one is wrong."""
    values: dict[str, Any] = {}
    for name, said in fields.items():
        if isinstance(said, str):
            said = said.strip()
        if name in ("value", "value_high"):
            values[name] = _number(said)
        elif name == "due":
            values[name] = _day(said)
        elif name == "each":
            values[name] = said if isinstance(said, Mapping) else proposal.each
        else:
            values[name] = "" if said is None else str(said)
    return replace(proposal, **values)


def _number(said: Any) -> float | None:
    if said is None or said == "":
        return None
    try:
        number = float(str(said).replace(",", "").replace("，", "").rstrip("%％"))
    except ValueError:
        raise ValueError(say("{found!r} is not a number; write digits, as in 40", found=str(said))) from None
    if number != number or abs(number) == float("inf"):
        raise ValueError(say("{found!r} is not a number; write digits, as in 40", found=str(said)))
    return number


def _day(said: Any) -> date | None:
    if said is None or said == "":
        return None
    if isinstance(said, date):
        return said
    try:
        return date.fromisoformat(str(said))
    except ValueError:
        raise ValueError(say("{found!r} is not a day; write it as in 2025-12-31", found=str(said))) from None
