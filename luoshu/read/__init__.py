"""Documents to proposals, and settled records to commitments: what is found is proposed, people decide."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from luoshu.book.files import Conflict
from luoshu.read.proposal import Proposal, as_json, from_json, version
from luoshu.read.settlement import commitments, in_book, proposals, settle, stored_text, write_proposals

if TYPE_CHECKING:
    from luoshu.book.documents import Document

__all__ = [
    "Conflict",
    "Proposal",
    "as_json",
    "commitments",
    "from_json",
    "in_book",
    "proposals",
    "read",
    "read_file",
    "settle",
    "stored_text",
    "version",
    "write_proposals",
]


def read(document: Document, *, year: int | None = None) -> list[Proposal]:
    """All promises, facts and tasks of a document; see `luoshu.read.reading.read`."""
    from luoshu.read import reading  # the grammar is loaded only where something is read

    return reading.read(document, year=year)


def read_file(path: str | Path) -> tuple[Document, list[Proposal]]:
    """Open a file and read it; see `luoshu.read.reading.read_file`."""
    from luoshu.read import reading

    return reading.read_file(path)
