"""Minutes between homes and sites: along the book's streets, or in a straight line where it has none."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from luoshu.kinds.commitment import Reason
from luoshu.words.message import Message, named

if TYPE_CHECKING:
    import numpy as np
    import scipy.sparse as sparse
    from numpy.typing import ArrayLike, NDArray

    from luoshu.book.book import Book
    from luoshu.book.streets import Mode, Streets

MODES: dict[str, Message] = {
    "walk": named("步行", "on foot"),
    "cycle": named("骑行", "by bicycle"),
    "drive": named("驾车", "by car"),
}
WALKERS: dict[str, Message] = {
    "adult": named("成人", "adults"),
    "child": named("儿童", "children"),
    "old": named("老年人", "old people"),
    "wheelchair": named("轮椅使用者", "wheelchair users"),
}


class Travel(ABC):
    """How long it takes from homes to sites, in minutes, for one mode and one walker.

    All coordinates are WGS-84 degrees, one-dimensional and equally long; a place without coordinates (NaN) is out of
    reach, as is one too far from any street. Out of reach is infinite minutes, never zero. `estimate`: the minutes do
    not rest on streets. `because`: how they are computed, with every speed and factor and who says so.
    """

    estimate: bool
    because: tuple[Reason, ...]

    @property
    @abstractmethod
    def fastest(self) -> float:
        """How many metres in a straight line a minute can lead at most, anywhere: what bounds may rest on."""

    @abstractmethod
    def nearest(
        self, from_lon: ArrayLike, from_lat: ArrayLike, to_lon: ArrayLike, to_lat: ArrayLike, within: float = ...
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """For each home the minutes to its nearest site and that site's place in the list; infinite and -1 without."""

    @abstractmethod
    def reach(
        self, home_lon: ArrayLike, home_lat: ArrayLike, site_lon: ArrayLike, site_lat: ArrayLike, within: float
    ) -> sparse.csr_array:
        """Sites by homes: the minutes from each home that reaches the site within so many.

        A stored zero is a home zero minutes away; what is not stored is out of reach.
        """

    @abstractmethod
    def badly_snapped(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.float64]:
        """Metres from each place to the streets that hang together; infinite without any; 0 for the estimate."""

    @abstractmethod
    def isochrone(self, lon: ArrayLike, lat: ArrayLike, minutes: float) -> list[dict[str, Any]]:
        """For each site the area from which it is reached within so many minutes: a GeoJSON Polygon or MultiPolygon."""

    @abstractmethod
    def segments(self, lon: ArrayLike, lat: ArrayLike, minutes: float) -> dict[str, Any]:
        """The streets, and exact parts of streets, from which a site is reached: a GeoJSON MultiLineString."""


def travel(book: Book, mode: str, walker: str, day: date) -> Travel:
    """How people of a kind get from homes to sites, by the rule of speeds in force on the day.

    `mode` is walk, cycle or drive; `walker` is adult, child, old or wheelchair (a walk at their speed; wheelchairs take
    no stairs). Along the streets of the book (`luoshu roads`) with its walls, gates and bridges; where it has none, by
    `Crow`, which says that it is an estimate. ValueError for another mode or walker.
    """
    _known("mode", mode, MODES)
    _known("walker", walker, WALKERS)
    from luoshu.kinds.barrier import BARRIERS
    from luoshu.kinds.crow import Crow
    from luoshu.kinds.travel_speed import speeds

    known, streets = speeds(book, day), streets_of(book)
    if streets is None:
        return Crow(known, mode, walker, barriers=sum(len(book.rows(table)) for table in BARRIERS))
    from luoshu.kinds.on_streets import OnStreets

    return OnStreets(book, streets, known, cast("Mode", mode), walker, day)


def streets_of(book: Book) -> Streets | None:
    """The street network of a book, read once; None where it has none."""
    from luoshu.book.streets import load_streets

    return book.derived("streets", lambda each: load_streets(each.folder))


def _known(name: str, value: str, allowed: Mapping[str, Message]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}, and must be one of {', '.join(allowed)}.")
