"""A plan's documents: any file that people keep a plan in, opened as text with its title, signer and problems."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from luoshu.book import files
from luoshu.book.delimited import decode
from luoshu.book.problem import Problem, Source
from luoshu.words.byline import HEADED
from luoshu.words.layout import Layout, lay
from luoshu.words.message import Message, say

MOST_BYTES = 60_000_000
"""The largest file that is opened."""
MOST_TEXT = 6_000_000
"""The longest text that is read, in characters: about sixty times a five-year plan."""
MOST_PROBLEMS = 50
"""Problems of one document that are listed."""
FOLDER = "documents"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A page (or sheet) of a document: its number from 1 and its stretch of the text."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document as text: every offset in the project points into `text`; `layout` are its articles.

    `digest` is the content hash of the text; `format` is what the file was found to be, whatever its name says.
    """

    name: str
    text: str
    title: str = ""
    author: str = ""
    published: date | None = None
    format: str = "text"
    parts: tuple[Part, ...] = ()
    problems: tuple[Problem, ...] = ()
    digest: str = ""
    layout: Layout = field(default=Layout(articles=()), repr=False, compare=False)

    def line(self, offset: int) -> int:
        """The line of the text (from 1) in which an offset stands."""
        return self.text.count("\n", 0, offset) + 1

    def page(self, offset: int) -> int | None:
        """The page in which an offset stands, where the document has pages."""
        return next((part.number for part in self.parts if part.start <= offset < part.end), None)


@dataclass(frozen=True, kw_only=True)
class Raw:
    """What a format's own reader makes of the bytes: text, pages and problems."""

    text: str = ""
    title: str = ""
    parts: tuple[Part, ...] = ()
    problems: tuple[Problem, ...] = ()


def open_document(path: str | Path, *, name: str = "") -> Document:
    """The document in a file, as text; what cannot be read is told in `problems`, nothing is raised.

    `name` is what problems call it (by default the file's own name). Files of more than 60 MB are not opened.
    """
    path = Path(path)
    name = name or path.name
    try:
        if not path.is_file():
            return _failed(name, "no-document", say("there is no such file"), say("Check the name and the folder"))
        size = path.stat().st_size
        if size > MOST_BYTES:
            return _failed(name, "file-too-large", say("the file holds {size} bytes, more than {limit}", size=size,
                           limit=MOST_BYTES), say("Leave out its pictures, or split it"))  # fmt: skip
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return _failed(name, "unreadable-file", say("the file cannot be read: {reason}", reason=reason),
                       say("Check that it is a file you may open"))  # fmt: skip
    return document_of(data, name)


def book_document(folder: Path, name: str) -> Document:
    """A document of a book by its name in the documents folder; a name that leads out of it is a problem."""
    path = files.within(folder / FOLDER, name)
    if path is None:
        return Document(name=name[:100], text="", problems=(files.escape(name),))
    try:
        state = path.stat()
    except OSError:
        return open_document(path, name=f"{FOLDER}/{name}")
    return _as_it_is(path, f"{FOLDER}/{name}", state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=24)
def _as_it_is(path: Path, name: str, size: int, changed: int) -> Document:
    """A document of a book, opened once for each state of its file: pages look at it after every decision."""
    return open_document(path, name=name)


def keep_document(folder: Path, path: str | Path) -> Problem | None:
    """Put a file into a book's documents folder as it is; another one of that name is a problem and stays.

    >>> import tempfile
    >>> book = Path(tempfile.mkdtemp())
    >>> _ = (book / "plan.txt").write_text("到2025年博物馆达到120家")
    >>> keep_document(book, book / "plan.txt"), document_names(book)
    (None, ('plan.txt',))
    """
    path = Path(path)
    kept = folder / FOLDER / path.name
    data = path.read_bytes()
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        files.write(kept, data)
    elif kept.read_bytes() != data:
        says = say("the book has another document of this name, and was left as it was")
        mend = say("Give the new one a name of its own, or take the old one out of documents/ first")
        return _problem(f"{FOLDER}/{path.name}", "document-differs", says, mend)
    return None


def document_names(folder: Path) -> tuple[str, ...]:
    """The names of a book's documents, in order."""
    home = folder / FOLDER
    if not home.is_dir():
        return ()
    return tuple(sorted(path.name for path in home.iterdir() if path.is_file() and not path.name.startswith(".")))


def document_of(data: bytes, name: str) -> Document:
    """The document in the bytes of a file; `name` tells its format only where the bytes themselves do not.

    >>> found = document_of("某市工作报告\\n市长 李明\\n建设公园3个。".encode("gb18030"), "报告.txt")
    >>> found.title, found.author, found.problems
    ('某市工作报告', '李明', ())
    """
    if not data.strip(b"\x00\t\n\x0b\x0c\r \xef\xbb\xbf"):
        return _failed(name, "empty-file", say("the file is empty"), say("Save the document again"))
    kind, found = _kind(data, name)
    raw = _READERS[kind](data, name) if kind in _READERS else Raw()
    problems = [*found, *raw.problems]
    text = raw.text
    if len(text) > MOST_TEXT:
        text = text[:MOST_TEXT]
        problems.append(_problem(name, "text-too-long", say("the text is longer than {limit} characters; the rest is "
                        "not read", limit=MOST_TEXT), say("Split the document")))  # fmt: skip
    if not text.strip() and not problems:
        problems.append(_problem(name, "no-text", say("the file holds no text"), say("Save the document again")))
    layout = lay(text)
    first = layout.articles[0] if layout.articles else None
    alone = len(layout.articles) == 1
    return Document(
        name=name,
        text=text,
        title=_title(first.title if first and alone else "", raw.title),
        author=first.author if first and alone else "",
        published=next((a.published for a in layout.articles if a.published), None),
        format=kind,
        parts=raw.parts,
        problems=tuple(problems),
        digest=files.revision(text.encode("utf-8", "surrogatepass")),
        layout=layout,
    )


def _title(written: str, given: str) -> str:
    """The title on the paper where it is plainly one, else what the file says of itself, else the first line."""
    return written if HEADED.search(written) else given or written


def _problem(name: str, code: str, says: Message, mend: Message, line: int | None = None) -> Problem:
    return Problem(code=code, says=says, source=Source(file=name, line=line), mend=mend)


def _failed(name: str, code: str, says: Message, mend: Message) -> Document:
    return Document(name=name, text="", problems=(_problem(name, code, says, mend),))


# ---- what a file is ----------------------------------------------------------------------------------------------

_BY_NAME = {
    "txt": "text", "text": "text", "md": "markdown", "markdown": "markdown", "htm": "html", "html": "html",
    "xhtml": "html", "shtml": "html", "docx": "docx", "pdf": "pdf",
}  # fmt: skip
_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
    (b"BM", "bitmap"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
)


def _kind(data: bytes, name: str) -> tuple[str, list[Problem]]:
    """What the file is: by its first bytes, else by its name; with the problems that this shows."""
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    named = _BY_NAME.get(ending, "")
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    found = next((kind for sign, kind in _SIGNS if head.startswith(sign)), "")
    if found == "bitmap":
        found = "picture" if b"\x00" in data[2:64] else ""
    if not found and b"%PDF-" in data[:1024]:
        found = "pdf"
    if found == "zip":
        found = "docx" if b"word/" in data else "archive"
    if found in _REFUSED:
        code, says, mend = _REFUSED[found]
        return found, [_problem(name, code, says, mend)]
    if found:
        wrong = bool(ending) and named != found
        return found, [_wrong_name(name, ending, found)] if wrong else []
    if named in ("pdf", "docx"):
        return "nothing", [_problem(name, "wrong-format", say("the file is named {ending} but is none", ending=ending),
                           say("Save it again from the program that made it"))]  # fmt: skip
    if re.match(rb"(?i)<!doctype html|<html|<\?xml[^>]{0,200}\?>\s*<(?:!doctype\s+)?html", head):
        return "html", [_wrong_name(name, ending, "html")] if named not in ("html", "") else []
    return named or "text", []


def _wrong_name(name: str, ending: str, kind: str) -> Problem:
    return _problem(
        name, "wrong-extension",
        say("the file is named {ending} but is {kind}; it was read as {kind}", ending=ending, kind=kind),
        say("Rename it so that its name ends in {kind}", kind=kind),
    )  # fmt: skip


_REFUSED: dict[str, tuple[str, Message, Message]] = {
    "ole": (
        "old-format",
        say("the file is in the format of Word before 2007, or encrypted with a password"),
        say("Open it in Word or WPS, take the password off and save it as docx"),
    ),
    "rtf": ("old-format", say("the file is in RTF"), say("Open it in Word or WPS and save it as docx")),
    "picture": (
        "picture",
        say("the file is a picture, which holds no text"),
        say("Recognise its text with an OCR program and save that as docx or txt"),
    ),
    "archive": ("archive", say("the file is an archive"), say("Unpack it and give the documents in it")),
}


# ---- the readers -------------------------------------------------------------------------------------------------


def _plain(data: bytes, name: str) -> Raw:
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        sample = data[:4096]
        if sample[1::2].count(0) * 4 > len(sample):
            data = b"\xff\xfe" + data
        elif sample[0::2].count(0) * 4 > len(sample):
            data = b"\xfe\xff" + data
        else:
            strange = sum(1 for byte in data[:20_000] if byte < 32 and byte not in b"\t\n\x0b\x0c\r\x1a\x1b")
            if strange * 30 > len(data[:20_000]):
                return Raw(problems=(_problem(name, "not-text", say("the file is no text"),
                           say("Save the document as txt, docx or pdf")),))  # fmt: skip
            data = data.replace(b"\x0c", b"\n")
    decoded = decode(data, name)
    marked = "\ufeff" if data.startswith(b"\xef\xbb\xbf") else ""
    text = marked + decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    problems = decoded.problems[:MOST_PROBLEMS]
    if not problems and _misread(text):
        problems = (_problem(name, "mojibake", say("the text is garbled: it was read in another encoding and saved so"),
                    say("Open the original in its own encoding, UTF-8 or GB18030, and save it again")),)  # fmt: skip
    return Raw(text=text, problems=problems)


_COMMON = "的是在和中国市发展建设年全省人民经济社会工作推进实施项目加快以上化业力新大一高质量生产区体系机制文明服务"
_SCARS = frozenset(_COMMON.encode().decode("gb18030", "ignore")) - frozenset(_COMMON)
"""The letters that common words turn to where UTF-8 is taken for GB18030: 发展 → 鍙戝睍."""


def _misread(text: str) -> bool:
    """Whether a text is UTF-8 that somebody read as GB18030 and saved.

    >>> _misread("加快建设全市文化中心".encode().decode("gb18030", "ignore")), _misread("加快建设全市文化中心")
    (True, False)
    """
    letters = [letter for letter in text[:20_000] if letter >= "\u3400"]
    return sum(letter in _SCARS for letter in letters) * 5 > len(letters) > 5


def _html(data: bytes, name: str) -> Raw:
    from luoshu.book.webpage import webpage_text

    text, title, problems = webpage_text(data, name)
    return Raw(text=text, title=title, problems=problems)


def _docx(data: bytes, name: str) -> Raw:
    from luoshu.book.wordfile import wordfile_text

    text, problems = wordfile_text(data, name)
    return Raw(text=text, problems=problems)


def _pdf(data: bytes, name: str) -> Raw:
    from luoshu.book.pdffile import pdffile_pages

    pages, problems = pdffile_pages(data, name, most=MOST_TEXT)
    parts, at = [], 0
    for number, page in enumerate(pages, 1):
        parts.append(Part(number=number, start=at, end=at + len(page) + 1))
        at += len(page) + 1
    return Raw(text="\n".join(pages) if any(pages) else "", parts=tuple(parts) if any(pages) else (), problems=problems)


_READERS: dict[str, Callable[[bytes, str], Raw]] = {
    "text": _plain, "markdown": _plain, "html": _html, "docx": _docx, "pdf": _pdf,
}  # fmt: skip
