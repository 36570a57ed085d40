"""How evenly something is spread over people: the Gini coefficient and the worst-served tenth."""

import numpy as np
from numpy.typing import ArrayLike

from luoshu.methods.siting import check_amounts


def gini(values: ArrayLike, people: ArrayLike | None = None) -> float:
    """The Gini coefficient of what people have: 0 when all have the same, towards 1 when one has all.

    ``values``: zero or more for each group, ``people``: how many in each. Twice the area between the Lorenz curve and
    the diagonal (Gini 1912). Nothing at all to share out counts as equal; no people: ValueError.

    >>> gini([1, 1, 1, 1]), gini([0, 0, 0, 1]), round(gini([1, 3], [3, 1]), 3)
    (0.0, 0.75, 0.25)
    """
    amount = check_amounts("values", values, len(np.atleast_1d(values)))
    weight = check_amounts("people", people, len(amount))
    if not weight.sum() > 0:
        raise ValueError("There are no people to compare.")
    order = np.argsort(amount, kind="stable")
    heads, share = weight[order], amount[order] * weight[order]
    total = share.sum()
    if total == 0:
        return 0.0
    below = np.concatenate([[0.0], np.cumsum(share)])
    return float(max(0.0, 1.0 - ((below[1:] + below[:-1]) * heads).sum() / (total * heads.sum())))


def worst_tenth(values: ArrayLike, people: ArrayLike | None = None, *, high_is_bad: bool = True) -> float:
    """The mean among the tenth of the people who fare worst (longest way; least supply with ``high_is_bad=False``).

    A group that straddles the tenth counts by the part that belongs to it. Infinite minutes (nobody reached) stay
    infinite: they are the worst and no mean hides them.

    >>> worst_tenth(range(1, 21)), worst_tenth([5, 30], [95, 5]), worst_tenth([1, 9], [5, 95], high_is_bad=False)
    (19.5, 17.5, 5.0)
    """
    amount = np.asarray(values, dtype=np.float64)
    if np.isnan(amount).any():
        raise ValueError("values holds something that is not a number (NaN).")
    weight = check_amounts("people", people, len(amount))
    if not weight.sum() > 0:
        raise ValueError("There are no people to compare.")
    order = np.argsort(-amount if high_is_bad else amount, kind="stable")
    tenth = weight.sum() / 10
    before = np.concatenate([[0.0], np.cumsum(weight[order])[:-1]])
    part = np.clip(tenth - before, 0.0, weight[order])
    return float((amount[order][part > 0] * part[part > 0]).sum() / tenth)
