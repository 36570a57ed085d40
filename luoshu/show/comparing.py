"""Before and after a what-if, for any kind: who gains and who loses, county by county, and the figures in words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from luoshu.kinds.commitment import Amount, Gauge
from luoshu.kinds.layer import Layer
from luoshu.show.language import Language
from luoshu.show.maplayers import columns, number, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHARES = ("share", "%")


@dataclass(frozen=True, kw_only=True)
class Gained:
    """People and features that change for the better or the worse.

    `gain`, `lose`: come inside or fall outside the promised limit; `better`, `worse`: change to another class of the
    layer, people and features. None where the layers do not say.
    """

    gain: float | None = None
    lose: float | None = None
    better: float | None = None
    worse: float | None = None
    better_count: int = 0
    worse_count: int = 0


def gained(before: Sequence[Layer], after: Sequence[Layer]) -> Gained:
    """Who gains and who loses, by the first layer of points with a measure and a weight; unknown counts nowhere."""
    import numpy as np

    pair = next(
        ((old, new) for old in _homes(before) for new in after if new.id == old.id and new.weight and new.measure), None
    )
    if pair is None:
        return Gained()
    old, new = pair
    was, now, people = _matched(old, new)
    known = ~(np.isnan(was) | np.isnan(now))
    people = np.where(np.isnan(people), 0.0, people)
    sign = 1 if old.high_is_bad else -1
    step = sign * (_class(now, new.breaks) - _class(was, old.breaks))
    better, worse = known & (step < 0), known & (step > 0)
    gain = lose = None
    if old.limit is not None:
        limit = old.limit
        inside = [sign * values <= sign * limit for values in (was, now)]
        gain = float(people[known & ~inside[0] & inside[1]].sum())
        lose = float(people[known & inside[0] & ~inside[1]].sum())
    return Gained(
        gain=gain,
        lose=lose,
        better=float(people[better].sum()),
        worse=float(people[worse].sum()),
        better_count=int(better.sum()),
        worse_count=int(worse.sum()),
    )


def _homes(layers: Iterable[Layer]) -> list[Layer]:
    fit = [each for each in layers if each.shape == "points" and each.measure and each.weight]
    return sorted(fit, key=lambda each: each.role != "homes")


def same_rows(old: Layer, new: Layer) -> bool:
    """Whether two layers draw the same features in the same order at the same places."""
    import numpy as np

    if old.shape != "points" or new.shape != "points" or len(old) != len(new) or list(old.ids) != list(new.ids):
        return False
    pairs = ((old.lon, new.lon), (old.lat, new.lat))
    return all(was is not None and now is not None and np.array_equal(was, now, equal_nan=True) for was, now in pairs)


def _matched(old: Layer, new: Layer) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Measure before and after and the people of the features that are in both."""
    import numpy as np

    was = np.asarray(old.columns[old.measure].values, np.float64)
    now = np.asarray(new.columns[new.measure].values, np.float64)
    people = np.asarray(new.columns[new.weight].values, np.float64)
    if same_rows(old, new):
        return was, now, people
    if not old.ids or not new.ids:
        return was[:0], now[:0], people[:0]
    place = {id: number for number, id in enumerate(old.ids)}
    both = [(place[id], number) for number, id in enumerate(new.ids) if id in place]
    first, second = np.array(both, np.int64).reshape(-1, 2).T
    return was[first], now[second], people[second]


def _class(values: NDArray[Any], breaks: Sequence[float]) -> NDArray[Any]:
    """The number of each value's class; out of reach is a class of its own above all."""
    import numpy as np

    found = np.searchsorted(np.asarray(breaks, np.float64), values, side="right")
    return np.where(np.isposinf(values), len(breaks) + 1, found)


def listing(before: Sequence[Layer], after: Sequence[Layer], language: Language) -> dict[str, Any] | None:
    """The counties with their measure before and after; None where the promise has no such layer."""
    old = next((each for each in before if each.role == "counties" and each.measure), None)
    new = next((each for each in after if old is not None and each.id == old.id and each.measure), None)
    if old is None or new is None or not new.ids:
        return None
    unit = new.columns[new.measure].unit
    was = dict(zip(map(str, old.ids), old.columns[old.measure].values, strict=True))
    shown_columns = columns(new, language)
    held = [new.columns[each.name] for each in shown_columns]
    rows = []
    for place, id in enumerate(map(str, new.ids)):
        now = number(new.columns[new.measure].values[place])
        then = number(was[id]) if id in was else None
        change = None if now is None or then is None else now - then
        rows.append({
            "id": id,
            "name": language.word(str(new.names[place])) if new.names else id,
            "texts": [shown(each.values[place], each.unit, language) for each in held],
            "share": now,
            "before": then,
            "before_text": shown(math.nan if then is None else then, unit, language),
            "after_text": shown(math.nan if now is None else now, unit, language),
            "change": change,
            "change_text": change_text(change, unit, language),
        })  # fmt: skip
    return {"measure": new.measure, "columns": [vars(each) for each in shown_columns], "rows": rows}


def change_text(change: float | None, unit: str, language: Language) -> str:
    """A difference with its sign; of shares in percentage points.

    >>> change_text(0.0312, "share", Language("zh")), change_text(-2, "分钟", Language("en"))
    ('+3.1个百分点', '-2 min')
    >>> zh = Language("zh")
    >>> change_text(0.00001, "share", zh), change_text(0, "人", zh), change_text(None, "", zh)
    ('+0.001个百分点', '0人', '—')
    """
    if change is None:
        return "—"
    if unit in SHARES:
        change, unit = change * (100 if unit == "share" else 1), "百分点"
    tidy = round(change, 1) if abs(change) >= 0.05 or not change else float(f"{change:.1g}")
    return ("+" if tidy > 0 else "") + language.figure(tidy + 0.0, unit)


def standing(gauge: Gauge, told: dict[str, Any], language: Language) -> dict[str, Any]:
    """A gauge as JSON with its figures in words."""
    amounts = [each for each in gauge.figures if isinstance(each, Amount)]
    return {
        **told,
        "value_text": shown(math.nan if gauge.value is None else gauge.value, gauge.unit, language),
        "met_text": language.share(gauge.met),
        "verdict_word": language.verdict(gauge.verdict),
        "estimate": gauge.estimate,
        "groups": [
            {
                "name": str(each.name),
                "label": language.message(each.name),
                "value": each.value,
                "value_text": shown(math.nan if each.value is None else each.value, each.unit, language),
            }
            for each in amounts
        ],
    }
