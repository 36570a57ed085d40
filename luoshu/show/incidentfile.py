"""An incident as a file for other maps: GeoJSON of everything that has a place, for who may see the incident."""

from __future__ import annotations

import json

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import Response

from luoshu.desk.actor import READERS
from luoshu.desk.deskmap import desk_map
from luoshu.desk.incident import Incident
from luoshu.desk.incidentmap import incident_map
from luoshu.desk.room import overlay
from luoshu.show.page import Page, Visit
from luoshu.show.pages import Leaf
from luoshu.show.visits import admit, visit_of
from luoshu.words.message import say

GEOJSON = "application/geo+json"
PATH = "desk/incidents/{name}.geojson"


def _reach(visit: Visit, name: str) -> tuple[str, str]:
    found = visit.things.get(Incident, name) if visit.things else None
    return (found.organisation if found else "", name)


def _no_page(visit: Visit, name: str, query: object) -> Page:
    raise KeyError(name)


FILE = Leaf(name="incident-file", path=PATH, template="", type=Page, build=_no_page, roles=READERS, reach=_reach)
"""Who may have the file: as for a page of the incident."""


ALL = Leaf(name="desk-map", path="desk/map.geojson", template="", type=Page, build=_no_page, roles=READERS)


def add_incident_files(app: FastAPI) -> None:
    """The address of the file; before the pages, so that `NAME.geojson` is no page."""

    def file(request: Request, name: str) -> Response:
        visit = visit_of(request, PATH.format(name=name), None, None)
        admit(request, visit, FILE, name)
        assert visit.things is not None
        assert visit.room is not None
        assert visit.now is not None
        try:
            found = incident_map(visit.things, name, visit.room.clock, visit.room.book, visit.now)
        except KeyError:
            raise HTTPException(404, say("there is no such incident")) from None
        headers = {"cache-control": "no-store", "content-disposition": 'inline; filename="incident.geojson"'}
        return Response(json.dumps(found, ensure_ascii=False, allow_nan=False), media_type=GEOJSON, headers=headers)

    def everything(request: Request) -> Response:
        visit = visit_of(request, ALL.path, None, None)
        admit(request, visit, ALL)
        assert visit.things is not None
        assert visit.room is not None
        assert visit.now is not None
        actor, book = visit.actor, visit.room.book
        over = book.over(overlay(visit.things)) if book is not None else None
        found = desk_map(visit.things, visit.room.clock, over, visit.now,
                         lambda each: actor is not None and actor.reads(READERS, "", each.id))  # fmt: skip
        headers = {"cache-control": "no-store", "content-disposition": 'inline; filename="desk.geojson"'}
        data = json.dumps(found.collection, ensure_ascii=False, allow_nan=False)
        return Response(data, media_type=GEOJSON, headers=headers)

    app.add_api_route("/" + ALL.path, everything, methods=["GET"], response_class=Response, tags=["desk"],
                      summary="All incidents that one sees, stores and readings, as GeoJSON (RFC 7946).")  # fmt: skip
    app.add_api_route("/" + PATH, file, methods=["GET"], response_class=Response, tags=["desk"],
                      summary="Everything of an incident that has a place, as GeoJSON (RFC 7946, WGS-84).")  # fmt: skip
