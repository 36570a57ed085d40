"""A PDF as text in reading order: columns one after the other, a table's row a line with tabs."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from luoshu.book.problem import Problem, Source
from luoshu.words.message import Message, say

MOST_PAGES = 4000
_ONE_AT_A_TIME = threading.Lock()
"""PDFium serves one thread at a time; the web server has several."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one line without wide gaps: its text and its box, in points from the page's lower left."""

    text: str
    left: float
    right: float
    low: float
    high: float
    em: float

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2


def pdffile_pages(data: bytes, name: str, *, most: int) -> tuple[list[str], tuple[Problem, ...]]:
    """The text of each page, and the problems: encrypted, damaged, pages that are only pictures."""
    import pypdfium2 as pdfium

    def fail(code: str, says: Message, mend: Message) -> tuple[list[str], tuple[Problem, ...]]:
        return [], (Problem(code=code, says=says, source=Source(file=name), mend=mend),)

    with _ONE_AT_A_TIME:
        try:
            paper = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            if "assword" in str(error) or "ecurity" in str(error):
                return fail(
                    "encrypted", say("the document is locked with a password"), say("Save it without a password")
                )
            return fail(
                "damaged-file", say("the document is damaged"), say("Save it again from the program that made it")
            )
        try:
            pages, blank, cut = _pages(paper, most)
        finally:
            paper.close()
    problems: list[Problem] = []
    if pages and len(blank) == len(pages):
        says = say("{count} pages hold no text at all: they are pictures (a scan) or empty", count=len(pages))
        return fail("scanned", says, say("Recognise its text with an OCR program, then read the result"))
    if not pages:
        return fail("empty-file", say("the document has no pages"), say("Save the document again"))
    if blank:
        shown = ", ".join(map(str, blank[:12])) + (" …" if len(blank) > 12 else "")
        problems.append(Problem(code="pages-without-text", says=say("{count} of {total} pages hold no text: {pages}",
                        count=len(blank), total=len(pages), pages=shown), source=Source(file=name),
                        mend=say("Look whether they are pictures with figures in them")))  # fmt: skip
    if cut:
        problems.append(Problem(code="text-too-long", says=say("only the first {count} pages were read",
                        count=len(pages)), source=Source(file=name), mend=say("Split the document")))  # fmt: skip
    if _garbled("".join(pages)):
        problems.append(Problem(code="mojibake", says=say("the fonts do not say which letters they draw; the text is "
                        "garbled"), source=Source(file=name),
                        mend=say("Print it to a picture and recognise it with an OCR program")))  # fmt: skip
    return pages, tuple(problems)


def _pages(paper: Any, most: int) -> tuple[list[str], list[int], bool]:
    import pypdfium2 as pdfium

    pages: list[str] = []
    blank: list[int] = []
    length = 0
    for number in range(min(len(paper), MOST_PAGES)):
        try:
            text = page_text(list(_pieces(paper[number])))
        except pdfium.PdfiumError:
            text = ""
        if not text.strip():
            blank.append(number + 1)
        pages.append(text)
        length += len(text)
        if length > most:
            return pages, blank, True
    return pages, blank, len(paper) > MOST_PAGES


def _garbled(text: str) -> bool:
    strange = sum(1 for letter in text if "\ue000" <= letter <= "\uf8ff" or letter in "\ufffd\ufffe\x00")
    return strange * 10 > len(text) > 0


# ---- letters to pieces of lines ----------------------------------------------------------------------------------


def _letters(page: Any) -> Iterator[tuple[str, float, float, float, float]]:
    """The letters of a page with their boxes (left, right, low, high), in the order in which they were drawn."""
    import ctypes

    import pypdfium2.raw as raw

    words = page.get_textpage()
    handle = words.raw
    box = raw.FS_RECTF()
    try:
        for at in range(words.count_chars()):
            code = raw.FPDFText_GetUnicode(handle, at)
            if code in (0, 0xFFFE, 0xFEFF, 0xAD) or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
                continue
            letter = chr(code)
            if letter in "\r\n\x02" or raw.FPDFText_IsGenerated(handle, at) == 1:
                continue
            if not raw.FPDFText_GetLooseCharBox(handle, at, ctypes.byref(box)):
                continue
            if box.top > box.bottom:
                yield letter, box.left, box.right, box.bottom, box.top
    finally:
        words.close()


def _pieces(page: Any) -> Iterator[Piece]:
    """Letters put together while they follow each other on a line without a gap wider than a letter and a half."""
    run: list[str] = []
    left = right = low = high = 0.0
    em = 1.0
    for letter, start, end, bottom, top in _letters(page):
        gap = start - right
        level = min(top, high) - max(bottom, low) > 0.5 * min(top - bottom, high - low)
        if run and level and -0.6 * em < gap < 1.5 * em and letter != "\t":
            latin = letter.isascii() and run[-1].isascii()
            if letter == " " or gap > (0.2 if latin else 0.8) * em:
                run.append(" " if run[-1] != " " else "")
            if letter != " ":
                run.append(letter)
                low, high = min(low, bottom), max(high, top)
            right = max(right, end)
            continue
        if run:
            yield Piece("".join(run).strip(), left, right, low, high, em)
            run = []
        if not letter.isspace():
            run, left, right, low, high, em = [letter], start, end, bottom, top, max((top - bottom) * 0.85, 1.0)
    if run:
        yield Piece("".join(run).strip(), left, right, low, high, em)


# ---- pieces to reading order -------------------------------------------------------------------------------------


def page_text(pieces: Sequence[Piece], depth: int = 0) -> str:
    """The pieces of a page as lines in reading order; columns of running text are read one after the other.

    >>> a = [Piece("left column, line %d" % n, 50, 250, 700 - n * 12, 710 - n * 12, 10) for n in range(5)]
    >>> b = [Piece("right column, line %d" % n, 280, 480, 700 - n * 12, 710 - n * 12, 10) for n in range(5)]
    >>> page_text([x for pair in zip(a, b) for x in pair]).split("\\n")[4:6]
    ['left column, line 4', 'right column, line 0']
    """
    pieces = [piece for piece in pieces if piece.text]
    gutter = _gutter(pieces) if depth < 6 else None
    if gutter is None:
        return "\n".join(_rows(pieces))
    parts: list[str] = []
    for band in _bands(pieces, gutter):
        left = [piece for piece in band if piece.right <= gutter + 1]
        right = [piece for piece in band if piece.left >= gutter - 1]
        if len(left) + len(right) == len(band) and _is_column(left) and _is_column(right):
            parts.append(page_text(left, depth + 1))
            parts.append(page_text(right, depth + 1))
        else:
            parts.append("\n".join(_rows(band)))
    return "\n".join(part for part in parts if part)


def _gutter(pieces: Sequence[Piece]) -> float | None:
    """Where a page may be cut into columns: the x that few pieces cross and that has running text on both sides."""
    if len(pieces) < 8:
        return None
    left, right = min(piece.left for piece in pieces), max(piece.right for piece in pieces)
    span = right - left
    if span <= 0:
        return None
    best: tuple[int, float, float] | None = None
    for step in range(12, 89):
        x = left + span * step / 100
        crossed = sum(1 for piece in pieces if piece.left < x < piece.right)
        candidate = (crossed, abs(x - (left + right) / 2), x)
        if best is None or candidate < best:
            best = candidate
    assert best is not None
    crossed, _, x = best
    if crossed * 3 > len(pieces):
        return None
    before = [piece for piece in pieces if piece.right <= x]
    after = [piece for piece in pieces if piece.left >= x]
    return x if _is_column(before) and _is_column(after) else None


def _is_column(pieces: Sequence[Piece]) -> bool:
    """Whether pieces are lines of running text: at least three, most of them long and about as wide as their column."""
    if len(pieces) < 3:
        return False
    span = max(piece.right for piece in pieces) - min(piece.left for piece in pieces)
    wide = sum(1 for piece in pieces if piece.right - piece.left > 0.65 * span)
    long = sum(1 for piece in pieces if piece.right - piece.left > 7 * piece.em)
    return wide * 2 >= len(pieces) and long * 2 >= len(pieces)


def _bands(pieces: Sequence[Piece], gutter: float) -> Iterator[list[Piece]]:
    """The page cut where a piece crosses the gutter (a headline over both columns), from top to bottom."""
    crossing = sorted((p for p in pieces if p.left < gutter - 1 and p.right > gutter + 1), key=lambda p: -p.middle)
    rest = sorted((p for p in pieces if not (p.left < gutter - 1 and p.right > gutter + 1)), key=lambda p: -p.middle)
    at = 0
    lines: list[Piece] = []
    for headline in crossing:
        above = []
        while at < len(rest) and rest[at].middle > headline.middle:
            above.append(rest[at])
            at += 1
        if above:
            if lines:
                yield lines
                lines = []
            yield above
        lines.append(headline)
    if lines:
        yield lines
    if at < len(rest):
        yield rest[at:]


def _rows(pieces: Sequence[Piece]) -> list[str]:
    """Pieces of the same height as one line, left to right, with tabs where a wide gap stands between them."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (-p.middle, p.left)):
        if rows and abs(rows[-1][0].middle - piece.middle) < 0.45 * max(piece.em, 1):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [_row(sorted(row, key=lambda p: p.left)) for row in rows]


def _row(row: Sequence[Piece]) -> str:
    out = [row[0].text]
    for before, piece in pairwise(row):
        gap = piece.left - before.right
        spread = len(piece.text) == 1 and len(before.text) <= 4 and gap < 4 * piece.em
        if gap > 1.2 * piece.em:
            out.append(" " if spread and not piece.text.isascii() else "\t")
        elif gap > 0.2 * piece.em and before.text[-1].isascii() and piece.text[0].isascii():
            out.append(" ")
        out.append(piece.text)
    return "".join(out)
