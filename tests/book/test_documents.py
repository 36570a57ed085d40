"""Documents of every format: text in reading order, or a problem that says what to do."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luoshu.book import documents, wordfile
from luoshu.book.documents import book_document, document_names, document_of, open_document

TEXTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "texts"
WORDS = "某市工作报告\n市长 李明\n到2027年建成公园120个，造林30万亩。\n"


def codes(document: documents.Document) -> list[str]:
    return [problem.code for problem in document.problems]


def docx(body: str, **extra: bytes) -> bytes:
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{w}"><w:body>{body}</w:body></w:document>')
        for name, data in extra.items():
            archive.writestr(name, data)
    return out.getvalue()


def p(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def pdf(pages: list[list[tuple[float, float, str]]]) -> bytes:
    """A small PDF with each text at its place (Latin letters only), written by hand."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"]
    kids = []
    for page in pages:
        drawn = "".join(f"BT /F1 10 Tf {x} {y} Td ({text}) Tj ET\n" for x, y, text in page).encode()
        objects.append(b"<< /Length %d >>\nstream\n" % len(drawn) + drawn + b"endstream")
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % k for k in kids), len(kids))
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, item in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + item + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_text_in_the_encodings_people_save(encoding: str) -> None:
    found = document_of(WORDS.encode(encoding), "报告.txt")
    assert found.text.removeprefix("\ufeff") == WORDS
    assert (found.title, found.author, found.problems) == ("某市工作报告", "李明", ())


def test_utf16_without_a_mark() -> None:
    assert document_of(("plan for 2027\n" * 40).encode("utf-16-le"), "plan.txt").text.startswith("plan for 2027")


def test_line_ends_are_as_python_reads_them(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(WORDS.replace("\n", "\r\n").encode())
    with open(tmp_path / "a.txt", encoding="utf-8") as file:
        assert open_document(tmp_path / "a.txt").text == file.read()


def test_mojibake_is_told_with_its_line() -> None:
    found = document_of((WORDS + "锟斤拷锟斤拷公园\n").encode(), "a.txt")
    assert codes(found) == ["mojibake"]
    assert found.problems[0].source.line == 4


def test_utf8_that_was_taken_for_gb18030_is_told() -> None:
    garbled = (WORDS * 5).encode().decode("gb18030", "replace")
    assert set(codes(document_of(garbled.replace("\ufffd", "").encode(), "a.txt"))) == {"mojibake"}


def test_docx_paragraphs_and_tables_in_order() -> None:
    cells = "".join(f"<w:tc>{p(text)}</w:tc>" for text in ("公园", "120个"))
    head = "".join(f"<w:tc>{p(text)}</w:tc>" for text in ("指标", "2027年"))
    deleted = (
        "<w:p><w:del><w:r><w:delText>旧目标</w:delText></w:r></w:del><w:r><w:t>新</w:t><w:br/><w:t>行</w:t></w:r></w:p>"
    )
    body = p("一、目标") + f"<w:tbl><w:tr>{head}</w:tr><w:tr>{cells}</w:tr></w:tbl>" + deleted
    assert document_of(docx(body), "a.docx").text == "一、目标\n指标\t2027年\n公园\t120个\n新\n行"


def test_html_blocks_tables_and_nothing_of_scripts() -> None:
    page = (
        "<html><head><meta charset='gb2312'><title>某市规划</title><style>p{}</style></head><body><nav>首页</nav>"
        "<p>到<b>2027</b>年\n建成</p><table><tr><td>公园<td>120个</table><script>x()</script>造林</body></html>"
    )
    for encoding in ("utf-8", "gb18030"):
        found = document_of(page.encode(encoding), "a.html")
        assert found.text == "到2027年建成\n公园\t120个\n造林"
        assert found.title == "某市规划"


def test_pdf_columns_are_read_one_after_the_other() -> None:
    left = [(50, 700 - 12 * n, f"left column says line {n} here") for n in range(8)]
    right = [(320, 700 - 12 * n, f"right column has line {n} too") for n in range(8)]
    title = [(150, 760, "A headline that stands right across the two columns")]
    mixed = [line for pair in zip(left, right, strict=True) for line in pair]
    rows = document_of(pdf([title + mixed]), "a.pdf").text.split("\n")
    assert rows[0].startswith("A headline")
    assert [row[:4] for row in rows[1:]] == ["left"] * 8 + ["righ"] * 8


def test_pdf_tables_are_read_row_by_row() -> None:
    cells = [(x, 700 - 14 * n, text) for n in range(6) for x, text in ((60, f"row {n}"), (220, "12"), (400, "3.5"))]
    assert document_of(pdf([cells]), "a.pdf").text.split("\n")[2] == "row 2\t12\t3.5"


def test_pdf_pages_are_known() -> None:
    found = document_of(pdf([[(50, 700, "first page")], [(50, 700, "second page")]]), "a.pdf")
    assert found.text == "first page\nsecond page"
    assert [found.page(0), found.page(15)] == [1, 2]


def test_scanned_pdf() -> None:
    assert codes(document_of(pdf([[], []]), "a.pdf")) == ["scanned"]
    assert codes(document_of(pdf([[(50, 700, "text")], []]), "a.pdf")) == ["pages-without-text"]


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.txt", "empty-file"),
        (b" \n\n", "a.md", "empty-file"),
        (b"\xef\xbb\xbf", "a.txt", "empty-file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100, "a.docx", "old-format"),
        (b"{\\rtf1 hello}", "a.doc", "old-format"),
        (b"\x89PNG\r\n\x1a\n....", "a.txt", "picture"),
        (b"PK\x03\x04 nothing", "a.docx", "archive"),
        (b"PK\x03\x04 word/ nothing", "a.docx", "damaged-file"),
        (b"%PDF-1.4 nothing", "a.pdf", "damaged-file"),
        (b"only words", "a.pdf", "wrong-format"),
        (bytes(range(32)) * 40, "a.txt", "not-text"),
    ],
)
def test_what_cannot_be_read_says_so(data: bytes, name: str, code: str) -> None:
    found = document_of(data, name)
    assert codes(found) == [code]
    assert found.text == ""
    assert all(problem.mend for problem in found.problems)


def test_a_wrong_name_is_told_but_read() -> None:
    found = document_of(docx(p("建成公园")), "a.txt")
    assert (found.text, found.format, codes(found)) == ("建成公园", "docx", ["wrong-extension"])


def test_a_zip_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wordfile, "MOST_XML", 100_000)
    bomb = docx(p("0" * 2_000_000))
    assert codes(document_of(bomb, "a.docx")) == ["unpacks-too-large"]
    lying = bytearray(bomb)
    size = (2_000_000).to_bytes(4, "little")[1:3]
    assert size
    where = bomb.rindex(b"PK\x01\x02", 0, bomb.rindex(b"word/document.xml"))
    lying[where + 24 : where + 28] = (50).to_bytes(4, "little")  # the directory says that it unpacks to 50 bytes
    assert codes(document_of(bytes(lying), "a.docx"))[0] in ("unpacks-too-large", "damaged-file")


def test_an_entity_bomb_is_harmless() -> None:
    out = io.BytesIO()
    bomb = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "x"}">' for n in range(9))
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", f"<!DOCTYPE d [{bomb}]><d>&a8;</d>")
    assert len(document_of(out.getvalue(), "a.docx").text) < 1000


def test_files_too_large_or_absent(tmp_path: Path) -> None:
    with open(tmp_path / "big.txt", "wb") as file:
        file.truncate(200_000_000)
    assert codes(open_document(tmp_path / "big.txt")) == ["file-too-large"]
    assert codes(open_document(tmp_path / "none.txt")) == ["no-document"]
    assert codes(open_document(tmp_path)) == ["no-document"]


def test_names_stay_in_the_documents_folder(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "规划.txt").write_text(WORDS, encoding="utf-8")
    (tmp_path / "secret.txt").write_text("x")
    assert document_names(tmp_path) == ("规划.txt",)
    assert book_document(tmp_path, "规划.txt").text == WORDS
    (tmp_path / "documents" / "规划.txt").write_text(WORDS + "造林。", encoding="utf-8")
    assert book_document(tmp_path, "规划.txt").text == WORDS + "造林。"
    for name in ("../secret.txt", "/etc/passwd", "a\x00b"):
        assert codes(book_document(tmp_path, name)) == ["path-escape"]


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(st.binary(max_size=400), st.binary(max_size=200).map(lambda b: b"%PDF-1.7\n" + b),
              st.binary(max_size=200).map(lambda b: b"PK\x03\x04word/" + b), st.text(max_size=200).map(str.encode)),
    st.sampled_from(["txt", "md", "html", "docx", "pdf", "xyz", ""]),
)  # fmt: skip
def test_random_bytes_give_text_or_problems(data: bytes, ending: str) -> None:
    found = document_of(data, f"a.{ending}" if ending else "a")
    assert found.text.strip() or found.problems
    for problem in found.problems:
        assert problem.code
        assert problem.mend


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_damaged_files_give_text_or_problems(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([docx(p("建成公园") * 5), pdf([[(50, 700, "first page")]])]))
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 8))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    found = document_of(bytes(broken[: data.draw(st.integers(1, len(broken)))]), "a.docx")
    assert found.text.strip() or found.problems


@pytest.mark.skipif(not TEXTS.exists(), reason="the shared texts are not beside this checkout")
@pytest.mark.parametrize("name", ["周口市统计公报2023.pdf", "qiandongnan-2016-communique.docx"])
def test_real_bulletins(name: str) -> None:
    found = open_document(TEXTS / name)
    assert found.problems == ()
    assert "统计公报" in found.title
    assert "统计局" in found.author
    assert found.published is not None
    plain = found.layout.articles[0].plain
    assert "\t" in plain
    assert all(len(row) < 30 or row[-1] in "。：；”）" or "\t" in row for row in plain.split("\n")[:40])
