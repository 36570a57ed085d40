"""Pages of alerts, experts and consultations: public ones without a login, others by role; nothing written runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from luoshu.desk.act import made_of
from luoshu.desk.alert import Alert
from luoshu.desk.alertkey import make_key
from luoshu.desk.capfile import check_alert, write_alert
from luoshu.desk.expert import Expert
from luoshu.desk.heard import Heard

ATOM = "{http://www.w3.org/2005/Atom}"
EVIL = "<script>alert(1)</script>"
RULE = "in_force:\n  2020-01-01: {sender: fangxun.example, name: 防汛办（示例）}\n"


@pytest.fixture
def alerted(desk_server):
    """A server with an alert that holds, a drill, a draft, and an alert of others."""
    folder = desk_server.room.book.folder
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / "alert.yaml").write_text(RULE, "utf-8")
    make_key(folder, "防汛办（示例）", datetime.now(UTC))
    wang = desk_server.person("wang", "duty")
    li = desk_server.person("li", "duty")
    said = {"event": "flood", "severity": "Severe", "area": f"伊河两岸{EVIL}", "description": EVIL, "hours": 5}
    for id, status in (("a1", "Actual"), ("d1", "Exercise"), ("draft1", "Actual")):
        facts = {**said, "alert": id, "status": status}
        assert wang.post("/desk/acts/alert.draft", json={"facts": facts}).status_code == 201
        if id != "draft1":
            issued = li.post("/desk/acts/alert.issue", json={"facts": {"alert": id}})
            assert issued.status_code == 201, issued.text
    desk_server.wang, desk_server.li = wang, li
    return desk_server


def other(**changes):
    sent = datetime.now(UTC).astimezone().replace(microsecond=0)
    info = {
        "category": ["Met"], "event": "暴雨", "urgency": "Expected", "severity": "Extreme", "certainty": "Likely",
        "headline": EVIL, "expires": (sent + timedelta(hours=3)).isoformat(), "area": [{"areaDesc": EVIL}],
    }  # fmt: skip
    told = {
        "identifier": "x1", "sender": "qixiang.example", "sent": sent.isoformat(), "status": "Actual",
        "msgType": "Alert", "scope": "Public", "info": [info],
    }  # fmt: skip
    return write_alert(told | changes).decode()


def test_everybody_sees_what_went_out_and_nothing_else(alerted):
    guest = alerted.client()
    page = guest.get("/alerts")
    assert page.status_code == 200
    assert "防汛办（示例）发布洪水橙色预警" in page.text
    assert "draft1" not in page.text
    assert "王" not in page.text
    assert EVIL not in page.text
    told = guest.get("/alerts.json").json()
    assert [each["id"] for each in told["real"]] == ["a1"]
    assert [(each["id"], each["status"]) for each in told["drills"]] == [("d1", "Exercise")]
    assert told["real"][0]["drafted_by"] == told["real"][0]["issued_by"] == ""
    assert guest.get("/alerts/a1").status_code == 200
    for path in ("/alerts/draft1", "/alerts/draft1.xml", "/alerts/none", "/alerts/none.xml", "/alerts/..%2fbook.xml"):
        assert guest.get(path).status_code == 404, path
    assert "这不是真实预警" in guest.get("/alerts/d1").text or "no real alert" in guest.get("/alerts/d1").text
    english = guest.get("/alerts", params={"language": "en"}).text
    assert "Orange alert: Flood" in english


def test_the_file_is_the_alert_that_went_out_signed(alerted):
    answer = alerted.client().get("/alerts/a1.xml")
    assert answer.headers["content-type"].startswith("application/cap+xml")
    assert answer.text == alerted.room.standing().get(Alert, "a1").xml
    told, seal, problems = check_alert(answer.content, "a1.xml")
    assert (told["status"], seal.state, problems) == ("Actual", "unknown", ())


def test_the_feed_is_atom_with_links_to_the_files(alerted):
    guest = alerted.client()
    answer = guest.get("/alerts.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = etree.fromstring(answer.content)
    for parent in (feed, *feed.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (one,) = parent.findall(f"{ATOM}{name}")
            assert one.text
        assert parent.find(f"{ATOM}author/{ATOM}name").text
    ids = [each.text for each in feed.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids)) == 3
    assert all(each.startswith("urn:uuid:") for each in ids)
    links = [each.get("href") for each in feed.iter(f"{ATOM}link") if each.get("type") == "application/cap+xml"]
    assert len(links) == 2
    for link in links:
        assert guest.get(link).status_code == 200
    assert {each.get("term") for each in feed.iter(f"{ATOM}category")} >= {"Actual", "Exercise", "Severe"}
    again = etree.fromstring(guest.get("/alerts.atom").content)
    assert [each.text for each in again.iter(f"{ATOM}id")] == ids


def test_an_empty_desk_has_an_empty_feed(desk_server):
    guest = desk_server.client()
    assert etree.fromstring(guest.get("/alerts.atom").content).find(f"{ATOM}updated").text
    assert guest.get("/alerts").status_code == 200


def test_who_may_see_the_pages_of_the_desk(alerted):
    guest, viewer = alerted.client(), alerted.person("zhao", "viewer")
    for path in ("/desk/alerts", "/desk/alert-draft", "/desk/experts", "/desk/consultations", "/desk/experts/e1"):
        assert guest.get(path).status_code == 401, path
    assert viewer.get("/desk/alerts").status_code == 200
    assert viewer.get("/desk/consultations").status_code == 200
    for path in ("/desk/alert-draft", "/desk/experts", "/desk/experts/e1", "/desk/experts.json"):
        assert viewer.get(path).status_code == 403, path
    assert "alert.issue" not in viewer.get("/desk/alerts").text


def test_who_is_limited_to_an_incident_sees_of_others_what_everybody_sees(alerted):
    wang, li = alerted.wang, alerted.li

    def act(client, what, why="", **facts):
        answer = client.post(f"/desk/acts/{what}", json={"facts": facts, "why": why})
        assert answer.status_code == 201, answer.text

    for id in ("yi", "lu"):
        act(wang, "incident.open", id=id, type="flood", title=id)
    said = {"event": "flood", "severity": "Severe", "area": "x", "incident": "lu"}
    act(wang, "alert.draft", alert="mine", event="flood", severity="Severe", area="x", incident="yi")
    act(wang, "alert.draft", alert="secret", headline="SECRET", **said)
    act(wang, "alert.draft", alert="out", receivers=["SECRET"], **said)
    act(wang, "alert.issue", why="SECRET", alert="out")
    act(li, "alert.acknowledge", alert="out", party="SECRET", note="SECRET")
    act(wang, "alert.take_in", xml=other(), source="SECRET", incident="lu")
    act(wang, "alert.take_in", xml=other(identifier="x2", scope="Restricted", restriction="SECRET"), incident="lu")
    inside, limited = alerted.person("vl", "viewer", incident="lu"), alerted.person("vi", "viewer", incident="yi")
    duty = alerted.person("di", "duty", incident="yi")
    assert "SECRET" in inside.get("/desk/alerts.json").text
    for who in (limited, duty):
        told = who.get("/desk/alerts.json").json()
        assert {each["alert"]["id"] for each in told["drafts"]} == {"draft1", "mine"}
        assert "out" in {each["alert"]["id"] for each in told["holding"]}
        (heard,) = told["others"]
        assert (heard["identifier"], heard["incident"], heard["read_by"]) == ("x1", "", [])
        page = who.get("/desk/alerts", params={"language": "en"}).text  # what is hidden is not said to be missing
        assert page.count("Nobody was asked to acknowledge") == 2
        assert "nobody has read it yet" not in page + who.get(heard["href"], params={"language": "en"}).text
        for path in ("/desk/alerts", "/desk/alerts.json", heard["href"], "/alerts.json", "/alerts/out.json", "/desk"):
            assert "SECRET" not in who.get(path).text, path
    assert duty.get("/desk/alert-draft", params={"edit": "secret"}).status_code == 404
    assert duty.get("/desk/alert-draft", params={"edit": "mine"}).status_code == 200
    guest = alerted.client()
    for path in ("/alerts.json", "/alerts/out.json", "/alerts/out"):
        assert "SECRET" not in guest.get(path).text, path


def test_the_desk_page_draws_drafts_receipts_and_alerts_of_others(alerted):
    wang, text = alerted.wang, other()
    taken = wang.post("/desk/acts/alert.take_in", json={"facts": {"xml": text, "source": "邮件"}})
    assert taken.status_code == 201, taken.text
    assert wang.post("/desk/acts/alert.take_in", json={"facts": {"xml": text}}).status_code == 409
    for language in ("zh", "en"):
        page = wang.get("/desk/alerts", params={"language": language})
        assert page.status_code == 200, page.text
        assert EVIL not in page.text
        assert 'data-act="alert.issue"' in page.text
        assert alerted.room.standing().get(Alert, "draft1").wording in page.text
    told = wang.get("/desk/alerts.json").json()
    assert [each["alert"]["id"] for each in told["drafts"]] == ["draft1"]
    (one,) = told["others"]
    heard = wang.get(one["href"])
    assert heard.status_code == 200
    assert EVIL not in heard.text
    assert "&lt;script&gt;" in heard.text
    (name,) = alerted.room.standing().all(Heard)
    assert wang.post("/desk/acts/heard.read", json={"facts": {"heard": name}}).status_code == 201
    assert wang.get("/desk/heard/none").status_code == 404


@pytest.mark.parametrize(
    "query",
    [{}, {"edit": "draft1"}, {"kind": "update", "of": "a1"}, {"kind": "cancel", "of": "a1"}, {"incident": "x"}],
)
def test_the_forms_of_a_draft(alerted, query):
    page = alerted.wang.get("/desk/alert-draft", params=query)
    assert page.status_code == 200, page.text
    assert EVIL not in page.text
    assert alerted.wang.get("/desk/alert-draft", params={"of": "none"}).status_code == 404


def test_a_draft_is_cancelled_through_its_form(alerted):
    form = {"alert": "c1", "of": "a1", "reason": "退", "incident": "", "_csrf": alerted.wang.headers["x-csrf-token"]}
    proof = alerted.wang.headers.pop("x-csrf-token")
    answer = alerted.wang.post("/desk/acts/alert.cancel", data={**form, "_back": "/desk/alerts", "_mark": "m"})
    assert (answer.status_code, proof) == (303, form["_csrf"]), answer.text
    assert alerted.li.post("/desk/acts/alert.issue", json={"facts": {"alert": "c1"}}).status_code == 201
    assert [each["id"] for each in alerted.client().get("/alerts.json").json()["past"]] == ["c1", "a1"]


def test_experts_are_shown_with_consent_and_each_look_is_logged(alerted):
    room, now = alerted.room, datetime.now(UTC)
    from luoshu.desk.actor import Actor, Grant

    keeper = Actor(id="wang", grants=(Grant(role="duty"),))
    for what, facts in (
        ("expert.enter", {"expert": "e1", "name": f"张{EVIL}", "contact": "13800000000", "post": "水利工程师"}),
        ("expert.skill", {"expert": "e1", "skill": "dyke", "level": "leads"}),
    ):
        room.do(made_of(what, facts), by=keeper, at=now)
    wang = alerted.wang
    assert not wang.get("/desk/experts.json", params={"need": "管涌"}).json()["found"]
    assert "13800000000" not in wang.get("/desk/experts/e1").text  # no consent, no contact
    room.do(made_of("expert.consent", {"expert": "e1", "since": "2021-01-01", "purpose": "应急"}), by=keeper, at=now)
    before = len(alerted.room.journal.entries())
    page = wang.get("/desk/experts", params={"need": "堤坝管涌", "skill1": "dyke", "people1": "2", "language": "zh"})
    assert page.status_code == 200, page.text
    assert EVIL not in page.text
    assert "13800000000" not in page.text
    assert "堤坝" in page.text
    one = wang.get("/desk/experts/e1", params={"language": "en"})
    assert "13800000000" in one.text
    alerted.told("look")
    assert len(alerted.room.journal.entries()) == before + 2, [e.draft.what for e in alerted.room.journal.entries()][
        -4:
    ]
    room.do(made_of("expert.withdraw", {"expert": "e1"}), by=keeper, at=now)
    for path in ("/desk/experts", "/desk/experts/e1", "/desk/experts.json", "/desk/experts/e1.json"):
        assert "13800000000" not in wang.get(path).text
        assert "水利工程师" not in wang.get(path).text
    assert room.standing().get(Expert, "e1").withdrawn
    log = alerted.person("boss", "auditor", "admin").get("/desk/journal", params={"what": "everything"}).text
    assert "13800000000" not in log


def test_consultations_are_drawn(alerted):
    wang = alerted.wang
    facts = {"demand": "d1", "title": f"道路{EVIL}", "party": "water", "asked": ["roads", "power"], "field": "roads"}
    assert wang.post("/desk/acts/demand.state", json={"facts": facts}).status_code == 201
    answer = {"demand": "d1", "party": "roads", "stance": "conditions", "text": EVIL}
    assert wang.post("/desk/acts/demand.answer", json={"facts": answer}).status_code == 201
    for path in ("/desk/consultations", "/desk/consultations/d1"):
        for language in ("zh", "en"):
            page = wang.get(path, params={"language": language})
            assert page.status_code == 200, page.text
            assert EVIL not in page.text
    told = wang.get("/desk/consultations/d1.json").json()["demand"]
    assert [(each["party"], each["owes"]) for each in told["answers"]] == [("roads", False), ("power", True)]
    assert wang.get("/desk/consultations/none").status_code == 404


def test_answers_of_other_systems_stand_beside_the_alert_and_count_as_nothing(alerted):
    told, _, _ = check_alert(alerted.room.standing().get(Alert, "a1").xml.encode(), "a")
    about = f"{told['sender']},a1,{told['sent']}"
    later = (datetime.fromisoformat(told["sent"]) + timedelta(minutes=1)).isoformat()
    for id, kind, note in (("k1", "Ack", "已收到"), ("k2", "Error", f"polygon {EVIL}")):
        answer = other(identifier=id, msgType=kind, references=about, sent=later, note=note, info=None)
        posted = alerted.wang.post("/desk/acts/alert.take_in", json={"facts": {"xml": answer}})
        assert posted.status_code == 201, posted.text
    (own,) = [each for each in alerted.li.get("/desk/alerts.json").json()["holding"] if each["alert"]["id"] == "a1"]
    assert [(each["rejected"], each["note"]) for each in own["answers"]] == [
        (True, f"polygon {EVIL}"),
        (False, "已收到"),
    ]
    assert own["alert"]["receipts"] == []
    page = alerted.li.get("/desk/alerts", params={"language": "zh"}).text
    assert "其他系统的回复" in page
    assert EVIL not in page
    assert "k1" not in alerted.client().get("/alerts.json").text
