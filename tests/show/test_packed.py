"""Built scripts go packed to browsers that take it, and are not sent again when they have them."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from luoshu.show.packed import PackedFiles

SCRIPT = b"const words = ['map', 'board'];\n" * 200


@pytest.fixture
def client(tmp_path):
    (tmp_path / "a.js").write_bytes(SCRIPT)
    (tmp_path / "small.js").write_bytes(b"1;")
    (tmp_path / "map.png").write_bytes(SCRIPT)
    app = FastAPI()
    app.mount("/built", PackedFiles(directory=tmp_path))
    return TestClient(app)


def test_a_script_is_packed_for_who_takes_it_and_is_the_same(client):
    answer = client.get("/built/a.js", headers={"accept-encoding": "gzip, br"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "javascript" in answer.headers["content-type"]
    assert int(answer.headers["content-length"]) < len(SCRIPT) / 4
    assert answer.content == SCRIPT
    again = client.get("/built/a.js", headers={"accept-encoding": "gzip", "if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("name", "headers"),
    [("a.js", {"accept-encoding": "identity"}), ("a.js", {"accept-encoding": "gzip;q=0"}),
     ("small.js", {"accept-encoding": "gzip"}), ("map.png", {"accept-encoding": "gzip"}),
     ("a.js", {"accept-encoding": "gzip", "range": "bytes=0-9"})],
)  # fmt: skip
def test_what_is_not_to_be_packed_goes_as_it_is(client, name, headers):
    answer = client.get(f"/built/{name}", headers=headers)
    assert "content-encoding" not in answer.headers
    assert answer.content in (SCRIPT, b"1;", SCRIPT[:10])


def test_a_new_build_is_packed_anew(client, tmp_path):
    client.get("/built/a.js")
    (tmp_path / "a.js").write_bytes(b"const other = 1;\n" * 100)
    assert client.get("/built/a.js").content == b"const other = 1;\n" * 100
