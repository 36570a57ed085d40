"""A drill is a script that anybody can write: it is played in its own time, and says what did not go as expected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from textwrap import dedent

import pytest

import luoshu.desk.acts  # noqa: F401 (a script may ask for every act)
from luoshu.book.book import open_book
from luoshu.desk.act import ACTS, Act, Thing, act, fact
from luoshu.desk.actor import Actor, Grant
from luoshu.desk.drill import Stopped, play
from luoshu.desk.drillbook import drill_book, scripts
from luoshu.desk.drillfaults import dispatch_faults
from luoshu.desk.drillscript import read_script
from luoshu.desk.journal import Refused
from luoshu.desk.room import Room
from luoshu.kinds import tables
from luoshu.show.language import in_every_language
from luoshu.words.message import say


@dataclass(frozen=True, kw_only=True)
class Well(Thing):
    """What the small town of the tests watches: the water in its wells."""

    sort = "well"
    id: str
    metres: float = 0.0
    warned: bool = False
    since: datetime | None = None


@act
class Measure(Act[Well]):
    what = "well.measure"
    says = say("measure a well")
    thing = Well
    roles = frozenset({"team"})
    well: str = fact("The well")
    metres: float = fact("How high the water stands", minimum=0)

    def key(self):
        return self.well

    def on(self, state, told):
        return replace(state or Well(id=self.well), metres=self.metres, since=told.at)


@act
class Warn(Act[Well]):
    what = "well.warn"
    says = say("warn of a well")
    thing = Well
    machines = True
    well: str = fact("The well")

    def key(self):
        return self.well

    def on(self, state, told):
        if state is None or state.warned:
            raise Refused(say("there is nothing to warn of"))
        return replace(state, warned=True)


@pytest.fixture(autouse=True, scope="module")
def _off_the_list():
    yield
    ACTS.pop("well.measure"), ACTS.pop("well.warn")


def due(room, at):
    """The clock warns of every well that has stood above two metres for an hour."""
    for well in room.standing().all(Well).values():
        if well.metres > 2 and not well.warned and at - well.since >= timedelta(hours=1):
            yield Warn(well=well.id)


GOOD = """
    title: 井水演练
    title_en: The wells of Quellstadt
    incident: wells
    tick: 5
    actors:
      team-1: {name: Well team, organisation: Quellstadt, roles: [team]}
      guest: {name: A guest, roles: [viewer]}
    moments:
    - {at: 2031-03-01T08:00+01:00, by: team-1, act: well.measure, facts: {well: north, metres: 1.2}}
    - {by: guest, act: well.measure, facts: {well: north, metres: 9}, refused: may not do this}
    - {at: 2031-03-01T08:10+01:00, by: team-1, act: well.measure, facts: {well: north, metres: 3}, why: rain, as: high,
       again: true}
    - {at: 2031-03-01T09:00+01:00, expect: {thing: well, key: north, is: {warned: false}, at_least: {metres: 3}}}
    - {at: 2031-03-01T09:30+01:00, expect: {act: well.warn, key: north, by: clock, count: 1}}
    - {by: team-1, act: well.measure, facts: {well: south, metres: 4}, as: slip}
    - {by: team-1, undo: slip, why: a slip of the pen}
    - {by: team-1, act: well.measure, facts: {well: south, metres: -1}, refused: true}
    - {at: 2031-03-01T12:00+01:00, expect: {thing: well, count: 1}}
"""


def script_of(tmp_path, text, name="wells.yaml"):
    path = tmp_path / name
    path.write_text(dedent(text), "utf-8")
    return read_script(path)


def played(tmp_path, text, where="a"):
    script, problems = script_of(tmp_path, text)
    assert not problems, [str(each) for each in problems]
    with Room(str(tmp_path / f"{where}.sqlite")) as room:
        done = play(script, room, due=due)
        return done, room.journal.entries(), room.journal.fault()


def test_a_script_of_another_town_is_played_in_its_own_time(tmp_path):
    done, entries, fault = played(tmp_path, GOOD)
    assert fault is None
    assert [each.says for each in done.failures] == []
    assert [entry.draft.what for entry in entries] == [
        "well.measure", "well.measure", "well.warn", "well.measure", "undo",
    ]  # fmt: skip
    warned = entries[2]
    assert (warned.draft.who, warned.at.isoformat()) == ("clock", "2031-03-01T08:10:00+00:00")  # an hour later
    assert done.count("refused") == 2
    assert done.count("again", "undone") == 2


def test_twice_the_same_drill_writes_the_same_journal(tmp_path):
    _, first, _ = played(tmp_path, GOOD, "a")
    _, second, _ = played(tmp_path, GOOD, "b")
    assert [each.hash for each in first] == [each.hash for each in second]


def test_the_words_of_a_refusal_may_be_of_any_language(tmp_path):
    text = """
    title: 井
    incident: wells
    actors: {team-1: {roles: [team]}, guest: {roles: [viewer]}}
    moments:
    - {at: 2031-03-01T08:00, by: team-1, act: well.measure, facts: {well: north, metres: 3}}
    - {by: guest, act: well.measure, facts: {well: north, metres: 9}, refused: 无权}
    - {by: guest, act: well.measure, facts: {well: north, metres: 9}, refused: may not do this}
    - {by: guest, act: well.measure, facts: {well: north, metres: 9}, refused: 库存不足}
    """
    script, _ = script_of(tmp_path, text)
    with Room(str(tmp_path / "a.sqlite")) as room:
        done = play(script, room, due=due, speak=in_every_language)
    assert done.count("refused") == 2
    assert [each.line for each in done.failures] == [9]


def test_what_does_not_go_as_expected_is_said_and_the_drill_goes_on(tmp_path):
    text = """
    title: t
    incident: wells
    actors: {team-1: {roles: [team]}}
    moments:
    - {at: 2031-03-01T08:00, by: team-1, act: well.measure, facts: {well: north, metres: 3}, refused: too high}
    - {expect: {thing: well, key: north, is: {metres: 5}}}
    - {expect: {thing: well, key: south}}
    - {expect: {thing: well, key: north, is: {depth: 5}}}
    - {expect: {act: well.warn}}
    - {expect: {thing: well, count: 2, is: {warned: false}}}
    - {at: 2031-03-01T10:00, expect: {act: well.warn, count: 1}}
    """
    done, _, _ = played(tmp_path, text)
    said = [str(each.says) for each in done.failures]
    assert len(said) == 6
    for words, each in zip(
        ("it was to be refused", "and is 3.0", "there is no well south", "there is no field depth",
         "was expected, and was not done", "2 well were expected so, and there are 1"), said, strict=True,
    ):  # fmt: skip
        assert words in each
    assert [each.line for each in done.failures] == [6, 7, 8, 9, 10, 11]


GUEST = Actor(id="visitor", grants=(Grant(role="team"),))


def test_what_goes_otherwise_because_people_act_in_between_is_told_and_is_no_failure(tmp_path):
    script, _ = script_of(tmp_path, GOOD)
    with Room(str(tmp_path / "a.sqlite")) as room:

        def wait(until, coming, breath):
            if until == coming and until.hour == 9 and not until.minute:
                room.do(Measure(well="north", metres=1.0), by=GUEST, at=until, why="pumped")

        done = play(script, room, due=due, wait=wait)
    assert done.failures == ()
    assert [str(each.says) for each in done.lines if each.outcome == "otherwise"] == [
        "metres was expected to be at least 3, and is 1.0",
        "warn of a well was expected 1 times, and was done 0 times",
    ]
    (joined,) = (each for each in done.lines if each.outcome == "joined")
    assert (joined.who, joined.about, joined.why) == ("visitor", "north", "pumped")
    assert done.unplayed == 0


def test_a_drill_that_is_ended_early_says_how_much_of_it_was_not_played(tmp_path):
    script, _ = script_of(tmp_path, GOOD)

    def wait(until, coming, breath):
        if until.hour == 9:
            raise Stopped

    with Room(str(tmp_path / "a.sqlite")) as room:
        done = play(script, room, due=due, wait=wait)
    assert done.failures == ()
    assert done.unplayed == 6


def test_what_a_person_did_in_an_actors_place_may_be_taken_back_by_the_script(tmp_path):
    script, _ = script_of(tmp_path, GOOD)
    asked = []
    with Room(str(tmp_path / "a.sqlite")) as room:

        def turn(moment):
            asked.append(moment.line)
            if moment.named != "slip":
                return None
            person = Actor(id="team-1", grants=(Grant(role="team"),))
            return room.do(Measure(well="south", metres=5), by=person, at=moment.at)[0].number

        done = play(script, room, due=due, wait=lambda *told: None, turn=turn, left={"team-1"})
    assert done.failures == ()
    assert len(asked) == 3  # not for lines that are to be refused, nor for those of others
    assert (done.count("helped"), done.count("taken"), done.count("undone"), done.count("joined")) == (2, 1, 1, 0)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("title: t\nincident: x\n", 1, "has no actors"),
        ("title: t\nicident: x\n", 2, "Did you mean 'incident'?"),
        ("- a\n", 1, "no named fields"),
        ("title: [\n", 2, "not valid YAML"),
        ("actors: {li: {roles: [king]}}", 1, "king"),
        ("tick: 0.5", 1, "whole minutes"),
        ("tick: 0", 1, "whole minutes"),
        ("moments:\n- {at: 2031-03-01T08:00, by: li, act: well.measure, facts: {well: a, metres: 1}, as: x}\n"
         "- {by: li, act: well.measure, facts: {well: a, metres: 2}, as: x}", 3, "an act above is called x already"),
        ("moments:\n- {at: 2031-03-01T08:00, by: li, act: incident.open, facts: {id: a, type: fire, title: t}}", 2,
         "not opened as a drill"),
        ("moments:\n- {at: 2031-03-01T08:00, by: li, act: alert.draft, facts: {alert: a, status: Actual}}", 2,
         "would be a real one"),
        ("moments:\n- {at: noon, by: li, act: well.measure}", 2, "noon"),
        ("moments:\n- {at: 2031-03-01T08:00, by: lo, act: well.measure}", 2, "lo is not one of the actors"),
        ("moments:\n- {at: 2031-03-01T08:00, by: li, act: well.mesure}", 2, "Did you mean 'well.measure'?"),
        ("moments:\n- {at: 2031-03-01T08:00, by: li, act: well.measure, facts: {well: a, metres: x}}", 2, "number"),
        ("moments:\n- {at: 2031-03-01T08:00, by: li}", 2, "one of act, undo, expect, dispatch or show"),
        ("moments:\n- {at: 2031-03-01T08:00, by: li, undo: that, why: w}", 2, "no act above is called that"),
        ("moments:\n- {at: 2031-03-01T08:00, expect: {thing: wall}}", 2, "there is no thing wall"),
        ("moments:\n- {at: 2031-03-01T08:00, expect: {thing: well}}\n- {at: 2031-02-01T08:00, expect: {thing: well}}",
         3, "before the one above"),
        ("moments:\n- {at: 2031-03-01T08:00, expect: {thing: well}}\n- {at: 2032-02-01T08:00, expect: {thing: well}}",
         3, "days after the first"),
        ("moments:\n- {at: 2031-03-01T08:00, expect: {thing: well, is: 3}}", 2, "name fields"),
    ],
)  # fmt: skip
def test_faults_of_a_script_are_problems_with_their_line(tmp_path, text, line, says):
    rest = "" if text.startswith(("title", "-")) else "\ntitle: t\nincident: x\n"
    rest += "" if "actors" in text or not rest else "actors: {li: {roles: [team]}}\n"
    _, problems = script_of(tmp_path, text + rest)
    found = [str(each) for each in problems]
    assert any(f"wells.yaml:{line}:" in each and says.lower() in each.lower() for each in found), found


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("{people: {'1': 5}, level: ZZ}", "there is no level ZZ It may be: I, II, III, IV"),
        ("{people: {'1': 5}, event: fload}", "there is no event fload"),
        ("{people: {'1': -5}}", "people 1 is -5, and is to be from 0"),
        ("{people: {'1': .nan}}", "people 1 is .nan"),
        ("{people: {'9': 5}}", "there is no place 9 in the book"),
        ("{people: 5}", "does not say for how many people"),
        ("{}", "does not say for how many people"),
        ("{people: {'1': 5}, hours: 0}", "hours is 0, and is to be from 1 to 720"),
        ("{people: {'1': 5}, failed: [nope]}", "there is no agreement and no store nope"),
        ("{people: {'1': 5}, lavel: II}", "Did you mean 'level'?"),
        ("{people: {'1': 5, '2': 0}, level: II, event: flood, hours: 24, failed: [mill, depot]}", ""),
    ],
)
def test_faults_of_a_dispatch_are_told_before_anything_is_played(tmp_path, told, says):
    book = tmp_path / "book"
    (book / "tables").mkdir(parents=True)
    (book / "book.yaml").write_text("title: Quellstadt\nregion: q\n")
    for name, row in (("place", "id,name,level\n1,North,county\n2,South,county\n"),
                      ("agreement", "id,name,item\nmill,Mill,flour\n"),
                      ("store", "id,name\ndepot,Depot\n")):  # fmt: skip
        (book / "tables" / f"{name}.csv").write_text(row)
    script, problems = script_of(tmp_path, f"""
    title: t
    incident: wells
    actors: {{li: {{roles: [team]}}}}
    moments:
    - {{at: 2031-03-01T08:00, dispatch: {told}}}
    """)  # fmt: skip
    assert not problems, [str(each) for each in problems]
    found = [
        f"{each.says} {each.mend} {each.source.line}"
        for each in dispatch_faults(script, open_book(book, tables=tables()))
    ]
    if not says:
        assert found == []
        return
    (only,) = found
    assert says in only.replace(". ", " ")
    assert only.endswith(" 6")


def test_a_script_that_is_not_there_is_a_problem(tmp_path):
    script, problems = read_script(tmp_path / "none.yaml")
    assert script is None
    assert "there is no script none.yaml" in str(problems[0])


def test_the_drills_tables_and_rules_lie_over_a_copy_of_the_book(tmp_path):
    from luoshu.book.book import open_book
    from luoshu.book.directory import GENERIC, Owner

    book, out = tmp_path / "book", tmp_path / "out"
    (book / "drill" / "tables").mkdir(parents=True)
    (book / "drill" / "rules").mkdir()
    (book / "tables").mkdir()
    (book / "desk").mkdir()
    (book / "desk" / "journal.sqlite").write_text("not to be touched")
    (book / "book.yaml").write_text("title: Quellstadt\nregion: q\n")
    (book / "commitments.yaml").write_text("[]\n")
    (book / "tables" / "owner.csv").write_text("id,name\nmayor,Mayor\nfire,Fire brigade\n")
    (book / "drill" / "tables" / "owner.csv").write_text("id,name,name_en\nfire,Brigade,Brigade\nwater,Waterworks,\n")
    (book / "drill" / "tables" / "ovner.csv").write_text("id\n")
    (book / "drill" / "rules" / "wells.yaml").write_text("in_force:\n  2020-01-01: {limit: 2}\n")
    (book / "drill" / "wells.yaml").write_text("title: t\n")
    assert list(scripts(book)) == ["wells"]
    problems = drill_book(book, book / "drill" / "wells.yaml", out, GENERIC, "演练 Quellstadt")
    assert [str(each) for each in problems] == [
        "drill/tables/ovner.csv: there is no table ovner. Did you mean 'owner'?"
    ]
    copy = open_book(out)
    assert {each.id: each.name for each in copy.rows(Owner)} == {
        "mayor": "Mayor", "fire": "Brigade", "water": "Waterworks",
    }  # fmt: skip
    assert copy.title == "演练 Quellstadt"
    assert copy.rules("wells")[0][0].values == {"limit": 2}
    assert not (out / "desk").exists()
    assert (book / "tables" / "owner.csv").read_text().count("\n") == 3
