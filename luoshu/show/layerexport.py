"""The layers of a book carried out as files for other programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from luoshu.book import files
from luoshu.book.problem import Problem
from luoshu.kinds.commitment import Gauge
from luoshu.kinds.layer import Layer
from luoshu.show.language import Language
from luoshu.show.layerforms import as_file
from luoshu.show.layershelf import draw, has_layers
from luoshu.show.links import file_name
from luoshu.words.message import say

if TYPE_CHECKING:
    from luoshu.region import Region


def layered(region: Region, ids: Iterable[str] = ()) -> list[Gauge]:
    """The gauges whose promises have layers, those of `ids` where any are named."""
    wanted = set(ids)
    found = [gauge for gauge in region.gauges if has_layers(gauge.commitment)]
    return [gauge for gauge in found if not wanted or gauge.commitment.id in wanted]


def write_layers(
    region: Region,
    out: Path,
    forms: Iterable[str],
    language: Language,
    ids: Iterable[str] = (),
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[list[Path], list[Problem]]:
    """Write OUT/commitment/layer.form for every layer of a region, in each of the forms; files and what was wrong.

    Points have no tiles: they are left out of the form pmtiles. Each file is whole or not there. `tell` is called with
    (promises done, promises in all).
    """
    written: list[Path] = []
    problems: list[Problem] = []
    gauges = layered(region, ids)
    for done, gauge in enumerate(gauges, start=1):
        drawn = draw(gauge, region.book, region.day)
        if drawn.fault is not None:
            problems.append(Problem(code="not-drawn", says=drawn.fault, source=gauge.commitment.source, mend=say(
                "See what luoshu check says of the tables that {id} reads", id=gauge.commitment.id)))  # fmt: skip
        for name, layer in drawn.outward.items():
            for form, data in _forms(layer, forms, language):
                path = out / file_name(gauge.commitment.id) / f"{name}.{form}"
                path.parent.mkdir(parents=True, exist_ok=True)
                files.write(path, data)
                written.append(path)
        tell(done, len(gauges))
    return written, problems


def _forms(layer: Layer, forms: Iterable[str], language: Language) -> Iterator[tuple[str, bytes]]:
    for form in forms:
        try:
            yield form, as_file(layer, form, language)
        except ValueError:  # nothing to make tiles of
            continue
