"""schemathesis over the whole API: what fits its own description, and what does not, never breaks the server."""

from __future__ import annotations

from datetime import date

import pytest
from deskserver import DeskServer
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable

PLAN = "某市工作报告\n市长 李明\n到2025年全市书屋达到120家，新建公园30个。\n截至2023年底，全市已建成书屋80家。\n"
EXAMPLES = 5
"""Requests of each address in each manner; always the same ones."""

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    import luoshu.desk.credentials
    from luoshu.book.book import open_book
    from luoshu.desk.room import open_room
    from luoshu.read import read_file, write_proposals

    folder = tmp_path_factory.mktemp("schema") / "book"
    (folder / "documents").mkdir(parents=True)
    (folder / "book.yaml").write_text("title: 某市台账\nregion: 某市\n", encoding="utf-8")
    (folder / "commitments.yaml").write_text("", encoding="utf-8")
    (folder / "documents" / "plan.txt").write_text(PLAN, encoding="utf-8")
    write_proposals(folder, *read_file(folder / "documents" / "plan.txt"))
    open_room(open_book(folder)).close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(luoshu.desk.credentials, "COST", {"time_cost": 1, "memory_cost": 8, "parallelism": 1})
        server = DeskServer(folder, day=date(2025, 12, 31))
        client = server.person("admin", "admin", "duty", "store", "team", "viewer", "auditor")
        patch.setattr(server.door.pacing, "wait", lambda *given: 0)  # how many is no question here
        yield server, client
        server.room.close()


def sent_as(client):
    """The headers of somebody logged in."""
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    proof = client.headers["x-csrf-token"]
    return {"host": "127.0.0.1:8000", "user-agent": "test", "x-csrf-token": proof, "cookie": cookies}


def checks():
    """All that an answer is held to. Not asked: that what fits the description is also accepted, or that what does not
    fit is refused (an act may be refused for what stands, and a form's "12" is a number)."""
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks as of

    return [not_a_server_error, of.status_code_conformance, of.content_type_conformance,
            of.response_headers_conformance, of.response_schema_conformance]  # fmt: skip


@pytest.mark.parametrize("manner", ["positive", "negative"])
def test_every_address_answers_as_it_is_described(served, manner):
    import schemathesis
    from schemathesis.generation.modes import GenerationMode

    server, client = served
    headers, mode, kept = sent_as(client), GenerationMode(manner), checks()
    schema = schemathesis.openapi.from_asgi("/openapi.json", server.app, headers={"host": "127.0.0.1:8000"})
    wrong, asked = [], 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate],
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case):
            case.validate_response(case.call(headers=headers), checks=kept)

        asked += 1
        try:
            ask()
        except Unsatisfiable:
            assert manner == "negative"  # an address without parameters cannot be asked wrongly
        except BaseException as error:
            wrong.append(f"{operation.label}: {' '.join(str(error).split())[:600]}")
    assert not wrong, "\n".join(wrong)
    assert asked > 20
