"""The radius model of the p-median (Elloumi 2010): fewer rows than one for each pair of site and home."""

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def radius_model(
    ids: NDArray[np.uint32],
    near: Floats,
    limit: Floats,
    fixed: Floats,
    high: Floats,
    free: NDArray[np.int64],
    p: int,
    entries: int,
) -> tuple[Floats, sparse.csr_array, Floats] | None:
    """Costs, rows and least values of the rows, or None where it would have more than so many entries.

    ``ids`` and ``near``: for each home its sites from the nearest on, and their costs, complete below ``high``.
    Columns: a site of ``free`` each; then for each home and each step of its costs whether nothing open lies within
    it; last a column that carries the constant. Row 0 counts the new sites. A home's steps end at ``fixed``, the cost
    of its nearest existing site, or at ``limit``, beyond which serving it would lift the bound above the best answer.
    """
    column = np.full(
        int(ids.max(initial=0)) + 1 if not len(free) else max(int(ids.max(initial=0)), int(free.max())) + 1, -1
    )
    column[free] = np.arange(len(free))
    costs: list[float] = [0.0] * len(free)
    row, col, low = [0] * len(free), list(range(len(free))), [float(p)]
    constant = 0.0
    for home in range(len(limit)):
        ends_open = fixed[home] > limit[home]  # then one of the listed sites must serve
        if ends_open and high[home] <= limit[home]:
            return None  # the list was cut before the limit
        use = (near[home] <= min(limit[home], fixed[home])) & (near[home] < np.inf)
        use[use] = column[ids[home][use]] >= 0
        values, begins = np.unique(near[home][use], return_index=True)
        which = column[ids[home][use]]
        following = [*values[1:].tolist(), np.inf if ends_open else float(fixed[home])]
        constant += float(values[0]) if len(values) else (0.0 if ends_open else float(fixed[home]))
        if not len(values) and ends_open:
            low.append(1.0)  # an empty row that asks for one: nothing better exists
        for value, end, after in zip(values.tolist(), [*begins[1:].tolist(), len(which)], following, strict=False):
            if after <= value:
                continue
            sites = which[:end].tolist()
            if after < np.inf:
                sites.append(len(costs))
                costs.append(after - value)
            row += [len(low)] * len(sites)
            col += sites
            low.append(1.0)
        if len(row) > entries:
            return None
    rows = sparse.csr_array((np.ones(len(row)), (row, col)), shape=(len(low), len(costs) + 1))
    return np.array([*costs, constant]), rows, np.array(low)
