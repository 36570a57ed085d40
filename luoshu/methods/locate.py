"""Where to build next: the four classic siting problems, each answered with a bound on what any answer could reach.

- ``maximal_cover``: serve the most people within reach with so many sites or so much money.
- ``set_cover``: serve everybody for the least money.
- ``p_median``: the shortest way for all together.
- ``p_center``: the shortest way for the one who has the longest.
- ``phased_cover``: maximal cover in years, each with its own money; what is built stays.

Each takes sites that stand already (``existing``), costs and a budget where they make sense, seats (``capacity``) and
pairs that may not both be chosen (``apart``, made by ``too_near``).
``coverage`` makes the reach that the first two ask for out of a table of minutes.
"""

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike

from luoshu.methods.center import p_center
from luoshu.methods.maximal import maximal_cover
from luoshu.methods.median import p_median
from luoshu.methods.phased import Phases, phased_cover
from luoshu.methods.setcover import set_cover
from luoshu.methods.siting import Siting, check_times
from luoshu.methods.spacing import too_near

__all__ = [
    "Phases", "Siting", "coverage", "maximal_cover", "p_center", "p_median", "phased_cover", "set_cover", "too_near",
]  # fmt: skip


def coverage(times: ArrayLike, minutes: float) -> sparse.csr_array:
    """The homes within ``minutes`` of each site, as a sparse matrix of true: zero minutes away counts, infinity never.

    >>> coverage([[0.0, 12.0], [np.inf, 9.0]], 10).toarray().tolist()
    [[True, False], [False, True]]
    """
    if not 0 <= minutes < np.inf:
        raise ValueError(f"minutes is {minutes}, and must be a finite number of zero or more.")
    return sparse.csr_array(check_times(times) <= minutes)
