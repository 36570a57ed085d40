"""The layers of every promise of one look at a book: each drawn once, beside the pages, by one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from luoshu.book.book import Book
from luoshu.kinds.commitment import Commitment, Gauge
from luoshu.kinds.layer import Layer
from luoshu.show.links import file_name
from luoshu.words.message import Message, say

COMPUTING = threading.Lock()
"""Held while layers or a what-if are computed: two at once would only make both slower, and the pages with them."""


class BeingDrawn(Exception):
    """The layers are not there yet; ask again."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """The layers of one promise by their name in links; `fault` says why there are none."""

    gauge: Gauge
    layers: Mapping[str, Layer] = field(default_factory=dict)
    fault: Message | None = None


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
