"""A Word document (docx) as text: paragraphs and tables in their order, a table's row a line with tabs."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import IO

from luoshu.book.problem import Problem, Source
from luoshu.words.message import Message, say

MOST_XML = 80_000_000
"""Bytes of text that a docx may unpack to: a bomb unpacks to more."""
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_SKIPPED = frozenset(
    ("del", "moveFrom", "Fallback", "instrText", "delText", "footnoteReference", "rPr", "pPr", "sectPr")
)
"""Elements without text of the paper as it stands: deletions, field codes, second copies of drawings, settings."""


def wordfile_text(data: bytes, name: str) -> tuple[str, tuple[Problem, ...]]:
    """Text and problems of a docx file given as bytes; a damaged, encrypted or exploding one gives a problem."""
    from lxml import etree

    def fail(code: str, says: Message, mend: Message) -> tuple[str, tuple[Problem, ...]]:
        return "", (Problem(code=code, says=says, source=Source(file=name), mend=mend),)

    again = say("Open it in Word or WPS and save it again as docx")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            main = _main_part(archive)
            if main is None:
                return fail("wrong-format", say("the file is an archive but no Word document"), again)
            if main.file_size > MOST_XML:
                return fail("unpacks-too-large", say("the document unpacks to {size} bytes, more than {limit}",
                            size=main.file_size, limit=MOST_XML), say("Split the document"))  # fmt: skip
            if main.flag_bits & 1:
                return fail("encrypted", say("the document is encrypted"), say("Save it without a password"))
            with archive.open(main) as stream:
                return _text(stream), ()
    except _TooLarge:
        return fail("unpacks-too-large", say("the document unpacks to more than {limit} bytes", limit=MOST_XML),
                    say("Split the document"))  # fmt: skip
    except (zipfile.BadZipFile, zlib.error, EOFError, etree.XMLSyntaxError, NotImplementedError, RuntimeError,
            KeyError, OSError, ValueError, OverflowError):  # fmt: skip
        return fail("damaged-file", say("the document is damaged"), again)


class _TooLarge(Exception):
    """More came out of the archive than it said."""


class _Bounded(io.RawIOBase):
    """A stream that refuses to give more than `MOST_XML` bytes, whatever the archive's directory says."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream, self._given = stream, 0

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(min(size, 1 << 20) if size > 0 else 1 << 20)
        self._given += len(chunk)
        if self._given > MOST_XML:
            raise _TooLarge
        return chunk

    def readable(self) -> bool:
        return True


def _main_part(archive: zipfile.ZipFile) -> zipfile.ZipInfo | None:
    for info in archive.infolist():
        if info.filename in ("word/document.xml", "word/document2.xml"):
            return info
    return None


def _text(stream: IO[bytes]) -> str:
    """Walk the document once, element by element, so that its size in memory stays near that of its text."""
    from lxml import etree

    bounded = _Bounded(stream)
    out = _Page()
    events = etree.iterparse(
        bounded, events=("start", "end"), resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False
    )
    skipping = 0
    for event, node in events:
        tag = node.tag if isinstance(node.tag, str) else ""
        local = tag.rsplit("}", 1)[-1]
        if event == "start":
            skipping += local in _SKIPPED
            if not skipping and tag.startswith((_W, _STRICT)):
                out.begin(local)
            continue
        if not skipping and tag.startswith((_W, _STRICT)):
            out.end(local, node.text or "")
        skipping -= local in _SKIPPED
        if local in ("p", "tbl", "sectPr"):
            node.clear()
    return out.text()


class _Page:
    """Gathers paragraphs and rows. A text box inside a paragraph is put before it; a cell's paragraphs are one cell."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.paragraphs: list[list[str]] = []
        self.rows: list[list[list[str]]] = []

    def begin(self, local: str) -> None:
        if local == "p":
            self.paragraphs.append([])
        elif local == "tr":
            self.rows.append([])
        elif local == "tc" and self.rows:
            self.rows[-1].append([])

    def end(self, local: str, text: str) -> None:
        if local == "t" and self.paragraphs:
            self.paragraphs[-1].append(text)
        elif local in ("tab", "ptab") and self.paragraphs:
            self.paragraphs[-1].append(" ")
        elif local in ("br", "cr") and self.paragraphs:
            self.paragraphs[-1].append("\n")
        elif local == "noBreakHyphen" and self.paragraphs:
            self.paragraphs[-1].append("-")
        elif local == "p" and self.paragraphs:
            self._place("".join(self.paragraphs.pop()))
        elif local == "tr" and self.rows:
            cells = [" ".join(part for part in cell if part) for cell in self.rows.pop()]
            self._place("\t".join(cells) if any(cells) else "")

    def _place(self, paragraph: str) -> None:
        paragraph = paragraph.replace("\xa0", " ").strip(" \n")
        if self.rows and self.rows[-1]:
            self.rows[-1][-1].append(" ".join(paragraph.split()))
        else:
            self.lines.append(paragraph)

    def text(self) -> str:
        kept = [line for at, line in enumerate(self.lines) if line or (at and self.lines[at - 1])]
        return "\n".join(kept).strip("\n")
