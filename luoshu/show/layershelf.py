"""The layers of every promise of one look at a book: each drawn once, beside the pages, by one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from luoshu.book.book import Book
from luoshu.kinds.commitment import Commitment, Gauge
from luoshu.kinds.layer import Layer, LayerColumn
from luoshu.show.links import file_name
from luoshu.words.message import Message, say

COMPUTING = threading.Lock()
"""Held while layers or a what-if are computed: two at once would only make both slower, and the pages with them."""


NEAREST = "nearest"
"""A column of homes with the row of the nearest site: for the map, which counts by it."""


class BeingDrawn(Exception):
    """The layers are not there yet; ask again."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """The layers of one promise by their name in links; `fault` says why there are none."""

    gauge: Gauge
    layers: Mapping[str, Layer] = field(default_factory=dict)
    fault: Message | None = None

    @cached_property
    def outward(self) -> Mapping[str, Layer]:
        """The layers as other programs get them: the nearest site by its id, "" where there is none.

        >>> import numpy as np
        >>> lon, homes = np.zeros(3), {"nearest": LayerColumn(name=say("site"), values=np.array([1, np.nan, 0]))}
        >>> layers = [Layer(id="homes", name=say("homes"), shape="points", role="homes", lon=lon, columns=homes),
        ...           Layer(id="sites", name=say("sites"), shape="points", role="sites", lon=lon[:2], ids=["a", "b"])]
        >>> Drawn(gauge=None, layers=by_name(layers)).outward["homes"].columns["nearest"].values
        ['b', '', 'a']
        """
        sites = numbered_sites(self.layers.values())
        return {name: _named(layer, sites) for name, layer in self.layers.items()}


def has_layers(commitment: Commitment) -> bool:
    """Whether the commitment's kind draws anything: asked without computing."""
    return type(commitment).layers is not Commitment.layers


def has_around(commitment: Commitment) -> bool:
    """Whether the kind can draw what one row brings."""
    return type(commitment).around is not Commitment.around


def draw(gauge: Gauge, book: Book, day: date) -> Drawn:
    """The layers of a gauge's commitment; a kind that fails, or names two layers alike, does not take the page down."""
    try:
        layers = by_name(gauge.commitment.layers(book, day))
    except Exception as error:  # the kinds are open to additions
        says = say("It could not be drawn: {fault}", fault=f"{type(error).__name__}: {error}")
        return Drawn(gauge=gauge, fault=says)
    return Drawn(gauge=gauge, layers=layers)


def by_name(layers: Iterable[Layer]) -> dict[str, Layer]:
    """Layers by the name that their files have; of two with one name the first."""
    found: dict[str, Layer] = {}
    for layer in layers:
        found.setdefault(file_name(layer.id), layer)
    return found


def numbered_sites(layers: Iterable[Layer]) -> Layer | None:
    """The layer whose rows the column `nearest` of another one of the same promise numbers: the first of sites."""
    return next((layer for layer in layers if layer.role == "sites"), None)


def _named(layer: Layer, sites: Layer | None) -> Layer:
    """A layer whose column `nearest` holds ids instead of rows; without ids to write it goes without the column."""
    column = layer.columns.get(NEAREST)
    if column is None or not column.numeric:
        return layer
    columns = {name: each for name, each in layer.columns.items() if name != NEAREST}
    if sites is not None and sites.ids:
        ids = {float(row): str(id) for row, id in enumerate(sites.ids)}
        columns[NEAREST] = LayerColumn(name=column.name, values=[ids.get(row, "") for row in column.values.tolist()])
    return replace(layer, columns=columns)


class LayerShelf:
    """The drawn layers of a book on a day. `names` are the promises that have any, as they are called in links."""

    def __init__(self, book: Book, day: date, gauges: Iterable[Gauge]) -> None:
        self.book, self.day = book, day
        self.gauges = {file_name(g.commitment.id): g for g in gauges if has_layers(g.commitment)}
        self._drawn: dict[str, Drawn] = {}
        self._ready = {name: threading.Event() for name in self.gauges}
        self._begun: set[str] = set()
        self._lock = threading.Lock()

    @property
    def names(self) -> list[str]:
        return list(self.gauges)

    def drawn(self, name: str, wait: float | None = None) -> Drawn:
        """The layers of a promise. Raises KeyError where it has none, BeingDrawn after `wait` seconds (None: never)."""
        ready = self._ready[name]
        self.begin([name])
        if not ready.wait(wait):
            raise BeingDrawn(name)
        return self._drawn[name]

    def begin(self, names: Iterable[str] | None = None) -> None:
        """Have the layers of these promises (of all) drawn in the background, unless they are already."""
        for name in self.gauges if names is None else names:
            with self._lock:
                if name in self._begun:
                    continue
                self._begun.add(name)
            threading.Thread(target=self._draw, args=(name,), name=f"layers {name}", daemon=True).start()

    def _draw(self, name: str) -> None:
        try:
            with COMPUTING:
                self._drawn[name] = draw(self.gauges[name], self.book, self.day)
        finally:  # whatever happens, nobody waits for ever
            stopped = say("It could not be drawn: {fault}", fault=say("the computation was stopped"))
            self._drawn.setdefault(name, Drawn(gauge=self.gauges[name], fault=stopped))
            self._ready[name].set()
