"""The drill from the command line, and the review of an incident as a page and a Word file."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

from docx import Document

from luoshu.cli import main
from luoshu.desk.actor import Actor, Grant

ROOT = Path(__file__).parents[2]
OFFICER = Actor(id="officer", name="officer", grants=(Grant(role="duty"),))


def test_a_drill_writes_over_nothing_that_is_not_its_own(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["--language", "en", "desk", "drill", str(ROOT / "examples" / "luoyang"), "--out", str(tmp_path)]) == 2
    assert "did not write" in capsys.readouterr().err
    assert (tmp_path / "mine.txt").read_text() == "mine"


def small_book(folder: Path, script: str) -> Path:
    (folder / "drill").mkdir(parents=True)
    (folder / "book.yaml").write_text("title: Quellstadt\nregion: q\n", "utf-8")
    (folder / "drill" / "fire.yaml").write_text(script, "utf-8")
    return folder


SCRIPT = """
title: Fire in the old town
incident: fire
actors:
  ann: {name: Ann, organisation: brigade, roles: [duty]}
  bob: {name: Bob, organisation: brigade, roles: [team]}
moments:
  - {at: "2024-03-01T10:00", by: ann, act: incident.open, facts: {id: fire, type: fire, title: Old town, drill: true}}
  - {by: ann, act: task.give, facts: {id: t1, incident: fire, title: Ring the bells, to: brigade, hours: 1}}
  - {at: "2024-03-01T11:30", expect: {act: task.escalate, key: t1}}
  - {by: bob, act: task.done, facts: {task: t1}}
"""


def test_any_city_plays_its_own_drill(tmp_path):
    book = small_book(tmp_path / "book", SCRIPT)
    assert main(["--language", "en", "desk", "drill", str(book), "--quiet", "--out", str(tmp_path / "out")]) == 0
    assert "Old town" in (tmp_path / "out" / "en" / "index.html").read_text("utf-8")


def test_what_does_not_go_as_expected_is_said(tmp_path, capsys):
    book = small_book(tmp_path / "book", SCRIPT.replace('"2024-03-01T11:30"', '"2024-03-01T10:05"'))
    assert main(["--language", "en", "desk", "drill", str(book), "--quiet", "--out", str(tmp_path / "out")]) == 1
    assert "not as expected, line 10" in capsys.readouterr().out
    book = small_book(tmp_path / "other", SCRIPT.replace("task.done", "task.dun"))
    assert main(["--language", "en", "desk", "drill", str(book), "--out", str(tmp_path / "none")]) == 1
    assert "fire.yaml:11: there is no act task.dun. Did you mean 'task.done'?" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_the_review_is_a_page_and_a_file_for_who_may_read_the_incident(desk_server):
    from luoshu.desk.assignment import GiveTask
    from luoshu.desk.incident import OpenIncident

    now, room = datetime.now(UTC), desk_server.room
    room.do(OpenIncident(id="fire", type="fire", title="Old <b>town", drill=False), by=OFFICER, at=now)
    room.do(GiveTask(id="t1", incident="fire", title="Ring the bells", to="brigade", hours=1), by=OFFICER, at=now)
    reader = desk_server.person("reader", "viewer", incident="fire")
    other = desk_server.person("other", "viewer", incident="flood")
    page = reader.get("/desk/incidents/fire/report", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert "Old &lt;b&gt;town" in page.text
    assert reader.get("/desk/incidents/fire/report.json").json()["counts"]["waiting"] == 1
    paper = Document(io.BytesIO(reader.get("/desk/incidents/fire/report.docx").content))
    assert any("Ring the bells" in cell.text for made in paper.tables for row in made.rows for cell in row.cells)
    for path in ("/desk/incidents/fire/report", "/desk/incidents/fire/report.docx", "/desk/incidents/fire/report.json"):
        assert other.get(path).status_code == 403
        assert desk_server.client().get(path).status_code in (303, 401)
    assert reader.get("/desk/incidents/none/report.json").status_code in (403, 404)
