"""A server whose memory was put in order: the search for garbage does not stop all screens again and again."""

from __future__ import annotations

import gc

YOUNG, MIDDLE, OLD = 10_000, 20, 20
"""How many new things are made before the search looks at them, and how often it then looks at older ones."""


def settle_memory() -> None:
    """Look for garbage once, then leave alone what is there: the programs, the book, the entries of the desk.

    Python looks through everything that it holds whenever a quarter more has been made, and stands still meanwhile: a
    fifth of a second with an empty book. What was made until now stays for as long as the server runs anyway; what
    comes later is looked through as before, only not as often.
    """
    gc.set_threshold(YOUNG, MIDDLE, OLD)
    gc.collect()
    gc.freeze()
