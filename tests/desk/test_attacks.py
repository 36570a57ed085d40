"""What is tried against the desk: each is refused or bounded, said, written down, and nothing is lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from deskserver import PASSWORD, act, add, people

from luoshu.desk.sessions import IDLE, LONGEST
from luoshu.desk.staff import CONSOLE, Shut, Take
from luoshu.show.deskleaves import DESK_LEAVES

# ---- rights ------------------------------------------------------------------------------------------------------


def test_a_viewer_who_guesses_addresses_is_refused_and_it_is_written_down(desk_server):
    viewer = desk_server.person("vi", "viewer")
    for leaf in DESK_LEAVES:
        if leaf.roles is not None and "viewer" not in leaf.roles:
            path = "/" + leaf.path.format(name="x")
            assert viewer.get(path).status_code == 403, path
            assert viewer.get(path + ".json").status_code == 403, path
    assert viewer.get("/desk/journal.jsonl").status_code == 403
    assert viewer.post("/desk/staff/start", data={"person": "admin"}).status_code == 403
    for path in ("stock", "stock-take"):
        answer = viewer.post(f"/desk/upload/{path}", data={"_csrf": viewer.headers["x-csrf-token"]})
        assert answer.status_code == 403
    assert add(viewer).status_code == 403
    assert {entry.draft.who for entry in desk_server.told("refused.page")} == {"vi"}
    assert len(desk_server.told("refused.act")) == 4
    assert people(desk_server) == {"admin", "vi"}


def test_nobody_sees_nothing_of_the_desk(desk_server):
    nobody = desk_server.client()
    for leaf in DESK_LEAVES:
        if leaf.roles is None:
            continue
        path = "/" + leaf.path.format(name="x")
        assert nobody.get(path + ".json").status_code == 401, path
        answer = nobody.get(path, headers={"accept": "text/html"})
        assert answer.headers["location"] == "/login?next=" + path.replace("/", "%2F"), path
    assert add(nobody).status_code == 401
    assert nobody.post("/desk/undo/1", json={"why": "x"}).status_code == 401


def test_roles_are_limited_to_their_organisation_and_have_an_end(desk_server):
    limited = desk_server.person("lim", "admin", organisation="granary")
    mine = {"person": "li", "name": "李", "belongs_to": "granary"}
    assert act(limited, "staff.add", mine).status_code == 201
    assert act(limited, "staff.add", {**mine, "person": "wu", "belongs_to": "fire"}).status_code == 403
    grant = {"person": "li", "role": "store", "only_organisation": "granary"}
    assert act(limited, "staff.grant", grant).status_code == 201
    assert act(limited, "staff.grant", {**grant, "only_organisation": ""}).status_code == 403
    assert act(limited, "staff.close", {"person": "admin"}).status_code == 403
    assert limited.post("/desk/staff/start", json={"person": "admin"}).status_code == 403
    assert [each["id"] for each in limited.get("/desk/staff.json").json()["people"]].count("li") == 1
    over = {"person": "li", "role": "viewer", "only_organisation": "granary", "until": "2021-01-01"}
    assert act(limited, "staff.grant", over).status_code == 409
    assert limited.get("/desk/journal").status_code == 403


def test_a_role_that_was_taken_away_ends_the_session(desk_server):
    viewer = desk_server.person("vi", "viewer")
    assert viewer.get("/desk/me.json").status_code == 200
    desk_server.room.do(Take(person="vi", role="viewer"), by=CONSOLE, at=datetime.now(UTC))
    desk_server.told("")
    assert viewer.get("/desk/me.json").status_code == 401
    again = desk_server.person("vi", "viewer")
    desk_server.room.do(Shut(person="vi"), by=CONSOLE, at=datetime.now(UTC))
    assert again.get("/desk/me.json").status_code == 401
    assert desk_server.client().post("/login", json={"name": "vi", "password": PASSWORD}).status_code == 401


def test_somebody_who_can_let_people_in_always_stays(desk_server):
    admin = desk_server.person("admin")
    assert act(admin, "staff.close", {"person": "admin"}).status_code == 409
    assert act(admin, "staff.revoke", {"person": "admin", "role": "admin"}).status_code == 409
    temporary = {"person": "admin", "role": "admin", "until": "2100-01-01"}
    assert act(admin, "staff.grant", temporary).status_code == 409


def test_who_may_not_does_not_take_back(desk_server):
    admin, duty = desk_server.person("admin"), desk_server.person("du", "duty")
    number = add(admin).json()["entries"][0]
    answer = duty.post(f"/desk/undo/{number}", json={"why": "mine"})
    assert answer.status_code == 403
    assert duty.post("/desk/undo/99999", json={"why": "x"}).status_code == 409
    assert duty.post(f"/desk/undo/{2**70}", json={"why": "x"}).status_code in (409, 422)
    assert "neu" in people(desk_server)


# ---- sessions ----------------------------------------------------------------------------------------------------


def test_a_stolen_session_is_refused_ended_and_written_down(desk_server):
    admin = desk_server.person("admin", agent="the browser of the owner")
    thief = desk_server.client(agent="curl/8")
    thief.cookies.update(admin.cookies)
    assert thief.get("/desk/me.json").status_code == 401
    assert admin.get("/desk/me.json").status_code == 401, "it is ended for both"
    assert desk_server.told("refused.session")[0].draft.who == "admin"


def test_a_session_cannot_be_fixed_beforehand(desk_server):
    admin = desk_server.person("admin")
    (name,) = dict(admin.cookies)
    victim = desk_server.client()
    victim.cookies.set(name, admin.cookies[name])
    answer = victim.post("/login", json={"name": "admin", "password": PASSWORD})
    assert answer.cookies[name] != admin.cookies[name]
    assert admin.get("/desk/me.json").status_code == 401, "the one that was handed over is ended"
    made_up = desk_server.client()
    made_up.cookies.set(name, "chosen-by-the-attacker")
    assert made_up.get("/desk/me.json").status_code == 401


def test_a_session_ends_by_itself_and_by_hand(desk_server):
    sessions, now = desk_server.door.sessions, datetime(2021, 7, 20, tzinfo=UTC)
    token, session = sessions.begin("admin", "b", now)
    assert sessions.of(token, "b", now + IDLE) == session
    assert sessions.of(token, "b", now + IDLE + IDLE + timedelta(seconds=1)) is None
    token, session = sessions.begin("admin", "b", now)
    for hour in range(0, 24, 4):
        assert sessions.of(token, "b", now + timedelta(hours=hour)) is not None
    assert sessions.of(token, "b", now + LONGEST + timedelta(seconds=1)) is None
    admin = desk_server.person("admin")
    assert admin.post("/logout", data={"_csrf": "wrong"}).status_code == 403
    assert admin.post("/logout").status_code == 303  # the header proves it
    assert admin.get("/desk/me.json").status_code == 401
    assert len(desk_server.told("logout")) == 1


def test_a_new_password_ends_every_other_session(desk_server):
    one, other = desk_server.person("admin"), desk_server.person("admin")
    form = {"current": PASSWORD, "new": "seven green kettles sing", "again": "seven green kettles sing"}
    assert one.post("/desk/account/password", json={**form, "current": "wrong"}).status_code == 403
    assert one.post("/desk/account/password", json={**form, "again": "x"}).status_code == 422
    assert one.post("/desk/account/password", json={**form, "new": "123456789012", "again": "123456789012"}).status_code
    assert one.post("/desk/account/password", json=form).status_code == 303
    assert one.get("/desk/me.json").status_code == 200
    assert other.get("/desk/me.json").status_code == 401


def test_a_start_password_opens_only_the_account(desk_server):
    admin = desk_server.person("admin")
    add(admin, "li")
    page = admin.post("/desk/staff/start", json={"person": "li"}).text
    word = page.partition('class="start-password">')[2].partition("<")[0]
    new = desk_server.client()
    assert new.post("/login", json={"name": "li", "password": word}).json()["must_change"]
    assert new.get("/desk/me.json").status_code == 403
    page = new.get("/desk/account")
    assert page.status_code == 200
    assert word not in admin.get("/desk/staff").text
    assert all(word not in json.dumps(entry.draft.facts) for entry in desk_server.room.journal.entries())


def test_nothing_secret_is_kept_in_the_clear(desk_server, desk_book):
    admin = desk_server.person("admin")
    (name,) = dict(admin.cookies)
    desk_server.told("")
    data = b"".join(path.read_bytes() for path in (desk_book / "desk").iterdir())
    assert PASSWORD.encode() not in data
    assert admin.cookies[name].encode() not in data
    assert admin.headers["x-csrf-token"].encode() not in data


# ---- forged requests ---------------------------------------------------------------------------------------------


def test_a_request_without_the_proof_of_its_session_is_refused(desk_server):
    admin, other = desk_server.person("admin"), desk_server.person("li", "admin")
    proof = admin.headers.pop("x-csrf-token")
    for wrong in ({}, {"_csrf": ""}, {"_csrf": "0" * 32}, {"_csrf": other.headers["x-csrf-token"]}, {"_csrf": "é"}):
        answer = admin.post("/desk/acts/staff.add", data={"person": "neu", "name": "x", **wrong})
        assert answer.status_code == 403, wrong
    assert add(admin).status_code == 403
    assert len(desk_server.told("refused.act")) == 6
    assert "neu" not in people(desk_server)
    answer = admin.post("/desk/acts/staff.add", data={"person": "neu", "name": "x", "_csrf": proof})
    assert answer.status_code == 303


def test_a_page_of_another_site_cannot_act_nor_log_in(desk_server):
    admin = desk_server.person("admin")
    for headers in (
        {"origin": "http://evil.example"}, {"origin": "null"}, {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
    ):  # fmt: skip
        assert admin.post("/desk/acts/staff.add", json={"facts": {}}, headers=headers).status_code == 403
        login = {"name": "admin", "password": PASSWORD}
        assert desk_server.client().post("/login", data=login, headers=headers).status_code == 403


def test_people_elsewhere_act_with_session_and_proof_but_do_not_settle(desk_book, cheap_hashes):
    from deskserver import DeskServer

    server = DeskServer(desk_book, open_to_others=True)
    far = server.person("admin", host="10.0.0.7", base="https://desk.example")
    assert "__Host-luoshu-desk" in dict(far.cookies)
    assert add(far).status_code == 201
    answer = far.post("/documents/plan.txt/proposals/x", json={"verdict": "accept"})
    assert answer.status_code == 403
    stranger = server.client(host="10.0.0.8", base="https://desk.example")
    assert add(stranger, "wu").status_code == 401
    server.room.close()


def test_the_cookie_is_for_this_server_alone(desk_server):
    answer = desk_server.person("admin") and desk_server.client().post(
        "/login", data={"name": "admin", "password": PASSWORD}
    )
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie
    safe = desk_server.client(base="https://127.0.0.1:8000")
    cookie = safe.post("/login", data={"name": "admin", "password": PASSWORD}).headers["set-cookie"].lower()
    assert cookie.startswith("__host-luoshu-desk=")
    assert "secure" in cookie


AWAY = (
    "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
    "/a\r\nSet-Cookie: x=1", "http:evil.example", "/\t/evil.example", "///evil.example", "data:text/html,x",
    "/" + "x" * 2_000,
)  # fmt: skip


def test_a_login_leads_nowhere_else(desk_server):
    desk_server.person("admin")
    admin, proof = desk_server.person("li", "admin"), ""
    for number, away in enumerate(AWAY):
        login = {"name": "admin", "password": PASSWORD, "next": away}
        answer = desk_server.client(host=f"10.0.0.{number}").post("/login", data=login)
        if answer.status_code == 429:
            break
        assert answer.headers["location"] == "/desk", away
        assert "x" not in answer.cookies
        proof = proof or admin.headers.pop("x-csrf-token")
        form = {"person": f"neu{number}", "name": "x", "_csrf": proof, "_back": away[:900]}
        answer = admin.post("/desk/acts/staff.add", data=form)
        assert answer.headers["location"].startswith(("/desk?entered=", "/xxx")), away
    assert number > 5
