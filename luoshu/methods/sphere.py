"""The round earth in plain numbers: points as unit vectors, a plane for one city, a circle on the ground."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

EARTH_METRES = 6_371_008.8
"""Mean radius of the earth in metres (IUGG); a sphere is off by up to 0.5 % against the ellipsoid."""


def coordinates(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Longitudes and latitudes as equally long arrays, and which of them name a place (finite, latitude within 90).

    ValueError where there are not as many of one as of the other.
    """
    one, two = (np.atleast_1d(np.asarray(given, dtype=np.float64)) for given in (lon, lat))
    if one.shape != two.shape or one.ndim != 1:
        raise ValueError(f"There are {one.shape} longitudes and {two.shape} latitudes; they must be equally many.")
    return one, two, np.isfinite(one) & (np.abs(two) <= 90)


def on_sphere(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    """Places as unit vectors (n by 3), and which of them are places at all (NaN rows else).

    >>> on_sphere([0.0, 90.0], [0.0, 0.0])[0].round(9).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    one, two, good = coordinates(lon, lat)
    east, north = np.radians(np.where(good, one, np.nan)), np.radians(np.where(good, two, np.nan))
    return np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], axis=1), good


def great_circle(lon: ArrayLike, lat: ArrayLike, to_lon: ArrayLike, to_lat: ArrayLike) -> Floats:
    """Metres along the surface between places, one by one or many to one (haversine formula).

    >>> great_circle([0.0, 1.0], [0.0, 0.0], 1.0, 0.0).round(0).tolist()
    [111195.0, 0.0]
    """
    east, north, east_to, north_to = (np.asarray(each, dtype=np.float64) for each in (lon, lat, to_lon, to_lat))
    rise = np.sin(np.radians(north_to - north) / 2) ** 2
    turn = np.sin(np.radians(east_to - east) / 2) ** 2
    half = rise + np.cos(np.radians(north)) * np.cos(np.radians(north_to)) * turn
    return np.asarray(2 * EARTH_METRES * np.arcsin(np.sqrt(np.minimum(half, 1.0))))


def circle(lon: float, lat: float, metres: float, corners: int = 72) -> list[list[float]]:
    """A closed ring of points so many metres from a place, counter-clockwise, first point repeated.

    >>> ring = circle(112.45, 34.62, 500.0)
    >>> len(ring), ring[0] == ring[-1]
    (73, True)
    >>> great_circle(112.45, 34.62, *ring[10]).round(6).tolist()
    500.0
    """
    angle = metres / EARTH_METRES
    bearing = -np.linspace(0.0, 2 * np.pi, corners, endpoint=False)
    north = np.radians(lat)
    to = np.arcsin(np.sin(north) * np.cos(angle) + np.cos(north) * np.sin(angle) * np.cos(bearing))
    turn = np.arctan2(np.sin(bearing) * np.sin(angle) * np.cos(north), np.cos(angle) - np.sin(north) * np.sin(to))
    ring = np.stack([lon + np.degrees(turn), np.degrees(to)], axis=1).tolist()
    return [*ring, ring[0]]


@dataclass(frozen=True, kw_only=True)
class Plane:
    """A flat map for one city, in metres east and north of its middle (equirectangular).

    Lengths are right at the middle's latitude; one degree north or south of it they are off by 1 to 2 %.
    """

    lon: float
    lat: float

    @classmethod
    def around(cls, lon: ArrayLike, lat: ArrayLike) -> "Plane":
        """A plane for these places; of (0, 0) where there are none."""
        one, two, good = coordinates(lon, lat)
        if not good.any():
            return cls(lon=0.0, lat=0.0)
        return cls(
            lon=float((one[good].min() + one[good].max()) / 2), lat=float((two[good].min() + two[good].max()) / 2)
        )

    def metres(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """East and north in metres."""
        degree = np.pi / 180 * EARTH_METRES
        east = (np.asarray(lon, dtype=np.float64) - self.lon) * degree * np.cos(np.radians(self.lat))
        return east, (np.asarray(lat, dtype=np.float64) - self.lat) * degree

    def degrees(self, east: ArrayLike, north: ArrayLike) -> tuple[Floats, Floats]:
        """Longitude and latitude of places on the plane.

        >>> plane = Plane(lon=112.0, lat=34.0)
        >>> [round(float(value), 9) for value in plane.degrees(*plane.metres(112.3, 34.4))]
        [112.3, 34.4]
        """
        degree = np.pi / 180 * EARTH_METRES
        lon = np.asarray(east, dtype=np.float64) / (degree * np.cos(np.radians(self.lat))) + self.lon
        return lon, np.asarray(north, dtype=np.float64) / degree + self.lat
