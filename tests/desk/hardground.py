"""A desk on the network of this machine, and a disk of its own that can be filled."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from deskserver import PASSWORD

FULL = {"en": "the disk of the journal is full", "zh": "日志所在磁盘已满"}
TONGUES = ("en", "zh")


class Served:
    """A desk on the network of this machine, with people who are logged in."""

    def __init__(self, app, address):
        from luoshu.desk.staff import CONSOLE, Add, Give

        self.app, self.place = app, urlsplit(address).netloc
        self.room, now = app.state.room, datetime.now(UTC)
        self.cookies, self.proofs = [], []
        for number in range(4):
            name = f"officer{number}"
            self.room.do(Add(person=name, name=name), by=CONSOLE, at=now)
            self.room.do(Give(person=name, role="duty"), by=CONSOLE, at=now)
            app.state.door.credentials.set(name, PASSWORD, now)
            _, headers, text = self.ask("POST", "/login", {"name": name, "password": PASSWORD})
            self.cookies.append(headers["set-cookie"].split(";")[0])
            self.proofs.append(json.loads(text)["csrf"])
        opened = {"facts": {"id": "m", "type": "flood", "title": "river", "drill": True}}
        assert self.ask("POST", "/desk/acts/incident.open", opened, 0)[0] == 201
        assert self.ask("GET", "/desk/incidents/m", who=0)[0] == 200

    def ask(self, method, path, body=None, who=None, tongue="en", accept="text/html", form=False):
        """Status, headers and text of an answer."""
        headers = {"accept": accept if body is None or form else "application/json", "user-agent": "test"}
        if who is not None:
            headers |= {"cookie": f"{self.cookies[who]}; language={tongue}", "x-csrf-token": self.proofs[who]}
        if body is not None:
            headers["content-type"] = "application/x-www-form-urlencoded" if form else "application/json"
            body = urlencode(body) if form else json.dumps(body)
        line = HTTPConnection(self.place, timeout=60)
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            line.close()

    def send(self, name, why="", who=0, tongue="en", form=False):
        facts = {"id": name, "incident": "m", "text": "water"}
        if form:
            body = {**facts, "_why": why, "_csrf": self.proofs[who], "_back": "/desk/incidents/m", "_mark": name}
        else:
            body = {"facts": facts, "why": why, "mark": name}
        return self.ask("POST", "/desk/acts/message.send", body, who, tongue, form=form)


def filled(place):
    """A file that leaves no room on a disk."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as out:
        try:
            while True:
                out.write(bytes(4096))
        except OSError:
            return filler
