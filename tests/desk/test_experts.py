"""The expert bank: only with consent, found by plain words with reasons, teams without a ranking, posts both ways."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from luoshu.book.rules import read_rules
from luoshu.desk.act import made_of
from luoshu.desk.actor import Actor, Grant
from luoshu.desk.expert import Consent, Expert, Window, listed
from luoshu.desk.finding import Wanted, search, team, understood
from luoshu.desk.journal import Refused
from luoshu.desk.post import Post
from luoshu.desk.room import Room
from luoshu.desk.skills import skill_faults, skills_of

AT = datetime(2021, 7, 20, 4, tzinfo=UTC)
DAY = date(2021, 7, 20)
WANG = Actor(id="wang", name="Wang", grants=(Grant(role="duty"),))
GUEST = Actor(id="zhao", name="Zhao", grants=(Grant(role="viewer"),))
SKILLS = skills_of(None, DAY)
YES = Consent(since=date(2021, 1, 1), purpose="应急处置")


@pytest.fixture
def room(place):
    with Room(place) as opened:
        yield opened


def do(room, what, by=WANG, at=AT, **facts):
    return room.do(made_of(what, facts), by=by, at=at)


def entered(room, id="e1", name="张水生", **more):
    do(room, "expert.enter", expert=id, name=name, contact="13800000000", works_for="yellow-river", **more)


def consented(room, id="e1"):
    do(room, "expert.consent", expert=id, since="2021-01-01", purpose="应急处置时联系")


def test_nobody_is_listed_without_consent(room):
    entered(room)
    assert not listed(room.standing(), DAY)
    consented(room)
    assert list(listed(room.standing(), DAY)) == ["e1"]
    assert not listed(room.standing(), date(2020, 12, 31))
    with pytest.raises(Refused, match="in the future"):
        do(room, "expert.consent", expert="e1", since="2021-07-21", purpose="a")
    do(room, "expert.consent", expert="e1", since="2021-01-01", purpose="a", until="2021-07-01")
    assert not listed(room.standing(), DAY)


def test_a_withdrawal_leaves_nothing_personal_and_is_final(room):
    entered(room)
    consented(room)
    do(room, "expert.skill", expert="e1", skill="dyke", level="leads")
    (entry,) = do(room, "expert.withdraw", expert="e1")
    gone = room.standing().get(Expert, "e1")
    assert gone == Expert(id="e1", withdrawn=AT)
    with pytest.raises(Refused, match="does not come back"):
        room.undo(entry.number, by=WANG, at=AT, why="a mistake")
    for what, facts in (
        ("expert.enter", {"name": "张水生"}), ("expert.consent", {"since": "2021-01-01", "purpose": "a"}),
    ):  # fmt: skip
        with pytest.raises(Refused, match="withdrawn the consent"):
            do(room, what, expert="e1", **facts)


def test_skills_are_of_the_list_and_only_keepers_write(room):
    entered(room)
    with pytest.raises(Refused, match="not on the list"):
        do(room, "expert.skill", expert="e1", skill="magic", level="leads")
    with pytest.raises(Refused, match="may not"):
        do(room, "expert.skill", GUEST, expert="e1", skill="dyke", level="leads")
    do(room, "expert.skill", expert="e1", skill="dyke", level="works")
    do(room, "expert.skill", expert="e1", skill="dyke", level="leads")
    assert room.standing().get(Expert, "e1").skills == (("dyke", "leads"),)
    do(room, "expert.skill", expert="e1", skill="dyke", level="none")
    assert room.standing().get(Expert, "e1").skills == ()


def test_times_in_which_somebody_can_be_called(room):
    entered(room)
    assert room.standing().get(Expert, "e1").free(AT) is None
    hours = [(AT + timedelta(hours=n)).isoformat() for n in (1, 3)]
    do(room, "expert.free", expert="e1", since=hours[0], until=hours[1])
    expert = room.standing().get(Expert, "e1")
    assert [expert.free(AT + timedelta(hours=n)) for n in (0, 1, 2, 3)] == [False, True, True, False]
    with pytest.raises(Refused, match="before it begins"):
        do(room, "expert.free", expert="e1", since=hours[1], until=hours[0])
    with pytest.raises(Refused, match="zone"):
        do(room, "expert.free", expert="e1", since="2021-07-20T08:00", until=hours[1])


def person(id, *skills, **more):
    return Expert(id=id, name=id, skills=skills, consent=YES, **more)


BANK = [
    person("zhang", ("dyke", "leads"), ("hydrology", "works"), post="水利工程师"),
    person("chen", ("drainage", "leads"), ("dyke", "assists")),
    person("liu", ("structure", "leads"), ("roads", "works"), post="古建筑保护研究"),
    person("sun", ("power", "works"), ("drainage", "works")),
]


@pytest.mark.parametrize(
    ("need", "who"),
    [
        ("堤坝管涌", ["chen", "zhang"]),
        ("大堤出现散浸、管涌险情，急需抢险", ["chen", "zhang"]),
        ("地下车库积水抽排", ["chen", "sun"]),
        ("龙门石窟渗水", ["chen", "liu", "zhang"]),
        ("变电站停电", ["sun"]),
        ("Structural safety", ["liu"]),
        ("古建筑", ["liu"]),
        ("音乐会", []),
        ("", []),
        ("，。！", []),
    ],
)
def test_a_need_in_plain_words_finds_people_with_reasons(need, who):
    found = search(need, BANK, SKILLS, AT)
    assert sorted(each.expert.id for each in found) == who
    assert all(each.reasons for each in found)


def test_the_reason_says_which_words_were_understood():
    (match,) = understood("堤坝管涌", SKILLS)
    assert (match.skill.id, match.words) == ("dyke", ("堤坝", "管涌"))
    found = search("堤坝管涌", BANK, SKILLS, AT)
    said = [str(reason) for each in found for reason in each.reasons]
    assert any("堤坝, 管涌" in each for each in said)
    assert not any(letter.isdigit() for each in said for letter in each)  # no score of a person


def test_words_that_nobody_listed_are_found_by_their_parts():
    (match,) = understood("应急通讯与卫星电话机", {"telecom": SKILLS["telecom"]})
    assert match.skill.id == "telecom"
    near = understood("病险的水库", {"reservoir": replace(SKILLS["reservoir"], words=("病险水库群",), zh="a", en="b")})
    assert near[0].near


def test_who_is_free_and_near_comes_first():
    now = (Window(since=AT - timedelta(hours=1), until=AT + timedelta(hours=1)),)
    far = person("far", ("dyke", "leads"), place="x", windows=now)
    near = person("near", ("dyke", "assists"), place="y", windows=now)
    silent = person("silent", ("dyke", "leads"), place="y")
    places = {"x": (113.0, 34.6), "y": (112.41, 34.61)}
    found = search("管涌", [far, silent, near], SKILLS, AT, where=(112.4, 34.6), places=places)
    assert [each.expert.id for each in found] == ["near", "far", "silent"]
    assert found[0].km < 2


def test_the_best_team_nobody_twice_and_who_is_missing():
    lines = team([Wanted(skill="dyke", least="assists"), Wanted(skill="drainage", people=2)], BANK, AT)
    chosen = {line.wanted.skill: [each.expert.id for each in line.members] for line in lines}
    assert chosen == {"dyke": ["zhang"], "drainage": ["chen", "sun"]}
    assert all(member.reasons for line in lines for member in line.members)
    (line,) = team([Wanted(skill="dyke", people=3, least="works")], BANK, AT)
    assert ([each.expert.id for each in line.members], line.missing) == (["zhang"], 2)
    assert [(who.id, str(why)) for who, why in line.others] == [("chen", "does not know it well enough")]


def test_a_team_knows_the_way_and_who_cannot_come():
    busy = (Window(since=AT + timedelta(days=1), until=AT + timedelta(days=2)),)
    people = [
        person("near", ("dyke", "works"), place="y"), person("far", ("dyke", "leads"), place="x"),
        person("busy", ("dyke", "leads"), place="y", windows=busy), person("nowhere", ("dyke", "leads")),
    ]  # fmt: skip
    places = {"x": (114.0, 34.6), "y": (112.41, 34.61)}
    (line,) = team([Wanted(skill="dyke", people=2, within=60)], people, AT, where=(112.4, 34.6), places=places)
    assert [each.expert.id for each in line.members] == ["near"]
    assert {who.id for who, _ in line.others} == {"far", "busy", "nowhere"}


def test_the_list_of_skills_of_a_book():
    text = "in_force:\n  2021-01-01:\n    a: {zh: 甲, words: [乙]}\n    b: {words: [丙]}\n    c: 3\n".encode()
    rules, problems = read_rules(text, "skills", "rules/skills.yaml")
    assert not problems
    assert len(skill_faults(rules)) == 2
    assert len(SKILLS) > 20
    assert all(skill.zh and skill.en and skill.words for skill in SKILLS.values())


def offered(room, id="p1", **more):
    facts = {
        "post": id, "expert": "e1", "home": "bearing-works", "host": "university", "direction": "to_university",
        "work": "讲授课程", "share": 20, "since": "2021-07-01", "until": "2022-06-30", **more,
    }  # fmt: skip
    do(room, "post.offer", **facts)


def test_a_two_way_post_is_in_force_when_all_three_have_agreed(room):
    entered(room)
    with pytest.raises(Refused, match="has not agreed to be on the list"):
        offered(room)
    consented(room)
    offered(room)
    host = Actor(id="u", name="U", grants=(Grant(role="admin", organisation="university"),))
    with pytest.raises(Refused, match="may not"):
        do(room, "post.agree", host, post="p1", party="home")
    do(room, "post.agree", host, post="p1", party="host")
    do(room, "post.agree", post="p1", party="home")
    assert not room.standing().get(Post, "p1").active(DAY)
    do(room, "post.agree", post="p1", party="expert")
    post = room.standing().get(Post, "p1")
    assert [post.active(day) for day in (date(2021, 6, 30), DAY, date(2022, 7, 1))] == [False, True, False]
    offered(room, "p2", home="university", host="bearing-works", direction="to_company", share=30)
    with pytest.raises(Refused, match="over half"):
        offered(room, "p3", share=1)
    do(room, "post.end", post="p2", last="2021-07-20", reason="项目结束")
    offered(room, "p3", share=1, since="2021-07-21")
    with pytest.raises(Refused, match="has ended"):
        do(room, "post.agree", post="p2", party="home")


def test_personal_facts_are_marked_as_such():
    import dataclasses

    from luoshu.desk.act import ACTS

    fields = {each.name: each.metadata.get("personal") for each in dataclasses.fields(ACTS["expert.enter"])}
    assert fields["name"]
    assert fields["contact"]


def offer(room, post, share, since, until):
    do(room, "post.offer", post=post, expert="e1", host="u", home="y", direction="other", work="x", share=share,
       since=since, until=until)  # fmt: skip


def test_a_post_that_ends_later_takes_time_until_then(room):
    entered(room)
    consented(room)
    offer(room, "p1", 50, "2021-01-01", "2028-12-31")
    for last in ("2020-12-31", "2029-01-01"):
        with pytest.raises(Refused, match="the last day of post p1 lies between 2021-01-01 and 2028-12-31"):
            do(room, "post.end", post="p1", last=last, reason="x")
    do(room, "post.end", post="p1", last="2027-12-31", reason="x")
    with pytest.raises(Refused, match="is over half"):
        offer(room, "p2", 50, "2027-12-31", "2028-12-31")
    offer(room, "p2", 50, "2028-01-01", "2028-12-31")


def test_who_is_not_free_after_all_is_not_called(room):
    entered(room)
    consented(room)
    do(room, "expert.free", expert="e1", since="2021-07-20T08:00+08:00", until="2021-07-22T08:00+08:00")
    do(room, "expert.busy", expert="e1", since="2021-07-20T20:00+08:00", until="2021-07-21T20:00+08:00")
    expert = room.standing().get(Expert, "e1")
    assert [expert.free(AT + timedelta(hours=hours)) for hours in (0, 8, 31.9, 32, 40)] == [
        True,
        False,
        False,
        True,
        True,
    ]
    for since, says in (("2021-07-21T19:00+08:00", "ends before it begins"), ("2021-07-20T21:00+08:00", "did not say")):
        with pytest.raises(Refused, match=says):
            do(room, "expert.busy", expert="e1", since=since, until="2021-07-21T18:00+08:00")
