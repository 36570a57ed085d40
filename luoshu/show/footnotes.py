"""Real Word footnotes, which python-docx cannot make: a part of their own, numbered in circles afresh on each page."""

from __future__ import annotations

import re
from typing import Any

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph
from lxml import etree

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Text without the characters that XML forbids.

    >>> clean("a\\x00b\\x0bc")
    'abc'
    """
    return FORBIDDEN.sub("", text)


class Footnotes:
    """The footnotes of one document: `add` them in the order of the text, then `finish` once."""

    def __init__(self, document: Document, circled: bool = True) -> None:
        self.document = document
        self.count = 0
        self._root = etree.fromstring(
            f"<w:footnotes {nsdecls('w')}>"
            '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
            '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p>'
            "</w:footnote></w:footnotes>"
        )
        _name_separators(document.settings.element)
        for section in document.sections:
            _number_by_page(section._sectPr, circled)

    def add(self, paragraph: Paragraph, text: str) -> None:
        """Put a footnote at the end of what the paragraph holds so far; nothing for an empty text."""
        if not text:
            return
        self.count += 1
        run = paragraph.add_run()
        run.style = "Footnote Reference"
        reference = OxmlElement("w:footnoteReference")
        reference.set(qn("w:id"), str(self.count))
        run._r.append(reference)
        note = etree.SubElement(self._root, qn("w:footnote"))
        note.set(qn("w:id"), str(self.count))
        body = etree.SubElement(note, qn("w:p"))
        style = etree.SubElement(etree.SubElement(body, qn("w:pPr")), qn("w:pStyle"))
        style.set(qn("w:val"), "FootnoteText")
        mark = etree.SubElement(body, qn("w:r"))
        look = etree.SubElement(etree.SubElement(mark, qn("w:rPr")), qn("w:rStyle"))
        look.set(qn("w:val"), "FootnoteReference")
        etree.SubElement(mark, qn("w:footnoteRef"))
        words = etree.SubElement(etree.SubElement(body, qn("w:r")), qn("w:t"))
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        words.text = " " + clean(text)

    def finish(self) -> None:
        """Put the part into the document."""
        blob = etree.tostring(self._root, xml_declaration=True, encoding="UTF-8", standalone=True)
        package = self.document.part.package
        part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE, blob, package)
        self.document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def _name_separators(settings: Any) -> None:
    """Tell Word which notes are the lines between text and notes."""
    properties = OxmlElement("w:footnotePr")
    for id in ("-1", "0"):
        note = OxmlElement("w:footnote")
        note.set(qn("w:id"), id)
        properties.append(note)
    compat = settings.find(qn("w:compat"))
    if compat is not None:
        compat.addprevious(properties)
    else:
        settings.append(properties)


def _number_by_page(section: Any, circled: bool) -> None:
    """Ask for ①②③ from the start on every page, as Chinese reports have it; plain running numbers otherwise."""
    if not circled:
        return
    properties = OxmlElement("w:footnotePr")
    for name, value in (("w:numFmt", "decimalEnclosedCircleChinese"), ("w:numRestart", "eachPage")):
        element = OxmlElement(name)
        element.set(qn("w:val"), value)
        properties.append(element)
    # the schema wants it before the page size
    section.insert(0, properties)
    for reference in reversed(section.findall(qn("w:footerReference")) + section.findall(qn("w:headerReference"))):
        section.insert(0, reference)
