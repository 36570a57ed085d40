"""From a document to what it promises, reports and undertakes, each at its place in the original text."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import Counter
from pathlib import Path
from typing import Any

from luoshu.book.documents import Document, open_document
from luoshu.kinds import KINDS
from luoshu.read.answers import related
from luoshu.read.proposal import Proposal
from luoshu.words.byline import own_year
from luoshu.words.clause import Sentence, clauses, laid_out
from luoshu.words.figure import Figure, figures
from luoshu.words.layout import Article
from luoshu.words.number import narrowed
from luoshu.words.responsible import Remark, remark_on, remarks
from luoshu.words.tabular import tables
from luoshu.words.undertaking import Undertaking, undertakings

_DEADLINE = re.compile(
    r"(?:力争|确保|预计|计划)?(?:到|至)?[“\"]?[\d一二三四五六七八九十〇]{1,4}(?:年|五)[^，。；]{0,8}|今年|明年|年内"
)
_SPAN = re.compile(r"((?:19|20)\d\d)\s*年?\s*[-—–~～－至到]{1,2}\s*(?:19|20)?\d\d\s*年?")
_YEAR = re.compile(r"(?:19|20)\d\d年|[今明]年|年内|[上下]半年|季度")
_NUMBERED = re.compile(
    r"^\s*(?:[（(]?\d{1,2}[)）.．、](?!\d)|[（(][一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}[、是])\s*"
)
_REMARK = re.compile(r"[（(](?:牵头|责任|主办|承办|完成时限|配合)")
_BINDING = re.compile(r"(?:预期|约束)性")


def read_file(path: str | Path) -> tuple[Document, list[Proposal]]:
    """Open a file and read it; what could not be opened or read stands in the document's problems."""
    document = open_document(path)
    return document, read(document)


def read(document: Document, *, year: int | None = None) -> list[Proposal]:
    """All promises, facts and tasks of a document, in the order of their places.

    `year` is what 今年 means where neither the text nor its title says it.
    """
    found: list[dict[str, Any]] = []
    lines = _Lines(document.text)
    for article in document.layout.articles:
        found.extend(_read_article(document, article, lines, year))
    found.sort(key=lambda each: (each["start"], each["end"]))
    _name(document, found)
    return related([Proposal(**each) for each in found])


def _read_article(document: Document, article: Article, lines: _Lines, year: int | None) -> list[dict[str, Any]]:
    own = article.year or own_year(document.title) or own_year(document.name) or year
    author = article.author or document.author
    title = article.title or document.title or Path(document.name).stem
    numbered = _numbered(article.plain, author, own, title)
    tasks = undertakings(article.plain, author=author, year=own, figures=numbered)
    found = [*map(_of_figure, numbered), *map(_of_task, tasks)]
    _answer_for(found, remarks(article.plain, own), author, article.plain)
    whole = {
        "document": document.name,
        "title": title,
        "published": article.published or document.published,
    }
    sentences = laid_out(narrowed(article.plain))
    starts = [sentence.start for sentence in sentences]
    for each in found:
        number = bisect_right(starts, each["start"]) - 1
        begin, stop = article.span(sentences[number].start, sentences[number].end) if number >= 0 else (0, 0)
        words = _words(article.plain, sentences[number], each) if number >= 0 else ""
        start, end = article.span(each["start"], each["end"])
        chapter = _chapter(sentences[number]) if number >= 0 else ""
        each.update(whole, start=start, end=end, text=document.text[begin:stop], chapter=chapter, words=words)
        each.update(line=lines.number(start), page=document.page(start) if document.parts else None, sentence=begin)
    return found


def _numbered(plain: str, author: str, year: int | None, title: str) -> list[Figure]:
    """The figures of sentences and of tables; what stands in a table is read as a table only.

    `figures` itself reads the indicator tables of plans (rows that end in 预期性 or 约束性): there only what it left
    out is added.
    """
    said = figures(plain, author=author, year=year)
    added: list[Figure] = []
    span = _SPAN.search(title)
    first = int(span[1]) if span else year
    for grid in tables(plain, author=author, year=first, title=title):
        if len(_BINDING.findall(plain, grid.start, grid.end)) < 3:
            said = [figure for figure in said if not grid.start <= figure.start < grid.end]
        taken = [(figure.start, figure.end) for figure in said if grid.start <= figure.start < grid.end]
        added.extend(each for each in grid.figures if not any(a < each.end and each.start < b for a, b in taken))
    return [*said, *added]


def _answer_for(found: list[dict[str, Any]], said: list[Remark], author: str, plain: str) -> None:
    """Give each promise and task the body that a remark behind it names, and its deadline where it has no own."""
    if not said:
        return
    for each in found:
        remark = remark_on(said, each["start"]) if each["status"] != "fact" else None
        if remark and each["owner"] in ("", author):
            each["owner"] = remark.owner
        if remark and remark.due and not _YEAR.search(plain, max(remark.start, each["start"] - 60), each["end"]):
            each["due"] = remark.due


def _words(plain: str, sentence: Sentence, each: dict[str, Any]) -> str:
    """The promise in the plan's own words: the clause that holds its figure, with the deadline right before it."""
    if each["status"] == "task":
        return f"{each['verb']}{' ' if each['verb'].isascii() else ''}{each['object']}"
    if "\t" in plain[sentence.start : sentence.end] or "|" in plain[sentence.start : sentence.end]:
        year = f"（{each['due'].year}年）" if each["due"] else ""
        return f"{each['subject']}{year}：{each['value']:.12g}{each['unit']}"
    parts = clauses(plain, sentence.start, sentence.end)
    at = next((n for n, (start, end) in enumerate(parts) if start <= each["start"] < end), None)
    if at is None:
        return ""
    first = at - 1 if at and _DEADLINE.fullmatch(plain, *parts[at - 1]) else at
    words = plain[parts[first][0] : parts[at][1]].replace("\t", " ")
    words = _NUMBERED.sub("", _REMARK.split(words)[0]).strip("，；。;.、 ")[:120]
    subject = each["subject"]
    return subject + words if len(words) < 20 and subject and subject[-4:] not in words else words


def _chapter(sentence: Sentence) -> str:
    """The heading that a sentence stands under: the innermost numbered one."""
    return next((heading.text for heading in reversed(sentence.above) if 0 < heading.level < 9), "")


def _of_figure(figure: Figure) -> dict[str, Any]:
    return {
        "status": figure.status,
        "start": figure.start,
        "end": figure.end,
        "value": figure.value,
        "value_high": figure.value_high,
        "unit": figure.unit,
        "comparator": figure.comparator,
        "change": figure.change,
        "per": figure.per,
        "each": {"value": figure.each.value, "unit": figure.each.unit} if figure.each else None,
        "due": figure.due,
        "subject": figure.subject,
        "owner": figure.owner,
        "confidence": round(figure.confidence, 3),
        "kind": claimed(figure) or ("observation" if figure.status == "fact" else ""),
    }


def _of_task(task: Undertaking) -> dict[str, Any]:
    return {
        "status": "task",
        "start": task.start,
        "end": task.end,
        "due": task.due,
        "subject": task.object,
        "owner": task.owner,
        "verb": task.verb,
        "object": task.object,
        "confidence": round(task.confidence, 3),
        "kind": claimed(task),
    }


def claimed(found: Any) -> str:
    """The name of the first kind on the list that says that a found thing is its own; "" where none does."""
    return next((kind.kind for kind in KINDS if kind.read(found) is not None), "")


def _name(document: Document, found: list[dict[str, Any]]) -> None:
    """Give everything found a name that it keeps when the document is read again, or changed elsewhere."""
    seen: Counter[str] = Counter()
    file = Path(document.name).name
    for each in found:
        at = each["start"] - each.pop("sentence")
        sort = "task" if each["status"] == "task" else "figure"
        said = f"{file}\x00{sort}\x00{each['text']}\x00{at}:{each['end'] - each['start']}"
        seen[said] += 1
        each["id"] = hashlib.sha256(f"{said}\x00{seen[said]}".encode("utf-8", "surrogatepass")).hexdigest()[:12]


class _Lines:
    """Line numbers of offsets, asked in any order."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        at = text.find("\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = text.find("\n", at + 1)

    def number(self, offset: int) -> int:
        return bisect_right(self._starts, offset)
