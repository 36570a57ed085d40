"""The page as it was set: its articles, their titles and signers, and their text without columns and broken lines."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from luoshu.words import byline
from luoshu.words.line import MARKER, Line, column_widths, ended, groups, joined, lines_of, width

HEAD_LINES = 60
"""A title and a signature are looked for in so many lines at the head of a text."""
OCCASION = re.compile(r"——|—|--|[（(]?(?:19|20)\d\d年\d+月\d+日在")
"""What the line under a title begins with that says where and when a report was given."""
ADDRESS = re.compile(r"(?:各位(?:代表|委员|同志|领导)|同志们|各(?:县|区|市|旗)[^。]{0,40}人民政府)[^。]{0,40}[：:]$")
"""The address that opens a report: all above it is its head."""


@dataclass(frozen=True, kw_only=True)
class Article:
    """One article of a page: `plain` is its text, `origin[i]` the offset in the original of `plain[i]`.

    A title and the occasion of a report that stand over the text are the first lines of `plain`, since they say what
    kind of text it is; signatures, page furniture and titles that follow their text are left out.

    `start` and `end` bound the whole article, title and signature included; `year` is what 今年 means in it.
    """

    title: str
    author: str
    start: int
    end: int
    plain: str
    origin: Sequence[int]
    year: int | None = None
    published: date | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original text that `plain[start:end]` came from.

        >>> article = lay("到 2025 年建成\\n十座").articles[0]
        >>> at = article.plain.index("2025")
        >>> article.plain, article.span(at, at + 5)
        ('到2025年建成\\n十座', (2, 8))
        """
        if end <= start:
            return self.origin[start], self.origin[start]
        return self.origin[start], self.origin[end - 1] + 1


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The articles of a text, in the order in which they stand there; at least one where there is any text."""

    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class _Sign:
    """A title with its signature: lines `first` to `last` of the page."""

    first: int
    last: int
    title: str
    author: str


def lay(text: str) -> Layout:
    """Find the articles of `text` and join what columns, pages and letter-spacing broke; offsets stay the original's.

    A page with several signed articles (a title and a person's name before or after each body) becomes several
    articles; anything else becomes one, with the title and the signer of its head.

    >>> [(a.title, a.author, a.plain) for a in lay("工作报告\\n市长 李明\\n一、目标\\n建设公园3个。").articles]
    [('工作报告', '李明', '工作报告\\n一、目标\\n建设公园3个。')]
    """
    lines = lines_of(text)
    if not lines:
        return Layout(articles=())
    signs = _signs(lines) or _closing_signs(lines)
    if len(signs) > 1 or (signs and signs[0].last == len(lines) - 1):
        return Layout(articles=tuple(_signed_articles(text, lines, signs)))
    return Layout(articles=(_single(text, lines),))


# ---- several signed articles on one page -------------------------------------------------------------------------


def _signs(lines: Sequence[Line]) -> list[_Sign]:
    """Every title that stands directly over a line that is a signature and nothing else, if bodies go with them."""
    named = [at for at, line in enumerate(lines) if at and line.width <= 30 and _signature(line.text)]
    if not named:
        return []
    columns = column_widths(lines)
    found: list[_Sign] = []
    for at in named:
        first = at - 1
        told = byline.SIGNED_WORD.fullmatch(lines[at].text.strip("（）()")) is not None
        if not _title_like(lines[first].text, 4) or _tabular(lines, at):
            continue
        while first and not lines[first].apart and at - first < 4 and _title_like(lines[first - 1].text, 2):
            if columns[first - 1] and abs(lines[first - 1].width - columns[first - 1]) < 2:
                break
            first -= 1
        if not told and _size(lines[first:at]) < 6:
            continue
        above = lines[first - 1] if first else None
        if above is None or lines[first].apart or ended(above.text) or lines[first].text[0] == "#":
            found.append(_Sign(first, at, _title_of(lines[first:at]), _signature(lines[at].text)))
    return found if _have_bodies(lines, found) else []


def _closing_signs(lines: Sequence[Line]) -> list[_Sign]:
    """Signatures that stand alone under their bodies, while the titles stand above: （作者：李明）."""
    found = []
    for at, line in enumerate(lines):
        if not at or line.width > 20 or not ended(lines[at - 1].text) or not (name := _signature(line.text)):
            continue
        following = lines[at + 1] if at + 1 < len(lines) else None
        if following is None or (following.apart and _title_like(following.text, 4)):
            found.append(_Sign(at, at, "", name))
    whole = bool(found) and found[-1].last == len(lines) - 1 and _title_like(lines[0].text, 4)
    return found if whole and _have_bodies(lines, found) else []


def _signature(text: str) -> str:
    """The person or persons that a line names and nothing else: a name, an office with a name, 作者 with a name."""
    if len(text) <= 16:
        name = byline.person(text)
        if name:
            return name
        names = [byline.person(part) for part in text.split()]
        if len(names) > 1 and all(names):
            return "、".join(names)
    return byline.signed(text)


def _title_like(text: str, least: int) -> bool:
    text = text.lstrip("#").strip() or "#"
    return (
        least <= width(text) <= 60
        and not ended(text)
        and text[-1] not in "，、：:"
        and not MARKER.match(text)
        and not byline.DATE.search(text)
        and not byline.REPORTER.match(text)
    )


def _tabular(lines: Sequence[Line], at: int) -> bool:
    """Whether the lines around are short cells of a table, where a name means nothing."""
    near = [*lines[max(0, at - 6) : at], *lines[at + 1 : at + 7]]
    return sum(line.width < 9 for line in near) > len(near) // 2 and not any(line.width > 60 for line in near)


def _have_bodies(lines: Sequence[Line], signs: Sequence[_Sign]) -> bool:
    """Whether a body of some length stands before every signature, or after every one: a list of names has none."""
    starts, ends = [-1, *(sign.last for sign in signs)], [*(sign.first for sign in signs), len(lines)]
    sizes = [_size(lines[start + 1 : end]) for start, end in zip(starts, ends, strict=True)]
    return all(size >= 100 for size in sizes[:-1]) or all(size >= 100 for size in sizes[1:])


def _title_of(lines: Sequence[Line]) -> str:
    plain, _ = joined("", [[line] for line in lines])
    return re.sub(r"[ \u3000\xa0]+", " ", plain.replace("\n", " ")).lstrip("# ").strip()


def _signed_articles(text: str, lines: Sequence[Line], signs: Sequence[_Sign]) -> list[Article]:
    """Cut the page at its signatures: they close their bodies where the page ends with one, else they open them."""
    closing = signs[-1].last == len(lines) - 1 or (signs[0].first > 0 and _size(lines[: signs[0].first]) > 200)
    articles = []
    for at, sign in enumerate(signs):
        if closing:
            begin = signs[at - 1].last + 1 if at else 0
            body, whole = lines[begin : sign.first], lines[begin : sign.last + 1]
            if not sign.title:
                titled = _titled(body)
                sign = replace(sign, title=_title_of(body[:titled]))
                body = body[titled:]
        else:
            stop = signs[at + 1].first if at + 1 < len(signs) else len(lines)
            begin = sign.first if at else 0
            body, whole = lines[sign.last + 1 : stop], lines[begin:stop]
        articles.append(_article(text, body, whole, sign.title, sign.author))
    if closing and signs[-1].last < len(lines) - 1:
        rest = lines[signs[-1].last + 1 :]
        articles.append(_article(text, rest, rest, "", ""))
    return articles


def _titled(lines: Sequence[Line]) -> int:
    """How many lines at the head of a body are its title: short ones before the first that is text."""
    count = 0
    while count < min(4, len(lines) - 1) and _title_like(lines[count].text, 4) and not (count and lines[count].apart):
        count += 1
        if lines[count].apart or lines[count].width > 1.5 * lines[0].width:
            break
    columns = column_widths(lines[:16])
    while count > 1 and columns[count - 1] and abs(lines[count - 1].width - columns[count - 1]) < 2:
        count -= 1
    return count


def _size(lines: Sequence[Line]) -> float:
    return sum(line.width for line in lines)


def _article(text: str, body: Sequence[Line], whole: Sequence[Line], title: str, author: str) -> Article:
    plain, origin = joined(text, groups(body)) if body else ("", array("q", [whole[0].start]))
    return Article(
        title=title, author=author, start=whole[0].start, end=whole[-1].end, plain=plain, origin=origin,
        year=byline.own_year(title),
    )  # fmt: skip


# ---- one text with a head ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Head:
    """What the lines over a body say; `body` is the number of its first line, `shown` are the lines of the title."""

    title: str = ""
    author: str = ""
    published: date | None = None
    session: date | None = None
    shown: list[Line] = field(default_factory=list)
    body: int = 0


def _single(text: str, lines: Sequence[Line]) -> Article:
    head = _head(lines)
    stop = _foot(lines, head)
    body = _without_running_heads(lines[head.body : stop], lines)
    shown = [[line] for line in head.shown if line.start < lines[head.body].start]
    plain, origin = joined(text, [*shown, *groups(body)])
    year = byline.own_year(head.title)
    if year is None and head.session and head.title.endswith("报告"):
        year = head.session.year
    return Article(
        title=head.title, author=head.author, start=lines[0].start, end=lines[-1].end, plain=plain, origin=origin,
        year=year, published=head.published or head.session,
    )  # fmt: skip


def _head(lines: Sequence[Line]) -> _Head:
    """Read the lines over the body: furniture of the web page, title, occasion, day, signer."""
    head = _Head()
    at = 0
    columns = column_widths(lines[: HEAD_LINES + 12])
    address = next((n for n, line in enumerate(lines[:HEAD_LINES]) if ADDRESS.match(line.text)), 0)
    while at < min(len(lines), HEAD_LINES):
        line = lines[at]
        text = line.text.lstrip("#").strip() if line.text[0] == "#" else line.text
        if byline.FURNITURE.fullmatch(text):
            head.published = head.published or byline.day_in(text)
            at += text[-1] in ":：" and at + 1 < len(lines) and lines[at + 1].width <= 12
        elif at < address:
            _read_head_line(text, head, lines, at)
        elif _is_body(text, head, line, columns[at]) or not _read_head_line(text, head, lines, at):
            break
        at += 1
    head.body = _first_of_body(lines, at, head)
    return head


def _is_body(text: str, head: _Head, line: Line, column: float) -> bool:
    """Whether a line under the title is text: a full line of a column, or one that opens a body; no title is long."""
    over = bool(head.title or head.author or "，" in text)
    if head.title and (byline.signed(text) or OCCASION.match(text)) and "。" not in text:
        return False
    in_column = over and bool(column) and line.width > max(12, 0.8 * column)
    return in_column or len(head.title) > 90 or _opens_body(text, head, line)


def _opens_body(text: str, head: _Head, line: Line) -> bool:
    if line.text[0] == "#":
        return bool(head.title)
    if OCCASION.match(text) and head.title:
        return line.width > 60
    return line.width > 60 or ended(text) or (MARKER.match(text) is not None) or text[-1] in "：:"


def _read_head_line(text: str, head: _Head, lines: Sequence[Line], at: int) -> bool:
    """Take one line into the head; False where it is not one of a head."""
    signer = byline.signed(text)
    if signer:
        head.author = head.author or signer
    elif byline.REPORTER.match(text):
        return bool(head.title)
    elif OCCASION.match(text):
        head.session = head.session or byline.day_in(text)
        head.shown.append(lines[at])
    elif (day := byline.day_in(text)) and len(byline.DATE.sub("", text)) <= 14:
        head.published = head.published or day
    elif body := byline.organisation(text):
        head.author = head.author or body
    elif head.title and not head.author and byline.person(text):
        head.author = byline.person(text)
    elif head.title and head.session and re.search(r"(?:会议|大会)上[)）]?$", text):
        pass
    elif not head.title:
        head.title = _plain_title(text)
        head.shown.append(lines[at])
    elif not byline.HEADED.search(head.title) and (byline.HEADED.search(text) or lines[at].width > 6) and at < 8:
        if not head.author and not head.session:
            head.title += _plain_title(text)
            head.shown.append(lines[at])
    else:
        return False
    return True


def _plain_title(text: str) -> str:
    plain, _ = joined("", [[Line(text, 0, len(text), 0.0, True)]])
    plain = re.sub(r"[①-⑳*]+$|\[\d+\]$", "", re.sub(r"[ \u3000\xa0]+", " ", plain))
    issued = re.search(r"关于(?:印发|发布|公布|下达)《(.{4,60}?)》的(?:通知|决定|公告)$", plain)
    if issued:
        return issued[1]
    return plain.strip("《》") if plain.startswith("《") and plain.endswith("》") else plain


def _first_of_body(lines: Sequence[Line], at: int, head: _Head) -> int:
    """A head counts as one only if something in it says so: a first line may as well be the first promise."""
    said = head.author or head.session or head.published or byline.HEADED.search(head.title)
    return at if said and at < len(lines) else 0


def _foot(lines: Sequence[Line], head: _Head) -> int:
    """The line after the body: a signature with its date may close an official text."""
    stop = len(lines)
    last = [line.text for line in lines[-3:]]
    if stop - head.body > 3 and byline.DATE.fullmatch(last[-1].strip("（）()")):
        body = byline.organisation(last[-2])
        if body:
            head.author = head.author or body
            head.published = head.published or byline.day_in(last[-1])
            return stop - 2
    return stop


def _without_running_heads(body: Sequence[Line], lines: Sequence[Line]) -> Sequence[Line]:
    """Leave out short lines that come back on page after page."""
    seen: dict[str, int] = {}
    for line in lines:
        if 8 <= line.width <= 40 and not ended(line.text) and line.text[-1] not in "：:":
            seen[line.text] = seen.get(line.text, 0) + 1
    running = {text for text, count in seen.items() if count >= 3 and not any(sign in text for sign in "|\t，")}
    kept = [line for line in body if line.text not in running] if running else body
    return kept if _size(kept) > 0.7 * _size(body) else body
