"""People of the desk: acts on them, passwords, sessions, the first administrator, and the server over https."""

from __future__ import annotations

import contextlib
import io
import ssl
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from deskserver import PASSWORD

from luoshu.cli import main
from luoshu.desk.actor import Actor, Grant
from luoshu.desk.credentials import START_HOURS, Credentials
from luoshu.desk.journal import MayNot, Refused
from luoshu.desk.room import Room
from luoshu.desk.sessions import MOST_A_PERSON, Sessions, Stolen
from luoshu.desk.staff import CONSOLE, Add, Give, Held, Person, Shut, Take, actor_of, nobody_rules

NOON = datetime(2021, 7, 20, 4, tzinfo=UTC)


@pytest.fixture
def room(place):
    import luoshu.desk.acts  # noqa: F401

    with Room(place) as opened:
        yield opened


def do(room, *acts, by=CONSOLE, at=NOON):
    for each in acts:
        room.do(each, by=by, at=at)


def test_a_person_holds_roles_as_long_as_they_last(room):
    do(room, Add(person=" Ｌi ", name="李"), Give(person="li", role="team", until=date(2021, 7, 21)))
    do(room, Give(person="LI", role="store", only_organisation="granary"))
    things = room.standing()
    assert actor_of(things, "li", NOON).roles == {"team", "store"}
    assert actor_of(things, "li", NOON + timedelta(days=3)).roles == {"store"}
    assert not actor_of(things, "li", NOON).may({"store"}, "fire")
    do(room, Take(person="li", role="store", only_organisation="granary"))
    assert actor_of(room.standing(), "li", NOON).roles == {"team"}
    with pytest.raises(Refused, match="does not hold"):
        do(room, Take(person="li", role="duty"))


def test_a_role_given_again_takes_the_place_of_the_first(room):
    do(room, Add(person="li", name="李"), Give(person="li", role="team", until=date(2021, 7, 21)))
    do(room, Give(person="li", role="team"))
    assert room.standing().get(Person, "li").held == (Held(role="team"),)


@pytest.mark.parametrize("name", ["", " ", "a b", "<b>", "clock", "console", "a/b", "-x", "x" * 41, "a\nb"])
def test_names_that_could_be_taken_for_others_are_refused(room, name):
    with pytest.raises(Refused):
        do(room, Add(person=name, name="x"))


def test_nobody_gives_more_than_they_have(room):
    do(room, Add(person="boss", name="b"), Give(person="boss", role="admin"), Add(person="li", name="l"))
    clerk = Actor(id="clerk", grants=(Grant(role="admin", organisation="granary"),))
    with pytest.raises(MayNot):
        do(room, Give(person="li", role="admin"), by=clerk)
    do(room, Give(person="li", role="store", only_organisation="granary"), by=clerk)
    for wrong in (Shut(person="boss"), Take(person="boss", role="admin"), Shut(person="li")):
        with pytest.raises(MayNot):
            do(room, wrong, by=clerk)
    officer = Actor(id="officer", grants=(Grant(role="duty"),))
    number = room.journal.entries()[-1].number
    with pytest.raises(MayNot):
        room.undo(number, by=officer, at=NOON, why="I would rather")


def test_passwords_are_kept_as_hashes_and_start_passwords_end(room, cheap_hashes):
    kept = Credentials(room.journal.engine)
    assert not kept.fits("li", PASSWORD, NOON)
    kept.set("li", PASSWORD, NOON)
    assert kept.fits("li", PASSWORD, NOON)
    assert not kept.fits("li", PASSWORD + "x", NOON)
    assert not kept.fits("wu", PASSWORD, NOON)
    word = kept.start("li", NOON)
    assert kept.known("li").start
    assert kept.fits("li", word, NOON + timedelta(hours=START_HOURS))
    assert not kept.fits("li", word, NOON + timedelta(hours=START_HOURS, seconds=1))
    assert not kept.fits("li", PASSWORD, NOON)
    kept.forget("li")
    assert kept.everybody() == {}


@pytest.mark.parametrize(
    "word",
    [
        "",
        "short",
        "password1234",
        "passwordpassword",
        "aaaaaaaaaaaaaa",
        "123456789012",
        "luoyang888888",
        "abcdefghijklm",
    ],
)
def test_what_everybody_would_try_is_no_password(room, cheap_hashes, word):
    with pytest.raises(Refused):
        Credentials(room.journal.engine).set("li", word, NOON)


def test_the_name_alone_is_no_password(room, cheap_hashes):
    with pytest.raises(Refused):
        Credentials(room.journal.engine).set("wangfang", "wangfangwangfang", NOON)


def test_a_better_hash_takes_the_place_of_a_weaker_one(room, monkeypatch):
    import luoshu.desk.credentials as credentials

    kept, weak = Credentials(room.journal.engine), {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
    monkeypatch.setattr(credentials, "COST", weak)
    kept.set("li", PASSWORD, NOON)
    monkeypatch.setattr(credentials, "COST", {**weak, "time_cost": 2})
    assert kept.fits("li", PASSWORD, NOON)
    with kept.engine.connect() as connection:
        assert ",t=2," in connection.execute(kept.table.select()).one().hash


def test_sessions_of_a_person(room):
    kept = Sessions(room.journal.engine)
    tokens = [kept.begin("li", "b", NOON + timedelta(seconds=n))[0] for n in range(MOST_A_PERSON + 2)]
    assert len(kept.all("li", NOON)) == MOST_A_PERSON
    assert kept.of(tokens[0], "b", NOON) is None
    newest = kept.of(tokens[-1], "b", NOON)
    assert newest.csrf != kept.of(tokens[-2], "b", NOON).csrf
    assert not kept.end(newest.id, "wu")
    assert kept.end_all("li", but=newest.id) == MOST_A_PERSON - 1
    assert isinstance(kept.of(tokens[-1], "another", NOON), Stolen)
    assert kept.of(tokens[-1], "b", NOON) is None


# ---- the first administrator ---------------------------------------------------------------------------------------


@pytest.fixture
def book(tmp_path):
    (tmp_path / "book.yaml").write_text("title: b\nregion: r\n", encoding="utf-8")
    (tmp_path / "commitments.yaml").write_text("", encoding="utf-8")
    return tmp_path


def made(book, monkeypatch, password, *more):
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    return main(["--language", "en", "desk", "admin", str(book), "wang", "--password-stdin", *more])


def test_the_first_administrator_is_made_by_a_command(book, monkeypatch, cheap_hashes, capsys):
    assert made(book, monkeypatch, PASSWORD, "--called", "王芳") == 0
    assert "wang is an administrator" in capsys.readouterr().out
    with Room(book / "desk" / "journal.sqlite") as room:
        assert not nobody_rules(room.standing())
        assert room.standing().get(Person, "wang").name == "王芳"
        assert Credentials(room.journal.engine).fits("wang", PASSWORD, NOON)
        count = len(room.journal.entries())
    assert made(book, monkeypatch, PASSWORD + "!") == 0, "again: a new password"
    with Room(book / "desk" / "journal.sqlite") as room:
        assert len(room.journal.entries()) == count
        assert not Credentials(room.journal.engine).fits("wang", PASSWORD, NOON)


@pytest.mark.parametrize("password", ["", "admin", "123456789012", "password1234"])
def test_there_is_no_default_and_no_weak_password(book, monkeypatch, cheap_hashes, capsys, password):
    assert made(book, monkeypatch, password) == 2
    assert "password" in capsys.readouterr().err
    assert not (book / "desk").exists()


def test_without_a_terminal_it_does_not_wait_for_one(book, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert main(["--language", "en", "desk", "admin", str(book), "wang"]) == 2
    assert "--password-stdin" in capsys.readouterr().err


# ---- https ---------------------------------------------------------------------------------------------------------


def certificate(folder):
    """A certificate for this machine, good for a day, signed by itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return folder / "cert.pem", folder / "key.pem"


def test_the_server_speaks_https(desk_book, tmp_path, cheap_hashes):
    import http.client
    import socket

    from luoshu.show.server import serve

    cert, key = certificate(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = []

    def ready():
        trust = ssl.create_default_context(cafile=str(cert))
        there = http.client.HTTPSConnection("localhost", port, context=trust, timeout=20)

        def ask():
            try:
                body = "name=admin&password=guess+guess+guess"
                there.request("POST", "/login", body, {"content-type": "application/x-www-form-urlencoded"})
                told.append(there.getresponse().status)
            except Exception as error:
                told.append(error)
            finally:
                there.close()
                stop.set()

        threading.Thread(target=ask, daemon=True).start()
        threading.Thread(target=end, daemon=True).start()

    def end():
        import signal

        stop.wait(30)
        signal.raise_signal(signal.SIGINT)

    stop = threading.Event()
    with contextlib.suppress(KeyboardInterrupt):  # how it ends is asked elsewhere
        serve(desk_book, host="localhost", port=port, ready=ready, certificate=cert, key=key)
    assert told == [401]


def test_a_certificate_that_cannot_be_used_is_said(desk_book, tmp_path, capsys):
    (tmp_path / "cert.pem").write_text("no certificate", encoding="utf-8")
    arguments = [
        "--language",
        "en",
        "serve",
        str(desk_book),
        "--port",
        "0",
        "--certificate",
        str(tmp_path / "cert.pem"),
    ]
    assert main(arguments) == 2
    assert "cannot be used" in capsys.readouterr().err
    assert main(["--language", "en", "serve", str(desk_book), "--key", str(tmp_path / "cert.pem")]) == 2


def test_the_last_administrator_is_not_taken_back_either(room):
    do(room, Add(person="root", name="R"))
    (given,) = room.do(Give(person="root", role="admin"), by=CONSOLE, at=NOON)
    root = actor_of(room.standing(), "root", NOON)
    with pytest.raises(Refused, match="nobody would be left"):
        room.undo(given.number, by=root, at=NOON, why="a mistake")
    do(room, Add(person="li", name="L"), Give(person="li", role="admin"))
    room.undo(given.number, by=root, at=NOON, why="now there is another")
    assert not nobody_rules(room.standing())
