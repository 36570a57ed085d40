"""Contiguous units beside spopt: max-p regions with the same areas, threshold and neighbours; then ours under a budget.

    python benchmarks/renewal.py [--areas N ...]     invented towns of about N areas (default 100, 400, 2025)

Prints a JSON line each: how many units (p), the bound on it, how unlike the years within units are (the sum of
differences, the objective of Duque, Anselin and Rey 2012), seconds, and whether every unit is contiguous and large
enough, judged here with scipy. spopt (MaxPHeuristic) gets --limit seconds. Ours is compiled before the clock starts.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.csgraph import connected_components

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


def town(areas, seed=3):
    """A grid of estates, a fifth of their borders closed; households, years, costs."""
    random = np.random.default_rng(seed)
    side = round(areas**0.5)
    number = np.arange(side * side).reshape(side, side)
    across = np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()])
    along = np.column_stack([number[:-1].ravel(), number[1:].ravel()])
    pairs = np.concatenate([across, along])
    pairs = pairs[random.random(len(pairs)) < 0.8]
    graph = sparse.coo_array((np.ones(len(pairs)), pairs.T), shape=(side * side,) * 2)
    _, part = connected_components(graph, directed=False)
    whole = part == np.bincount(part).argmax()  # spopt wants one piece
    place = np.cumsum(whole) - 1
    pairs = place[pairs[whole[pairs].all(axis=1)]]
    count = int(whole.sum())
    households = random.integers(50, 600, count).astype(float)
    years = random.integers(1975, 2001, count).astype(float)
    return pairs, households, years, np.round(households * random.uniform(2, 5, count))


def judged(pairs, households, years, unit, least):
    """How many units, how unlike, and whether each is contiguous and large enough."""
    inside = pairs[(unit[pairs[:, 0]] == unit[pairs[:, 1]]) & (unit[pairs[:, 0]] >= 0)]
    graph = sparse.coo_array((np.ones(len(inside)), inside.T), shape=(len(unit),) * 2)
    _, part = connected_components(graph, directed=False)
    names = np.unique(unit[unit >= 0])
    right, unlike = True, 0.0
    for name in names:
        members = np.flatnonzero(unit == name)
        right &= len(np.unique(part[members])) == 1 and bool(households[members].sum() >= least - 1e-6)
        unlike += float(np.abs(years[members][:, None] - years[members][None]).sum() / 2)
    return {"p": len(names), "unlike": unlike, "in_none": int((unit < 0).sum()), "right": bool(right)}


def spopt_units(folder):
    """The process of spopt: reads the case, writes its units."""
    case = np.load(folder / "case.npz")
    started = time.process_time()
    try:
        import geopandas
        import libpysal
        from spopt.region import MaxPHeuristic
    except ImportError as absent:
        (folder / "spopt.json").write_text(json.dumps({"absent": str(absent)}))
        return
    warnings.simplefilter("ignore")
    neighbours = {area: [] for area in range(len(case["households"]))}
    for one, two in case["pairs"].tolist():
        neighbours[one].append(two)
        neighbours[two].append(one)
    weights = libpysal.weights.W(neighbours, silence_warnings=True)
    table = geopandas.GeoDataFrame({"households": case["households"], "years": case["years"]})
    started = time.process_time()
    np.random.seed(1)
    model = MaxPHeuristic(table, weights, ["years"], "households", float(case["least"]), top_n=2)
    model.solve()
    seconds = time.process_time() - started
    np.save(folder / "spopt.npy", np.unique(model.labels_, return_inverse=True)[1])
    (folder / "spopt.json").write_text(json.dumps({"cpu_seconds": round(seconds, 2)}))


def beside_spopt(pairs, households, years, least, limit):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.savez(folder / "case.npz", pairs=pairs, households=households, years=years, least=least)
        command = [sys.executable, __file__, "--spopt", name]
        try:
            done = subprocess.run(command, timeout=limit, capture_output=True, text=True, check=False)
        except subprocess.TimeoutExpired:
            return {"stopped": f"after {limit:.0f} seconds"}
        if not (folder / "spopt.json").exists():
            return {"stopped": (done.stderr.strip().splitlines() or ["without a word"])[-1]}
        figures = json.loads((folder / "spopt.json").read_text())
        if (folder / "spopt.npy").exists():
            figures |= judged(pairs, households, years, np.load(folder / "spopt.npy"), least)
        return figures


def timed(solve):
    started = time.process_time()
    found = solve()
    return found, round(time.process_time() - started, 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--areas", type=int, nargs="+", default=[100, 400, 2025])
    parser.add_argument("--least", type=float, default=1500.0, help="households that a unit must have")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds for spopt")
    parser.add_argument("--spopt", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.spopt:
        spopt_units(asked.spopt)
        return
    from luoshu.methods.contiguity import even_units, max_units
    from luoshu.methods.unit_choice import units_within

    small = town(64)
    max_units(small[0], small[1], asked.least, value=small[2])
    even_units(small[0], small[1], 4)
    units_within(small[0], small[1], small[3], small[3].sum() / 3, least=asked.least)
    for areas in asked.areas:
        pairs, households, years, cost = town(areas)
        line = {"areas": len(households), "least": asked.least}
        found, seconds = timed(lambda: max_units(pairs, households, asked.least, value=years))  # noqa: B023
        line["luoshu"] = judged(pairs, households, years, found.unit, asked.least)
        line["luoshu"] |= {"bound": found.bound, "gap": round(found.gap, 4), "cpu_seconds": seconds}
        line["spopt"] = beside_spopt(pairs, households, years, asked.least, asked.limit)
        budget = round(0.2 * cost.sum())
        paid, seconds = timed(lambda: units_within(pairs, households, cost, budget, least=asked.least))  # noqa: B023
        line["budget"] = judged(pairs, households, years, paid.unit, asked.least)
        line["budget"] |= {
            "worth": paid.objective,
            "bound": paid.bound,
            "gap": round(paid.gap, 4),
            "cpu_seconds": seconds,
        }
        even, seconds = timed(lambda: even_units(pairs, households, max(2, len(households) // 40)))  # noqa: B023
        line["even"] = {
            "largest": even.objective,
            "bound": even.bound,
            "gap": round(even.gap, 4),
            "cpu_seconds": seconds,
        }
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
