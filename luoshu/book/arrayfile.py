"""Arrays in one file (.npz): the same bytes for the same arrays, and bounded reading that believes no heading."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

MOST_BYTES = 4_000_000_000
"""Of all arrays together, unpacked."""


class NotArrays(ValueError):
    """The bytes are no file of arrays of the names and types that were asked for."""


def pack(arrays: Mapping[str, np.ndarray]) -> bytes:
    """The arrays as an .npz that numpy opens too; the same arrays give the same bytes, on every day and machine.

    >>> pack({"a": np.arange(3)}) == pack({"a": np.arange(3)})
    True
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as kept:
        for name, values in arrays.items():
            inner = io.BytesIO()
            little = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
            np.lib.format.write_array(inner, little, version=(1, 0), allow_pickle=False)
            # a fixed day: the archive's own clock would make every file another
            kept.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), inner.getbuffer())
    return out.getvalue()


def unpack(data: bytes, types: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The arrays that `types` names, of one dimension and of just these types; NotArrays says what is wrong.

    Read-only, and without a copy of the bytes where they were not compressed. The archive's own words on sizes are
    compared with what is there before anything is made of them.

    >>> unpack(pack({"a": np.arange(3, dtype="<i4")}), {"a": "<i4"})["a"].tolist()
    [0, 1, 2]
    >>> unpack(b"PK", {"a": "<i4"})
    Traceback (most recent call last):
    luoshu.book.arrayfile.NotArrays: File is not a zip file
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as kept:
            if sum(member.file_size for member in kept.infolist()) > MOST_BYTES:
                raise NotArrays("it unpacks to more than is read")
            return {name: _array(kept, name, np.dtype(kind)) for name, kind in types.items()}
    except NotArrays:
        raise
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise NotArrays(str(error.args[0]) if error.args else type(error).__name__) from None
    except Exception as error:  # zlib.error and the like: a damaged archive has many ways to fail
        raise NotArrays(type(error).__name__) from None


def _array(kept: zipfile.ZipFile, name: str, kind: np.dtype[Any]) -> np.ndarray:
    raw = kept.read(f"{name}.npy")
    inner = io.BytesIO(raw[:4096])
    if np.lib.format.read_magic(inner) != (1, 0):
        raise NotArrays(f"{name} is of another version")
    shape, _, found = np.lib.format.read_array_header_1_0(inner)
    if found != kind or len(shape) != 1:
        raise NotArrays(f"{name} is not a list of {kind.name}")
    body = len(raw) - inner.tell()
    if body != shape[0] * kind.itemsize:
        raise NotArrays(f"{name} is not as long as it says")
    return np.frombuffer(raw, dtype=kind, count=shape[0], offset=inner.tell())
