"""Streets as one kind of traveller may use them: links with minutes each way, divided where something bars or joins."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from luoshu.methods.reach import Network, network

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Ways:
    """Straight links between corners on a plane in metres.

    Of one value a corner: `x`, `y`. Of one value a link: `tail`, `head` (numbers of corners), `forth` and `back`
    (minutes from tail to head and from head to tail, infinite where that way is barred).

    Links are numbered as they were given; what `divide` and `join` add follows. A divided link stays with both ways
    barred, and its pieces are `first[link]` to `first[link] + pieces[link]`, cut at `ends` of the link (0 to 1).
    """

    x: Floats
    y: Floats
    tail: Ints
    head: Ints
    forth: Floats
    back: Floats
    owner: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    begins: Floats = field(default_factory=lambda: np.empty(0))
    ends: Floats = field(default_factory=lambda: np.empty(0))
    given: int = -1

    def __len__(self) -> int:
        return len(self.tail)

    @property
    def nodes(self) -> int:
        """How many corners."""
        return len(self.x)

    def toward(self) -> Network:
        """The network turned round, so that a search from the sites finds the ways that lead to them."""
        tails, heads = np.concatenate([self.tail, self.head]), np.concatenate([self.head, self.tail])
        minutes = np.concatenate([self.forth, self.back])
        return network(tails, heads, minutes, self.nodes, x=self.x, y=self.y, both_ways=False, reverse=True)

    def at(self, link: ArrayLike, share: ArrayLike) -> tuple[Floats, Floats]:
        """The places on the plane that lie so far along links (0 at the tail, 1 at the head)."""
        which, part = np.asarray(link, dtype=np.int64), np.asarray(share, dtype=np.float64)
        tail, head = self.tail[which], self.head[which]
        return (
            self.x[tail] + part * (self.x[head] - self.x[tail]),
            self.y[tail] + part * (self.y[head] - self.y[tail]),
        )

    def piece(self, link: ArrayLike, share: ArrayLike) -> tuple[Ints, Floats]:
        """Where places on links as given lie now: on which link or piece, and how far along it.

        >>> way = Ways(x=np.array([0.0, 10.0]), y=np.zeros(2), tail=np.array([0]), head=np.array([1]),
        ...     forth=np.array([1.0]), back=np.array([1.0]))
        >>> parted, _ = divide(way, [0], [0.5], [False])
        >>> [found.tolist() for found in parted.piece([0, 0], [0.25, 0.75])]
        [[1, 2], [0.5, 0.5]]
        """
        which, part = np.array(link, dtype=np.int64), np.array(share, dtype=np.float64)
        if not len(self.owner):
            return which, part
        first, last = np.searchsorted(self.owner, which, side="left"), np.searchsorted(self.owner, which, side="right")
        cut = np.flatnonzero(last > first)
        # pieces of one link follow each other; number and share in one key, so that one search finds the piece
        key, sought = self.owner + np.minimum(self.begins, 1 - 1e-9), which[cut] + np.minimum(part[cut], 1 - 1e-9)
        found = np.clip(np.searchsorted(key, sought, side="right") - 1, first[cut], last[cut] - 1)
        empty = (self.ends[found] <= self.begins[found]) & (found > first[cut])
        found = np.where(empty, found - 1, found)
        width = self.ends[found] - self.begins[found]
        inside = (part[cut] - self.begins[found]) / np.where(width > 0, width, 1.0)
        which[cut], part[cut] = found + self.given, np.clip(inside, 0.0, 1.0)
        return which, part


def divide(way: Ways, link: ArrayLike, share: ArrayLike, joined: ArrayLike) -> tuple[Ways, Ints]:
    """The ways with links divided at some places, and the corner that now stands at each (in the order given).

    `joined`: one passes on there (a corner for a bridge to begin at); else nobody does: a wall. Ways are divided once.

    >>> way = Ways(x=np.array([0.0, 10.0]), y=np.zeros(2), tail=np.array([0]), head=np.array([1]),
    ...     forth=np.array([1.0]), back=np.array([np.inf]))
    >>> parted, corner = divide(way, [0, 0], [0.5, 0.2], [False, True])
    >>> parted.forth.round(3).tolist(), parted.tail.tolist(), parted.head.tolist(), corner.tolist()
    ([inf, 0.2, 0.3, 0.5], [0, 0, 2, 4], [1, 2, 3, 1], [3, 2])
    """
    which, part, open_ = np.asarray(link, dtype=np.int64), np.asarray(share, dtype=np.float64), np.asarray(joined, bool)
    if len(way.owner):
        raise ValueError("These ways are divided already.")
    if not len(which):
        return replace(way, given=len(way)), np.empty(0, dtype=np.int64)
    order = np.lexsort((part, which))
    which, part, open_ = which[order], part[order], open_[order]
    near = way.nodes + np.cumsum(np.where(open_, 1, 2)) - np.where(open_, 1, 2)
    beyond = np.where(open_, near, near + 1)
    parents, first, count = np.unique(which, return_index=True, return_counts=True)
    last = first + count
    begins, ends = np.insert(part, first, 0.0), np.insert(part, last, 1.0)
    tail, head = np.insert(beyond, first, way.tail[parents]), np.insert(near, last, way.head[parents])
    owner = np.repeat(parents, count + 1)
    length = ends - begins
    x, y = way.at(which, part)
    twice = np.where(open_, 1, 2)
    forth, back = way.forth.copy(), way.back.copy()
    forth[parents] = back[parents] = np.inf
    made = replace(
        way,
        x=np.concatenate([way.x, np.repeat(x, twice)]), y=np.concatenate([way.y, np.repeat(y, twice)]),
        tail=np.concatenate([way.tail, tail]), head=np.concatenate([way.head, head]),
        forth=np.concatenate([forth, _share(length, way.forth[owner])]),
        back=np.concatenate([back, _share(length, way.back[owner])]),
        owner=owner, begins=begins, ends=ends, given=len(way),
    )  # fmt: skip
    corner = np.empty(len(order), dtype=np.int64)
    corner[order] = near
    return made, corner


def join(way: Ways, tail: ArrayLike, head: ArrayLike, forth: ArrayLike, back: ArrayLike) -> Ways:
    """The ways with links added between corners that there are already."""
    added = (np.asarray(tail, dtype=np.int64), np.asarray(head, dtype=np.int64),
             np.asarray(forth, dtype=np.float64), np.asarray(back, dtype=np.float64))  # fmt: skip
    old = way.tail, way.head, way.forth, way.back
    both = [np.concatenate(pair) for pair in zip(old, added, strict=True)]
    return replace(way, tail=both[0], head=both[1], forth=both[2], back=both[3])


def _share(part: Floats, minutes: Floats) -> Floats:
    """A part of the minutes of a link; barred stays barred, also for no length at all."""
    barred = np.isinf(minutes)
    return np.where(barred, np.inf, part * np.where(barred, 0.0, minutes))
