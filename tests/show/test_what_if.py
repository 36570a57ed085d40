"""What-if: computed in memory, honest about what is wrong, closed to other sites, and nothing is ever written."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wells import DAY, Dwelling, Well, Wells, nearest, write_book

from luoshu import kinds
from luoshu.book.book import open_book
from luoshu.kinds.layer import Layer, LayerColumn
from luoshu.show import whatif
from luoshu.show.changes import tried
from luoshu.show.comparing import gained
from luoshu.show.layerfile import unpacked
from luoshu.show.server import make_app
from luoshu.show.shelf import signature
from luoshu.words.message import say

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
NEW = {"id": "new-1", "service": "water", "x": 112.5, "y": 34.25, "system": "WGS-84"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    kinds.KINDS.append(Wells)
    yield write_book(tmp_path_factory.mktemp("wells") / "book", 3000)
    kinds.KINDS.remove(Wells)


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    with TestClient(make_app(folder, day=DAY), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 5000)) as made:
        yield made


def ask(client: TestClient, *changes: dict[str, Any], **more: Any) -> Any:
    return client.post("/what-if?language=en", json={"commitment": "water", "changes": list(changes), **more})


def test_a_new_well_serves_those_around_it_and_nothing_is_written(client: TestClient, folder: Path) -> None:
    before = signature(folder)
    told = ask(client, {"table": "well", "row": NEW}).json()
    assert told["problems"] == []
    assert told["after"]["value"] > told["before"]["value"]
    assert told["change"] == pytest.approx(told["after"]["value"] - told["before"]["value"])
    book = open_book(folder)
    homes = book.columns(Dwelling)
    was, _ = nearest(book, homes["x"], homes["y"])
    now, _ = nearest(book.over({Well: [Well(**NEW)]}), homes["x"], homes["y"])
    assert told["people"]["gain"] == homes["people"][(was > 30) & (now <= 30)].sum()
    assert told["people"]["lose"] == 0
    header, columns = unpacked(base64.b64decode(told["layers"]["homes"]))
    assert "lon" not in columns
    assert header["count"] == 3000
    assert np.array_equal(columns["minutes"], now.astype(np.float32))
    assert unpacked(base64.b64decode(told["layers"]["sites"]))[0]["ids"] == ["w1", "w2", "new-1"]
    assert told["csv"][0]["text"].splitlines()[1] == "new-1,,water,112.5,34.25,WGS-84,open,"
    rows = {row["id"]: row for row in told["listing"]["rows"]}
    assert rows["410301"]["change"] > 0
    assert signature(folder) == before


def test_a_row_that_is_there_changes_only_where_it_is_named(client: TestClient) -> None:
    told = ask(client, {"table": "well", "row": {"id": "w1", "x": 112.61}}).json()
    assert told["csv"][0]["text"].splitlines()[1] == "w1,东井,water,112.61,34.2,WGS-84,open,12"


def test_removing_closes_where_there_is_a_state(client: TestClient) -> None:
    told = ask(client, {"table": "well", "remove": "w1"}).json()
    assert told["csv"][0]["text"].splitlines()[1].split(",")[6] == "closed"
    assert told["people"]["lose"] > 0
    assert told["after"]["value"] < told["before"]["value"]


def test_removing_a_row_without_a_state_takes_it_away(client: TestClient) -> None:
    told = ask(client, {"table": "dwelling", "remove": "d0"}).json()
    header, columns = unpacked(base64.b64decode(told["layers"]["homes"]))
    assert header["count"] == 2999
    assert "lon" in columns
    assert "d0" not in header["ids"]


def test_unreachable_homes_that_come_within_reach_gain() -> None:
    def layer(minutes: list[float]) -> Layer:
        return Layer(
            id="homes", name=say("homes"), shape="points", role="homes", lon=np.arange(4.0), lat=np.arange(4.0),
            columns={
                "minutes": LayerColumn(name=say("minutes"), values=np.array(minutes)),
                "people": LayerColumn(name=say("people"), values=np.array([1.0, 10, 100, 1000])),
            },
            measure="minutes", breaks=(0, 5, 10), limit=10, weight="people",
        )  # fmt: skip

    found = gained([layer([np.inf, np.nan, 4, 30])], [layer([9, 3, 12, np.inf])])
    assert (found.gain, found.lose) == (1, 100)
    assert (found.better, found.worse) == (1, 1100), "what was not known gains nothing"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"table": "well", "row": {**NEW, "x": "östlich"}}, "not-a-number"),
        ({"table": "well", "row": {**NEW, "x": True}}, "not-a-number"),
        ({"table": "well", "row": {**NEW, "x": [1]}}, "bad-value"),
        ({"table": "well", "row": {**NEW, "state": "gone"}}, "not-a-choice"),
        ({"table": "well", "row": {**NEW, "depth": -1}}, "too-small"),
        ({"table": "well", "row": {**NEW, "system": ""}}, "no-system"),
        ({"table": "well", "row": {**NEW, "system": "Mars-2000"}}, "unknown-system"),
        ({"table": "well", "row": {**NEW, "x": 34.25, "y": 112.5}}, "swapped-coordinates"),
        ({"table": "well", "row": {"id": "new-1"}}, "missing-field"),
        ({"table": "well", "row": {"service": "water"}}, "missing-field"),
        ({"table": "well", "remove": "w9"}, "no-such-row"),
        ({"table": "well"}, "no-change"),
        ({"table": "owner", "row": {"id": "x", "name": "y"}}, "unknown-table"),
        ({"table": "../etc/passwd", "remove": "x"}, "unknown-table"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_counts(client: TestClient, change: dict[str, Any], code: str) -> None:
    good = {"table": "well", "row": {**NEW, "id": "new-2"}}
    told = ask(client, change, good).json()
    assert code in [each["code"] for each in told["problems"]]
    assert all(each["says"] and each["row"] == 0 for each in told["problems"])
    assert told["people"]["gain"] > 0


def test_a_place_outside_the_region_is_said(client: TestClient) -> None:
    (problem,) = ask(client, {"table": "well", "row": {**NEW, "x": 120.0}}).json()["problems"]
    assert (problem["code"], problem["row"]) == ("outside-region", 0)


def test_a_column_that_is_none_is_said_and_left_out(client: TestClient) -> None:
    told = ask(client, {"table": "well", "row": {**NEW, "nmae": "x"}}).json()
    assert told["problems"][0]["code"] == "unknown-column"
    assert "name" in told["problems"][0]["mend"]
    assert told["people"]["gain"] > 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[]", 422),
        (b'{"commitment": "water"}', 422),
        (b'{"commitment": "water", "changes": [{"table": "well", "row": {"id": "a", "x": NaN}}]}', 422),
        (b'{"commitment": "water", "changes": [' + b"[" * 20000 + b"]" * 20000 + b"]}", 422),
        (b'{"commitment": "nobody", "changes": []}', 404),
        (json.dumps({"commitment": "water", "changes": [{"table": "well"}] * 101}).encode(), 422),
        (b'{"commitment": "water", "changes": [{"table": "' + b"x" * 70000 + b'"}]}', 413),
    ],
)  # fmt: skip
def test_a_body_that_is_no_question(client: TestClient, body: bytes, status: int) -> None:
    answer = client.post("/what-if", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status, answer.text
    assert set(answer.json()["error"]) == {"code", "says", "mend"}


def test_an_infinite_number_is_refused(client: TestClient) -> None:
    body = b'{"commitment": "water", "changes": [{"table": "well", "row": {"id": "a", "service": "w", "x": 1e999}}]}'
    told = client.post("/what-if", content=body, headers={"content-type": "application/json"}).json()
    assert [each["code"] for each in told["problems"]] == ["bad-value"]


def test_a_promise_without_layers_is_gauged_all_the_same(client: TestClient) -> None:
    told = client.post("/what-if", json={"commitment": "road", "changes": []}).json()
    assert told["before"]["id"] == "road"
    assert told["layers"] == {}
    assert told["listing"] is None


def test_readers_elsewhere_may_ask_but_pages_of_other_sites_may_not(folder: Path) -> None:
    app = make_app(folder, day=DAY, open_to_others=True)
    body = {"commitment": "water", "changes": []}
    with TestClient(app, base_url="http://office.example", client=("10.0.0.7", 5000)) as far:
        assert far.post("/what-if", json=body).status_code == 200
        assert far.post("/what-if", json=body, headers={"origin": "http://office.example"}).status_code == 200
        for headers in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
            assert far.post("/what-if", json=body, headers=headers).status_code == 403


def test_a_foreign_host_name_may_not_ask(client: TestClient) -> None:
    answer = client.post("/what-if", json={"commitment": "water", "changes": []}, headers={"host": "rebound.example"})
    assert answer.status_code == 403


def test_when_many_ask_at_once_the_last_is_asked_to_come_again(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whatif, "WAITING", threading.BoundedSemaphore(1))
    assert whatif.WAITING.acquire(blocking=False)
    answer = ask(client)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "3"
    assert answer.json()["error"]["code"] == "busy"
    whatif.WAITING.release()
    assert ask(client).status_code == 200


def test_questions_at_once_are_answered_in_turn_or_put_off(client: TestClient) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def one(number: int) -> Any:
        return number, ask(client, {"table": "well", "row": {**NEW, "id": f"new-{number}", "x": 112.1 + number / 20}})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one, range(12)))
    assert {answer.status_code for _, answer in answers} <= {200, 503}
    good = [(number, answer.json()) for number, answer in answers if answer.status_code == 200]
    assert good
    for number, told in good:
        assert told["csv"][0]["text"].splitlines()[1].startswith(f"new-{number},")
        assert told["before"]["value"] == good[0][1]["before"]["value"]


cells = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20) | st.lists(st.integers())
rows = st.dictionaries(st.sampled_from(["id", "name", "service", "x", "y", "system", "state", "zzz"]), cells)


one = st.fixed_dictionaries(
    {"table": st.sampled_from(["well", "dwelling", "x"])}, optional={"row": rows, "remove": st.text(max_size=3)}
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(one, max_size=4))
def test_no_change_ever_breaks_a_book(folder: Path, changes: list[dict[str, Any]]) -> None:
    book = open_book(folder, tables=(Well, Dwelling))
    found = tried(book, (Well, Dwelling), changes)
    assert len(found.book.rows(Well)) >= len(book.rows(Well))
    assert {row for row, _ in found.problems} <= set(range(len(changes)))
