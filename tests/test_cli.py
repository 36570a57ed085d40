"""Every verb, as people type it: what is printed, what is written, and the exit code."""

import json
import shutil
from pathlib import Path

import pytest

from luoshu.cli import VERBS, main, parser
from luoshu.cli.verbs import GROUPS, argument, verb
from luoshu.show.language import Language
from luoshu.words.message import say

LUOYANG = Path(__file__).parent.parent / "examples" / "luoyang"
PLAN = "某市十五五规划纲要\n到2030年，全市博物馆达到90家，森林覆盖率超过45%。每年新建口袋公园20个以上。\n"


@pytest.fixture
def run(capsys, monkeypatch):
    """Run a command in English; gives exit code, standard output, standard error."""
    monkeypatch.setenv("LUOSHU_LANGUAGE", "en")

    def go(*argv):
        code = main([str(word) for word in argv])
        out, err = capsys.readouterr()
        return code, out, err

    return go


@pytest.fixture
def city(tmp_path, run):
    assert run("new", tmp_path / "city", "--title", "Plan", "--region", "City")[0] == 0
    return tmp_path / "city"


def test_a_new_book_is_without_fault_and_never_overwrites(run, city):
    assert run("check", city)[:2] == (0, f"{city}: no problems\n")
    code, _, err = run("new", city, "--title", "Again")
    assert code == 1
    assert err


def test_read_prints_the_fields_of_the_guide(run, tmp_path):
    plan = tmp_path / "plan.txt"
    plan.write_text(PLAN, "utf-8")
    code, out, _ = run("read", plan, "--json")
    found = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    guide = [
        "status",
        "start",
        "end",
        "value",
        "value_high",
        "unit",
        "comparator",
        "change",
        "per",
        "each",
        "due",
        "subject",
        "owner",
    ]
    assert list(found[0])[: len(guide)] == guide
    promises = {(each["value"], each["unit"], each["comparator"], each["per"]) for each in found if each["value"]}
    assert promises == {(90, "家", ">=", ""), (45, "%", ">", ""), (20, "个", ">=", "year")}
    assert all(PLAN[each["start"] : each["end"]].strip() for each in found)


def test_read_into_a_book_keeps_the_document_and_the_proposals(run, tmp_path, city):
    plan = tmp_path / "plan.txt"
    plan.write_text(PLAN, "utf-8")
    assert run("read", plan, "--into", city)[0] == 0
    assert (city / "documents" / "plan.txt").read_text("utf-8") == PLAN
    assert (city / "proposals" / "plan.txt.jsonl").exists()
    assert run("gauge", city, "--json")[1] == "", "nothing enters the plan until a person settles it"
    plan.write_text(PLAN + "再加一句。\n", "utf-8")
    code, _, err = run("read", plan, "--into", city)
    assert code == 1
    assert "another document of this name" in err
    assert (city / "documents" / "plan.txt").read_text("utf-8") == PLAN


def test_check_as_json_names_file_line_and_mending(run, city):
    (city / "tables" / "owner.csv").write_text("id,nmae\nculture,文旅局\n", "utf-8")
    code, out, _ = run("check", city, "--json")
    problems = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert all(list(each) == ["code", "file", "line", "says", "mend"] for each in problems)
    assert any("Did you mean" in each["mend"] and each["file"] == "tables/owner.csv" for each in problems)


def test_gauge_as_json_has_the_fields_and_is_honest_in_hindsight(run):
    late = [json.loads(line) for line in run("gauge", LUOYANG, "--day", "2025-12-31", "--json")[1].splitlines()]
    early = [json.loads(line) for line in run("gauge", LUOYANG, "--day", "2023-12-31", "--json")[1].splitlines()]
    fields = "id kind words owner due goal unit value met chance verdict because".split()  # noqa: SIM905
    assert all(list(each)[: len(fields)] == fields for each in late + early)
    museums = [next(each for each in day if each["id"] == "museums") for day in (early, late)]
    assert [each["value"] for each in museums] == [102, 112]


def test_excel_goes_out_and_comes_back_without_loss(run, tmp_path):
    book = tmp_path / "luoyang"
    shutil.copytree(LUOYANG, book)
    before = {path: path.read_bytes() for path in book.rglob("*") if path.is_file()}
    assert run("excel", "out", book, tmp_path / "book.xlsx")[0] == 0
    assert run("excel", "in", book, tmp_path / "book.xlsx")[0] == 0
    assert {path: path.read_bytes() for path in book.rglob("*") if path.is_file()} == before


def test_what_cannot_be_done_is_said_in_a_line_and_exits_with_two(run, tmp_path):
    assert run("gauge", tmp_path / "nowhere")[0] == 2
    assert "is not a book" in run("gauge", tmp_path)[2]
    assert "zzz" in run("gauge", LUOYANG, "--id", "zzz")[2]
    for bad in (["gauge", "x", "--day", "2025-02-30"], ["nonsense"], ["advise", "x", "--budget", "-5"]):
        with pytest.raises(SystemExit) as stop:
            run(*bad)
        assert stop.value.code == 2


def test_every_verb_speaks_both_languages(run, monkeypatch):
    for each in VERBS.values():
        for code in ("zh", "en"):
            assert Language(code).message(each.help)
        assert Language("zh").message(each.help) != Language("en").message(each.help)
    assert "{" not in parser(Language("zh")).format_help().replace("{zh,en}", "")


def test_a_verb_of_two_words_stands_under_the_first(run, monkeypatch, capsys):
    monkeypatch.setitem(GROUPS, "tent", say("tents"))
    monkeypatch.setitem(VERBS, "tent raise", None)  # so that it is taken off the list again
    put = verb("tent raise", say("raise a tent"), "luoshu tent raise 3", argument("count", help=say("how many")))
    put(lambda args, language: int(args.count))
    assert run("tent", "raise", "7")[0] == 7
    for words in (["tent", "--help"], ["tent", "lower"], ["tent"]):
        with pytest.raises(SystemExit) as stop:
            run(*words)
        assert stop.value.code == (0 if "--help" in words else 2)
        assert "raise" in "".join(capsys.readouterr()) or words == ["tent"]
    with pytest.raises(ValueError, match="GROUPS"):
        verb("nowhere raise", say("raise"), "luoshu nowhere raise")


def test_the_examples_in_the_help_are_commands():
    for each in VERBS.values():
        words = each.example.split()
        assert f"{each.example} ".startswith(f"luoshu {each.name} ")
        parser(Language("en")).parse_args(words[1:])
