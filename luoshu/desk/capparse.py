"""Bytes of strangers become a parsed alert, or a reason why not: no entities, no document types, nothing fetched."""

from __future__ import annotations

import re
from typing import Any

from luoshu.book.problem import Problem, Source
from luoshu.desk.capform import NAMESPACE, OLDER
from luoshu.words.message import Message, say

Element = Any
"""An element of lxml, whose own types do not say what a parsed file holds."""

MOST_BYTES = 20_000_000
MOST_TEXT = 9_900_000
"""So long may one text be: the parser takes ten million characters."""
MOST_ELEMENTS = 200_000
PACKED = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7z"}
ENCODINGS = frozenset((
    "utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "iso-10646-ucs-2", "us-ascii", "ascii", "gbk", "gb2312", "cp936",
    "gb18030", "big5", "big5-hkscs", "shift_jis", "cp932", "euc-jp", "euc-kr", "cp949", "koi8-r", "koi8-u", "tis-620",
    "windows-874", "macintosh", "latin1",
    *(f"iso-8859-{number}" for number in range(1, 17)), *(f"windows-{number}" for number in range(1250, 1259)),
))  # fmt: skip
"""What alerts are written in; an encoding that hides `<` (UTF-7, EBCDIC) serves no sender of alerts."""

LISTS = {
    "feed": "Atom", "rss": "RSS", "RDF": "RSS", "EDXLDistribution": "EDXL", "alerts": "alerts", "capAlerts": "IPAWS",
}  # fmt: skip
ASK = say("Ask the sender for a whole and plain file")
EACH = say("Open the alerts that it lists, and check each as a file of its own")
DECLARES = say("the file declares a document type or entities, which no alert needs")

# comments, instructions and blanks may stand before a document type; `(?>` never goes back, so the time stays linear
_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->))*+<!(?!--)", re.DOTALL)
_ENCODING = re.compile(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"'>]{0,60})["']""")


def parsed(data: bytes) -> Element:
    """The root of well-formed XML with all that stands in it; ValueError where it is none, or declares anything."""
    problems: list[Problem] = []
    root = alert_root(data, "alert", problems, whole=True)
    if root is None:
        raise ValueError("; ".join(str(each.says) for each in problems))
    return root


def alert_root(data: bytes, name: str, problems: list[Problem], whole: bool = False) -> Element | None:
    """The root of an alert, without comments and instructions unless `whole`; None, and why, where it is none."""
    from lxml import etree

    def refuse(code: str, says: Message, mend: Message = ASK, line: int | None = None) -> None:
        problems.append(Problem(code=code, says=says, source=Source(file=name, line=line), mend=mend))

    wrong = _outside(data)
    if wrong is not None:
        refuse(*wrong)
        return None
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=not whole, remove_pis=not whole,
    )  # fmt: skip
    try:
        root: Element = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", None)
        refuse(
            "cap-unreadable", say("the file is no well-formed XML: {reason}", reason=shown(str(error), 200)), ASK, line
        )
        return None
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        refuse("cap-hostile", DECLARES)
        return None
    tag = etree.QName(root)
    if tag.namespace in OLDER:
        says = say("the alert is of an older version of CAP ({found})", found=tag.namespace or "")
        refuse("cap-older", says, say("Ask the sender for CAP 1.2"), root.sourceline)
        return None
    if tag.localname in LISTS:
        says = say("the file is a list of alerts ({found}) and no alert itself", found=LISTS[tag.localname])
        refuse("cap-unreadable", says, EACH, root.sourceline)
        return None
    if tag.namespace != NAMESPACE or tag.localname != "alert":
        says = say("the file is no CAP alert: it begins with {found}", found=shown(str(root.tag), 100))
        refuse("cap-unreadable", says, ASK, root.sourceline)
        return None
    return root


def _outside(data: bytes) -> tuple[str, Message] | None:
    """What is wrong with a file before anything in it is parsed."""
    if len(data) > MOST_BYTES:
        return "file-too-large", say("the file is larger than {most} bytes", most=MOST_BYTES)
    packed = next((word for mark, word in PACKED.items() if data.startswith(mark)), "")
    if packed:
        return "cap-unreadable", say("the file is packed ({how}); nothing is unpacked here", how=packed)
    wide = data.replace(b"\x00", b"") if data[:4].count(0) else data  # UTF-16 hides its letters between zeros
    for mark in (b"\xff\xfe", b"\xfe\xff"):
        wide = wide.removeprefix(mark)
    if _PROLOG.match(wide):
        return "cap-hostile", DECLARES
    said = _ENCODING.match(wide)
    encoding = said.group(1).decode("ascii", "replace").strip().lower() if said else "utf-8"
    if encoding not in ENCODINGS:
        return "cap-hostile", say("the file says that it is written in {encoding}, which no alert is",
                                  encoding=shown(encoding, 40))  # fmt: skip
    if wide.count(b"<") > 2 * MOST_ELEMENTS:
        return "file-too-large", say("the file holds more than {most} elements", most=MOST_ELEMENTS)
    if len(wide) > MOST_TEXT and max(map(len, wide.split(b"<"))) > MOST_TEXT:
        return "file-too-large", say("a single text in the file is longer than {most} bytes", most=MOST_TEXT)
    return None


_JOINERS = "\u200c\u200d"
"""Part of words in Persian, Hindi and other scripts; they steer nothing."""


def shown(text: str, most: int) -> str:
    """One line of so many characters, without those that could steer a terminal or turn the direction of writing.

    The wide blank of Chinese paragraphs and the hard blank of French ones are blanks.

    >>> shown("a\\x1b[2Jb\\u202ec\\nd\\u3000\\u3000e\\xa0f", 60)
    'a\\ufffd[2Jb\\ufffdc d e f'
    """
    text = text[: most * 8]  # a text of millions is not walked through for a line
    tame = (c if c.isprintable() or (c.isspace() and c not in _SEPARATORS) or c in _JOINERS else "\ufffd" for c in text)
    line = " ".join("".join(tame).split())
    return line if len(line) <= most else line[: most - 1] + "…"


_SEPARATORS = "\x0b\x0c\x1c\x1d\x1e\x1f\x85"
"""Blanks by Unicode that are signs of control to a terminal."""
