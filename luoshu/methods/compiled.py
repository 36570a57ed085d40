"""Compiles a kernel once and keeps it: beside the code, else in the user's cache, else in memory."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """The same function as machine code (numba), compiled on its first call and cached on disk.

    numba looks for a place to keep the code: the folder named by ``NUMBA_CACHE_DIR``, the package's own
    ``__pycache__``, then the user's cache folder. Where none of them can be written (a read-only image without a home)
    numba would refuse to define the function; here the kernel is then compiled for this process only.

    A kernel calls only kernels of its own file: numba notices a changed file, not a changed callee in another one.

    >>> @compiled
    ... def twice(x):
    ...     return x + x
    >>> twice(21)
    42
    """
    from numba import njit

    try:
        return cast(F, njit(cache=True, error_model="numpy", nogil=True)(function))
    except RuntimeError:  # "no locator available for file"
        return cast(F, njit(error_model="numpy", nogil=True)(function))
