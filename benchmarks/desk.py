"""The desk beside its peers: durable entries per second, and how soon a new entry is on two hundred screens.

    python benchmarks/desk.py                              a journal in SQLite, in a folder of its own
    python benchmarks/desk.py --url postgresql://u@h:5432  in a database of its own on this server, dropped at the end
    python benchmarks/desk.py --seconds 10 --clients 500   longer, with more screens

Writers are threads that each wait for the answer before they ask again; an entry counts when it is acknowledged, that
is, on the disk. Peers in the same run: one commit for each entry on one connection, and eight writers with a connection
each, both without chain or checks. Fan-out: `luoshu serve` in a process of its own, listeners on server-sent events,
acts sent over HTTP; milliseconds from sending an act to its arrival on each screen. `agree` tells that every
acknowledged entry stands as it was acknowledged, that the chain is whole, and that each screen heard each entry once
and in order. `processor_us` are microseconds of the processor (of this process) for an entry: what a busy machine does
not blur. Everything stays on loopback and ends by itself. The last line is JSON.
"""

import argparse
import asyncio
import contextlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from luoshu.desk.chain import Draft  # noqa: E402
from luoshu.desk.journal import Journal  # noqa: E402
from luoshu.desk.place import PLACE  # noqa: E402
from luoshu.desk.shelves import engine_of  # noqa: E402
from luoshu.show.stillness import settle_memory  # noqa: E402

NOON = datetime(2021, 7, 20, 4, tzinfo=UTC)
PASSWORD = "only for this measurement"
PEOPLE_SCREENS = 20
"""Screens of one person, below the server's bound."""
WARM = 3
"""Acts before those that are measured: the first builds what checks the facts, once for each sort of act."""


def told(line):
    print(json.dumps(line, ensure_ascii=False), flush=True)
    return line


def quantile(values, share):
    values = sorted(values)
    return round(values[min(int(len(values) * share), len(values) - 1)] * 1000, 2) if values else None


@contextlib.contextmanager
def database(url):
    """An empty database on a server, dropped at the end; None stands for a file of SQLite."""
    if url is None:
        yield None
        return
    name = f"luoshu_measured_{os.getpid()}_{time.monotonic_ns() % 10**6}"
    address, _, path = url.partition("://")[2].partition("/")
    root = f"postgresql://{address}/{path or 'postgres'}"
    outside(root, f"CREATE DATABASE {name}")
    try:
        yield f"postgresql://{address}/{name}"
    finally:
        outside(root, f"DROP DATABASE {name} WITH (FORCE)")


def outside(url, sentence):
    """What a server does only outside of a transaction."""
    engine = engine_of(url).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(sentence)
    engine.dispose()


class Times(list):
    """What each entry took by the clock, and all together of the processor, in seconds."""

    processor = 0.0


def many(writers, seconds, write):
    """`write(writer, count)` again and again by so many threads; gives what each call took and gave back."""
    took, gave, end = Times(), [], time.perf_counter() + seconds

    def work(writer):
        times, answers, count = [], [], 0
        while (began := time.perf_counter()) < end:
            answers.append(write(writer, count))
            times.append(time.perf_counter() - began)
            count += 1
        took.extend(times)
        gave.extend(answers)

    threads = [threading.Thread(target=work, args=(writer,)) for writer in range(writers)]
    began, took.processor = time.perf_counter(), -time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 60)
    took.processor += time.process_time()
    return took, gave, time.perf_counter() - began


def measured(name, writers, took, spent, agree):
    line = {"case": name, "writers": writers, "entries_per_second": round(len(took) / spent), "agree": agree}
    line |= {"processor_us": round(took.processor / max(len(took), 1) * 1e6)}
    return told(line | {"p50_ms": quantile(took, 0.5), "p99_ms": quantile(took, 0.99)})


def facts(writer, count):
    return {"lot": "tents-2021", "store": "north", "units": count, "writer": writer}


def journal_case(place, writers, seconds):
    with Journal(place) as journal:

        def write(writer, count):
            draft = Draft(
                who="a", what="count", about="lot:tents", facts=facts(writer, count), mark=f"{writer}/{count}"
            )
            entry = journal.append(draft, at=NOON)
            return entry.number, entry.hash

        took, gave, spent = many(writers, seconds, write)
    with Journal(place) as journal:
        stands = [(entry.number, entry.hash) for entry in journal.entries()]
        agree = journal.fault() is None and stands == sorted(gave)
    return measured("journal", writers, took, spent, agree)


def room_case(place, writers, seconds):
    """Acts, checked against what stands, by way of `Room`: goods counted in one of a hundred barrels."""
    from barrels import KEEPER, Barrel, Fill

    from luoshu.desk.room import Room

    with Room(place) as room:

        def write(writer, count):
            (entry,) = room.do(Fill(barrel=f"{writer * 7 % 100}", litres=1.0), by=KEEPER, at=NOON)
            return entry.number, entry.hash

        first = [write(0, 0)]  # builds what checks the facts of an act, once
        took, gave, spent = many(writers, seconds, write)
        gave += first
        litres = sum(barrel.litres for barrel in room.standing().all(Barrel).values())
        agree = room.journal.fault() is None and litres == len(gave) == len(room.journal.entries())
    return measured("acts", writers, took, spent, agree)


ROW = "INSERT INTO plain (writer, count, facts) VALUES ({0}, {0}, {0})"
TABLE = "CREATE TABLE plain (writer bigint, count bigint, facts text)"


def plain_case(place, name, connections, writers, seconds):
    """A peer: every entry is a commit, by one connection behind a lock or by one for each writer."""
    postgres = "://" in str(place)
    engine = engine_of(place, 60)
    made = [engine.raw_connection() for _ in range(connections)]
    locks = [threading.Lock() for _ in made]
    made[0].cursor().execute(TABLE)
    if postgres:
        made[0].commit()
    row = ROW.format("%s" if postgres else "?")

    def write(writer, count):
        with locks[writer % connections]:
            connection = made[writer % connections]
            cursor = connection.cursor()
            while True:
                try:
                    if not postgres:
                        cursor.execute("BEGIN IMMEDIATE")
                    cursor.execute(row, (writer, count, json.dumps(facts(writer, count))))
                    connection.commit()
                    return writer, count
                except sqlite3.OperationalError:
                    connection.rollback()

    took, gave, spent = many(writers, seconds, write)
    cursor = made[0].cursor()
    cursor.execute("SELECT count(*) FROM plain")
    agree = cursor.fetchone()[0] == len(gave)
    for connection in made:
        connection.close()
    engine.dispose()
    return measured(name, writers, took, spent, agree)


def entries(asked):
    lines = []
    with tempfile.TemporaryDirectory(prefix="luoshu-desk") as folder:
        cases = [(journal_case, writers, ()) for writers in asked.writers]
        cases += [(room_case, max(asked.writers), ())]
        if not asked.no_peer:
            cases += [(plain_case, 8, ("a commit for each, one connection", 1)),
                      (plain_case, 8, ("a commit for each, eight connections", 8))]  # fmt: skip
        for number, (case, writers, more) in enumerate(cases):
            with database(asked.url) as url:
                place = url or Path(folder) / f"{number}.sqlite"
                lines.append(case(place, *more, writers, asked.seconds))
    return lines


def people(place, count):
    """Duty officers who may log in."""
    from luoshu.book.book import open_book
    from luoshu.desk.credentials import Credentials
    from luoshu.desk.room import open_room
    from luoshu.desk.staff import CONSOLE, Add, Give

    folder, url = place
    now = datetime.now(UTC)
    with open_room(open_book(folder), url or "") as room:
        for number in range(count):
            name = f"officer{number}"
            room.do(Add(person=name, name=name), by=CONSOLE, at=now)
            room.do(Give(person=name, role="duty"), by=CONSOLE, at=now)
            Credentials(room.journal.engine).set(name, PASSWORD, now)


def asked_for(port, method, path, body=None, headers=()):
    """One request; the status, the headers and the JSON of the answer."""
    from http.client import HTTPConnection

    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    sent = {"content-type": "application/json", "accept": "application/json", **dict(headers)}
    connection.request(method, path, json.dumps(body) if body is not None else None, sent)
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, answer.headers, json.loads(data or b"null")


def log_in(port, name):
    status, headers, answer = asked_for(port, "POST", "/login", {"name": name, "password": PASSWORD})
    if status != 200:
        raise RuntimeError(f"log in: {status} {answer}")
    cookies = "; ".join(each.split(";")[0] for each in headers.get_all("set-cookie"))
    return {"cookie": cookies, "x-csrf-token": answer["csrf"]}


async def screen(port, path, cookie, heard, ready):
    """One open page: notes when each entry arrived, until it is cancelled."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nAccept: text/event-stream\r\n\r\n"
    writer.write(head.encode())
    try:
        while line := await reader.readline():
            if line.startswith(b"event: hello"):
                ready.release()
            elif line.startswith(b"id:"):
                heard.append((int(line[3:]), time.perf_counter()))
    finally:
        writer.close()


async def fan_out(port, clients, acts):
    """Open the screens, do the acts one after the other, and compare what each screen heard."""
    sessions = [log_in(port, f"officer{number}") for number in range(-(-clients // PEOPLE_SCREENS))]
    opened = {"id": "measured", "type": "flood", "title": "a drill for measuring", "drill": True}
    status, _, answer = asked_for(port, "POST", "/desk/acts/incident.open", {"facts": opened}, sessions[0].items())
    if status != 201:
        raise RuntimeError(f"open an incident: {status} {answer}")
    heard, ready = [[] for _ in range(clients)], asyncio.Semaphore(0)
    path = "/desk/incidents/measured/events"
    screens = [
        asyncio.create_task(screen(port, path, sessions[n // PEOPLE_SCREENS]["cookie"], heard[n], ready))
        for n in range(clients)
    ]
    for _ in range(clients):
        await asyncio.wait_for(ready.acquire(), 60)
    sent, answered = {}, []
    for number in range(-WARM, acts):
        body = {"facts": {"id": f"n{number}", "incident": "measured", "text": f"water at {number} cm"}}
        began = time.perf_counter()
        status, _, answer = await asyncio.to_thread(
            asked_for, port, "POST", "/desk/acts/message.send", body, sessions[0].items()
        )
        if status != 201:
            raise RuntimeError(f"send a message: {status} {answer}")
        if number < 0:
            continue
        answered.append(time.perf_counter() - began)
        sent[answer["entries"][0]] = began
        await asyncio.sleep(0.05)
    for _ in range(100):
        if all(len([1 for number, _ in each if number in sent]) >= acts for each in heard):
            break
        await asyncio.sleep(0.1)
    for each in screens:
        each.cancel()
    await asyncio.gather(*screens, return_exceptions=True)
    late = [at - sent[number] for each in heard for number, at in each if number in sent]
    agree = all([number for number, _ in each if number in sent] == sorted(sent) for each in heard)
    line = {
        "case": "fan-out",
        "clients": clients,
        "acts": acts,
        "agree": agree,
        "answer_p99_ms": quantile(answered, 0.99),
    }
    return told(line | {"p50_ms": quantile(late, 0.5), "p99_ms": quantile(late, 0.99), "most_ms": quantile(late, 1.0)})


def served(asked):
    """The server in a process of its own, over a new book, and the screens that listen to it."""
    with tempfile.TemporaryDirectory(prefix="luoshu-desk") as name, database(asked.url) as url:
        book, luoshu = Path(name) / "city", [sys.executable, "-m", "luoshu"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "cwd": ROOT}
        subprocess.run([*luoshu, "new", book, "--title", "plan", "--region", "city"], check=True, **quiet)
        (book / PLACE).parent.mkdir(exist_ok=True)
        people((book, url), -(-asked.clients // PEOPLE_SCREENS))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        more = ["--desk", url] if url else []
        server = subprocess.Popen([*luoshu, "serve", book, "--port", str(port), *more], **quiet)
        try:
            for _ in range(600):
                with socket.socket() as knock:
                    if not knock.connect_ex(("127.0.0.1", port)):
                        break
                if server.poll() is not None:
                    raise RuntimeError(server.stderr.read().decode())
                time.sleep(0.1)
            return asyncio.run(asyncio.wait_for(fan_out(port, asked.clients, asked.acts), 300))
        finally:
            server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(10)
            server.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="a PostgreSQL server where databases may be made: postgresql://user@host:port")
    parser.add_argument("--writers", type=int, nargs="+", default=(1, 8, 64))
    parser.add_argument("--seconds", type=float, default=4.0, help="for each case (default 4)")
    parser.add_argument("--clients", type=int, default=200, help="screens that listen (default 200, 0: none)")
    parser.add_argument("--acts", type=int, default=40, help="acts that they hear of (default 40)")
    parser.add_argument("--no-peer", action="store_true")
    asked = parser.parse_args()
    settle_memory()  # as the server does before its first visitor
    lines = entries(asked)
    screens = served(asked) if asked.clients else None
    acts = next(line for line in lines if line["case"] == "acts")
    by_writers = {str(line["writers"]): line for line in lines if line["case"] == "journal"}
    result = {
        "database": "postgresql" if asked.url else "sqlite",
        "entries_per_second": {writers: line["entries_per_second"] for writers, line in by_writers.items()},
        "p99_ms": {writers: line["p99_ms"] for writers, line in by_writers.items()},
        "processor_us": {writers: line["processor_us"] for writers, line in by_writers.items()},
        "acts_per_second": acts["entries_per_second"],
        "acts_processor_us": acts["processor_us"],
        "fan_out_p99_ms": screens["p99_ms"] if screens else None,
        "fan_out": screens,
        "journal": lines,
        "agree": all(line["agree"] for line in (*lines, *([screens] if screens else []))),
    }
    print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
