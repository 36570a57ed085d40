"""A proxy that speaks https stands before the server: whose word is believed, and what follows from it."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime

import pytest
from deskserver import PASSWORD, DeskServer

from luoshu.book.book import open_book
from luoshu.desk.room import open_room
from luoshu.desk.staff import CONSOLE, Add, Give
from luoshu.show.guard import is_local
from luoshu.show.proxies import Forwarded, Proxies

NEAR, FAR, GUESSING = "10.8.0.1", "203.0.113.9", "203.0.113.66"
PUBLIC = "https://desk.example.cn"


@pytest.fixture(scope="module")
def behind(tmp_path_factory):
    """A server with a proxy at 10.8.0.1, which says for whom it asks; `admin` has a password there."""
    folder = tmp_path_factory.mktemp("behind") / "book"
    folder.mkdir()
    (folder / "book.yaml").write_text("title: 某市台账\nregion: 某市\n", encoding="utf-8")
    (folder / "commitments.yaml").write_text("", encoding="utf-8")
    with open_room(open_book(folder)) as room:
        room.do(Add(person="admin", name="管理员"), by=CONSOLE, at=datetime(2021, 7, 20, tzinfo=UTC))
        room.do(Give(person="admin", role="admin"), by=CONSOLE, at=datetime(2021, 7, 20, tzinfo=UTC))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("luoshu.desk.credentials.COST", {"time_cost": 1, "memory_cost": 8, "parallelism": 1})
        server = DeskServer(folder, open_to_others=True, proxies=Proxies.read(NEAR))
        server.person("admin")
        yield server
        server.room.close()


def through(server, *, who=FAR, host=NEAR, **headers):
    """Somebody whose requests come from `host`, which says that they are those of `who`."""
    client = server.client(host=host, base="http://desk.example.cn")
    told = {"x-forwarded-for": who, "x-forwarded-proto": "https"} if who else {}
    client.headers.update({**told, **{name.replace("_", "-"): value for name, value in headers.items()}})
    return client


def log_in(client, password=PASSWORD, **headers):
    return client.post("/login", json={"name": "admin", "password": password}, headers=headers)


def noted(server, address):
    """Whether the journal says soon that somebody logged in from an address."""
    pause = threading.Event()
    for _ in range(400):
        if any(each.draft.facts.get("address") == address for each in server.room.journal.entries()):
            return True
        pause.wait(0.02)
    return False


def test_who_logs_in_by_https_at_the_proxy_gets_a_cookie_for_https_only(behind):
    answer = log_in(through(behind), origin=PUBLIC)
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-luoshu-desk=")
    assert "Secure" in cookie
    assert noted(behind, FAR)


def test_nobody_else_is_believed(behind):
    answer = log_in(through(behind, host="198.51.100.7"))
    assert answer.status_code == 200
    assert answer.headers["set-cookie"].startswith("luoshu-desk=")
    assert noted(behind, "198.51.100.7")


def test_a_page_of_another_site_is_refused_also_through_the_proxy(behind):
    assert log_in(through(behind), origin="https://evil.example").status_code == 403
    renamed = through(behind, x_forwarded_host="board.example.cn")
    assert log_in(renamed, origin="https://board.example.cn").status_code == 200
    assert log_in(renamed, origin=PUBLIC).status_code == 403


def test_passwords_that_are_guessed_are_counted_by_the_true_address(behind):
    """One who writes other addresses before the proxy's own word gains nothing, and keeps nobody else out."""
    tried = [
        log_in(through(behind, who=f"192.0.2.{number}, {GUESSING}"), password="guess").status_code
        for number in range(12)
    ]
    assert tried == [401] * 10 + [429] * 2
    assert log_in(through(behind, who="203.0.113.10")).status_code == 200


@pytest.mark.parametrize("said", ["", "127.0.0.1", "::1"])
def test_nothing_is_settled_through_a_proxy_even_one_that_is_silent(said):
    """A proxy on the same machine that names nobody looks like a person at it."""
    told, passed = [], []

    async def app(scope, receive, send):
        passed.append(is_local(scope))

    headers = [(b"host", b"127.0.0.1:8000"), *([(b"x-forwarded-for", said.encode())] if said else [])]
    scope = {"type": "http", "client": ("127.0.0.1", 5000), "scheme": "http", "headers": headers}
    assert is_local({**scope, "headers": headers[:1]})
    before = Forwarded(app, Proxies.read("127.0.0.1"), told.append)
    for _ in range(2):
        asyncio.run(before(scope, None, None))
    assert passed == [False, False]
    assert told == ([] if said else ["127.0.0.1"])


@pytest.mark.parametrize(
    ("said", "client"),
    [
        (FAR, FAR),
        (f"{FAR}:5001", FAR),
        ("[2001:db8::7]:443", "2001:db8::7"),
        (f"::ffff:{FAR}", FAR),
        (f"1.2.3.4, {FAR}", FAR),
        (f"{FAR}, 10.8.0.2, 10.8.0.1", FAR),  # a chain of our own
        (f"{FAR}, unknown", "10.8.0.1"),  # left of what nobody knows stands what anybody may have written
        (f"{FAR}, unknown, 10.8.0.2", "10.8.0.2"),
        ("10.8.0.3", "10.8.0.3"),
        (", ".join(["1.1.1.1"] * 5_000 + [FAR]), FAR),
        ("", None),
    ],
)
def test_the_client_is_the_last_address_that_is_no_proxys_own(said, client):
    proxies = Forwarded(None, Proxies.read("10.8.0.0/16"))
    headers = [(b"X-Forwarded-For", said.encode())] if said else []
    found = proxies.named({"client": ("10.8.0.1", 1), "scheme": "http", "headers": headers}, "10.8.0.1")
    assert found.get("client", (None, 0))[0] == (client or "10.8.0.1")


@pytest.mark.parametrize("scheme", ["https", "HTTPS", "http", "ws", "", "javascript", "https, http"])
def test_only_schemes_that_are_known_are_taken_over(scheme):
    headers = [(b"x-forwarded-for", FAR.encode()), (b"x-forwarded-proto", scheme.encode())]
    found = Forwarded(None, Proxies.read(NEAR)).named({"client": (NEAR, 1), "scheme": "old", "headers": headers}, NEAR)
    wanted = {"https": "https", "HTTPS": "https", "http": "http", "https, http": "http"}
    assert found["scheme"] == wanted.get(scheme, "old")


@pytest.mark.parametrize("host", ["evil.example/path", "a b", "x" * 300, "häuser.example"])
def test_a_host_that_is_none_is_not_taken_over(host):
    told = [(b"host", b"desk"), (b"x-forwarded-for", FAR.encode()), (b"x-forwarded-host", host.encode("latin-1"))]
    found = Forwarded(None, Proxies.read(NEAR)).named({"client": (NEAR, 1), "scheme": "http", "headers": told}, NEAR)
    assert dict(found.get("headers", told))[b"host"] == b"desk"


def test_what_is_no_address_is_said(capsys, desk_book):
    from luoshu.cli import main

    with pytest.raises(SystemExit):
        main(["--language", "en", "serve", str(desk_book), "--proxy", "nginx"])
    assert "nginx is not the address of a proxy; write it as in 127.0.0.1 or 10.8.0.0/16" in capsys.readouterr().err
