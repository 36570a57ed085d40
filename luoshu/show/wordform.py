"""The sober form of an official Chinese report: page, fonts, headings and tables after GB/T 9704."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import Any

from docx import Document as new_document
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from lxml import etree

from luoshu.show.footnotes import clean

SONG, HEI, KAI, FANG, TITLE = "宋体", "黑体", "楷体_GB2312", "仿宋_GB2312", "方正小标宋简体"
FALLBACKS = {KAI: "楷体", FANG: "仿宋", TITLE: "华文中宋"}
"""What stands in for a font that a machine lacks."""
LATIN = "Times New Roman"
DIGITS = "零一二三四五六七八九"


def blank() -> Document:
    """An empty A4 document with the styles of the form."""
    document = new_document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3.7), Cm(3.5)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    _style(document, "Normal", FANG, 16, indent=True)
    _style(document, "Title", TITLE, 22, centre=True)
    _style(document, "Heading 1", HEI, 16, outline=True)
    _style(document, "Heading 2", KAI, 16, outline=True)
    _style(document, "Heading 3", FANG, 16, bold=True, outline=True)
    _style(document, "Caption", HEI, 12, centre=True)
    for name, size in (("Footnote Text", 9), ("Table Text", 10.5), ("Contents", 14)):
        document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        _style(document, name, SONG if name != "Contents" else FANG, size)
        document.styles[name].paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    reference = document.styles.add_style("Footnote Reference", WD_STYLE_TYPE.CHARACTER)
    reference.font.superscript = True
    for style, id in (("Footnote Text", "FootnoteText"), ("Footnote Reference", "FootnoteReference")):
        document.styles[style].element.set(qn("w:styleId"), id)
    _page_number(section.footer.paragraphs[0])
    _font_table(document)
    return document


def _style(
    document: Document, name: str, font: str, size: float, *, centre: bool = False, bold: bool = False,
    indent: bool = False, outline: bool = False,
) -> None:  # fmt: skip
    style: Any = document.styles[name]
    style.font.name, style.font.size, style.font.bold, style.font.italic = LATIN, Pt(size), bold, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(attribute), None)
    fonts.set(qn("w:eastAsia"), font)
    layout = style.paragraph_format
    layout.space_before, layout.space_after = Pt(0), Pt(0)
    layout.line_spacing = Pt(28) if size >= 14 else None
    layout.first_line_indent = Pt(2 * size) if indent else Pt(0)
    if outline:
        layout.keep_with_next, layout.space_before = True, Pt(8)
    if centre:
        layout.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for border in style.element.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)


def _page_number(paragraph: Paragraph) -> None:
    """— 1 — in the middle of the foot."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.first_line_indent = Pt(0)
    paragraph.add_run("— ")
    field(paragraph, "PAGE", "1")
    paragraph.add_run(" —")


def field(paragraph: Paragraph, code: str, shown: str, dirty: bool = False) -> None:
    """A Word field with the text that stands until it is brought up to date."""
    run = paragraph.add_run()
    for kind in ("begin", "", "separate"):
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            if dirty and kind == "begin":
                mark.set(qn("w:dirty"), "true")
        else:
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = f" {code} "
        run._r.append(mark)
    if shown:
        paragraph.add_run(shown)
    end = OxmlElement("w:fldChar")
    end.set(qn("w:fldCharType"), "end")
    paragraph.add_run()._r.append(end)


def _font_table(document: Document) -> None:
    """Name the stand-ins of fonts that come with Chinese office machines only."""
    part: Any = next(
        (rel.target_part for rel in document.part.rels.values() if rel.reltype == RELATIONSHIP_TYPE.FONT_TABLE), None
    )
    if part is None:
        return
    root = parse_xml(part.blob)
    for font, other in FALLBACKS.items():
        root.append(parse_xml(f'<w:font {nsdecls("w")} w:name="{font}"><w:altName w:val="{other}"/></w:font>'))
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def chinese_number(number: int) -> str:
    """A number of a chapter in Chinese.

    >>> [chinese_number(n) for n in (1, 10, 12, 20, 35)]
    ['一', '十', '十二', '二十', '三十五']
    """
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十"
    return head + (DIGITS[ones] if ones else "" if tens else DIGITS[0])


def table(document: Document, columns: Sequence[str], widths: Sequence[float], numbers: Sequence[int] = ()) -> Table:
    """A three-line table with its head repeated on each page; widths in centimetres, `numbers` set at the right."""
    made: Table = document.add_table(rows=1, cols=len(columns))
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    borders = parse_xml(
        f'<w:tblBorders {nsdecls("w")}><w:top w:val="single" w:sz="12"/><w:bottom w:val="single" w:sz="12"/>'
        '<w:insideH w:val="single" w:sz="4" w:color="A6A6A6"/></w:tblBorders>'
    )
    # the schema wants borders before layout and look
    layout: Any = made._tbl.tblPr.find(qn("w:tblLayout"))
    layout.addprevious(borders)
    for index, (name, width) in enumerate(zip(columns, widths, strict=True)):
        cell = made.rows[0].cells[index]
        made.columns[index].width = cell.width = Cm(width)
        write(cell, name, bold=True, right=index in numbers)
    head = made.rows[0]._tr.get_or_add_trPr()
    head.append(OxmlElement("w:tblHeader"))
    return made


def row(made: Table, cells: Sequence[str], numbers: Sequence[int] = ()) -> list[Paragraph]:
    """Add a row; the paragraphs of its cells, so that footnotes can follow. `numbers` are columns set at the right."""
    added: Any = made.add_row()  # type: ignore[no-untyped-call]
    added._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    places = added.cells  # made anew each time that they are asked for
    for place, column in zip(places, made.columns, strict=True):
        place.width = column.width
    return [write(places[index], text, right=index in numbers) for index, text in enumerate(cells)]


def rows(made: Table, told: Iterable[Sequence[str]], numbers: Sequence[int] = ()) -> None:
    """Add many rows as `row` does. Each is a copy of one: to build the cells of a long list anew takes most of the time
    of writing a paper."""
    pattern: Any = None
    for cells in told:
        texts = [clean(each) for each in cells]
        if any(sign in text for text in texts for sign in "\n\t\r"):  # these are more than text
            row(made, texts, numbers)
            continue
        if pattern is None:
            row(made, ["x"] * len(texts), numbers)
            pattern = made._tbl.tr_lst[-1]
            made._tbl.remove(pattern)
        added = deepcopy(pattern)
        for place, text in zip(added.iter(qn("w:t")), texts, strict=True):
            place.text = text
            if text != text.strip():
                place.set(qn("xml:space"), "preserve")
        made._tbl.append(added)


def write(cell: _Cell, text: str, *, bold: bool = False, right: bool = False) -> Paragraph:
    """Text into an empty cell."""
    paragraph: Paragraph = cell.paragraphs[0]
    # by its id: asked for by name, all styles are read for each cell
    paragraph._p.style = "TableText"
    paragraph.add_run(clean(text)).bold = bold
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    return paragraph


def centred(document: Document) -> Paragraph:
    """An empty paragraph in the middle, kept with the next one."""
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.first_line_indent = Pt(0)
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    paragraph.paragraph_format.keep_with_next = True
    return paragraph


def bookmark(paragraph: Paragraph, name: str, id: int) -> None:
    """A name for a place, so that the contents can lead to it."""
    for kind in ("w:bookmarkStart", "w:bookmarkEnd"):
        mark = OxmlElement(kind)
        mark.set(qn("w:id"), str(id))
        if kind == "w:bookmarkStart":
            mark.set(qn("w:name"), name)
            paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, mark)
        else:
            paragraph._p.append(mark)


def contents(before: Paragraph, title: str, headings: Sequence[tuple[int, str]]) -> None:
    """Put the contents in the place of the paragraph `before`: links now, page numbers when the field is renewed."""
    head = before.insert_paragraph_before(clean(title), style="Caption")
    head.paragraph_format.space_after = Pt(12)
    lines = [
        before.insert_paragraph_before("", style="Contents") for _ in range(max(1, sum(h[0] == 1 for h in headings)))
    ]
    opening = lines[0]
    _field_part(opening, "begin", dirty=True)
    code = OxmlElement("w:instrText")
    code.set(qn("xml:space"), "preserve")
    code.text = r' TOC \o "1-1" \h \z \u '
    opening.add_run()._r.append(code)
    _field_part(opening, "separate")
    numbered = [(index, text) for index, (level, text) in enumerate(headings, start=1) if level == 1]
    for line, (index, text) in zip(lines, numbered, strict=False):
        line._p.append(
            parse_xml(
                f'<w:hyperlink {nsdecls("w")} w:anchor="_Toc{index:06d}"><w:r><w:t xml:space="preserve"/></w:r>'
                "</w:hyperlink>"
            )
        )
        line._p.findall(f".//{qn('w:t')}")[-1].text = clean(text)
    _field_part(lines[-1], "end")
    from docx.enum.text import WD_BREAK

    before.add_run().add_break(WD_BREAK.PAGE)


def _field_part(paragraph: Paragraph, kind: str, dirty: bool = False) -> None:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    if dirty:
        mark.set(qn("w:dirty"), "true")
    paragraph.add_run()._r.append(mark)
