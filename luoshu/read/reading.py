"""From a document to what it promises, reports and undertakes, each at its place in the original text."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from luoshu.book.documents import Document, open_document
from luoshu.kinds import KINDS
from luoshu.read.answers import related
from luoshu.read.proposal import Proposal
from luoshu.words.byline import own_year
from luoshu.words.clause import Sentence, laid_out
from luoshu.words.figure import Figure, figures
from luoshu.words.layout import Article
from luoshu.words.undertaking import Undertaking, undertakings


def read_file(path: str | Path) -> tuple[Document, list[Proposal]]:
    """Open a file and read it; what could not be opened or read stands in the document's problems."""
    document = open_document(path)
    return document, read(document)


def read(document: Document, *, year: int | None = None) -> list[Proposal]:
    """All promises, facts and tasks of a document, in the order of their places.

    `year` is what 今年 means where neither the text nor its title says it.
    """
    found: list[Proposal] = []
    lines = _Lines(document.text)
    for article in document.layout.articles:
        found.extend(_read_article(document, article, lines, year))
    found.sort(key=lambda each: (each.start, each.end))
    return related(_named(document, found))


def _read_article(document: Document, article: Article, lines: _Lines, year: int | None) -> list[Proposal]:
    own = article.year or own_year(document.title) or own_year(document.name) or year
    author = article.author or document.author
    published = article.published or document.published
    sentences = laid_out(article.plain)
    starts = [sentence.start for sentence in sentences]
    whole = replace(Proposal(), document=document.name, title=article.title or document.title, published=published)
    found = []
    numbered = figures(article.plain, author=author, year=own)
    for figure in numbered:
        found.append(_of_figure(whole, figure))
    for task in undertakings(article.plain, author=author, year=own, figures=numbered):
        found.append(_of_task(whole, task))
    placed = []
    for each in found:
        start, end = article.span(each.start, each.end)
        text = _sentence(document.text, article, sentences, starts, each.start)
        line = lines.number(start)
        placed.append(replace(each, start=start, end=end, text=text, line=line, page=document.page(start)))
    return placed


def _of_figure(whole: Proposal, figure: Figure) -> Proposal:
    return replace(
        whole,
        status=figure.status,
        start=figure.start,
        end=figure.end,
        value=figure.value,
        value_high=figure.value_high,
        unit=figure.unit,
        comparator=figure.comparator,
        change=figure.change,
        per=figure.per,
        each={"value": figure.each.value, "unit": figure.each.unit} if figure.each else None,
        due=figure.due,
        subject=figure.subject,
        owner=figure.owner,
        confidence=round(figure.confidence, 3),
        kind=claimed(figure) or ("observation" if figure.status == "fact" else ""),
    )


def _of_task(whole: Proposal, task: Undertaking) -> Proposal:
    return replace(
        whole,
        status="task",
        start=task.start,
        end=task.end,
        due=task.due,
        subject=task.object,
        owner=task.owner,
        verb=task.verb,
        object=task.object,
        confidence=round(task.confidence, 3),
        kind=claimed(task),
    )


def claimed(found: Any) -> str:
    """The name of the first kind on the list that says that a found thing is its own; "" where none does."""
    return next((kind.kind for kind in KINDS if kind.read(found) is not None), "")


def _sentence(text: str, article: Article, sentences: Sequence[Sentence], starts: list[int], at: int) -> str:
    """The sentence of the original in which `plain[at]` stands."""
    number = bisect_right(starts, at) - 1
    if number < 0:
        return ""
    start, end = article.span(sentences[number].start, sentences[number].end)
    return text[start:end]


def _named(document: Document, found: Sequence[Proposal]) -> list[Proposal]:
    """Give every proposal a name that it keeps when the document is read again, or changed elsewhere."""
    seen: Counter[str] = Counter()
    named = []
    for each in found:
        place = document.text.find(each.text, max(0, each.start - len(each.text))) if each.text else 0
        inside = f"{each.start - place}:{each.end - each.start}"
        said = "\x00".join((Path(document.name).name, "task" if each.status == "task" else "figure", each.text, inside))
        seen[said] += 1
        name = hashlib.sha256(f"{said}\x00{seen[said]}".encode("utf-8", "surrogatepass")).hexdigest()[:12]
        named.append(replace(each, id=name))
    return named


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
