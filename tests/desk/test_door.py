"""The door of the desk: who gets in, what a session may do, and everything that is tried against it."""

from __future__ import annotations


def act(client, what, facts, **more):
    return client.post(f"/desk/acts/{what}", json={"facts": facts, **more})


def test_an_act_by_json_and_by_form(desk_server):
    admin = desk_server.person("admin")
    added = act(admin, "staff.add", {"person": "li", "name": "李"})
    assert added.status_code == 201, added.text
    assert added.json()["about"] == "person:li"
    proof = admin.headers.pop("x-csrf-token")
    form = {"person": "li", "role": "store", "until": "", "_csrf": proof, "_back": "/about?x=1#end", "_mark": "m1"}
    answer = admin.post("/desk/acts/staff.grant", data=form)
    assert answer.status_code == 303, answer.text
    number = desk_server.told("staff.grant")[-1].number
    assert answer.headers["location"] == f"/about?x=1&entered={number}#end"
    assert f"/desk/undo/{number}" in admin.get(answer.headers["location"]).text


def test_what_was_typed_is_kept_where_it_is_refused(desk_server):
    admin = desk_server.person("admin")
    form = {"person": "nobody-here", "role": "store", "_csrf": admin.headers["x-csrf-token"], "_back": "/about"}
    answer = admin.post("/desk/acts/staff.grant", data=form)
    assert answer.status_code == 409
    assert 'value="nobody-here" selected' in answer.text
    assert 'role="alert"' in answer.text


def test_the_pages_of_the_door(desk_server):
    admin = desk_server.person("admin", "auditor")
    act(
        admin, "staff.add", {"person": "li", "name": "李 <script>alert(1)</script>"}, why="<img src=x onerror=alert(2)>"
    )
    for path in ("/desk/account", "/desk/staff", "/desk/journal", "/desk/journal?what=everything&check=1", "/about"):
        for language in ("zh", "en"):
            page = admin.get(path, params={"language": language} if "?" not in path else None)
            assert page.status_code == 200, (path, page.text)
            assert "<script>alert" not in page.text
            assert "<img src=x" not in page.text
    assert "&lt;img src=x" in admin.get("/desk/journal").text
    lines = admin.get("/desk/journal.jsonl").text.splitlines()
    assert len(lines) > 5
    assert admin.get("/desk/staff.json").json()["people"][-1]["id"] == "admin"
