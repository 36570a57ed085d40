"""What a gauge shows on the map: points, lines or polygons with their figures, for any kind alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from luoshu.words.message import Message

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SHAPES = ("points", "lines", "polygons")
ROLES = ("homes", "sites", "planned", "candidates", "unserved", "counties", "reach", "units", "areas", "barriers")
"""How a layer is drawn: many small points by measure, labelled marks, hollow marks, areas, a reach, outlines."""


@dataclass(frozen=True, kw_only=True, eq=False)
class LayerColumn:
    """One figure of every feature: numbers (NaN: not known) or words, with what it is called and its unit."""

    name: Message
    values: Any
    unit: str = ""

    @property
    def numeric(self) -> bool:
        """Whether the values are an array of numbers."""
        return getattr(self.values, "dtype", None) is not None and self.values.dtype.kind in "fiu"


@dataclass(frozen=True, kw_only=True, eq=False)
class Layer:
    """Something to draw on the map, in WGS-84 degrees.

    `shape` points: `lon`, `lat` are arrays of n; lines and polygons: `geometries` are n GeoJSON geometries. `ids` and
    `names` have n entries or none. `columns` hold n values each by a machine name. `measure` is the column that colours
    the layer, in classes that begin at `breaks` (rising; upper class open); an infinite value is out of reach, NaN not
    known; `limit` is the value at which the promise draws its line, as 10 minutes. `weight` is the column of people.
    `estimate`: the figures are estimated. `table`: the book's table whose rows the features are, so that a what-if can
    edit them; their `ids` are its keys.
    """

    id: str
    name: Message
    shape: str
    role: str
    lon: Floats | None = None
    lat: Floats | None = None
    geometries: Sequence[Mapping[str, Any]] = ()
    ids: Sequence[str] = ()
    names: Sequence[str] = ()
    columns: Mapping[str, LayerColumn] = field(default_factory=dict)
    measure: str = ""
    breaks: tuple[float, ...] = ()
    limit: float | None = None
    high_is_bad: bool = True
    weight: str = ""
    estimate: bool = False
    table: str = ""

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise ValueError(f"shape {self.shape!r} is not one of {', '.join(SHAPES)}")
        if self.role not in ROLES:
            raise ValueError(f"role {self.role!r} is not one of {', '.join(ROLES)}")
        if self.measure and self.measure not in self.columns:
            raise ValueError(f"measure {self.measure!r} is no column of the layer {self.id}")
        if self.weight and self.weight not in self.columns:
            raise ValueError(f"weight {self.weight!r} is no column of the layer {self.id}")
        uneven = {name: len(column.values) for name, column in self.columns.items() if len(column.values) != len(self)}
        if uneven or (self.ids and len(self.ids) != len(self)) or (self.names and len(self.names) != len(self)):
            raise ValueError(f"the layer {self.id} has {len(self)} features, but not as many values of each: {uneven}")

    def __len__(self) -> int:
        if self.shape != "points":
            return len(self.geometries)
        return 0 if self.lon is None else len(self.lon)
