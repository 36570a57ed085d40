"""The commands of the journal, as people type them, on both databases."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from luoshu.cli import main
from luoshu.desk.chain import Draft
from luoshu.desk.journal import Journal
from luoshu.desk.place import PLACE

NOON = datetime(2021, 7, 20, 4, tzinfo=UTC)


@pytest.fixture
def run(capsys, monkeypatch):
    monkeypatch.setenv("LUOSHU_LANGUAGE", "en")
    monkeypatch.delenv("LUOSHU_DESK", raising=False)

    def go(*argv):
        code = main([str(word) for word in argv])
        out, err = capsys.readouterr()
        return code, out, err

    return go


@pytest.fixture
def book(run, tmp_path):
    run("new", tmp_path / "city", "--title", "Plan", "--region", "City")
    return tmp_path / "city"


def fill(place, count=5, why="rain"):
    with Journal(place) as journal:
        for number in range(count):
            journal.append(Draft(who="wang", what="look", why=why, facts={"number": number}), at=NOON)


def test_begin_verify_backup_restore_export(run, book, place, tmp_path, monkeypatch):
    desk = [] if "://" not in place else ["--url", place]
    where = place if desk else book / PLACE
    if not desk:
        assert run("desk", "verify", book)[0] == 2
    code, out, _ = run("desk", "begin", book, *desk)
    assert (code, "is ready" in out) == (0, True)
    fill(where)
    assert "5 entries already" in run("desk", "begin", book, *desk)[1]
    code, out, _ = run("desk", "verify", book, *desk)
    assert (code, "5 entries" in out, "the chain is whole" in out) == (0, True, True)
    file = tmp_path / "desk.jsonl.gz"
    code, out, _ = run("desk", "backup", book, file, *desk)
    head = out.split("hash ")[1].split()[0]
    assert code == 0
    assert run("desk", "verify", book, "--head", head, *desk)[0] == 0
    code, _, err = run("desk", "verify", book, "--head", "0f" * 32, *desk)
    assert (code, "no entry with the hash" in err) == (1, True)
    code, _, err = run("desk", "restore", file, book, *desk)
    assert (code, "not empty" in err) == (1, True)
    run("new", tmp_path / "other", "--title", "Plan", "--region", "City")
    assert run("desk", "restore", file, tmp_path / "other")[0] == 0
    assert head in run("desk", "verify", tmp_path / "other")[1]
    for name in ("log.xlsx", "log.csv", "log.jsonl"):
        assert run("desk", "export", book, tmp_path / name, *desk)[:2] == (0, f"5 entries are in {tmp_path / name}\n")


def test_after_a_restore_it_is_said_who_needs_a_password(run, tmp_path, monkeypatch):
    import io

    for name in ("one", "other"):
        run("new", tmp_path / name, "--title", "Plan", "--region", "City")
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery staple\n"))
    assert run("desk", "admin", tmp_path / "one", "wang", "--password-stdin")[0] == 0
    file = tmp_path / "desk.jsonl.gz"
    assert run("desk", "backup", tmp_path / "one", file)[0] == 0
    code, out, _ = run("desk", "restore", file, tmp_path / "other")
    assert (code, "people who need a new one: 1" in out) == (0, True)
    assert f"luoshu desk admin {tmp_path / 'other'} wang" in out


def test_the_log_reads_as_words_and_holds_no_formulas(run, book, tmp_path):
    (book / "desk").mkdir()
    fill(book / PLACE, 1, "=cmd|' /C calc'!A0")
    run("desk", "export", book, tmp_path / "log.csv")
    text = (tmp_path / "log.csv").read_text("utf-8-sig")
    assert "2021-07-20 12:00:00" in text
    assert ",\"'=cmd" in text
    run("desk", "export", book, tmp_path / "log.jsonl")
    told = json.loads((tmp_path / "log.jsonl").read_text("utf-8"))
    assert (told["number"], told["who"], told["values"]) == (1, "wang", {"number": 0})
    from openpyxl import load_workbook

    run("desk", "export", book, tmp_path / "log.xlsx")
    sheet = load_workbook(tmp_path / "log.xlsx").active
    assert sheet["H2"].value == "=cmd|' /C calc'!A0"
    assert sheet["H2"].data_type == "s"


def test_a_clock_at_the_end_of_time_does_not_stop_the_export(run, book, tmp_path):
    (book / "desk").mkdir()
    with Journal(book / PLACE) as journal:
        far = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
        journal.append(Draft(who="wang", what="note", happened=far), at=NOON)
    for name in ("log.xlsx", "log.csv", "log.jsonl"):
        assert run("desk", "export", book, tmp_path / name)[0] == 0
    assert "9999-12-31T23:59:59" in (tmp_path / "log.csv").read_text("utf-8-sig")


@pytest.mark.parametrize("name", ["log.doc", "nowhere/log.csv"])
def test_a_file_that_cannot_be_written_is_refused_in_plain_words(run, book, name, tmp_path):
    (book / "desk").mkdir()
    fill(book / PLACE, 1)
    code, _, err = run("desk", "export", book, tmp_path / name)
    assert (code, err.startswith("luoshu: ")) == (2, True)
    assert run("desk", "restore", tmp_path / "none.jsonl", book)[0] == 2


def test_a_damaged_journal_is_said_and_what_is_whole_is_saved(run, book, tmp_path):
    (book / "desk").mkdir()
    fill(book / PLACE, 400, "a word that takes room " * 40)
    path = book / PLACE
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 4096] = b"\xff" * 4096
    path.write_bytes(data)
    code, out, err = run("desk", "verify", book)
    assert code == 1
    assert "entries, the last with the hash" in out
    assert "Traceback" not in err
    code, _, err = run("desk", "backup", book, tmp_path / "a.jsonl")
    assert (code, (tmp_path / "a.jsonl").exists()) == (1, False)
    assert run("desk", "backup", book, tmp_path / "a.jsonl", "--as-far-as-it-goes")[0] == 1
    run("new", tmp_path / "new", "--title", "Plan", "--region", "City")
    assert run("desk", "restore", tmp_path / "a.jsonl", tmp_path / "new")[0] == 0
    assert "the chain is whole" in run("desk", "verify", tmp_path / "new")[1]


def test_a_journal_that_was_cut_is_shorter_than_it_remembers(run, book):
    import sqlite3

    (book / "desk").mkdir()
    fill(book / PLACE)
    with sqlite3.connect(book / PLACE) as connection:
        connection.execute("DELETE FROM entry WHERE number > 2")
    connection.close()
    code, out, err = run("desk", "verify", book)
    assert (code, "2 entries" in out, "entry 5 was written, and is not there" in err) == (1, True, True)


@pytest.mark.parametrize("content", [b"", b"this is no database" * 100])
def test_a_file_that_is_no_journal_is_refused(run, book, content):
    (book / "desk").mkdir()
    (book / PLACE).write_bytes(content)
    for verb in (["begin", book], ["verify", book], ["backup", book, book / "x.jsonl"]):
        code, _, err = run("desk", *verb)
        assert (code, err.startswith("luoshu: ")) == (2, True)
    assert (book / PLACE).read_bytes() == content


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u3000=1", "＝1", "a;=1", "a\t=1", "a\n=1",
             "a;\n =1", "|cmd", "x\";=1;\"", "1,=1"],
)  # fmt: skip
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_of_the_csv_begins_a_formula_whatever_parts_the_cells(text, separator):
    import csv
    import io

    from luoshu.show.logsheet import harmless

    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_NONNUMERIC).writerow([7, harmless(text), "end"])
    for row in csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=separator):
        for cell in row:
            assert not cell.startswith(("\t", "\r", "\n"))
            assert not cell.lstrip(" \u3000").startswith(tuple("=+-@|＝＋－＠"))


def test_all_that_has_a_place_is_a_map_and_what_has_none_is_counted(run, book, tmp_path):
    import luoshu.desk.acts  # noqa: F401 (puts every act on the list)
    from luoshu.desk.act import made_of
    from luoshu.desk.actor import Actor, Grant
    from luoshu.desk.room import Room

    (book / "tables").mkdir(exist_ok=True)
    (book / "tables" / "store.csv").write_text(
        "id,name,x,y,system\neast,东库,112.4,34.6,WGS-84\nwest,西库,,,\n", "utf-8"
    )
    (book / "tables" / "item.csv").write_text("id,name,unit\nwater,饮用水,瓶\n", "utf-8")
    (book / "tables" / "lot.csv").write_text(
        f"id,item,store,amount,condition,counted\nL1,water,east,100,good,{datetime.now(UTC).date()}\n", "utf-8"
    )
    (book / "desk").mkdir()
    by = Actor(id="wang", grants=(Grant(role="duty"),))
    ring = "[[[112.0,34.0],[113.0,34.0],[113.0,35.0],[112.0,34.0]]]"
    with Room(book / PLACE) as room:
        for what, facts in (
            ("incident.open", {"id": "yi", "type": "flood", "title": "洪水",
                               "geometry": '{"type": "Polygon", "coordinates": ' + ring + "}"}),
            ("incident.open", {"id": "dry", "type": "drought", "title": "旱", "drill": True}),
            ("task.give", {"id": "t", "incident": "yi", "title": "巡堤", "person": "", "to": "w", "hours": 2,
                           "lon": 112.5, "lat": 34.5}),
            ("task.give", {"id": "u", "incident": "yi", "title": "排水", "to": "w", "hours": 2}),
            ("reading.report", {"station": "s", "measure": "level", "value": 1, "unit": "米", "at": NOON.isoformat(),
                                "lon": 112.1, "lat": 34.1}),
        ):  # fmt: skip
            room.do(made_of(what, facts), by=by, at=NOON)
    code, out, _ = run("desk", "export", book, tmp_path / "map.geojson")
    assert (code, "4 features" in out, "incident 1, store 1, task 1" in out) == (0, True, True)
    told = json.loads((tmp_path / "map.geojson").read_text("utf-8"))["features"]
    assert len({each["id"] for each in told}) == len(told)
    by_sort = {each["properties"]["sort"]: each for each in told}
    assert sorted(by_sort) == ["incident", "reading", "store", "task"]
    assert by_sort["task"]["properties"]["incident"] == "yi"
    assert by_sort["store"]["geometry"] == {"type": "Point", "coordinates": [112.4, 34.6]}
    assert by_sort["store"]["properties"]["usable"] == [
        {"item": "water", "name": "饮用水", "amount": 100, "unit": "瓶"}
    ]


def test_the_map_of_all_over_the_server_holds_only_incidents_that_one_may_see(desk_server):
    from luoshu.desk.act import made_of
    from luoshu.desk.staff import actor_of

    duty, now = desk_server.person("wang", "duty"), datetime.now(UTC)
    some = desk_server.person("liu", "viewer", incident="yi")
    by = actor_of(desk_server.room.standing(), "wang", now)
    for id in ("yi", "luo"):
        desk_server.room.do(made_of("incident.open", {"id": id, "type": "flood", "title": id}), by=by, at=now)
        place = {"id": f"t-{id}", "incident": id, "title": "巡堤", "to": "w", "hours": 2, "lon": 112.5, "lat": 34.5}
        desk_server.room.do(made_of("task.give", place), by=by, at=now)

    def seen(client):
        told = client.get("/desk/map.geojson")
        assert told.headers["content-type"] == "application/geo+json"
        return {each["properties"]["incident"] for each in told.json()["features"]} - {""}

    assert seen(duty) == {"yi", "luo"}
    assert seen(some) == {"yi"}
    assert desk_server.client().get("/desk/map.geojson").status_code in (303, 401)


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (("begin", "BOOK", "--url", "mysql://x@y/z"), "no address of a database"),
        (("begin", "BOOK", "--url", "postgresql://127.0.0.1:1/x"), "no address of a database"),
        (("stock", "out", "BOOK", "OUT/stock.csv"), "must end with .xlsx"),
        (("report", "BOOK", "yi", "OUT/review.txt"), "must end with .docx"),
        (("report", "BOOK", "yi", "OUT"), "must end with .docx"),
        (("key", "BOOK", "--name", " "), "whose certificate"),
        (("admin", "BOOK", "a b"), "cannot be a login name"),
    ],
)
def test_odd_arguments_are_answered_in_a_sentence(run, book, tmp_path, argv, says):
    run("desk", "begin", book)
    words = [each.replace("BOOK", str(book)).replace("OUT", str(tmp_path)) for each in argv]
    code, _, err = run("desk", *words)
    assert (code, says in err, "Traceback" in err) == (2, True, False), err


@pytest.mark.parametrize("what", ["lot.teleport", "lot.ship", "drill.dance"])
def test_entries_of_another_version_are_counted_and_named(run, book, what):
    run("desk", "begin", book)
    with Journal(book / PLACE) as journal:
        journal.append(Draft(who="li", what="login"), at=NOON)
        journal.append(Draft(who="li", what=what, about="lot:W1", facts={"lot": "W1", "vehicle": "豫C"}), at=NOON)
    code, out, err = run("desk", "verify", book)
    assert code == 1
    assert "the chain is whole" in out
    assert "1 entries are not understood by this version of the program and count for nothing: 2" in err + out


def test_a_backup_of_a_journal_whose_newest_entries_are_gone_says_so(run, book, tmp_path):
    import sqlite3

    run("desk", "begin", book)
    with Journal(book / PLACE) as journal:
        for _ in range(3):
            journal.append(Draft(who="li", what="login"), at=NOON)
    with sqlite3.connect(book / PLACE) as file:
        file.execute("delete from entry where number = 3")
    file.close()
    code, out, err = run("desk", "backup", book, tmp_path / "short.jsonl")
    assert code == 1
    assert "entry 3 was written, and is not there" in err + out
    assert not (tmp_path / "short.jsonl").exists()
    code, out, err = run("desk", "backup", book, tmp_path / "short.jsonl", "--as-far-as-it-goes")
    assert (code, (tmp_path / "short.jsonl").exists()) == (1, True)


def test_what_the_door_writes_is_known_as_no_act():
    from luoshu.desk.act import ACTS
    from luoshu.desk.things import TELLS
    from luoshu.show.daybook import WRITTEN

    assert WRITTEN <= TELLS
    assert not TELLS & set(ACTS)
