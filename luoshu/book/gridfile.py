"""A grid of figures as an ESRI ASCII file (.asc): the cells that hold something, as points in the file's own system."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from luoshu.book import files
from luoshu.book.problem import Problem, Source
from luoshu.words.message import Message, say

MOST_BYTES = 500_000_000
_WORDS = ("ncols", "nrows", "xllcorner", "xllcenter", "yllcorner", "yllcenter", "cellsize", "nodata_value")


@dataclass(frozen=True, kw_only=True, eq=False)
class Raster:
    """Middles of the cells with a figure above zero, their figures, the side of a cell; `row` from 1 at the top.

    `below` counts cells with figures less than zero that are not the file's sign for nothing: they are left out.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    values: NDArray[np.float64]
    side: float
    below: int = 0


def read_raster(path: Path) -> tuple[Raster | None, tuple[Problem, ...]]:
    """The cells of a .asc file; None and a problem where it is none."""
    data, problem = files.read(path.parent, path.name, MOST_BYTES)
    if data is None:
        missing = _wrong(path, say("the file is missing"), code="missing-file")
        return None, (problem or missing,)
    words = data.split()
    head: dict[str, float] = {}
    while len(words) > 2 * len(head) + 1 and words[2 * len(head)].decode("ascii", "replace").casefold() in _WORDS:
        name = words[2 * len(head)].decode("ascii").casefold()
        try:
            head[name] = float(words[2 * len(head) + 1])
        except ValueError:
            return None, (_wrong(path, say("{name} is no number", name=name)),)
        if len(head) > len(_WORDS):
            break
    lacking = [n for n in ("ncols", "nrows", "cellsize") if not head.get(n, 0) > 0]
    if lacking or not ({"xllcorner", "xllcenter"} & head.keys() and {"yllcorner", "yllcenter"} & head.keys()):
        return None, (
            _wrong(path, say("the heading of the grid lacks {names}", names=", ".join(lacking) or "xllcorner")),
        )
    return _cells(path, words[2 * len(head) :], head)


def _cells(path: Path, words: list[bytes], head: dict[str, float]) -> tuple[Raster | None, tuple[Problem, ...]]:
    columns, rows, side = int(head["ncols"]), int(head["nrows"]), head["cellsize"]
    if len(words) != columns * rows:
        says = say("the grid has {count:,} figures where its heading says {wanted:,}", count=len(words),
                   wanted=columns * rows)  # fmt: skip
        return None, (_wrong(path, says),)
    try:
        values = np.array(words, dtype=np.float64).reshape(rows, columns)
    except ValueError:
        return None, (_wrong(path, say("some of its figures are no numbers")),)
    nothing = values == head.get("nodata_value", -9999.0)
    below = (values < 0) & ~nothing
    row, column = np.nonzero((values > 0) & np.isfinite(values))
    left = head["xllcorner"] + side / 2 if "xllcorner" in head else head["xllcenter"]
    low = head["yllcorner"] + side / 2 if "yllcorner" in head else head["yllcenter"]
    x, y = np.asarray(left + column * side), np.asarray(low + (rows - 1 - row) * side)
    made = Raster(x=x, y=y, row=row + 1, column=column + 1,
                  values=values[row, column], side=side, below=int(below.sum()))  # fmt: skip
    return made, ()


def _wrong(path: Path, says: Message, code: str = "wrong-format") -> Problem:
    return Problem(code=code, says=says, source=Source(file=path.name),
                   mend=say("Export the grid again as ESRI ASCII (.asc)"))  # fmt: skip
