"""Coordinate systems: WGS-84, GCJ-02 and BD-09 into each other, and projected systems by their EPSG codes.

GCJ-02 (高德, 腾讯, Google's maps of China) is WGS-84 bent by up to 700 m; BD-09 (百度) bends GCJ-02 once more. CGCS2000
differs from WGS-84 by centimetres and is taken as equal. The bend has no official text: this is the formula that is in
use everywhere, first published in 2010 with Krasovsky's ellipsoid; its inverse has no closed form and is found by
iteration.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]
Forward = Callable[[Floats, Floats], Pair]

WGS_84, GCJ_02, BD_09 = "WGS-84", "GCJ-02", "BD-09"
WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271
"""The box in which web maps of China are bent; outside it they are WGS-84."""
KRASOVSKY_METRES, KRASOVSKY_E2 = 6378245.0, 0.00669342162296594323
FARTHEST_METRES = 1e8
"""Figures beyond this are no metres of any system."""
BAIDU_EAST, BAIDU_NORTH = 0.0065, 0.006
BAIDU_WAVE = np.pi * 3000.0 / 180.0
MOST_ROUNDS = 30
"""Rounds of the iteration: each brings the error down about 150 times, so eight are enough anywhere in the box."""

_ALIASES = {
    "wgs84": WGS_84, "gps": WGS_84, "epsg4326": WGS_84, "4326": WGS_84, "cgcs2000": WGS_84, "epsg4490": WGS_84,
    "4490": WGS_84, "国家2000": WGS_84, "天地图": WGS_84, "2000国家大地坐标系": WGS_84, "大地2000": WGS_84,
    "gcj02": GCJ_02, "gcj": GCJ_02, "火星坐标": GCJ_02, "火星坐标系": GCJ_02, "高德": GCJ_02, "高德坐标": GCJ_02,
    "腾讯": GCJ_02, "腾讯坐标": GCJ_02, "国测局坐标": GCJ_02, "bd09": BD_09, "bd09ll": BD_09, "百度": BD_09,
    "百度坐标": BD_09, "百度坐标系": BD_09,
}  # fmt: skip


def system_named(text: str) -> str:
    """The one name of a coordinate system, "" where the text names none: WGS-84, GCJ-02, BD-09 or EPSG:number.

    CGCS2000 in degrees (EPSG:4490) counts as WGS-84: they differ by centimetres. Whether an EPSG number is known is
    `to_wgs84`'s matter.

    >>> system_named("gcj02"), system_named("百度坐标"), system_named("EPSG:4490"), system_named("epsg 4547")
    ('GCJ-02', 'BD-09', 'WGS-84', 'EPSG:4547')
    >>> system_named("西安80")
    ''
    """
    plain = re.sub(r"[\s\-_:：]", "", unicodedata.normalize("NFKC", text)).casefold()
    if plain in _ALIASES:
        return _ALIASES[plain]
    number = re.fullmatch(r"epsg(\d{4,6})", plain)
    return f"EPSG:{number[1]}" if number else ""


def in_china_box(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Whether points lie in the box in which web maps of China are bent."""
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    return (x >= WEST) & (x <= EAST) & (y >= SOUTH) & (y <= NORTH)


def _bend(lon: Floats, lat: Floats) -> Pair:
    """By how many degrees GCJ-02 lies off WGS-84 at points given in WGS-84."""
    x, y = lon - 105.0, lat - 35.0
    pi = np.pi
    root = np.sqrt(np.abs(x))
    ripple = (20.0 * np.sin(6.0 * x * pi) + 20.0 * np.sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += (20.0 * np.sin(y * pi) + 40.0 * np.sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * pi) + 320.0 * np.sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += (20.0 * np.sin(x * pi) + 40.0 * np.sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * pi) + 300.0 * np.sin(x / 30.0 * pi)) * 2.0 / 3.0
    radians = np.radians(lat)
    square = 1.0 - KRASOVSKY_E2 * np.sin(radians) ** 2
    metres_north = KRASOVSKY_METRES * (1.0 - KRASOVSKY_E2) / (square * np.sqrt(square))
    metres_east = KRASOVSKY_METRES / np.sqrt(square) * np.cos(radians)
    return np.degrees(east / metres_east), np.degrees(north / metres_north)


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """WGS-84 degrees as GCJ-02 degrees; points outside the box of China (and NaN) stay as they are.

    >>> lon, lat = wgs84_to_gcj02([112.4540], [34.6197])
    >>> float(lon[0].round(6)), float(lat[0].round(6))
    (112.46025, 34.618674)
    """
    x, y = _points(lon, lat)
    inside = in_china_box(x, y)
    east, north = _bend(x[inside], y[inside])
    x[inside] += east
    y[inside] += north
    return x, y


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """GCJ-02 degrees as WGS-84 degrees: the point that `wgs84_to_gcj02` bends to the given one, to a thousandth of a
    millimetre (nanometres but on the meridian of 105° itself, where the formula has a cusp).

    Points outside the box of China stay as they are. Within 1 km of the edge of the box, which lies at sea and in other
    countries, two points may be bent to one: the one inside the box is given.
    """
    x, y = _points(lon, lat)
    return _undone(x, y, x.copy(), y.copy(), wgs84_to_gcj02_unbounded)


def wgs84_to_gcj02_unbounded(lon: Floats, lat: Floats) -> Pair:
    """The bend without the box: what the inverse iterates on, so that it does not jump at the edge."""
    east, north = _bend(lon, lat)
    return lon + east, lat + north


def _undone(x: Floats, y: Floats, at_x: Floats, at_y: Floats, forward: Forward) -> Pair:
    """Where `forward` leads to (x, y), by fixed-point iteration from (at_x, at_y); points from outside stay."""
    near = in_china_box(x, y) | in_china_box(x - 0.02, y - 0.02) | in_china_box(x + 0.02, y + 0.02)
    for _ in range(MOST_ROUNDS):
        made_x, made_y = forward(at_x[near], at_y[near])
        off_x, off_y = x[near] - made_x, y[near] - made_y
        at_x[near] += off_x
        at_y[near] += off_y
        if not off_x.size or max(np.abs(off_x).max(), np.abs(off_y).max()) < 1e-13:
            break
    found = near & in_china_box(at_x, at_y)
    return np.where(found, at_x, x), np.where(found, at_y, y)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """GCJ-02 degrees as BD-09 degrees; points outside the box of China stay as they are."""
    x, y = _points(lon, lat)
    inside = in_china_box(x, y)
    x[inside], y[inside] = _twist(x[inside], y[inside])
    return x, y


def _twist(x: Floats, y: Floats) -> Pair:
    length = np.hypot(x, y) + 0.00002 * np.sin(y * BAIDU_WAVE)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * BAIDU_WAVE)
    return length * np.cos(angle) + BAIDU_EAST, length * np.sin(angle) + BAIDU_NORTH


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """BD-09 degrees as GCJ-02 degrees, by iteration as `gcj02_to_wgs84`."""
    x, y = _points(lon, lat)
    return _undone(x, y, x - BAIDU_EAST, y - BAIDU_NORTH, _twist)


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """WGS-84 degrees as BD-09 degrees; points outside the box of China stay as they are."""
    x, y = _points(lon, lat)
    inside = in_china_box(x, y)
    x[inside], y[inside] = _both(x[inside], y[inside])
    return x, y


def _both(x: Floats, y: Floats) -> Pair:
    return _twist(*wgs84_to_gcj02_unbounded(x, y))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """BD-09 degrees as WGS-84 degrees, by iteration as `gcj02_to_wgs84`."""
    x, y = _points(lon, lat)
    return _undone(x, y, x - BAIDU_EAST, y - BAIDU_NORTH, _both)


def to_wgs84(x: ArrayLike, y: ArrayLike, system: str) -> Pair:
    """Points of a system as WGS-84 degrees (lon, lat); NaN where they lie outside what the system can hold.

    `x` is the longitude or easting and `y` the latitude or northing whatever order the system's own definition has
    (EPSG:4326 and the Chinese systems name the north first). ValueError where the system is not known, or where there
    is no published way from it to WGS-84 (as for Xi'an 1980).

    >>> lon, lat = to_wgs84([541613.0], [3832343.0], "EPSG:4547")
    >>> float(lon[0].round(3)), float(lat[0].round(3))
    (114.454, 34.618)
    """
    name = system_named(system)
    if not name:
        raise ValueError(f"{system!r} is no coordinate system: write WGS-84, CGCS2000, GCJ-02, BD-09 or EPSG:number")
    if name == WGS_84:
        return _points(x, y)
    if name == GCJ_02:
        return gcj02_to_wgs84(x, y)
    if name == BD_09:
        return bd09_to_wgs84(x, y)
    return _projected(*_points(x, y), int(name.removeprefix("EPSG:")))


def _projected(x: Floats, y: Floats, code: int) -> Pair:
    way, degrees = _transformer(code)
    lon, lat = way.transform(x, y)
    good = np.isfinite(lon) & np.isfinite(lat) & (np.abs(x) < FARTHEST_METRES) & (np.abs(y) < FARTHEST_METRES)
    if not degrees:  # figures like these are degrees that were taken for metres: there is no land so near an origin
        good &= (np.abs(x) > 360) | (np.abs(y) > 360)
    return np.where(good, lon, np.nan), np.where(good, lat, np.nan)


@lru_cache(maxsize=64)
def _transformer(code: int) -> tuple[Any, bool]:
    """PROJ's way from a system to WGS-84, and whether the system is in degrees; kept, since finding it takes long.

    Without a published way PROJ would take one datum for the other, which is some 100 m off for Xi'an 1980: this is
    done for CGCS2000 only, which is WGS-84 to within centimetres.
    """
    import pyproj

    try:
        system = pyproj.CRS.from_epsg(code)
    except pyproj.exceptions.CRSError:
        raise ValueError(f"EPSG:{code} is no coordinate system that is known") from None
    if not (system.is_geographic or system.is_projected) or system.geodetic_crs is None:
        raise ValueError(f"EPSG:{code} ({system.name}) does not say where on the Earth a point is")
    alike = "CGCS2000" in system.name or system.geodetic_crs.name == "China Geodetic Coordinate System 2000"
    try:
        way = pyproj.Transformer.from_crs(system, 4326, always_xy=True, allow_ballpark=alike)
    except pyproj.exceptions.ProjError:
        raise ValueError(f"EPSG:{code} ({system.name}) has no published way to WGS-84") from None
    return way, bool(system.is_geographic)


def _points(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Copies as float64 arrays of one length."""
    x, y = np.atleast_1d(np.asarray(lon, dtype=np.float64)), np.atleast_1d(np.asarray(lat, dtype=np.float64))
    if x.shape != y.shape:
        raise ValueError(f"there are {x.size} x for {y.size} y; each point needs both")
    return x.copy(), y.copy()
