"""A small town on a line, made in memory: homes and sites so many metres east of its middle."""

from datetime import date
from pathlib import Path

from luoshu.book.book import Book
from luoshu.kinds.circle import Circle
from luoshu.kinds.home import Home
from luoshu.kinds.site import Site

DAY = date(2025, 6, 1)
METRES_A_MINUTE = 72 / 1.3
"""How far an adult comes in a minute in a straight line, detours counted in, where a book says nothing else."""
DEGREE = 6_371_008.8 * 3.141592653589793 / 180
"""Metres of a degree of longitude at the equator, where the town lies."""


def at(minutes):
    """The longitude of a place so many minutes on foot east of the middle."""
    return minutes * METRES_A_MINUTE / DEGREE


def home(name, minutes, people=100.0, **more):
    values = {"children": None, "old": None, **more}
    return Home(id=name, name=name, x=at(minutes), y=0.0, system="WGS-84", people=people, **values)


def site(name, minutes, **more):
    values = {"service": "park", "state": "open", **more}
    x = None if minutes is None else at(minutes)
    return Site(id=name, name=name, x=x, y=None if x is None else 0.0, system="WGS-84", **values)


def town(homes, sites, **settings):
    """A book of these rows that is nowhere on disk."""
    return Book(folder=Path("/nowhere"), **settings).over({Home: homes, Site: sites})


def circle(**terms):
    return Circle(**{"id": "c", "words": "w", "service": "park", "minutes": 10.0, **terms})
