"""How far people get: the nearest site, the nearest few, and all within so many minutes; exact, for a metropolis."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

from luoshu.methods.hilbert import hilbert_order

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Network:
    """Edges as compressed rows in an order of its own: ``rank[node]`` is the row of a node, ``names[row]`` the node."""

    starts: NDArray[np.uint64]
    ends: NDArray[np.uint32]
    minutes: Floats
    rank: NDArray[np.uint32]
    names: NDArray[np.int32]

    @property
    def nodes(self) -> int:
        """How many nodes."""
        return len(self.rank)

    @property
    def width(self) -> float:
        """Minutes that are worked off together in no order: about two typical edges."""
        positive = self.minutes[self.minutes > 0]
        return 2.0 * float(np.median(positive[:: max(1, len(positive) // 100_000)])) if len(positive) else 1.0


def network(
    tails: ArrayLike,
    heads: ArrayLike,
    minutes: ArrayLike,
    nodes: int,
    *,
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    both_ways: bool = True,
    reverse: bool = False,
) -> Network:
    """A network to ask for times, from edges between nodes 0 to ``nodes`` - 1.

    ``minutes``: zero or more for each edge; infinite edges are walls and left out. ``both_ways``: every edge can be
    walked back as well. ``reverse``: turn the edges round, for times *to* the sites where one-ways matter. ``x`` and
    ``y`` of the nodes (any unit) put neighbours near each other in memory, which makes large networks 4 times faster.
    ValueError for nodes that do not exist and for minutes that are negative or not a number.

    >>> road = network([0, 1, 2], [1, 2, 3], [2.0, 3.0, 4.0], 5)
    >>> nearest(road, [0, 3])[0].tolist()
    [0.0, 2.0, 4.0, 0.0, inf]
    """
    tail, head = (_nodes(name, ids, nodes) for name, ids in (("tails", tails), ("heads", heads)))
    length = np.asarray(minutes, dtype=np.float64)
    if not len(tail) == len(head) == len(length):
        raise ValueError(
            f"tails, heads and minutes must be equally many, and are {len(tail)}, {len(head)} and {len(length)}."
        )
    if np.isnan(length).any():
        raise ValueError(f"minutes is not a number (NaN) for edge {int(np.argmax(np.isnan(length)))}.")
    if (length < 0).any():
        raise ValueError(f"minutes is negative for edge {int(np.argmax(length < 0))}.")
    if nodes >= 2**31:
        raise ValueError(f"{nodes} nodes are more than this network can number.")
    order = np.arange(nodes) if x is None or y is None else hilbert_order(x, y)
    if len(order) != nodes:
        raise ValueError(f"x and y must have {nodes} values, one for each node, and have {len(order)}.")
    rank = np.empty(nodes, dtype=np.uint32)
    rank[order] = np.arange(nodes, dtype=np.uint32)
    passable = np.isfinite(length)
    one, two, length = rank[tail[passable]], rank[head[passable]], length[passable]
    if reverse:
        one, two = two, one
    if both_ways:
        one, two, length = np.concatenate([one, two]), np.concatenate([two, one]), np.concatenate([length, length])
    by_row = np.argsort(one, kind="stable")
    starts = np.zeros(nodes + 1, dtype=np.uint64)
    starts[1:] = np.cumsum(np.bincount(one, minlength=nodes))
    return Network(starts=starts, ends=two[by_row], minutes=length[by_row], rank=rank, names=order.astype(np.int32))


def nearest(
    road: Network, sites: ArrayLike, *, within: float = np.inf, offsets: ArrayLike | None = None
) -> tuple[Floats, NDArray[np.int64]]:
    """For each node the minutes to its nearest site, and which of the sites it is (by place in ``sites``).

    Infinite minutes and -1 where none is within ``within`` minutes. Of sites equally near the first counts.
    ``offsets``: minutes already spent at each site (from the door to the node). Edges are walked from the sites
    outwards: build the network with ``reverse=True`` for ways to the sites.

    >>> road = network([0, 1, 2], [1, 2, 3], [2.0, 3.0, 4.0], 5)
    >>> minutes, site = nearest(road, [3, 0], within=3)
    >>> minutes.tolist(), site.tolist()
    ([0.0, 2.0, inf, 0.0, inf], [1, 1, -1, 0, -1])
    """
    from luoshu.methods.spread import IDLE, NONE, spread

    seeds, spent = _seeds(road, sites, within, offsets)
    nodes = road.nodes
    time, owner = np.full(nodes, np.inf), np.full(nodes, NONE)
    near, far = (np.empty(nodes, dtype=np.uint32) for _ in range(2))
    spread(
        road.starts, road.ends, road.minutes, road.width, float(within), seeds, spent, time, owner,
        np.full(nodes, IDLE), near, far,
    )  # fmt: skip
    site = np.where(owner == NONE, -1, owner.astype(np.int64))
    return time[road.rank], site[road.rank]


def k_nearest(
    road: Network, sites: ArrayLike, k: int, *, within: float = np.inf, offsets: ArrayLike | None = None
) -> tuple[Floats, NDArray[np.int64]]:
    """For each node the minutes to its nearest ``k`` sites, and which they are: tables of nodes by k, nearest first.

    As ``nearest`` in all else.

    >>> road = network([0, 1], [1, 2], [2.0, 3.0], 3)
    >>> minutes, site = k_nearest(road, [0, 2], 2)
    >>> minutes.tolist(), site.tolist()
    ([[0.0, 5.0], [2.0, 3.0], [0.0, 5.0]], [[0, 1], [0, 1], [1, 0]])
    """
    from luoshu.methods.several import clear, sorted_few, spread_several

    if k != int(k) or k < 1:
        raise ValueError(f"k is {k}, and must be a whole number of one or more.")
    most, nodes = int(k), road.nodes
    seeds, spent = _seeds(road, sites, within, offsets)
    few = min(most, max(1, len(seeds)))
    if nodes * few >= 2**32:
        raise ValueError(f"{few} sites for each of {nodes} nodes are more than can be numbered: ask for fewer.")
    block = few + (few + 1) // 2
    times = np.empty(nodes * block)
    words = times.view(np.uint32)
    near, far = (np.empty(nodes * few, dtype=np.uint32) for _ in range(2))
    clear(times, words, nodes, few, block)
    spread_several(
        road.starts, road.ends, road.minutes, road.width, float(within), seeds, spent, few, block, times, words,
        near, far,
    )  # fmt: skip
    minutes, site = np.full((nodes, most), np.inf), np.full((nodes, most), -1, dtype=np.int64)
    sorted_few(road.rank, few, block, times, words, minutes, site)
    return minutes, site


def reach_sets(road: Network, sites: ArrayLike, *, within: float, offsets: ArrayLike | None = None) -> sparse.csr_array:
    """Every node within ``within`` minutes of each site: a sparse matrix of sites by nodes that holds the minutes.

    A stored zero is a node zero minutes away: within reach. What is not stored is out of reach; do not call
    ``eliminate_zeros``. Rows are in no order of columns.

    >>> road = network([0, 1, 2], [1, 2, 3], [2.0, 3.0, 4.0], 5)
    >>> reach = reach_sets(road, [0, 3], within=4)
    >>> reach.nnz, reach.toarray().tolist()
    (4, [[0.0, 2.0, 0.0, 0.0, 0.0], [0.0, 0.0, 4.0, 0.0, 0.0]])
    """
    from luoshu.methods.spread import spread_each

    seeds, spent = _seeds(road, sites, within, offsets)
    rows, columns, minutes = spread_each(
        road.starts, road.ends, road.minutes, road.width, float(within), seeds, spent, road.names
    )
    if rows[-1] < 2**31:
        rows = rows.astype(np.int32)
    return sparse.csr_array((minutes, columns, rows), shape=(len(seeds), road.nodes), copy=False)


def _nodes(name: str, ids: ArrayLike, nodes: int) -> NDArray[np.int64]:
    values = np.asarray(ids)
    if values.size == 0:
        return np.empty(0, dtype=np.int64)
    if values.ndim != 1 or values.dtype.kind not in "iu":
        raise ValueError(f"{name} must be a list of node numbers.")
    if values.min() < 0 or values.max() >= nodes:
        wrong = int(values[(values < 0) | (values >= nodes)][0])
        raise ValueError(f"{name} names node {wrong}, and there are only 0 to {nodes - 1}.")
    return values.astype(np.int64)


def _seeds(
    road: Network, sites: ArrayLike, within: float, offsets: ArrayLike | None
) -> tuple[NDArray[np.uint32], Floats]:
    """The rows of the sites and the minutes spent there, checked."""
    ids = _nodes("sites", sites, road.nodes)
    if not within >= 0:
        raise ValueError(f"within is {within}, and must be minutes of zero or more.")
    spent = np.zeros(len(ids)) if offsets is None else np.array(offsets, dtype=np.float64)
    if spent.shape != ids.shape:
        raise ValueError(f"offsets must have {len(ids)} values, one for each site.")
    if np.isnan(spent).any() or (spent < 0).any():
        raise ValueError("offsets must be minutes of zero or more, for every site.")
    return road.rank[ids], spent
