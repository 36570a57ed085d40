"""What is typed, sent twice or too often is bounded, said and written down; without a journal nothing is entered."""

from __future__ import annotations

from deskserver import PASSWORD, act, add, people

from luoshu.show.deskleaves import DESK_LEAVES

XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"


# ---- what is typed -----------------------------------------------------------------------------------------------


def test_what_people_type_is_never_a_part_of_a_page(desk_server):
    admin = desk_server.person("admin", "auditor", "duty")
    assert act(admin, "staff.add", {"person": "li", "name": XSS, "belongs_to": XSS}, why=XSS).status_code == 201
    act(admin, "staff.grant", {"person": "li", "role": "store", "only_organisation": XSS, "only_incident": XSS})
    form = {"person": XSS, "role": XSS, "_csrf": admin.headers["x-csrf-token"], "_back": XSS, "_why": XSS, XSS: XSS}
    refused = admin.post("/desk/acts/staff.grant", data=form)
    assert refused.status_code == 422
    pages = [refused, admin.post("/login", data={"name": XSS, "password": XSS, "next": XSS})]
    pages += [admin.get("/" + leaf.path) for leaf in DESK_LEAVES if "{" not in leaf.path]
    html = {"accept": "text/html"}
    paths = ("/", "/desk/account", f"/desk/journal?q={XSS}&who={XSS}&what={XSS}", f"/{XSS}", f"/login?next={XSS}")
    pages += [admin.get(path, headers=html) for path in paths]
    for page in pages:
        assert page.status_code < 500, page.url
        assert page.status_code == 303 or page.headers["content-type"].startswith("text/html"), page.url
        assert "<script>alert" not in page.text, page.url
        assert "<img src=x" not in page.text, page.url
        assert "onerror=alert(2)&gt;49" not in page.text, page.url


JSON, FORM = "application/json", "application/x-www-form-urlencoded"
NONSENSE = (
    (b"", JSON), (b"{", JSON), (b"[]", JSON), (b"null", JSON),
    (b'{"facts": []}', JSON), (b'{"facts": {"person": NaN}}', JSON),
    (b'{"facts": {}, "mark": 7}', JSON), (b'{"facts": {}, "who": "admin"}', JSON),
    (b'{"facts": {"person": {"$ne": 1}, "name": "x"}}', JSON),
    (b'{"facts": {"person": "a\\u0000b", "name": "x"}}', JSON),
    (b'{"facts": {"person": "ab", "name": "\\ud800"}}', JSON),
    (b'{"facts": {}, "happened": "2021-07-20T08:00"}', JSON),
    (b'{"facts": {}, "happened": 7}', JSON), (b'{"facts": {}, "sent": "now"}', JSON),
    (b'{"facts": {}, "happened": "0409-04-13T00:00:00Z"}', JSON),
    (b"[" * 50_000, JSON), (b'{"a":' * 10_000, JSON),
    (b"\xff\xfe", JSON), (b"\xff=\xfe&%ff=%fe", FORM),
    (b"&".join(b"a%d=1" % n for n in range(5_000)), FORM),
    (b"<x/>", "text/xml"), (b"--x", "multipart/form-data; boundary=x"), (b"x", ""),
)  # fmt: skip


def test_nonsense_is_not_understood(desk_server):
    admin, nobody = desk_server.person("admin"), desk_server.client()
    for number, (body, kind) in enumerate(NONSENSE):
        answer = admin.post("/desk/acts/staff.add", content=body, headers={"content-type": kind})
        assert answer.status_code == 422, (body[:80], answer.text)
        assert set(answer.json()["error"]) == {"code", "says", "mend"}
        answer = nobody.post("/login", content=body, headers={"content-type": kind})
        assert answer.status_code in (401, 422), body[:80]
        assert number < 30
    assert people(desk_server) == {"admin"}


def test_a_huge_body_is_refused_unread(desk_server):
    admin = desk_server.person("admin")
    assert add(admin, why="x" * 70_000).status_code == 413
    said = add(admin, why="x" * 70_000).json()["error"]
    assert (said["code"], said["says"]) == ("too-long", "请求内容过长")
    page = admin.post("/desk/acts/staff.add", data={"name": "x" * 70_000}, headers={"accept": "text/html"})
    assert page.status_code == 413
    assert "请求内容过长" in page.text
    assert "<html" in page.text
    assert page.headers["x-frame-options"] == "DENY"
    assert act(admin, "staff.add", {"person": "li", "name": "n" * 5_000}).status_code == 422
    assert admin.post("/login", data={"name": "x" * 60_000, "password": "x"}).status_code == 422
    assert admin.get("/desk/journal", params={"q": "x" * 20_000}).status_code == 200
    nobody = desk_server.client()
    for path in ("stock", "stock-take", "roster"):
        upload = {"file": ("a.xlsx", b"x" * 1_000_000)}
        assert nobody.post(f"/desk/upload/{path}", files=upload).status_code == 401
        assert admin.post(f"/desk/upload/{path}", files={"file": ("a", b"x" * 8_100_000)}).status_code == 413


def test_headers_cannot_be_put_into_an_answer(desk_server):
    admin = desk_server.person("admin")
    proof = admin.headers["x-csrf-token"]
    back = "/desk/staff\r\nX-Evil: 1"
    answer = admin.post("/desk/acts/staff.add", data={"person": "li", "name": "x", "_csrf": proof, "_back": back})
    assert "x-evil" not in answer.headers
    answer = admin.get("/login?next=%0d%0aX-Evil:%201")
    assert "x-evil" not in answer.headers


def test_tricks_with_paths_lead_nowhere(desk_server):
    admin = desk_server.person("admin")
    for path in (
        "/desk/../../etc/passwd", "/desk/%2e%2e/%2e%2e/etc/passwd", "/desk/acts/..%2f..%2fbook.yaml",
        "/desk/journal.sqlite", "/static/built/../../../pyproject.toml", "/static/built/%2e%2e/%2e%2e/server.py",
        "/desk/incidents/..%00", "/desk/acts/staff.add%00", "/desk/undo/-1", "/desk/undo/x",
    ):  # fmt: skip
        for answer in (admin.get(path), admin.post(path, json={"facts": {}})):
            assert answer.status_code in (404, 405, 403, 409, 422), answer.text[:200]


# ---- sent twice --------------------------------------------------------------------------------------------------


def test_a_phone_that_sends_twice_is_heard_once(desk_server):
    admin = desk_server.person("admin")
    first, second = add(admin, mark="phone/1"), add(admin, mark="phone/1")
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert len([entry for entry in desk_server.told("staff.add") if entry.draft.facts["person"] == "neu"]) == 1
    other = add(admin, "li", mark="phone/1")
    assert other.status_code == 409


def test_the_mark_of_another_person_is_not_mine(desk_server):
    admin, other = desk_server.person("admin"), desk_server.person("li", "admin")
    assert add(admin, "one", mark="phone/1").status_code == 201
    assert add(other, "two", mark="phone/1").status_code == 201
    assert {"one", "two"} <= people(desk_server)


# ---- 10,000 logins -----------------------------------------------------------------------------------------------


def test_ten_thousand_logins_are_bounded(desk_server, monkeypatch):
    admin, compared = desk_server.person("admin"), []
    fits = desk_server.door.credentials.fits
    monkeypatch.setattr(desk_server.door.credentials, "fits", lambda *given: compared.append(1) or fits(*given))
    attacker, statuses = desk_server.client(host="10.9.9.9"), []

    class Asked:
        """A request as the door sees it: ten thousand through the whole server would only take longer."""

        client, cookies, headers = type("Peer", (), {"host": "10.9.9.9"}), {}, {}

    for number in range(10_000):
        name = f"user{number}" if number % 2 else "admin"
        statuses.append(desk_server.door.log_in(Asked(), name, "guess").again > 0)
    assert len(compared) <= 40
    assert statuses.count(False) <= 40
    answer = attacker.post("/login", data={"name": "admin", "password": PASSWORD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60
    storage = desk_server.door.pacing._limiter.storage
    assert len(storage.events) < 2_000
    assert len(desk_server.told("refused.login")) <= 60
    # the name that was attacked is let in from elsewhere, others are, and who is in is not put out
    elsewhere = desk_server.client(host="10.0.0.4").post("/login", json={"name": "admin", "password": PASSWORD})
    assert elsewhere.status_code == 200
    friend = desk_server.person("li", "viewer", host="10.0.0.5")
    assert friend.get("/desk/me.json").status_code == 200
    assert admin.get("/desk/me.json").status_code == 200


def test_a_thousand_attackers_keep_nobody_out_who_was_in_before(desk_server):
    desk_server.person("admin", host="10.0.0.4")

    def tried(host, name):
        asked = type("Asked", (), {"client": type("Peer", (), {"host": host}), "cookies": {}, "headers": {}})
        return desk_server.door.log_in(asked, name, "guess")

    answers = [tried(f"10.1.{number // 250}.{number % 250}", f"user{number % 7}") for number in range(1_000)]
    assert sum(answer.again == 0 for answer in answers) <= 300
    assert desk_server.person("admin", host="10.0.0.4").get("/desk/me.json").status_code == 200


def test_unknown_names_get_the_same_answer_and_the_same_work(desk_server, monkeypatch):
    from argon2 import PasswordHasher

    desk_server.person("admin")
    work, verify = [], PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda *given: work.append(1) or verify(*given))
    told = []
    for name in ("admin", "nobody-of-this-name"):
        answer = desk_server.client().post("/login", json={"name": name, "password": "guess guess guess"})
        told.append((answer.status_code, answer.json()))
    assert told[0] == told[1]
    assert len(work) == 2
    assert all("nobody-of-this-name" not in str(each.draft) for each in desk_server.room.journal.entries())


def test_acts_of_one_session_are_bounded(desk_server):
    admin = desk_server.person("admin")
    answers = [admin.post("/desk/acts/staff.add", json={"facts": {}}) for _ in range(245)]
    assert answers[-1].status_code == 429
    assert answers[-1].headers["retry-after"]
    assert desk_server.person("li", "admin").post("/desk/acts/staff.add", json={"facts": {}}).status_code == 422


# ---- the journal -------------------------------------------------------------------------------------------------


def test_looks_at_personal_data_are_written_down_and_nothing_is_shown_where_they_cannot_be(desk_server, monkeypatch):
    admin = desk_server.person("admin")
    assert admin.get("/desk/staff").status_code == 200
    looks = desk_server.told("look")
    assert [(each.draft.who, each.draft.about) for each in looks] == [("admin", "page:/desk/staff")]
    assert "/desk/staff" in admin.get("/desk/journal?what=look").text
    desk_server.told("")

    def full(*given, **more):
        raise OSError("no space left")

    desk_server.door.daybook._broken = True
    monkeypatch.setattr(desk_server.room.journal, "append", full)
    assert admin.get("/desk/staff").status_code == 503


def test_what_cannot_be_written_is_said_and_not_entered(desk_server, monkeypatch):
    admin = desk_server.person("admin")

    def full(*given, **more):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(desk_server.room, "do", full)
        assert add(admin).status_code == 503
    assert "neu" not in people(desk_server)
    assert add(admin).status_code == 201


def test_when_the_database_goes_away_every_page_of_the_desk_says_so(desk_server, monkeypatch):
    from luoshu.desk.unkept import AWAY, Unkept

    admin = desk_server.person("admin")

    def away(*given, **more):
        raise Unkept(AWAY, "away")

    monkeypatch.setattr(desk_server.door.sessions, "of", away)
    for path in ("/desk/staff", "/desk/me.json"):
        answer = admin.get(path)
        assert answer.status_code == 503, path
        assert "error" in answer.json()
    assert add(admin).status_code == 503
    plan = admin.get("/", headers={"accept": "text/html"})  # what needs no desk goes on, and says that it is away
    assert plan.status_code == 200
    assert 'class="conflict"' in plan.text
