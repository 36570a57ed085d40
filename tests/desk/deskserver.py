"""A server over a book with a desk, and people who are logged in at it."""

from __future__ import annotations

from datetime import UTC, datetime

PASSWORD = "correct horse battery staple"


class DeskServer:
    """A server over a book with a desk: `person` gives a client that is logged in and sends its proof."""

    def __init__(self, folder, **options):
        from luoshu.show.server import make_app

        self.app = make_app(folder, **options)
        self.room, self.door = self.app.state.room, self.app.state.door

    def client(self, agent="test", host="127.0.0.1", base="http://127.0.0.1:8000"):
        """Somebody who is not logged in."""
        from fastapi.testclient import TestClient

        return TestClient(
            self.app, base_url=base, client=(host, 5000), headers={"user-agent": agent}, follow_redirects=False,
            raise_server_exceptions=True,
        )  # fmt: skip

    def person(self, name, *roles, organisation="", incident="", **options):
        """Somebody logged in; made with these roles where there is nobody of this name yet."""
        from luoshu.desk.staff import CONSOLE, Add, Give, Person

        now = datetime.now(UTC)
        if self.room.standing().get(Person, name) is None:
            self.room.do(Add(person=name, name=f"{name} <b>"), by=CONSOLE, at=now)
        for role in roles:
            given = Give(person=name, role=role, only_organisation=organisation, only_incident=incident)
            self.room.do(given, by=CONSOLE, at=now)
        self.door.credentials.set(name, PASSWORD, now)
        client = self.client(**options)
        answer = client.post("/login", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        client.headers["x-csrf-token"] = answer.json()["csrf"]
        return client

    def told(self, what):
        """The entries of one sort, written by now."""
        self.room.journal.do(lambda standing: [], at=datetime.now(UTC))
        return [entry for entry in self.room.journal.entries() if entry.draft.what == what]


def act(client, what, facts, **more):
    """An act as a program sends it."""
    return client.post(f"/desk/acts/{what}", json={"facts": facts, **more})


def add(client, person="neu", **more):
    """A new person of the staff."""
    return act(client, "staff.add", {"person": person, "name": "新"}, **more)


def people(server):
    """The names of all who are on the staff."""
    from luoshu.desk.staff import Person

    return set(server.room.standing().all(Person))
