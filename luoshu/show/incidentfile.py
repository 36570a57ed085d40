"""An incident as a file for other maps: GeoJSON of everything that has a place, for who may see the incident."""

from __future__ import annotations

import json

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import Response

from luoshu.desk.actor import READERS
from luoshu.desk.incident import Incident
from luoshu.desk.incidentmap import incident_map
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

    app.add_api_route("/" + PATH, file, methods=["GET"], response_class=Response, tags=["desk"],
                      summary="Everything of an incident that has a place, as GeoJSON (RFC 7946, WGS-84).")  # fmt: skip
