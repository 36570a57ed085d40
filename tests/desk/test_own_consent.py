"""An expert answers by a link of their own: informed, free to say no, able to end it; every look is written down."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest

from luoshu.desk.act import made_of
from luoshu.desk.actor import Actor, Grant
from luoshu.desk.expert import SELF, Expert, OwnConsent, themselves
from luoshu.desk.invitation import ANSWER_DAYS, Invitations
from luoshu.desk.journal import MayNot, Refused
from luoshu.desk.keeping import verify
from luoshu.desk.place import PLACE
from luoshu.desk.post import Post
from luoshu.desk.room import Room
from luoshu.desk.staff import actor_of

HTML = {"accept": "text/html"}
AT = datetime(2021, 7, 20, 4, tzinfo=UTC)
WANG = Actor(id="wang", name="Wang", grants=(Grant(role="duty"),))


def facts(what, **given):
    return made_of(what, given)


@pytest.fixture
def wang(desk_server):
    client, now = desk_server.person("wang", "duty"), datetime.now(UTC)
    by = actor_of(desk_server.room.standing(), "wang", now)
    for name, expert in (("张水生", "e1"), ("李四", "e2")):
        act = facts("expert.enter", expert=expert, name=name, contact="13812345678")
        desk_server.room.do(act, by=by, at=now)
    return client


def link_for(client, expert="e1", **more):
    told = {"_csrf": client.headers["x-csrf-token"], "expert": expert, "purpose": "防汛抢险时联系", **more}
    page = client.post("/desk/invite/expert", data=told, headers=HTML)
    assert page.status_code == 200, page.text
    assert page.headers["cache-control"] == "no-store"
    assert "data:image/svg+xml" in page.text
    return re.search(r"/own/[\w-]{43}", page.text)[0]


def expert(desk_server, name="e1"):
    return desk_server.room.standing().get(Expert, name)


def test_somebody_agrees_by_their_own_link_and_ends_it(desk_book, desk_server, wang):
    link = link_for(wang, until="2099-01-01")
    assert "还没有答复" in wang.get("/desk/experts/e1", headers=HTML).text
    person = desk_server.client()
    page = unescape(person.get(link, headers=HTML).text)
    for words in ("张水生", "138****5678", "防汛抢险时联系", "wang <b>", "某市应急值班室"):
        assert words in page
    assert "13812345678" not in page
    assert "李四" not in page
    assert person.get("/desk/experts/e1", headers=HTML).status_code in (401, 303)
    done = person.post(link, data={"does": "agree"}, headers=HTML)
    assert done.status_code == 200
    given = expert(desk_server).consent
    assert (given.how, given.purpose, given.until, given.who) == (
        "link",
        "防汛抢险时联系",
        date(2099, 1, 1),
        "expert:e1",
    )
    assert "本人通过链接同意" in wang.get("/desk/experts/e1", headers=HTML).text
    assert "answered already" in person.post(link + "?language=en", data={"does": "agree"}, headers=HTML).text
    assert "tick the box first" in person.post(link + "?language=en", data={"does": "erase"}, headers=HTML).text
    gone = person.post(link, data={"does": "erase", "sure": "yes"}, headers=HTML)
    assert gone.status_code == 200
    assert expert(desk_server) == Expert(id="e1", withdrawn=expert(desk_server).withdrawn)
    assert person.get(link, headers=HTML).status_code == 404
    told = [(entry.draft.who, entry.draft.what) for entry in desk_server.room.journal.entries()]
    assert [each for each in told if each[1].startswith("expert.")][-3:] == [
        ("wang", "expert.invite"), ("expert:e1", "expert.agree"), ("expert:e1", "expert.withdraw"),
    ]  # fmt: skip
    assert ("expert:e1", "look") in told
    kept = verify(desk_book / PLACE)
    assert (kept.problems, kept.erased) == ((), 2)
    theirs = [each.draft for each in desk_server.room.journal.entries() if each.draft.about == "expert:e1"]
    assert "13812345678" not in str(theirs)


def test_who_says_no_is_erased_at_once(desk_server, wang):
    link = link_for(wang)
    desk_server.client().post(link, data={"does": "erase", "sure": "yes"}, headers=HTML)
    assert expert(desk_server).withdrawn
    assert expert(desk_server, "e2").name == "李四"


def test_only_keepers_make_links_and_each_is_for_one(desk_server, wang):
    guest = desk_server.person("zhao", "viewer")
    told = {"_csrf": guest.headers["x-csrf-token"], "expert": "e1", "purpose": "x"}
    assert guest.post("/desk/invite/expert", data=told, headers=HTML).status_code == 403
    assert expert(desk_server).asked is None
    told = {"_csrf": "forged", "expert": "e1", "purpose": "x"}
    assert wang.post("/desk/invite/expert", data=told, headers=HTML | {"x-csrf-token": ""}).status_code == 403
    first, second = link_for(wang), link_for(wang)
    person = desk_server.client()
    assert person.get(first, headers=HTML).status_code == 404
    assert person.get(second, headers=HTML).status_code == 200
    for bad in ("/own/x", "/own/" + "a" * 43, "/own/" + "a" * 5_000, "/own/%00"):
        assert person.get(bad, headers=HTML).status_code in (404, 414)
    looks = [entry.draft.about for entry in desk_server.room.journal.entries()]
    assert not [about for about in looks if second[5:] in about]  # the secret is written down nowhere


def test_links_that_are_not_good_are_not_tried_for_ever(desk_server, wang):
    person = desk_server.client()
    codes = [person.get(f"/own/{n:043d}", headers=HTML).status_code for n in range(30)]
    assert (codes[0], codes[-1]) == (404, 429)
    assert person.get(link_for(wang), headers=HTML).status_code == 200


def test_a_link_ends_after_its_days_unless_the_consent_holds(desk_server, wang, monkeypatch):
    link = link_for(wang)
    other = link_for(wang, "e2")
    person, now = desk_server.client(), datetime.now(UTC)
    person.post(other, data={"does": "agree"}, headers=HTML)
    later = now + timedelta(days=ANSWER_DAYS, hours=1)
    monkeypatch.setattr(type(desk_server.app.state.moments), "now", lambda self: later)
    assert person.get(link, headers=HTML).status_code == 404
    assert person.get(other, headers=HTML).status_code == 200


def test_a_post_waits_for_the_expert_who_says_yes_by_the_link(desk_server, wang):
    link, now = link_for(wang), datetime.now(UTC)
    person = desk_server.client()
    person.post(link, data={"does": "agree"}, headers=HTML)
    by = actor_of(desk_server.room.standing(), "wang", now)
    terms = {"host": "uni", "home": "yr", "direction": "to_university", "work": "带研究生", "share": 20}
    offer = facts("post.offer", post="p1", expert="e1", since="2021-01-01", until="2099-01-01", **terms)
    desk_server.room.do(offer, by=by, at=now)
    assert "带研究生" in person.get(link, headers=HTML).text
    assert person.post(link, data={"does": "post", "post": "p1"}, headers=HTML).status_code == 200
    assert desk_server.room.standing().get(Post, "p1").agreed == ("expert",)


def test_nobody_acts_by_a_link_for_somebody_else(tmp_path):
    with Room(tmp_path / "desk.sqlite") as room:
        for name in ("e1", "e2"):
            room.do(facts("expert.enter", expert=name, name=name), by=WANG, at=AT)
            room.do(facts("expert.invite", expert=name, purpose="x"), by=WANG, at=AT)
        room.do(OwnConsent(expert="e2"), by=themselves("e2"), at=AT)
        offer = facts("post.offer", post="p1", expert="e2", host="a", home="b", direction="other", work="x", share=1,
                      since="2021-01-01", until="2022-01-01")  # fmt: skip
        room.do(offer, by=WANG, at=AT)
        for act in (
            OwnConsent(expert="e2"), facts("expert.withdraw", expert="e2"),
            facts("post.agree", post="p1", party="expert"), facts("expert.enter", expert="e1", name="x"),
            facts("expert.consent", expert="e1", since="2021-01-01", purpose="x"),
        ):  # fmt: skip
            with pytest.raises(MayNot):
                room.do(act, by=themselves("e1"), at=AT)
        for party in ("home", "host"):
            with pytest.raises(MayNot):
                room.do(facts("post.agree", post="p1", party=party), by=themselves("e2"), at=AT)
        with pytest.raises(MayNot):  # nor does the desk say yes in their name
            room.do(OwnConsent(expert="e1"), by=WANG, at=AT)
        assert room.standing().get(Expert, "e1").consent is None


def test_the_role_of_a_link_can_be_given_to_nobody(desk_server):
    with pytest.raises(Refused):
        facts("staff.grant", person="wang", role=SELF)


def test_a_consent_on_paper_says_where_the_paper_is(tmp_path):
    with Room(tmp_path / "desk.sqlite") as room:
        room.do(facts("expert.enter", expert="e1", name="x"), by=WANG, at=AT)
        for how in ("paper", "spoken"):
            with pytest.raises(Refused, match="say where the signed paper is kept, or who heard it"):
                room.do(facts("expert.consent", expert="e1", since="2021-01-01", purpose="x", how=how), by=WANG, at=AT)
        with pytest.raises(Refused):  # that is for the person alone
            facts("expert.consent", expert="e1", since="2021-01-01", purpose="x", how="link", proof="x")
        told = {"since": "2021-01-01", "purpose": "x", "how": "paper", "proof": "档案柜 3"}
        room.do(facts("expert.consent", expert="e1", **told), by=WANG, at=AT)
        given = room.standing().get(Expert, "e1").consent
        assert (given.how, given.proof, given.who) == ("paper", "档案柜 3", "wang")
        room.do(facts("expert.withdraw", expert="e1"), by=WANG, at=AT)
    with Room(tmp_path / "desk.sqlite") as room:
        assert room.standing().unread == []


def test_the_paper_holds_what_is_kept_and_a_line_to_sign(desk_server, wang):
    page = unescape(wang.get("/desk/experts/e1/paper", headers=HTML).text)
    for words in ("张水生", "13812345678", "签名"):
        assert words in page
    assert ("wang", "page:/desk/experts/e1/paper") in [
        (entry.draft.who, entry.draft.about) for entry in desk_server.told("look")
    ]
    assert desk_server.person("zhao", "viewer").get("/desk/experts/e1/paper", headers=HTML).status_code == 403


def test_links_are_hashes_in_a_table_of_their_own(place):
    with Room(place) as room:
        links = Invitations(room.journal.engine)
        secret = links.invite("e1", AT)
        assert links.of(secret).expert == "e1"
        assert links.of("x" * 43) is None
        with room.journal.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT * FROM invitation").fetchall()
        assert secret not in str(rows)
        links.forget("e1")
        assert links.of(secret) is None
