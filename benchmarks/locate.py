"""Siting beside its peer: published instances, one JSON line each, or synthetic towns beside spopt under a time limit.

    python benchmarks/locate.py --pmed FOLDER      p-median of the OR-Library (pmed*.txt); --center for the p-center
    python benchmarks/locate.py --scp FOLDER       set cover of the OR-Library (scp*.txt)
    python benchmarks/locate.py --mclp FOLDER      maximal cover (NAME.dat with demand-NAME.dat), p = 1, 2, ... in turn
    python benchmarks/locate.py                    synthetic towns, ours and spopt's (--seconds: its time limit)

Lines hold file, objective, bound, gap, proven and seconds (wall; cpu_seconds beside it). The kernels are compiled
before the clock starts. The published optimum is not read.
"""

import argparse
import json
import re
import sys
import time
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from luoshu.methods.locate import Siting, maximal_cover, p_center, p_median, set_cover


def in_order(paths):
    return sorted(
        paths, key=lambda path: [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", path.stem)]
    )


def timed(label, solve, **more):
    """Runs once and prints one line; returns the answer."""
    wall, cpu = time.perf_counter(), time.process_time()
    answer: Siting = solve()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    line = {"file": label, **more, "objective": answer.objective, "bound": answer.bound, "gap": answer.gap}
    line |= {"proven": answer.proven, "seconds": round(wall, 3), "cpu_seconds": round(cpu, 3)}
    print(json.dumps(line), flush=True)
    return answer


def warm_up():
    """Compiles every kernel on a toy town."""
    times, _, people = town(60, 30, seed=1)
    for whole in (times, np.round(times)):
        p_median(whole, people, p=3, seconds=1)
        p_center(whole, p=3, seconds=1)
    maximal_cover(times <= 15, people, p=3)
    set_cover(times <= 25, np.arange(30) % 5 + 1)


def town(homes, sites, seed=7):
    """Minutes (straight line on a map of 100 by 100) from sites to homes that crowd round sixty centres."""
    random = np.random.default_rng(seed)
    centres, size = random.random((60, 2)) * 100, random.gamma(2, 1, 60)
    place = centres[random.choice(60, homes, p=size / size.sum())] + random.normal(0, 4, (homes, 2))
    far = random.random(homes) < 0.25
    place[far] = random.random((int(far.sum()), 2)) * 100
    place = np.clip(place, 0, 100)
    site = place[random.choice(homes, sites, replace=False)]
    people = random.integers(1, 10, homes).astype(float)
    if homes * sites > 20_000_000:
        return (place, site), None, people
    return np.hypot(*(site[:, None] - place[None]).transpose(2, 0, 1)), None, people


def pmed(folder, seconds, center):
    for path in in_order(folder.glob("pmed[0-9]*.txt")):
        words = np.array(path.read_text().split(), dtype=np.int64)
        nodes, edges, p = (int(word) for word in words[:3])
        last = {}
        for a, b, length in words[3 : 3 + 3 * edges].reshape(edges, 3).tolist():
            last[min(a, b) - 1, max(a, b) - 1] = length  # a repeated edge: the last line wins
        pairs = np.array(list(last))
        graph = sparse.csr_array(
            (np.array(list(last.values()), dtype=float), (pairs[:, 0], pairs[:, 1])), shape=(nodes, nodes)
        )
        times = dijkstra(graph, directed=False)
        if center:
            timed(path.name, lambda: p_center(times, p=p, seconds=seconds), problem="p-center", p=p)  # noqa: B023
        else:
            timed(path.name, lambda: p_median(times, p=p, seconds=seconds), problem="p-median", p=p)  # noqa: B023


def scp(folder, seconds):
    for path in in_order(folder.glob("scp*.txt")):
        if path.name == "scpopt.txt":
            continue
        words = np.array(path.read_text().split(), dtype=np.int64)
        rows, columns = (int(word) for word in words[:2])
        costs, place, indices, starts = words[2 : 2 + columns], 2 + columns, [], [0]
        for _ in range(rows):
            number = int(words[place])
            indices.append(np.unique(words[place + 1 : place + 1 + number]) - 1)
            starts.append(starts[-1] + len(indices[-1]))
            place += 1 + number
        cover = sparse.csr_array(
            (np.ones(starts[-1], dtype=bool), np.concatenate(indices), starts), shape=(rows, columns)
        )
        reach = sparse.csr_array(cover.T)
        timed(path.name, lambda: set_cover(reach, costs, seconds=seconds), problem="set cover")  # noqa: B023


def mclp(folder, seconds, most, radius):
    for path in in_order(folder.glob("*.dat")):
        demand = path.with_name(f"demand-{path.name}")
        if not demand.exists():
            continue
        words = np.array(path.read_text().split(), dtype=float)
        number = int(words[0])
        within = radius or float(words[2])
        place = words[3 : 3 + 2 * number].reshape(number, 2)
        people = np.array(demand.read_text().split(), dtype=float)[:number]
        reach = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)) <= within
        for p in range(1, min(most, number) + 1):
            answer = timed(
                path.name,
                lambda: maximal_cover(reach, people, p=p, seconds=seconds),  # noqa: B023
                problem="maximal cover", p=p, radius=within, total=float(people.sum()),
            )  # fmt: skip
            if answer.objective == people.sum():
                break


def synthetic(seconds, peer):
    """Towns of growing size; spopt beside ours where it can build its model."""
    for homes, sites, p, within in ((1000, 500, 20, 5.0), (5000, 2000, 50, 3.0), (200_000, 5000, 100, 2.0)):
        minutes, _, people = town(homes, sites)
        label = f"town {homes} x {sites}"
        if isinstance(minutes, tuple):
            near = KDTree(minutes[0]).query_ball_point(minutes[1], within, return_sorted=True)
            starts = np.concatenate([[0], np.cumsum([len(one) for one in near])])
            reach = sparse.csr_array(
                (np.ones(starts[-1], dtype=bool), np.concatenate(near), starts), shape=(sites, homes)
            )
        else:
            reach = sparse.csr_array(minutes <= within)
        timed(label, lambda: maximal_cover(reach, people, p=p), problem="maximal cover", p=p)  # noqa: B023
        if isinstance(minutes, tuple):
            continue
        if peer:
            beside("maximal cover", label, minutes, people, p, within, seconds)
        timed(label, lambda: p_median(minutes, people, p=p, seconds=0), problem="p-median", p=p)  # noqa: B023
        if peer:
            beside("p-median", label, minutes, people, p, within, seconds)


def beside(problem, label, minutes, people, p, within, seconds):
    """spopt with its default solver (CBC) under a time limit; its word is not believed, its value is computed."""
    try:
        import pulp
        from spopt.locate import MCLP, PMedian
    except ImportError as absent:
        print(json.dumps({"file": label, "problem": problem, "peer": "spopt", "absent": str(absent)}), flush=True)
        return
    if minutes.size > 1_000_000:
        line = {"file": label, "problem": problem, "peer": "spopt", "absent": f"{minutes.size} pairs: not tried"}
        print(json.dumps(line), flush=True)
        return
    begun = time.perf_counter()
    if problem == "p-median":
        model = PMedian.from_cost_matrix(minutes.T, people, p_facilities=p)
    else:
        model = MCLP.from_cost_matrix(minutes.T, people, service_radius=within, p_facilities=p)
    solver = pulp.PULP_CBC_CMD(msg=False, timeLimit=seconds, threads=1)
    model.problem.solve(solver)
    opened = [site for site, variable in enumerate(model.fac_vars) if (variable.value() or 0) > 0.5]
    nearest = minutes[opened].min(axis=0) if opened else np.full(minutes.shape[1], np.inf)
    value = float((nearest * people).sum()) if problem == "p-median" else float(people[nearest <= within].sum())
    line = {"file": label, "problem": problem, "peer": "spopt", "sites": len(opened), "objective": value}
    line |= {"says": pulp.LpStatus[model.problem.status], "seconds": round(time.perf_counter() - begun, 3)}
    print(json.dumps(line), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pmed", type=Path, metavar="FOLDER")
    parser.add_argument("--scp", type=Path, metavar="FOLDER")
    parser.add_argument("--mclp", type=Path, metavar="FOLDER")
    parser.add_argument("--center", action="store_true", help="with --pmed: the p-center instead")
    parser.add_argument("--most", type=int, default=12, help="with --mclp: the largest p (default 12)")
    parser.add_argument("--radius", type=float, help="with --mclp: instead of the one in the file")
    parser.add_argument("--seconds", type=float, default=60.0, help="for HiGHS, or for the peer (default 60)")
    parser.add_argument("--no-peer", action="store_true", help="synthetic towns without spopt")
    asked = parser.parse_args()
    warm_up()
    if asked.pmed:
        pmed(asked.pmed, asked.seconds, asked.center)
    if asked.scp:
        scp(asked.scp, asked.seconds)
    if asked.mclp:
        mclp(asked.mclp, asked.seconds, asked.most, asked.radius)
    if not (asked.pmed or asked.scp or asked.mclp):
        synthetic(asked.seconds, not asked.no_peer)


if __name__ == "__main__":
    main()
