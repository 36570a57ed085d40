"""The example's drill from one command, all that it leaves, and the duty officer's manual: every command in it runs."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from luoshu.cli import main, parser
from luoshu.show.language import Language
from luoshu.show.publish import MARKER

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "examples" / "luoyang"
MANUAL = (ROOT / "docs" / "desk.md").read_text("utf-8")
PASSWORD = "a longer sentence for the test\n"


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """The folder of the example's drill."""
    out = tmp_path_factory.mktemp("drill") / "out"
    assert main(["desk", "drill", str(EXAMPLE), "--out", str(out), "--quiet", "--language", "en"]) == 0
    return out


def test_the_flood_goes_as_its_script_expects_and_leaves_a_whole_journal(played, capsys):
    assert main(["desk", "verify", str(played / "book"), "--language", "en"]) == 0
    for name in ("index.html", "en/index.html", "journal.jsonl.gz", "desk/incidents/flood-2021.html"):
        assert (played / name).is_file(), name
    assert "演练" in (played / "book" / "book.yaml").read_text("utf-8")
    assert not (EXAMPLE / "desk").exists()
    assert not list((EXAMPLE / "tables").glob("lot.csv"))  # what is invented stays out of the example


def test_its_pages_are_marked_as_a_drill_and_nothing_can_be_pressed_or_stolen(played):
    told = json.loads((played / MARKER).read_text("utf-8"))
    assert all((played / name).is_file() for name in told["files"])
    for name in ("index.html", "en/index.html", "desk/incidents/flood-2021.html", "en/desk/incidents/flood-2021.html"):
        text = (played / name).read_text("utf-8")
        assert "演练" in text or "DRILL" in text.upper()
        assert "<form" not in text
    assert not list(played.rglob("*key*.pem"))
    assert not (EXAMPLE / "desk").exists()


def test_its_alerts_are_valid_signed_exercises(played, capsys):
    files = sorted((played / "cap").glob("*.xml"))
    assert [each.stem for each in files] == ["a-flood-1", "a-flood-2", "a-flood-3"]
    for each in files:
        assert main(["cap", "check", str(each), "--language", "en"]) == 0
        text = each.read_text("utf-8")
        assert "<status>Exercise</status>" in text
        assert "Signature" in text


def test_its_review_is_a_word_file_with_what_was_promised_and_done(played):
    from docx import Document

    for code, words in (("zh", "伊洛河防汛"), ("en", "Milestones")):
        made = Document(played / f"review-flood-2021-{code}.docx")
        text = "\n".join(each.text for each in made.paragraphs)
        cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
        assert words in text + "".join(cells)
        assert any("核对沿河低洼村人数" in cell for cell in cells)
        assert {"伊川县滨河五村（虚构）", "3200"} <= set(cells)


def test_pages_open_from_files_and_call_nobody(played):
    for page in played.rglob("*.html"):
        html = page.read_text("utf-8")
        assert not re.search(r"""(src|href)=["'](https?:)?//(?!www\.w3\.org)""", html), page
        for target in re.findall(r"""(?:src|href)=["']([^"'#?]+)""", html):
            if ":" not in target:
                assert (page.parent / target).resolve().exists(), f"{page.relative_to(played)}: {target}"


def test_everything_that_is_invented_says_so():
    for path in sorted((EXAMPLE / "drill" / "tables").glob("*.csv")):
        lines = path.read_text("utf-8").splitlines()
        for line in lines[1:]:
            assert "演练" in line, f"{path.name}: {line}"
    script = (EXAMPLE / "drill" / "flood-2021.yaml").read_text("utf-8")
    readings = [line for line in script.splitlines() if "reading.report" in line]
    assert len(readings) > 10
    assert all("演练虚构" in line or "公开（" in line for line in readings)


def test_an_expectation_that_fails_is_told_with_its_line_and_exit_1(tmp_path, capsys):
    script = re.search(r"```yaml\n(.*?)```", MANUAL, re.S).group(1)
    book = tmp_path / "town"
    assert main(["new", str(book), "--title", "小城", "--region", "小城"]) == 0
    (book / "drill").mkdir()
    path = book / "drill" / "water.yaml"
    path.write_text(script, "utf-8")
    assert main(["desk", "drill", str(book), "--out", str(tmp_path / "good"), "--quiet", "--language", "en"]) == 0
    path.write_text(script.replace("level: IV, drill", "level: III, drill"), "utf-8")
    assert main(["desk", "drill", str(book), "--out", str(tmp_path / "bad"), "--language", "en"]) == 1
    assert "level was expected to be  III, and is IV" in capsys.readouterr().out
    path.write_text(script.replace("task.give", "task.giv"), "utf-8")
    assert main(["desk", "drill", str(book), "--out", str(tmp_path / "none"), "--language", "en"]) == 1
    assert "water.yaml:15: there is no act task.giv. Did you mean 'task.give'?" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def commands():
    """Every command of the manual, in order."""
    return [line for block in re.findall(r"```sh\n(.*?)```", MANUAL, re.S) for line in block.splitlines() if line]


def test_every_command_of_the_manual_runs(played, tmp_path, monkeypatch, capsys):
    """Those that wait for visitors or need a database of their own are read by the command line only."""
    import io
    import shutil

    monkeypatch.chdir(tmp_path)
    shutil.copytree(played, "drill")
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "luoyang").symlink_to(EXAMPLE)
    assert len(commands()) > 15
    for line in commands():
        told = shlex.split(line)
        assert told[0] == "luoshu", line
        words = told[1:]
        if words[0] == "serve" or any("://" in word for word in words):
            parser(Language("en")).parse_args(words)
            continue
        if words[:2] == ["desk", "drill"]:  # it was played for this module, and is served live in tests of its own
            parser(Language("en")).parse_args(words)
            continue
        if words[:2] == ["desk", "admin"]:
            monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD))
            words.append("--password-stdin")
        assert main(words) == 0, (line, capsys.readouterr())


def test_what_happened_is_the_same_when_it_is_played_again(played, tmp_path, capsys):
    """All entries but the sealed alerts, whose signatures are of a fresh key, the salt of what is personal, and what
    follows from their hashes."""
    import gzip

    from luoshu.book.book import open_book
    from luoshu.desk.drill import play
    from luoshu.desk.keeping import backup
    from luoshu.desk.place import PLACE
    from luoshu.desk.room import open_room
    from luoshu.kinds import tables
    from luoshu.show.drillfolder import prepared

    def told(file):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            entries = [json.loads(line) for line in lines]
        for each in entries:
            each.get("personal", {}).pop("salt", None)
            each.get("facts", {}).get("#personal", {}).pop("digest", None)
        return [
            {k: v for k, v in each.items() if k not in ("hash", "before", "mark")}
            for each in entries if each.get("what") not in (None, "alert.seal")
        ]  # fmt: skip

    again, problems = prepared(EXAMPLE, EXAMPLE / "drill" / "flood-2021.yaml", tmp_path / "again")
    assert problems == ()
    with open_room(open_book(again.copy, tables=tables())) as room:
        again.begin(room)
        play(again.script, room)
    backup(again.copy / PLACE, tmp_path / "again.gz")
    again.drop()
    first = told(played / "journal.jsonl.gz")
    assert first == told(tmp_path / "again.gz")
    assert len(first) > 150
