"""The commands of a circle: gauge and advise of a small book, in both languages and as JSON."""

import json

import pytest

from luoshu.cli import main

HOMES = "id,name,x,y,system,people,children,old\n" + "".join(
    f"h{i},小区{i},{112.40 + i * 0.004:.4f},34.6,WGS-84,{100 + i},10,20\n" for i in range(12)
)
SITES = """id,name,service,x,y,system,state,cost
a,甲,健身,112.400,34.6,WGS-84,open,
b,乙,健身,112.420,34.6,WGS-84,candidate,300
c,丙,健身,112.436,34.6,WGS-84,candidate,200
d,丁,健身,112.444,34.6,WGS-84,candidate,
"""
TERMS = """- {kind: circle, id: gym, words: 十分钟健身圈, service: 健身, minutes: 10, due: 2030-12-31}
"""


@pytest.fixture
def book(tmp_path, monkeypatch):
    monkeypatch.setenv("LUOSHU_LANGUAGE", "en")
    (tmp_path / "tables").mkdir()
    (tmp_path / "book.yaml").write_text("title: 试\nregion: 试\n", "utf-8")
    (tmp_path / "commitments.yaml").write_text(TERMS, "utf-8")
    (tmp_path / "tables" / "home.csv").write_text(HOMES, "utf-8")
    (tmp_path / "tables" / "site.csv").write_text(SITES, "utf-8")
    return str(tmp_path)


def lines(capsys, *argv):
    assert main([*argv, "--day", "2026-01-01"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_gauge_and_advise_answer_as_json(book, capsys):
    (gauge,) = lines(capsys, "gauge", book, "--json")
    assert (gauge["kind"], gauge["goal"], gauge["unit"]) == ("circle", 100, "%")
    assert 0 < gauge["value"] < 100
    moves = lines(capsys, "advise", book, "--json", "--budget", "500")
    assert {move["row"] for move in moves} == {"b", "c"}
    for move in moves:
        assert move["cost"] > 0
        assert 0 < move["gain"] < move["bound"] <= 1
        assert move["gap"] == 0
        assert move["within_budget"]
    assert len(lines(capsys, "advise", book, "--json", "--budget", "0")) == 0
    assert len(lines(capsys, "advise", book, "--json", "--count", "1", "--id", "gym")) == 1
    assert {move["problem"] for move in lines(capsys, "advise", book, "--json", "--problem", "center")} == {"center"}


def test_the_table_for_people_names_the_gap_in_both_languages(book, capsys):
    assert main(["advise", book, "--day", "2026-01-01", "--count", "2", "--language", "zh"]) == 0
    said = capsys.readouterr().out
    assert "相差至多0%" in said
    assert "估算" in said
    assert main(["advise", book, "--day", "2026-01-01", "--count", "2"]) == 0
    assert "at most 0% from the best choice" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [["--count", "-1"], ["--count", "many"], ["--problem", "best"], ["--budget", "-5"]])
def test_what_cannot_be_asked_is_refused(book, wrong):
    with pytest.raises(SystemExit):
        main(["advise", book, *wrong])


def test_an_unknown_promise_is_named(book, capsys):
    assert main(["advise", book, "--id", "gim", "--day", "2026-01-01"]) == 2
    assert "did you mean gym" in capsys.readouterr().err


def test_bad_places_are_problems_and_the_rest_counts(book, capsys, tmp_path):
    more = SITES + "e,戊,健身,34.6,112.4,WGS-84,open,\nf,己,健身,,,,open,\ng,庚,健身,112.41,34.6,,open,\n"
    (tmp_path / "tables" / "site.csv").write_text(more, "utf-8")
    assert main(["check", book]) == 1
    said = capsys.readouterr().out
    assert said.count("tables/site.csv:") >= 3
    (gauge,) = lines(capsys, "gauge", book, "--json")
    assert 0 < gauge["value"] < 100
    assert any("3 of them have no place" in each["says"] for each in gauge["because"])
