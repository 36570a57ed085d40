"""Whether a handful of sites reach every home: each choice is looked at, home by home, on sets kept as bits."""

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from luoshu.methods.compiled import compiled

MOST_SITES = 8
"""Sites up to which a handful is tried; the limit on the work decides how far that leads."""
MOST_WORDS = 300_000_000
"""Words of 64 bits looked at before the search is given up: a quarter of a second."""


def few_sites(reach: sparse.csr_array, most: int, work: int = MOST_WORDS) -> NDArray[np.int64] | None:
    """At most so many rows (sites) that together have an entry in every column (home); None: there are none.

    Some home has to be reached by one of the few sites that can: every such site is tried, hardest home first. The last
    site must reach all that is left, and homes of which no two share a site need a site each. Raises TimeoutError where
    that takes more than ``work`` words of bits.

    >>> reach = sparse.csr_array(np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]))
    >>> few_sites(reach, 2).tolist(), few_sites(reach, 1)
    ([0, 2], None)
    """
    count = np.bincount(reach.indices, minlength=reach.shape[1])
    turned = sparse.csr_array(sparse.csr_array(reach[:, np.argsort(count, kind="stable")]).T)
    firsts, sites = turned.indptr.astype(np.int64), turned.indices.astype(np.int64)
    homes = np.repeat(np.arange(reach.shape[1]), np.diff(firsts))
    chosen = np.full(most, -1)
    done = look(firsts, sites, _bits(homes, sites, *turned.shape), _bits(sites, homes, *reach.shape), chosen, work)
    if done < 0:
        raise TimeoutError(f"Whether {most} sites reach every home takes more than {work} words of bits to say.")
    return np.sort(chosen[chosen >= 0]) if done else None


def _bits(row: NDArray[np.int64], column: NDArray[np.int64], rows: int, columns: int) -> NDArray[np.uint64]:
    """A table of yes and no as words of 64 bits."""
    flags = np.zeros((rows, (columns + 63) // 64 * 64), dtype=np.uint8)
    flags[row, column] = 1
    return np.packbits(flags, axis=1, bitorder="little").view("<u8").astype(np.uint64)


@compiled
def look(firsts, sites, by_home, by_site, chosen, work):  # type: ignore[no-untyped-def]
    """1 where a choice was found (in ``chosen``), 0 where there is none, -1 where the work ran out."""
    most, homes = len(chosen), len(firsts) - 1
    wide, long = by_home.shape[1], by_site.shape[1]
    near = beside(firsts, sites, by_site) if len(sites) * long * 4 < work else by_site[:0]
    rest = np.zeros(long, dtype=np.uint64)
    left = np.zeros((most + 1, long), dtype=np.uint64)
    for home in range(homes):
        left[0, home >> 6] |= np.uint64(1) << np.uint64(home & 63)
    at, end = np.zeros(most + 1, dtype=np.int64), np.zeros(most + 1, dtype=np.int64)
    common = np.zeros(wide, dtype=np.uint64)
    depth, fresh = 0, True
    while depth >= 0:
        if fresh:
            home = first_of(left[depth])
            if home < 0:
                return 1
            if depth == most:
                depth, fresh = depth - 1, False
                continue
            if depth == most - 1:  # the last site has to reach all that is left
                common[:] = by_home[home]
                some = True
                for other in range(home + 1, homes):
                    if (left[depth, other >> 6] >> np.uint64(other & 63)) & np.uint64(1):
                        work -= wide
                        some = False
                        for word in range(wide):
                            common[word] &= by_home[other, word]
                            some = some or common[word] != 0
                        if not some:
                            break
                if some and first_of(common) >= 0:
                    chosen[depth] = first_of(common)
                    return 1
                depth, fresh = depth - 1, False
                continue
            at[depth], end[depth] = firsts[home], firsts[home + 1]
            if len(near):  # homes of which no two share a site need a site each
                rest[:] = left[depth]
                apart = 0
                while home >= 0 and apart <= most - depth:
                    apart += 1
                    work -= long
                    for word in range(long):
                        rest[word] &= ~near[home, word]
                    home = first_of(rest)
                if apart > most - depth:
                    depth, fresh = depth - 1, False
                    continue
        if at[depth] == end[depth]:
            chosen[depth] = -1
            depth, fresh = depth - 1, False
            continue
        work -= long
        if work < 0:
            return -1
        site = sites[at[depth]]
        at[depth] += 1
        chosen[depth] = site
        for word in range(long):
            left[depth + 1, word] = left[depth, word] & ~by_site[site, word]
        depth, fresh = depth + 1, True
    return 0


@compiled
def beside(firsts, sites, by_site):  # type: ignore[no-untyped-def]
    """For each home the homes that share a site with it, itself among them."""
    near = np.zeros((len(firsts) - 1, by_site.shape[1]), dtype=np.uint64)
    for home in range(len(near)):
        near[home, home >> 6] |= np.uint64(1) << np.uint64(home & 63)
        for place in range(firsts[home], firsts[home + 1]):
            for word in range(by_site.shape[1]):
                near[home, word] |= by_site[sites[place], word]
    return near


@compiled
def first_of(words):  # type: ignore[no-untyped-def]
    """The lowest bit of a set; -1 where it is empty."""
    for place in range(len(words)):
        word = words[place]
        if word != 0:
            bit = 0
            while not (word >> np.uint64(bit)) & np.uint64(1):
                bit += 1
            return place * 64 + bit
    return -1
