"""Readings from files of gauges: what is understood, what is refused and why, and that each counts once."""

from __future__ import annotations

from datetime import datetime

import pytest
from incidents import NOON, OFFICER, OTHERS, after, opened, standing

from luoshu.book.book import open_book
from luoshu.book.directory import Place
from luoshu.cli import main
from luoshu.desk.actor import Actor, Grant
from luoshu.desk.observed import MEASURES, Reading
from luoshu.desk.reading_rows import (
    MOST_ROWS,
    SAMPLE,
    measure_named,
    moment_of,
    readings_of,
    taken_back,
    unknown_yet,
)
from luoshu.desk.room import Room
from luoshu.desk.stock_rows import tried, written
from luoshu.desk.ticking import tick

LONG = "观测时间,站点,要素,数值,单位\n2021-07-20 11:00,栾川站,1小时雨量,85,mm\n2021/7/20 11时,龙门镇站,水位,151.2,米\n"


@pytest.fixture
def book(tmp_path):
    folder = tmp_path / "book"
    (folder / "tables").mkdir(parents=True)
    (folder / "book.yaml").write_text("title: t\n", "utf-8")
    (folder / "tables" / "place.csv").write_text("id,name,level\n410300,洛阳市,city\n410324,栾川县,county\n", "utf-8")
    return open_book(folder, tables=(Place,))


@pytest.fixture
def room(tmp_path, book):
    with Room(tmp_path / "j.sqlite", book) as made:
        opened(made)
        yield made


def file_of(folder, text, name="g.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def told(rows):
    return [(row.act.station, row.act.measure, row.act.value, row.act.unit) for row in rows if row.act is not None]


def taken(room, path, incident="yi", by=OFFICER, at=NOON):
    rows = unknown_yet(room.standing(), readings_of(path, incident, room.book)[0])
    return written(room, rows, by=by, at=at)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_row_is_a_reading_in_whatever_encoding(tmp_path, encoding):
    rows, _, problems = readings_of(file_of(tmp_path, LONG, encoding=encoding))
    assert not problems
    assert told(rows) == [("栾川站", "rain_1h", 85, "毫米"), ("龙门镇站", "level", 151.2, "米")]
    assert {row.act.at.isoformat() for row in rows} == {"2021-07-20T11:00:00+08:00"}


def test_a_column_is_a_measure_with_its_unit_in_brackets(tmp_path):
    text = "时间\t站名\t水位(m)\t流量（m³/s）\t备注\n2021072008\t白马寺站\t115.2\t1,200\tok\n"
    text += "2021072009\t黑石关站\t—\t缺测\t\n"
    rows, _, problems = readings_of(file_of(tmp_path, text, "w.tsv"))
    assert not problems
    assert told(rows) == [("白马寺站", "level", 115.2, "米"), ("白马寺站", "flow", 1200, "立方米/秒")]


def test_a_workbook_with_real_times_and_a_title_above(tmp_path):
    from openpyxl import Workbook

    made = Workbook()
    made.active.append(["伊洛河水情"])
    made.active.append(["监测时间", "测站", "水位(米)"])
    made.active.append([datetime(2021, 7, 20, 8), "龙门镇站", 151.25])
    made.active.append([datetime(2021, 7, 20, 9), "龙门镇站", "=1+1"])
    made.save(tmp_path / "w.xlsx")
    rows, _, problems = readings_of(tmp_path / "w.xlsx")
    assert told(rows) == [("龙门镇站", "level", 151.25, "米")]
    assert [row.line for row in rows if row.trouble] == [4]
    assert "formula" in str(problems[0].says)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("2021-07-20 08:00,s,水位,abc,米", "not a number"),
        ("2021-07-20,s,水位,1,米", "no time of a reading"),
        ("2021-13-20 08:00,s,水位,1,米", "no time of a reading"),
        ("7月20日8时,s,水位,1,米", "no time of a reading"),
        ("2021-07-20 08:00,,水位,1,米", "names no station"),
        ("2021-07-20 08:00,s,雨量,1,毫米", "write one of 1小时降雨量, 3小时降雨量"),
        ("2021-07-20 08:00,s,水位,1,公斤", "no unit of this"),
        ("2021-07-20 08:00,s,水位,1,", "no unit of this"),
        ("2021-07-20 08:00,s,3小时降雨量,9000,毫米", "cannot be"),
        ("2021-07-20 08:00,s,水位,nan,米", ""),
    ],
)
def test_a_row_that_is_none_says_why_with_its_line(tmp_path, row, says):
    rows, _, _ = readings_of(file_of(tmp_path, LONG + row + "\n"))
    bad = [each for each in rows if each.trouble]
    assert len(told(rows)) == 2
    if says:
        assert [each.line for each in bad] == [4]
        assert says in str(bad[0].trouble)
    else:
        assert not bad


@pytest.mark.parametrize("name", ["g.xlsx", "g.csv", "g.exe", "g.geojson"])
@pytest.mark.parametrize("data", [b"", b"\x00\xff" * 50, b"a,b\n1,2\n", "时间,站点,水位\n".encode()])
def test_a_file_that_is_none_is_refused_as_a_whole(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    rows, _, problems = readings_of(tmp_path / name)
    assert not rows
    assert problems


def test_more_rows_than_are_taken_at_once_are_none(tmp_path):
    text = "时间,站点,水位(米)\n" + "2021-07-20 08:00,s,1\n" * (MOST_ROWS + 1)
    rows, _, problems = readings_of(file_of(tmp_path, text))
    assert (rows, problems[0].code) == ([], "file-too-large")


def test_levels_are_proposed_from_a_file_and_the_same_file_counts_once(room, tmp_path):
    path = file_of(tmp_path, LONG)
    assert [row.number is not None for row in taken(room, path)] == [True, True]
    tick(room, NOON)
    assert standing(room).proposal.level == "II"
    before = room.standing().number
    assert all(row.already for row in taken(room, path))
    moved = file_of(tmp_path, LONG.replace("85", "60") + "2021-07-20 11:30,栾川站,1小时雨量,85,mm\n", "later.csv")
    assert [row.already is None for row in taken(room, moved)] == [True, False, True]
    assert all(row.already for row in taken(room, path)), "an older file does not undo a correction"
    assert room.standing().number == before + 2
    assert sorted(each.value for each in room.standing().all(Reading).values()) == [60, 85, 151.2]


def test_a_whole_file_is_taken_back_and_what_was_corrected_since_stays(room, tmp_path):
    path = file_of(tmp_path, LONG)
    taken(room, path)
    taken(room, file_of(tmp_path, LONG.replace("85", "60"), "later.csv"))
    rows = readings_of(path, "yi", room.book)[0]
    count, kept = taken_back(room, rows, by=OFFICER, at=after(hours=1), why="发错文件")
    assert count + len(kept) == 2
    assert [each.value for each in room.standing().all(Reading).values()] == [60]
    assert taken_back(room, rows, by=OFFICER, at=after(hours=1), why="发错文件")[0] == 0
    others = Actor(id="li", grants=(Grant(role="team"),))
    taken(room, file_of(tmp_path, LONG.replace("龙门", "嵩县"), "third.csv"))
    rows = readings_of(tmp_path / "third.csv", "yi", room.book)[0]
    count, kept = taken_back(room, rows, by=others, at=after(hours=1), why="x")
    assert (count, all("may not" in str(row.trouble) for row in kept)) == (0, True)


def test_two_that_differ_of_one_minute_are_both_in_doubt(room, tmp_path):
    path = file_of(
        tmp_path, LONG + "2021-07-20 11:00,栾川站,1小时降雨量,58,毫米\n2021-07-20 11:00,龙门镇站,水位,151.2,米\n"
    )
    rows = taken(room, path)
    assert [row.line for row in rows if row.trouble] == [2, 4]
    assert [each.station for each in room.standing().all(Reading).values()] == ["龙门镇站"]


def test_areas_by_code_or_name_and_none_that_the_book_does_not_know(room, tmp_path):
    head, *rows = LONG.splitlines()
    text = f"{head},区划\n{rows[0]},栾川县\n{rows[1]},410300\n{rows[1].replace('龙门镇', '嵩县')},月球\n"
    rows = taken(room, file_of(tmp_path, text))
    assert {each.place for each in room.standing().all(Reading).values()} == {"410324", "410300"}
    assert "no area 月球" in str(rows[2].trouble)


def test_who_may_not_report_writes_nothing_and_nothing_of_tomorrow(room, tmp_path):
    path = file_of(tmp_path, LONG.replace("11:00", "13:00"))
    assert all("may not" in str(row.trouble) for row in taken(room, path, by=OTHERS, at=after(hours=3)))
    rows = unknown_yet(room.standing(), readings_of(path, "yi", room.book)[0])
    assert ["has not come" in str(row.trouble or "") for row in tried(room, rows, by=OFFICER, at=NOON)] == [True, False]
    assert not room.standing().all(Reading)


def test_every_measure_is_known_by_its_names_and_the_sample_is_whole(tmp_path):
    assert all(measure_named(each.zh) == measure_named(each.en.upper()) == key for key, each in MEASURES.items())
    rows, _, problems = readings_of(file_of(tmp_path, SAMPLE))
    assert len(told(rows)) == 2
    assert not problems


@pytest.mark.parametrize("text", ["", "20:00", "2021-02-30 08:00", "2021-07-20 25:00", "2021-07-20 24:01", "44397.33",
                                  "20210720", "99999999999999"])  # fmt: skip
def test_what_is_no_moment(text):
    assert moment_of(text) is None


def test_by_the_command_line(room, tmp_path, book, monkeypatch, capsys):
    from datetime import UTC

    from luoshu.desk.staff import CONSOLE, Add, Give

    monkeypatch.setenv("LUOSHU_LANGUAGE", "en")
    desk, now = str(tmp_path / "j.sqlite"), datetime.now(UTC)
    room.do(Add(person="li", name="Li"), by=CONSOLE, at=now)
    room.do(Give(person="li", role="duty"), by=CONSOLE, at=now)
    room.close()
    hour = now.replace(second=0, microsecond=0).isoformat()
    text = f"观测时间,站点,要素,数值,单位\n{hour},栾川站,1小时雨量,85,mm\n{hour},栾川站,雨量,85,mm\n"
    order = ["desk", "readings", str(book.folder), str(file_of(tmp_path, text)), "--incident", "yi", "--desk"]
    assert main([*order, desk]) == 2
    assert main([*order[:4], "--incident", "none", "--as", "li", "--desk", desk]) == 2
    assert "there is no open incident none" in capsys.readouterr().err
    assert main([*order, desk, "--as", "li", "--try"]) == 1
    assert "1 readings are good, 1 rows are not" in capsys.readouterr().out
    assert main([*order, desk, "--as", "li"]) == 1
    out, err = capsys.readouterr()
    assert "1 readings are written, 1 rows are not, 0 stood already" in out
    assert "level II is proposed" in out
    assert "g.csv:3" in err
    assert main([*order, desk, "--as", "li"]) == 1
    assert "0 readings are written, 1 rows are not, 1 stood already" in capsys.readouterr().out
    assert main([*order, desk, "--as", "li", "--back", "wrong file"]) == 0
    assert "1 readings were taken back, 0 could not be" in capsys.readouterr().out
