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
        return np.array(values, dtype="datetime64[D]")
    if column.type is float or (column.type is int and column.optional):
        return np.array(values, dtype=np.float64)
    if column.type is int:
        return np.array(values, dtype=np.int64)
    if column.type is bool and not column.optional:
        return np.array(values, dtype=bool)
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made
