"""A web page as text: its blocks on lines of their own, rows of tables with tabs, nothing of menus and scripts."""

from __future__ import annotations

import re

from luoshu.book.delimited import decode
from luoshu.book.problem import Problem, Source
from luoshu.words.message import say

_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dialog",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "html", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot",
    "thead", "title", "tr", "ul",
))  # fmt: skip
_SILENT = frozenset((
    "script", "style", "noscript", "template", "head", "nav", "button", "select", "option", "textarea", "svg",
    "math", "iframe", "object", "embed", "canvas",
))  # fmt: skip
_CELLS = frozenset(("td", "th"))
_BROKEN = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])[ \t]*[\r\n]+\s*(?=[\u3000-\u9fff\uff00-\uffef])")
"""A line broken in the page's source between two Chinese letters, where no space is meant."""
_CHARSET = re.compile(rb"(?i)<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,20})")
_CHINESE = frozenset(("gb2312", "gbk", "gb18030", "x-gbk", "gb_2312-80"))


def webpage_text(data: bytes, name: str) -> tuple[str, str, tuple[Problem, ...]]:
    """Text, title and problems of a page.

    >>> webpage_text(b"<title>Plan</title><p>One <b>two</b></p><table><tr><td>a<td>b</table>", "plan.html")
    ('One two\\na\\tb', 'Plan', ())
    """
    from lxml import etree

    source, problems = _decoded(data, name)
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False, encoding="utf-8")
    try:
        root = etree.fromstring(source.encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        root = None
    if root is None:
        problem = Problem(
            code="not-html", says=say("the page cannot be read"), source=Source(file=name),
            mend=say("Save it again from the browser, or copy its text into a document"),
        )  # fmt: skip
        return "", "", (*problems, problem)
    title = str(root.xpath("string(//title)")).strip()
    return _text(root), re.sub(r"\s+", " ", title), problems


def _decoded(data: bytes, name: str) -> tuple[str, tuple[Problem, ...]]:
    """The page's source: by its byte order mark or as UTF-8 where it is that, else as its meta element says."""
    said = _CHARSET.search(data[:4096])
    charset = said[1].decode("ascii", "replace").lower() if said else ""
    try:
        if not data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8"), ()
    except UnicodeDecodeError:
        if charset and charset not in _CHINESE and charset not in ("utf-8", "utf8"):
            try:
                return data.decode(charset), ()
            except (LookupError, UnicodeDecodeError, ValueError):
                pass
    found = decode(data, name)
    return found.text, found.problems


def _text(root) -> str:  # type: ignore[no-untyped-def]
    from lxml import etree

    out: list[str] = []
    silent = 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        tag = node.tag if isinstance(node.tag, str) else ""
        if event == "start":
            silent += tag in _SILENT
            if silent:
                continue
            if tag in _BLOCKS:
                out.append("\n")
            elif tag in _CELLS and out and out[-1] != "\n":
                out.append("\t")
            text = _flat(node.text, tag)
        else:
            if not silent and tag in _BLOCKS and tag != "br":
                out.append("\n")
            silent -= tag in _SILENT
            text = "" if silent else _flat(node.tail, "")
        if text:
            out.append(text)
    return _tidy("".join(out))


def _flat(text: str | None, tag: str) -> str:
    if not text:
        return ""
    if tag == "pre":
        return text
    return re.sub(r"[ \t\r\n\f]+", " ", _BROKEN.sub("", text))


def _tidy(text: str) -> str:
    """No blanks around lines, no runs of empty lines; a cell's inner lines belong to its row."""
    lines = [re.sub(r" *\t *", "\t", line).strip(" \u3000\xa0") for line in text.split("\n")]
    return "\n".join(line for line in lines if line.strip("\t"))
