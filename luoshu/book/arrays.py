"""Checked columns as numpy arrays, for tables too large to walk row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from luoshu.book.table import Column, Schema


def arrays(schema: Schema, columns: Mapping[str, Sequence[Any]]) -> dict[str, np.ndarray]:
    """The arrays of a table's columns by name; see `Book.columns` for their types."""
    return {c.name: _array(c, columns[c.name]) for c in schema.columns}


def _array(column: Column, values: Sequence[Any]) -> np.ndarray:
    if column.type is date:
        return _days(values)
    if column.type is float or (column.type is int and column.optional):
        if column.optional and None in values:
            values = [np.nan if v is None else v for v in values]
        return np.fromiter(values, dtype=np.float64, count=len(values))
    if column.type is int:
        return np.fromiter(values, dtype=np.int64, count=len(values))
    if column.type is bool and not column.optional:
        return np.fromiter(values, dtype=bool, count=len(values))
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


def _days(values: Sequence[date | None]) -> np.ndarray:
    """Days by their ordinals: many times as fast as numpy's own reading of date objects."""
    first = date(1970, 1, 1).toordinal()
    try:
        days = np.fromiter(map(date.toordinal, values), dtype=np.int64, count=len(values))  # type: ignore[arg-type]
        return (days - first).view("datetime64[D]")
    except TypeError:
        ordinals = [first if v is None else v.toordinal() for v in values]
        made = (np.array(ordinals, dtype=np.int64) - first).view("datetime64[D]")
        made[np.array([v is None for v in values], dtype=bool)] = np.datetime64("NaT")
        return made
