"""The outlines of counties in geo/*.geojson: only what can be drawn is taken; a file that gives nothing is named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from luoshu.words.message import Message, say

MOST_BYTES = 20_000_000


def outlines(folder: Path) -> tuple[Mapping[str, Any] | None, tuple[Message, ...]]:
    """The first feature collection of geo/ with outlines, None without one; and what is wrong with the others."""
    faults: list[Message] = []
    for path in sorted((folder / "geo").glob("*.geojson")):
        kept = read_outlines(path)
        if kept:
            return {"type": "FeatureCollection", "features": kept}, tuple(faults)
        faults.append(say("{file} holds no outline that can be drawn", file=f"geo/{path.name}"))
    return None, tuple(faults)


def read_outlines(path: Path) -> list[dict[str, Any]]:
    """The features of a file that have an id and a polygon; nothing where the file is broken or too large."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return []
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    features = found.get("features") if isinstance(found, dict) else None
    return [made for each in features if (made := outline(each))] if isinstance(features, list) else []


def outline(feature: Any) -> dict[str, Any] | None:
    """A feature with its id, name and polygon, and nothing else; None where it has none.

    >>> ring = [[0, 0], [1, 0], [1, 1], [0, 0]]
    >>> outline({"properties": {"id": 7}, "geometry": {"type": "Polygon", "coordinates": [ring]}})["properties"]
    {'id': '7', 'name': ''}
    >>> print(outline({"properties": {"id": 7}, "geometry": {"type": "Polygon", "coordinates": [[["x", None]]]}}))
    None
    """
    if not isinstance(feature, dict):
        return None
    geometry, about = feature.get("geometry"), feature.get("properties")
    if not isinstance(geometry, dict) or not isinstance(about, dict) or about.get("id") in (None, ""):
        return None
    coordinates = geometry.get("coordinates")
    shapes = [coordinates] if geometry.get("type") == "Polygon" else coordinates
    if geometry.get("type") not in ("Polygon", "MultiPolygon") or not isinstance(shapes, list) or not shapes:
        return None
    if not all(isinstance(shape, list) and shape and all(is_ring(ring) for ring in shape) for shape in shapes):
        return None
    return {
        "type": "Feature",
        "properties": {"id": str(about["id"]), "name": str(about.get("name") or "")},
        "geometry": {"type": geometry["type"], "coordinates": coordinates},
    }


def is_ring(ring: Any) -> bool:
    """Whether this is a closed line of at least four places in degrees."""
    return isinstance(ring, list) and len(ring) >= 4 and all(is_place(place) for place in ring)


def is_place(place: Any) -> bool:
    """Whether this is a longitude and a latitude."""
    return (
        isinstance(place, list)
        and len(place) >= 2
        and all(isinstance(each, (int, float)) and isfinite(each) for each in place[:2])
        and abs(place[0]) <= 180
        and abs(place[1]) <= 90
    )
