"""The most that can flow through a network, and the cut that lets no more through: exact on doubles of any size."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from luoshu.methods.compiled import compiled

Floats = NDArray[np.float64]


def most_flow(
    tails: ArrayLike, heads: ArrayLike, capacity: ArrayLike, *, source: int, sink: int, nodes: int,
    already: ArrayLike | None = None,
) -> tuple[Floats, NDArray[np.bool_]]:  # fmt: skip
    """What flows on each arc when the most flows from ``source`` to ``sink``, and the nodes on the source's side of the
    smallest cut: those from which nothing more can be pushed on.

    Arc k goes from node ``tails[k]`` to ``heads[k]`` (0 to ``nodes`` - 1) and carries up to ``capacity[k]`` (infinity:
    no limit, but not all the way from source to sink). ``already``: a flow to start from, which is kept as far as the
    most allows: what reaches an end never becomes less. Dinic's algorithm (1970), without a tolerance: small capacities
    beside large ones are kept as well as doubles can.

    >>> flow, before = most_flow([0, 0, 1, 2], [1, 2, 3, 3], [4.0, 1e9, 9.0, 1e-6], source=0, sink=3, nodes=4)
    >>> flow.tolist(), before.tolist()
    ([4.0, 1e-06, 4.0, 1e-06], [True, False, True, False])
    """
    tail, head = np.asarray(tails, dtype=np.int64), np.asarray(heads, dtype=np.int64)
    most = np.asarray(capacity, dtype=np.float64)
    left = np.empty(2 * len(tail))
    flow = np.zeros(len(tail)) if already is None else np.asarray(already, dtype=np.float64)
    left[0::2], left[1::2] = np.maximum(most - flow, 0.0), flow
    ends = np.empty(2 * len(tail), dtype=np.int64)
    ends[0::2], ends[1::2] = head, tail
    begins = np.empty_like(ends)
    begins[0::2], begins[1::2] = tail, head
    order = np.argsort(begins, kind="stable")
    first = np.searchsorted(begins[order], np.arange(nodes + 1))
    level = np.empty(nodes, dtype=np.int64)
    _pushed(order, first, ends, left, source, sink, level)
    return left[1::2].copy(), level >= 0


@compiled
def _pushed(order, first, ends, left, source, sink, level):  # type: ignore[no-untyped-def]
    """Blocking flows on ever longer shortest ways; arc e goes back as e ^ 1. ``level`` is the last search's."""
    nodes = len(first) - 1
    queue, at = np.empty(nodes, np.int64), np.empty(nodes, np.int64)
    way = np.empty(nodes, np.int64)
    while True:
        level[:] = -1
        level[source] = 0
        queue[0] = source
        begin, end = 0, 1
        while begin < end:
            node = queue[begin]
            begin += 1
            for k in range(first[node], first[node + 1]):
                e = order[k]
                if left[e] > 0 and level[ends[e]] < 0:
                    level[ends[e]] = level[node] + 1
                    queue[end] = ends[e]
                    end += 1
        if level[sink] < 0:
            return
        for node in range(nodes):
            at[node] = first[node]
        node, deep = source, 0
        while True:
            if node == sink:
                least = np.inf
                for k in range(deep):
                    least = min(least, left[way[k]])
                back = deep
                for k in range(deep - 1, -1, -1):
                    e = way[k]
                    left[e] -= least
                    left[e ^ 1] += least
                    if left[e] <= 0:
                        back = k
                deep = back
                node = ends[way[back] ^ 1]
                continue
            forward = False
            while at[node] < first[node + 1]:
                e = order[at[node]]
                if left[e] > 0 and level[ends[e]] == level[node] + 1:
                    way[deep] = e
                    deep += 1
                    node = ends[e]
                    forward = True
                    break
                at[node] += 1
            if forward:
                continue
            if node == source:
                break
            level[node] = -1  # nothing gets on from here
            deep -= 1
            node = ends[way[deep] ^ 1]
            at[node] += 1


def is_enough(amount: Floats, arrives: Floats, need: Floats, at: Floats) -> bool:
    """Whether sources can be shared out so that nothing is missing at any moment, to a thousand-millionth.

    ``amount`` (sources); ``arrives`` (sources, areas): hours; ``need`` (areas, moments): needed so far, rising; ``at``
    (moments): hours. What is needed by a moment may come at any time until then, so that it is a flow from sources to
    the growth of each area's need.

    >>> is_enough(np.array([6.0, 4.0]), np.array([[2.0], [6.0]]), np.array([[6.0, 10.0]]), np.array([4.0, 8.0]))
    True
    """
    return bool(_enough(*(np.ascontiguousarray(each, np.float64) for each in (amount, arrives, need, at))))


@compiled
def _enough(amount, arrives, need, at):  # type: ignore[no-untyped-def]
    """The flow of `is_enough`: source 0, then the sources, then each growth of an area's need, then the sink."""
    sources, (areas, moments) = len(amount), need.shape
    asked = np.empty(areas * moments)
    total, cells = 0.0, 0
    cell_area, cell_at = np.empty(areas * moments, np.int64), np.empty(areas * moments)
    for n in range(areas):
        before = 0.0
        for m in range(moments):
            if need[n, m] > before:
                asked[cells], cell_area[cells], cell_at[cells] = need[n, m] - before, n, at[m] + 1e-9
                total += asked[cells]
                before = need[n, m]
                cells += 1
    if amount.sum() < total * (1 - 1e-9):
        return False
    most = sources + cells + sources * cells
    begins, ends, left = np.empty(2 * most, np.int64), np.empty(2 * most, np.int64), np.zeros(2 * most)
    sink, arcs = 1 + sources + cells, 0
    for s in range(sources):
        begins[2 * arcs], ends[2 * arcs], left[2 * arcs] = 0, 1 + s, min(amount[s], total)
        arcs += 1
    for c in range(cells):
        begins[2 * arcs], ends[2 * arcs], left[2 * arcs] = 1 + sources + c, sink, asked[c]
        arcs += 1
    for s in range(sources):
        for c in range(cells):
            if amount[s] > 0 and arrives[s, cell_area[c]] <= cell_at[c]:
                begins[2 * arcs], ends[2 * arcs], left[2 * arcs] = 1 + s, 1 + sources + c, np.inf
                arcs += 1
    first = np.zeros(sink + 2, np.int64)
    for e in range(arcs):
        begins[2 * e + 1], ends[2 * e + 1] = ends[2 * e], begins[2 * e]
        first[begins[2 * e] + 1] += 1
        first[ends[2 * e] + 1] += 1
    for node in range(sink + 1):
        first[node + 1] += first[node]
    order, at_node = np.empty(2 * arcs, np.int64), first[:-1].copy()
    for e in range(2 * arcs):
        order[at_node[begins[e]]] = e
        at_node[begins[e]] += 1
    _pushed(order, first, ends, left, 0, sink, np.empty(sink + 1, np.int64))
    brought = left[2 * sources + 1 : 2 * (sources + cells) : 2]
    return bool(np.all(brought >= asked[:cells] * (1 - 1e-9)))
