"""Forecasts of short annual series beside statsforecast's AutoTheta and AutoETS, on the same held-back years.

    python benchmarks/trend.py [FILE.json]

FILE holds {id: {"x": history, "xx": what came after}}; without one, the yearly series of the tourism forecasting
competition are read from ../shared, where that is at hand. The last line printed is one JSON object. Peers that are
not installed (dependency group `bench`) are named as absent. Measures, each the mean over series of the mean over
horizons: MAPE and sMAPE (200 |f - y| / (|f| + |y|)) in per cent, MASE against the naive forecast inside the history,
coverage as the share of later values inside the 80 % and 95 % intervals.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))
TOURISM = HERE.parent / "shared" / "data" / "bench" / "forecast" / "tourism_yearly.json"
PUBLISHED = {"naive": 23.61, "theta": 23.45}
"""MAPE over horizons 1 to 4 of the 518 yearly tourism series (Athanasopoulos, Hyndman, Song & Wu 2011, table 6).

The naive figure is reproduced here; that of Theta is as quoted from the paper, and was not checked against its text.
"""

Ends = np.ndarray  # (horizons, 5): 2.5 %, 10 %, 50 %, 90 %, 97.5 %
Series = tuple[np.ndarray, np.ndarray]


def ours(series: list[Series]) -> list[Ends]:
    """All series of one number of horizons at once, as a book's gauges are made."""
    from luoshu.methods.trend import fans

    found: list[Ends] = [np.empty((0, 5))] * len(series)
    for horizons in {len(later) for _, later in series}:
        places = [i for i, (_, later) in enumerate(series) if len(later) == horizons]
        histories = [(np.arange(len(series[i][0]), dtype=float), series[i][0]) for i in places]
        for i, fan in zip(places, fans(histories, np.arange(1, horizons + 1)), strict=True):
            found[i] = np.array([[f.low95, f.low80, f.median, f.high80, f.high95] for f in fan])
    return found


def one_by_one(predict: Callable[[np.ndarray, int], Ends]) -> Callable[[list[Series]], list[Ends]]:
    return lambda series: [predict(history, len(later)) for history, later in series]


def naive(history: np.ndarray, horizons: int) -> Ends:
    """The last value, with the normal intervals of a random walk."""
    spread = np.sqrt(np.mean(np.diff(history) ** 2)) * np.sqrt(np.arange(1, horizons + 1))
    return history[-1] + spread[:, None] * np.array([-1.95996, -1.28155, 0, 1.28155, 1.95996])


def peer(name: str) -> Callable[[np.ndarray, int], Ends]:
    from statsforecast import models

    def predict(history: np.ndarray, horizons: int) -> Ends:
        model = getattr(models, name)(season_length=1)
        try:
            found = model.forecast(y=history, h=horizons, level=[80, 95])
        except Exception:  # some series are too short for a peer: it is given the naive forecast
            return naive(history, horizons)
        return np.column_stack([found[k] for k in ("lo-95", "lo-80", "mean", "hi-80", "hi-95")])

    return predict


def measure(series: list[Series], predict: Callable[[list[Series]], list[Ends]]) -> dict[str, float]:
    predict(series[:1])  # what is compiled or read once is not counted
    start = time.perf_counter()
    found = predict(series)
    seconds = time.perf_counter() - start
    rows, by_horizon = [], {}
    for (history, later), ends in zip(series, found, strict=True):
        error = np.abs(ends[:, 2] - later)
        with np.errstate(divide="ignore", invalid="ignore"):
            ape = np.where(later != 0, 100 * error / np.abs(later), np.nan)
            both = np.abs(ends[:, 2]) + np.abs(later)
            symmetric = np.where(both > 0, 200 * error / both, 0.0)
            scale = float(np.mean(np.abs(np.diff(history))))
            rows.append(
                (
                    np.nanmean(ape) if np.isfinite(ape).any() else np.nan,
                    symmetric.mean(),
                    error.mean() / scale if scale > 0 else np.nan,
                    ((ends[:, 1] <= later) & (later <= ends[:, 3])).mean(),
                    ((ends[:, 0] <= later) & (later <= ends[:, 4])).mean(),
                )
            )
        for h, value in enumerate(ape, start=1):
            by_horizon.setdefault(h, []).append(value)
    names = ("mape", "smape", "mase", "coverage80", "coverage95")
    digits = (3, 3, 4, 4, 4)
    result = {n: round(float(v), d) for n, v, d in zip(names, np.nanmean(np.array(rows), axis=0), digits, strict=True)}
    result["seconds"] = round(seconds, 3)
    result["ms_a_series"] = round(1000 * seconds / len(series), 3)
    result.update({f"mape_h{h}": round(float(np.nanmean(v)), 3) for h, v in sorted(by_horizon.items())})
    return result


def import_seconds(module: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True, cwd=HERE, capture_output=True)
    return round(time.perf_counter() - start, 2)


def table(found: dict[str, dict[str, float]]) -> str:
    horizons = [key for key in found["luoshu"] if key.startswith("mape_h")]
    names = ["mape", "smape", "mase", "coverage80", "coverage95", "ms_a_series", *horizons]
    lines = [f"{'':12}" + "".join(f"{name:>13}" for name in names)]
    lines += [f"{who:12}" + "".join(f"{row[name]:13.3f}" for name in names) for who, row in found.items()]
    for who, row in found.items():
        if who != "luoshu":
            ratios = {n: found["luoshu"][n] / row[n] for n in ("mape", "smape", "mase", "ms_a_series") if row[n]}
            lines.append(f"luoshu / {who}: " + ", ".join(f"{n} {ratio:.3f}" for n, ratio in ratios.items()))
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    warnings.simplefilter("ignore")
    path = Path(arguments[0]) if arguments else TOURISM
    if not path.exists():
        print(f"{path} is not there; give a file of series.", file=sys.stderr)
        return 2
    read = json.loads(path.read_text(encoding="utf-8"))
    series = [(np.array(s["x"], float), np.array(s["xx"], float)) for s in read.values()]
    series = [(history, later) for history, later in series if len(history) >= 2 and len(later) > 0]
    found = {"luoshu": measure(series, ours), "naive": measure(series, one_by_one(naive))}
    absent = ""
    for name in ("AutoTheta", "AutoETS"):
        try:
            predict = peer(name)
        except ImportError:
            absent = "statsforecast is not installed (dependency group bench): no peers"
            break
        found[name] = measure(series, one_by_one(predict))
    print(f"{len(series)} series of {path.name}, medians and intervals for the years held back")
    print(table(found))
    imports = {"luoshu.methods.trend": import_seconds("luoshu.methods.trend")}
    if absent:
        print(absent)
    else:
        imports["statsforecast"] = import_seconds("statsforecast.models")
    print("seconds to import: " + ", ".join(f"{name} {seconds}" for name, seconds in imports.items()))
    if path.name == TOURISM.name:
        print(f"published MAPE (Athanasopoulos et al. 2011): {PUBLISHED}; naive here {found['naive']['mape']:.2f}")
    result: dict[str, Any] = {**found["luoshu"], "series": len(series), "file": path.name}
    result["peers"] = {name: row for name, row in found.items() if name != "luoshu"}
    result["import_seconds"] = imports
    if path.name == TOURISM.name:
        result["published_mape"] = PUBLISHED
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
