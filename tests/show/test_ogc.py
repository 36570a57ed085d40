"""OGC API – Features, Part 1: requirement by requirement of the core, GeoJSON and OpenAPI 3.0 classes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wells import DAY, Wells, write_book

from luoshu import kinds
from luoshu.show.ogcapi import CRS84
from luoshu.show.server import make_app

GEOJSON = "application/geo+json"
HOMES = "/ogc/collections/water.homes/items"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    kinds.KINDS.append(Wells)
    folder: Path = write_book(tmp_path_factory.mktemp("wells") / "book", 250)
    with TestClient(make_app(folder, day=DAY), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 5000)) as made:
        yield made
    kinds.KINDS.remove(Wells)


def rels(told: dict[str, Any]) -> dict[str, str]:
    return {link["rel"]: link["href"] for link in told["links"]}


def test_the_landing_page_leads_to_everything(client: TestClient) -> None:
    """/req/core/root-success: links to the API definition, the conformance declaration and the collections."""
    for path in ("/ogc", "/ogc/"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        found = rels(answer.json())
        assert {"self", "service-desc", "service-doc", "conformance", "data"} <= set(found)
        for href in found.values():
            assert client.get(href).status_code == 200, href


def test_the_api_is_described_in_openapi_3_0(client: TestClient) -> None:
    """/req/oas30/oas-definition-1, oas-impl; /req/core/fc-*-definition: each parameter as the standard gives it."""
    answer = client.get("/ogc/api")
    assert answer.headers["content-type"].startswith("application/vnd.oai.openapi+json;version=3.0")
    told = answer.json()
    assert told["openapi"].startswith("3.0")
    assert told["servers"][0]["url"] == "http://127.0.0.1:8000/ogc"
    named = {each["name"]: each for each in told["paths"]["/collections/{collectionId}/items"]["get"]["parameters"]}
    for name in ("limit", "bbox", "datetime"):
        assert (named[name]["in"], named[name]["required"], named[name]["style"], named[name]["explode"]) == (
            "query", False, "form", False
        )  # fmt: skip
    assert named["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 10000, "default": 100}
    assert named["bbox"]["schema"]["items"] == {"type": "number"}
    assert named["datetime"]["schema"]["type"] == "string"
    for path, methods in told["paths"].items():
        written = set(re.findall(r"{(\w+)}", path))
        assert written == {each["name"] for each in methods["get"]["parameters"] if each["in"] == "path"}
    references = set(re.findall(r"#/components/schemas/(\w+)", answer.text))
    assert references <= set(told["components"]["schemas"])


def test_the_classes_that_are_kept_are_declared(client: TestClient) -> None:
    """/req/core/conformance-success."""
    told = client.get("/ogc/conformance").json()["conformsTo"]
    assert {each.rsplit("/", 1)[1] for each in told} == {"core", "oas30", "geojson"}


def test_every_collection_is_listed_as_it_says_of_itself(client: TestClient) -> None:
    """/req/core/fc-md-success, fc-md-links, fc-md-items, fc-md-items-links, fc-md-extent, sfc-md-success."""
    answer = client.get("/ogc/collections")
    told = answer.json()
    assert rels(told)["self"] == "http://127.0.0.1:8000/ogc/collections"
    ids = [each["id"] for each in told["collections"]]
    assert ids == ["counties", "water.homes", "water.sites", "water.candidates", "water.counties"]
    for each in told["collections"]:
        assert client.get(rels(each)["self"]).json() == each
        assert each["crs"] == [CRS84]
        (box,) = each["extent"]["spatial"]["bbox"]
        assert box[0] <= box[2]
        assert box[1] <= box[3]
        (items,) = [link for link in each["links"] if link["rel"] == "items"]
        assert items["type"] == GEOJSON
        assert client.get(items["href"]).status_code == 200
        for link in each["links"]:
            if link["rel"] == "enclosure":
                assert client.get(link["href"]).headers["content-type"] == link["type"]


def test_features_come_as_geojson_with_links_counts_and_time(client: TestClient) -> None:
    """/req/core/fc-op, fc-response, fc-links, fc-rel-type, fc-timeStamp, fc-numberMatched, fc-numberReturned."""
    answer = client.get(HOMES)
    assert answer.headers["content-type"] == GEOJSON
    told = answer.json()
    assert told["type"] == "FeatureCollection"
    assert (told["numberMatched"], told["numberReturned"], len(told["features"])) == (250, 100, 100)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", told["timeStamp"])
    assert all(link["rel"] and link["type"] for link in told["links"])
    assert rels(told)["self"] == f"http://127.0.0.1:8000{HOMES}"
    for feature in told["features"]:
        assert feature["id"]
        assert shapely.geometry.shape(feature["geometry"]).is_valid


def test_pages_lead_through_all_features_once(client: TestClient) -> None:
    """/req/core/fc-limit-definition, fc-limit-response; /rec/core/fc-next-*, fc-prev."""
    seen, href, before = [], f"{HOMES}?limit=70&language=en", ""
    while href:
        told = client.get(href).json()
        assert len(told["features"]) <= 70
        seen += [feature["id"] for feature in told["features"]]
        found = rels(told)
        assert ("prev" in found) == bool(before)
        before, href = href, found.get("next", "")
    assert len(seen) == len(set(seen)) == 250
    assert client.get(f"{HOMES}?limit=10001").json()["numberReturned"] == 250
    assert client.get(f"{HOMES}?offset=1000").json()["features"] == []


@pytest.mark.parametrize("collection", ["water.homes", "counties", "water.counties"])
@pytest.mark.parametrize(
    "box",
    ["112.1,34.1,112.4,34.3", "112.1,34.1,-5,112.4,34.3,900", "-180,-90,180,90", "100,10,101,11", "112.9,34,-170,35"],
)
def test_a_box_gives_what_meets_it_and_nothing_else(client: TestClient, collection: str, box: str) -> None:
    """/req/core/fc-bbox-definition, fc-bbox-response, also over the date line."""
    path = f"/ogc/collections/{collection}/items"
    every = client.get(f"{path}?limit=10000").json()["features"]
    told = client.get(f"{path}?limit=10000&bbox={box}").json()
    sides = [float(each) for each in box.split(",")]
    half = len(sides) // 2
    west, south, east, north = *sides[:2], *sides[half : half + 2]
    area = shapely.box(west, south, east if west <= east else 180, north)
    inside = {each["id"] for each in every if shapely.geometry.shape(each["geometry"]).intersects(area)}
    assert {each["id"] for each in told["features"]} == inside
    assert told["numberMatched"] == len(inside)


@pytest.mark.parametrize(
    "time",
    [
        "2025-12-31T00:00:00Z", "2025-12-31", "../2025-12-31T08:00:00+08:00", "2024-01-01T00:00:00.5Z/..",
        "/2024-01-01", "2024-01-01T00:00:00Z/2025-01-01T00:00:00Z",
    ],
)  # fmt: skip
def test_features_without_a_time_match_every_time(client: TestClient, time: str) -> None:
    """/req/core/fc-time-definition, fc-time-response."""
    assert client.get(HOMES, params={"datetime": time}).json()["numberMatched"] == 250


def test_properties_may_be_asked_for(client: TestClient) -> None:
    """/rec/core/fc-filters."""
    told = client.get(f"{HOMES}?people=3&limit=1000").json()
    assert 0 < told["numberMatched"] < 250
    assert {each["properties"]["people"] for each in told["features"]} == {3.0}
    (site,) = client.get("/ogc/collections/water.sites/items", params={"name": "东井"}).json()["features"]
    assert site["id"] == "w1"


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=-1", "limit=ten", "limit=1.5", "limit=", "offset=-1", "limit=1&limit=2",
        "bbox=1,2,3", "bbox=1,2,3,4,5", "bbox=a,b,c,d", "bbox=112,35,113,34", "bbox=nan,1,2,3", "bbox=1,1,9,2,2,3",
        "datetime=yesterday", "datetime=2025-13-01", "datetime=2025-12-31/2024-12-31", "datetime=", "datetime=../../..",
        "day=2025-02-30", "language=xx", "f=html", "people=many", "bbox-crs=x", "unknown=1", "resulttype=hits",
    ],
)  # fmt: skip
def test_what_is_not_known_or_not_valid_is_refused(client: TestClient, query: str) -> None:
    """/req/core/query-param-unknown, query-param-invalid."""
    answer = client.get(f"{HOMES}?{query}")
    assert answer.status_code == 400, answer.text[:200]
    assert answer.json()["error"]["says"]


@pytest.mark.parametrize(
    "path",
    ["", "/api", "/conformance", "/collections", "/collections/counties", "/collections/counties/items/410301"],
)
def test_unknown_parameters_are_refused_everywhere(client: TestClient, path: str) -> None:
    assert client.get(f"/ogc{path}?unknown=1").status_code == 400
    assert client.get(f"/ogc{path}?f=json&language=en&day=2025-06-30").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/collections/nothing", "/collections/nothing/items", "/collections/water.homes/items/x",
        "/collections/water.x/items", "/nothing",
    ],
)  # fmt: skip
def test_what_is_not_there_is_404(client: TestClient, path: str) -> None:
    assert client.get(f"/ogc{path}").status_code == 404


def test_one_feature_links_to_itself_and_its_collection(client: TestClient) -> None:
    """/req/core/f-op, f-success, f-links."""
    answer = client.get("/ogc/collections/water.homes/items/d7")
    assert answer.headers["content-type"] == GEOJSON
    told = answer.json()
    assert (told["type"], told["id"]) == ("Feature", "d7")
    found = rels(told)
    assert client.get(found["self"]).json() == told
    assert client.get(found["collection"]).json()["id"] == "water.homes"
    listed = {each["id"]: each for each in client.get(f"{HOMES}?limit=1000").json()["features"]}
    assert listed["d7"]["geometry"] == told["geometry"]
    assert listed["d7"]["properties"] == told["properties"]


texts = st.text(st.characters(codec="utf-8"), max_size=12) | st.from_regex(r"[-+0-9.,/TZe:]{0,20}", fullmatch=True)
names = st.sampled_from(["limit", "offset", "bbox", "datetime", "day", "language", "f", "people", "minutes", "id", "x"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(names, texts), max_size=3))
def test_no_query_breaks_the_service(client: TestClient, query: list[tuple[str, str]]) -> None:
    answer = client.get(HOMES, params=query)
    assert answer.status_code in (200, 400), (query, answer.text[:200])
    answer.json()


def test_head_and_other_methods(client: TestClient) -> None:
    """/req/core/http: HTTP 1.1; the service only reads."""
    assert client.head("/ogc/collections").status_code == 200
    assert client.delete("/ogc/collections", headers={"content-length": "0"}).status_code == 405


def test_the_language_is_followed(client: TestClient) -> None:
    told = client.get("/ogc/collections/counties?language=en").json()
    assert told["title"] == "Outlines of the counties"
    assert "language=en" in rels(told)["items"]
