"""A street network beside the people and counties of a book: whom it does not reach, and whether it lies there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from luoshu.book.book import Book
from luoshu.book.outlines import outlines
from luoshu.book.streetquality import far_people, in_outlines
from luoshu.book.streets import Streets
from luoshu.kinds.people import homes


def among_people(streets: Streets, book: Book) -> Streets:
    """The network with two more figures in `about`, where the book knows enough to give them.

    `people`: how many live far from any street that is walked, by the homes that the book has (cells of a spread
    census are nobody's home and not asked). `in_outlines`: the share of corners in or near the counties of geo/.
    """
    about = dict(streets.about)
    found = homes(book)
    known = ~np.asarray(found.estimated, dtype=bool)
    if known.any() and "all" in found.groups:
        about["people"] = far_people(streets, found.lon[known], found.lat[known], found.groups["all"][known])
    place = in_outlines(streets, list(_boxes(outlines(book.folder)[0])))
    if place:
        about["in_outlines"] = place
    return replace(streets, about=about)


def _boxes(collection: Any) -> Iterator[tuple[float, float, float, float]]:
    """West, south, east and north of each outline."""
    for feature in collection["features"] if collection else ():
        geometry = feature["geometry"]
        shapes = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        points = np.array([place[:2] for shape in shapes for place in shape[0]], dtype=np.float64)
        west, south = points.min(axis=0)
        east, north = points.max(axis=0)
        yield float(west), float(south), float(east), float(north)
