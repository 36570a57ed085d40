"""The server: every page in two forms, one shape of error, closed to strangers, and settling by one door."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from luoshu.cli import main
from luoshu.read import read_file, write_proposals
from luoshu.show.look import look
from luoshu.show.pages import LEAVES
from luoshu.show.server import make_app, serve

EXAMPLE = Path(__file__).parents[2] / "examples" / "luoyang"
PLAN = "某市工作报告\n市长 李明\n到2025年全市书屋达到120家，新建公园30个。\n截至2023年底，全市已建成书屋80家。\n"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def client_of(folder: Path, **options: Any) -> TestClient:
    app = make_app(folder, day=date(2025, 12, 31), **options)
    return TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 5000), follow_redirects=False)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with client_of(EXAMPLE) as made:
        yield made


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "book"
    (folder / "documents").mkdir(parents=True)
    (folder / "book.yaml").write_text("title: 某市台账\nregion: 某市\n", encoding="utf-8")
    (folder / "commitments.yaml").write_text("", encoding="utf-8")
    (folder / "documents" / "plan.txt").write_text(PLAN, encoding="utf-8")
    write_proposals(folder, *read_file(folder / "documents" / "plan.txt"))
    return folder


@pytest.fixture
def desk(book: Path) -> Iterator[TestClient]:
    with client_of(book) as made:
        yield made


def first(desk: TestClient, status: str = "promise") -> dict[str, Any]:
    found = desk.get("/documents/plan.txt.json").json()["found"]
    return next(each for each in found if each["status"] == status)


def decide(desk: TestClient, one: dict[str, Any], verdict: str, **fields: Any) -> Any:
    body = {"verdict": verdict, "version": one["version"], "fields": fields}
    return desk.post(f"/documents/plan.txt/proposals/{one['id']}", json=body)


# ---- pages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.name)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_html_and_json(client: TestClient, leaf: Any, language: str) -> None:
    view = look(EXAMPLE, date(2025, 12, 31))
    path, _ = leaf.paths(view)[0]
    html = client.get(f"/{path}", params={"language": language})
    assert html.status_code == 200
    assert html.headers["content-type"].startswith("text/html")
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}"' in html.text
    told = client.get(f"/{path or 'overview'}.json", params={"language": language})
    assert told.status_code == 200, told.text
    TypeAdapter(leaf.type).validate_python(told.json())
    asked = client.get(f"/{path}", params={"language": language}, headers={"accept": "application/json"})
    assert asked.json() == told.json()


def test_the_day_is_honest_in_hindsight(client: TestClient) -> None:
    early = client.get("/promises/museums.json?day=2023-12-31").json()
    late = client.get("/promises/museums.json?day=2025-12-31").json()
    assert early["row"]["value"] == 102
    assert late["row"]["value"] == 112
    assert all(dot["day"] <= "2023-12-31" for dot in early["charts"][0]["points"])


def test_the_moved_goal_is_shown_with_its_history(client: TestClient) -> None:
    goals = client.get("/promises/museums.json").json()["charts"][0]["goals"]
    assert [goal["level"] for goal in goals] == [120, 110]


def test_filters_hide_rows(client: TestClient) -> None:
    told = client.get("/overview.json?verdict=kept").json()
    assert told["shown"] < told["total"]
    assert len(told["hidden"]) == told["total"] - told["shown"]


def test_chinese_comes_first_and_the_choice_is_kept() -> None:
    with client_of(EXAMPLE) as client:
        assert "承诺" in client.get("/about", headers={"accept-language": "en-GB"}).text
        client.get("/about?language=en")
        assert "How promises are gauged" in client.get("/about").text


def test_openapi_has_an_example_for_every_page(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    for path, methods in schema["paths"].items():
        if path.endswith(".json"):
            assert methods["get"]["responses"]["200"]["content"]["application/json"]["example"], path
    assert client.get("/api").status_code == 200


# ---- errors ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nowhere.json", 404),
        ("/promises/nothing.json", 404),
        ("/documents/../../etc/passwd", 404),
        ("/overview.json?day=2024-02-30", 422),
        ("/overview.json?day=9999-12-31", 422),
        ("/overview.json?day=1899-12-31", 422),
        ("/overview.json?language=xx", 422),
    ],
)
def test_errors_have_one_shape(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"code", "says", "mend"}


def test_a_missing_page_says_what_is_near(client: TestClient) -> None:
    answer = client.get("/promises/museum", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert 'href="/promises/museums"' in answer.text


# ---- who may do what ---------------------------------------------------------------------------------------------


def test_a_foreign_host_name_is_refused(client: TestClient) -> None:
    answer = client.get("/", headers={"host": "rebound.example"})
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "refused"


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "rebound.example"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"x-forwarded-for": "10.0.0.7"},
        {"forwarded": "for=10.0.0.7"},
    ],
)
def test_nobody_elsewhere_settles(desk: TestClient, headers: dict[str, str]) -> None:
    one = first(desk)
    answer = desk.post(f"/documents/plan.txt/proposals/{one['id']}", json={"verdict": "accept"}, headers=headers)
    assert answer.status_code == 403
    assert set(answer.json()["error"]) == {"code", "says", "mend"}
    assert first(desk)["state"] == "open"


def test_a_reader_elsewhere_may_look_but_not_settle(book: Path) -> None:
    app = make_app(book, day=date(2025, 12, 31), open_to_others=True)
    with TestClient(app, base_url="http://office.example", client=("10.0.0.7", 5000)) as far:
        assert far.get("/").status_code == 200
        assert '<form class="settle"' not in far.get("/documents/plan.txt").text
        one = far.get("/documents/plan.txt.json").json()["found"][0]
        answer = far.post(f"/documents/plan.txt/proposals/{one['id']}", json={"verdict": "accept"})
        assert answer.status_code == 403


def test_answers_carry_safe_headers(client: TestClient) -> None:
    headers = client.get("/").headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


def test_no_script_stands_in_a_page(client: TestClient) -> None:
    from lxml import html

    page = html.fromstring(client.get("/promises/museums").content)
    assert {script.get("type") for script in page.xpath("//script[not(@src)]")} <= {"application/json"}


def test_a_long_body_is_refused(desk: TestClient) -> None:
    one = first(desk)
    assert decide(desk, one, "correct", subject="x" * 100_000).status_code == 413


# ---- settling ----------------------------------------------------------------------------------------------------


def test_accepting_enters_the_book_and_undoing_takes_it_out(desk: TestClient, book: Path) -> None:
    one = first(desk)
    assert one["figure"].endswith("120家")
    told = decide(desk, one, "accept")
    assert told.status_code == 200, told.text
    assert told.json()["found"]["state"] == "settled"
    assert desk.get("/overview.json").json()["total"] == 1
    again = first(desk)
    assert again["promise_href"]
    assert decide(desk, again, "undo").json()["found"]["state"] == "open"
    assert desk.get("/overview.json").json()["total"] == 0


def test_corrections_are_taken(desk: TestClient) -> None:
    told = decide(desk, first(desk), "correct", value="130", owner="李明", each_value="1e6", each_unit="元")
    assert told.status_code == 200, told.text
    row = desk.get("/overview.json").json()["groups"][0]["rows"][0]
    assert row["goal"] == 130


def test_a_wrong_correction_changes_nothing(desk: TestClient) -> None:
    told = decide(desk, first(desk), "correct", value="viele")
    assert told.status_code == 422
    assert "viele" in told.json()["error"]["says"]
    assert first(desk)["state"] == "open"


def test_rejected_stays_rejected_when_read_again(desk: TestClient, book: Path) -> None:
    one = first(desk)
    decide(desk, one, "reject")
    write_proposals(book, *read_file(book / "documents" / "plan.txt"))
    assert first(desk)["state"] == "rejected"


def test_two_editors_cannot_overwrite_each_other(desk: TestClient) -> None:
    seen = first(desk)
    assert decide(desk, seen, "reject").status_code == 200
    late = decide(desk, seen, "accept")
    assert late.status_code == 409
    assert late.json()["error"]["code"] == "conflict"
    assert first(desk)["state"] == "rejected"


def test_the_form_works_without_a_script(desk: TestClient) -> None:
    one = first(desk)
    told = desk.post(
        f"/documents/plan.txt/proposals/{one['id']}", data={"verdict": "accept", "version": one["version"]}
    )
    assert told.status_code == 303
    assert told.headers["location"].endswith(f"#proposal-{one['id']}")


def test_htmx_gets_the_proposal_and_the_progress(desk: TestClient) -> None:
    one = first(desk)
    told = desk.post(
        f"/documents/plan.txt/proposals/{one['id']}",
        data={"verdict": "reject", "version": one["version"]},
        headers={"hx-request": "true", "origin": "http://127.0.0.1:8000"},
    )
    assert told.status_code == 200, told.text
    assert f'id="proposal-{one["id"]}"' in told.text
    assert "hx-swap-oob" in told.text
    assert json.loads(told.headers["hx-trigger"])["settled"] == {"id": one["id"], "state": "rejected"}


def test_a_fact_becomes_an_observation(desk: TestClient, book: Path) -> None:
    told = decide(desk, first(desk, "fact"), "correct", as_of="2023-12-31", published="2024-01-20")
    assert told.status_code == 200, told.text
    assert "2023-12-31" in (book / "tables" / "observation.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("body", [b"", b"{", b'{"verdict": "burn"}', b"[]", b"\xff\xfe"])
def test_nonsense_is_not_understood(desk: TestClient, body: bytes) -> None:
    one = first(desk)
    for kind in ("application/json", "application/x-www-form-urlencoded"):
        path = f"/documents/plan.txt/proposals/{one['id']}"
        answer = desk.post(path, content=body, headers={"content-type": kind})
        assert answer.status_code == 422
        assert set(answer.json()["error"]) == {"code", "says", "mend"}


def test_the_book_is_read_again_when_it_changes_on_disk(
    desk: TestClient, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("luoshu.show.shelf.LOOK_AGAIN_SECONDS", -1.0)
    assert desk.get("/overview.json").json()["title"] == "某市台账"
    (book / "book.yaml").write_text("title: 新台账\nregion: 某市\n", encoding="utf-8")
    assert desk.get("/overview.json").json()["title"] == "新台账"


def test_open_pages_hear_of_a_change(book: Path) -> None:
    import asyncio

    from luoshu.show.events import changes
    from luoshu.show.language import Language
    from luoshu.show.shelf import Shelf

    async def listen() -> list[str]:
        heard: list[str] = []

        async def gone() -> bool:
            return len(heard) > 1

        shelf = Shelf(book, date(2025, 12, 31))
        async for event in changes(shelf, Language("zh"), gone, every=0.6):
            heard.append(event)
            (book / "commitments.yaml").write_text("# changed\n", encoding="utf-8")
        return heard

    heard = asyncio.run(listen())
    assert heard[1].startswith("event: book\ndata: <p")


def test_a_book_with_faults_still_opens(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "book")
    (tmp_path / "book" / "tables" / "observation.csv").write_text(
        "indicator,value\nmuseums,vierzig\n", encoding="utf-8"
    )
    (tmp_path / "book" / "geo" / "luoyang_metro_counties.geojson").write_text("{", encoding="utf-8")
    with client_of(tmp_path / "book") as client:
        assert client.get("/").status_code == 200
        assert client.get("/map").status_code == 200
        assert client.get("/problems.json").json()["total"] > 0


@pytest.mark.parametrize("path", ["/", "/promises/museums", "/overview.json", "/nothing", "/events", "/api"])
def test_head_is_answered_like_get_without_its_body(client: TestClient, path: str) -> None:
    answer = client.head(path)
    assert answer.status_code == (404 if path == "/nothing" else 200)
    assert answer.content == b""
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_port_in_use_is_said_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["--language", "en", "serve", str(EXAMPLE), "--port", str(port)]) == 2
    said = capsys.readouterr().err
    assert said == f"luoshu: port {port} is in use by another program; name another with --port\n"


def test_serve_is_ready_only_once_it_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    reached = []
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def ready() -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as there:
            reached.append(there.getpeername()[1])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        serve(EXAMPLE, port=port, day=date(2025, 12, 31), ready=ready)
    assert reached == [port]
