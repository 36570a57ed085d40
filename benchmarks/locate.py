"""Siting beside its peer: published instances, one JSON line each, or big random towns beside spopt under a time limit.

    python benchmarks/locate.py --pmed FOLDER      p-median of the OR-Library (pmed1.txt, ...); --center: the p-center
    python benchmarks/locate.py --scp FOLDER       set cover of the OR-Library (scp41.txt, ...; also its rail files)
    python benchmarks/locate.py --mclp FOLDER      maximal cover (NAME.dat with demand-NAME.dat), p = 1, 2, ... in turn
    python benchmarks/locate.py --sf FOLDER        the sixteen stores of San Francisco: all four problems
    python benchmarks/locate.py                    random towns, ours and spopt's with its default solver (--limit)

Lines hold file, objective, bound, gap, proven and seconds (wall; cpu_seconds beside it). The kernels are compiled
before the clock starts. Published optima are not read. Files in a folder that are something else are named on stderr.
Random towns: every run is a process of its own, with its peak memory; the last line is the summary. spopt may live in
an environment of its own (--peer PYTHON). What a peer says is not believed: the value of its sites is computed here.
"""

import argparse
import csv
import json
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

CASES = {  # problem, homes, sites, p, within (on a map of 100 by 100)
    "maximal cover 1000 x 500": ("maximal cover", 1000, 500, 20, 5.0),
    "maximal cover 5000 x 2000": ("maximal cover", 5000, 2000, 50, 3.0),
    "maximal cover 5000 x 2000, wider": ("maximal cover", 5000, 2000, 20, 8.0),
    "maximal cover 200000 x 5000": ("maximal cover", 200_000, 5000, 100, 2.0),
    "maximal cover 200000 x 5000, denser": ("maximal cover", 200_000, 5000, 100, 3.0),
    "p-median 1000 x 500": ("p-median", 1000, 500, 20, 0.0),
    "p-median 5000 x 2000": ("p-median", 5000, 2000, 50, 0.0),
    "set cover 5000 x 2000": ("set cover", 5000, 2000, 0, 5.0),
    "p-center 400 x 200": ("p-center", 400, 200, 10, 0.0),
}


def in_order(folder):
    """The files of a folder, file2 before file10."""
    paths = [path for path in folder.iterdir() if path.is_file()]
    if not paths:
        sys.exit(f"There is no file in {folder}.")
    return sorted(
        paths, key=lambda path: [(part.isdigit(), int(part) if part.isdigit() else 0, part)
                                 for part in re.split(r"(\d+)", path.name)]
    )  # fmt: skip


def numbers(path):
    """All words of a file as numbers; None where one is something else."""
    try:
        return np.array(path.read_text().split(), dtype=float)
    except ValueError:  # also what is not UTF-8
        return None


def show(line):
    """Prints a JSON line; infinity is null."""
    clean = {key: None if isinstance(value, float) and not np.isfinite(value) else value for key, value in line.items()}
    print(json.dumps(clean), flush=True)


def timed(label, solve, **more):
    """Runs once and prints one line; returns the answer and the line."""
    wall, cpu = time.perf_counter(), time.process_time()
    answer = solve()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    line = {"file": label, **more, "objective": answer.objective, "bound": answer.bound, "gap": answer.gap}
    line |= {"proven": answer.proven, "seconds": round(wall, 3), "cpu_seconds": round(cpu, 3)}
    show(line)
    return answer


def warm_up():
    """Compiles every kernel on a toy town."""
    from luoshu.methods.locate import maximal_cover, p_center, p_median, set_cover

    place, site, people = town(60, 30, seed=1)
    times = np.hypot(*(site[:, None] - place[None]).transpose(2, 0, 1))
    for whole in (times, np.round(times)):
        p_median(whole, people, p=3, seconds=1)
        p_center(whole, p=3, seconds=1)
    set_cover(times <= 25, np.arange(30) % 5 + 1)
    random = np.random.default_rng(1)
    maximal_cover(random.random((150, 400)) < 0.05, p=12, rounds=20, shakes=500, seconds=0)


def town(homes, sites, seed=7):
    """Places of homes that crowd round sixty centres on a map of 100 by 100, of sites among them, and people."""
    random = np.random.default_rng(seed)
    centres, size = random.random((60, 2)) * 100, random.gamma(2, 1, 60)
    place = centres[random.choice(60, homes, p=size / size.sum())] + random.normal(0, 4, (homes, 2))
    far = random.random(homes) < 0.25
    place[far] = random.random((int(far.sum()), 2)) * 100
    place = np.clip(place, 0, 100)
    site = place[random.choice(homes, sites, replace=False)]
    return place, site, random.integers(1, 10, homes).astype(float)


def reach_of(place, site, within):
    near = KDTree(place).query_ball_point(site, within, return_sorted=True)
    starts = np.concatenate([[0], np.cumsum([len(one) for one in near])])
    return sparse.csr_array(
        (np.ones(starts[-1], dtype=bool), np.concatenate(near).astype(np.int64), starts), shape=(len(site), len(place))
    )


def pmed(folder, seconds, center):
    from luoshu.methods.locate import p_center, p_median

    for path in in_order(folder):
        words = numbers(path)
        if words is None or len(words) < 3 or len(words) < 3 + 3 * words[1] or not 0 < words[2] <= words[0]:
            print(f"{path.name}: not a p-median file", file=sys.stderr)
            continue
        nodes, edges, p = (int(word) for word in words[:3])
        last = {}
        for a, b, length in words[3 : 3 + 3 * edges].reshape(edges, 3).tolist():
            if a != b:
                last[min(a, b) - 1, max(a, b) - 1] = length  # a repeated edge: the last line wins
        pairs = np.array(list(last), dtype=np.int64).reshape(-1, 2)
        lengths = np.array(list(last.values()), dtype=float)
        graph = sparse.csr_array((lengths, (pairs[:, 0], pairs[:, 1])), shape=(nodes, nodes))
        times = dijkstra(graph, directed=False)
        if center:
            timed(path.name, lambda: p_center(times, p=p, seconds=seconds), problem="p-center", p=p)  # noqa: B023
        else:
            timed(path.name, lambda: p_median(times, p=p, seconds=seconds), problem="p-median", p=p)  # noqa: B023


def read_cover(words):
    """Costs and cover (sites by rows) of an OR-Library file, by rows or, as the rail files are, by columns; or None."""
    if words is None or len(words) < 3 or (words[:2] < 1).any() or (words != np.floor(words)).any():
        return None
    rows, columns = (int(word) for word in words[:2])
    for by_row in (True, False):
        costs, place = (words[2 : 2 + columns], 2 + columns) if by_row else (np.zeros(columns), 2)
        indices, starts, most = [], [0], columns if by_row else rows
        for one in range(rows if by_row else columns):
            if not by_row and place < len(words):
                costs[one] = words[place]
                place += 1
            size = int(words[place]) if place < len(words) else -1
            if size < 0 or place + 1 + size > len(words):
                break
            indices.append(np.unique(words[place + 1 : place + 1 + size].astype(np.int64)) - 1)
            starts.append(starts[-1] + len(indices[-1]))
            place += 1 + size
        else:
            flat = np.concatenate(indices)
            if place == len(words) and len(flat) and flat.min() >= 0 and flat.max() < most:
                size = (rows, columns) if by_row else (columns, rows)
                cover = sparse.csr_array((np.ones(len(flat), dtype=bool), flat, starts), shape=size)
                return costs, sparse.csr_array(cover.T) if by_row else cover
    return None


def scp(folder, seconds):
    from luoshu.methods.locate import set_cover

    for path in in_order(folder):
        found = read_cover(numbers(path))
        if found is None:
            print(f"{path.name}: not a set cover file", file=sys.stderr)
            continue
        timed(path.name, lambda: set_cover(found[1], found[0], seconds=seconds), problem="set cover")  # noqa: B023


def mclp(folder, seconds, most, radius):
    from luoshu.methods.locate import maximal_cover

    for path in in_order(folder):
        demand = path.with_name(f"demand-{path.name}")
        if path.name.startswith("demand-") or not demand.exists():
            if not path.name.startswith("demand-"):
                print(f"{path.name}: no file {demand.name} beside it", file=sys.stderr)
            continue
        words, people = numbers(path), numbers(demand)
        if words is None or people is None or len(words) < 5 or not 0 < words[0] <= len(people):
            print(f"{path.name}: not a maximal cover file", file=sys.stderr)
            continue
        number = int(words[0])
        head = len(words) - 2 * number  # number, p, radius; or number alone
        within = radius or (float(words[2]) if head >= 3 else 800.0)
        place, people = words[max(head, 0) :].reshape(number, 2), people[:number]
        reach = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)) <= within
        for p in range(1, min(most, number) + 1):
            answer = timed(
                path.name,
                lambda: maximal_cover(reach, people, p=p, seconds=seconds),  # noqa: B023
                problem="maximal cover", p=p, radius=within, total=float(people.sum()),
            )  # fmt: skip
            if answer.objective == people.sum():
                break


def san_francisco(folder, seconds):
    """Sixteen stores, 205 tracts, 5 km, four stores: the lesson of spopt."""
    from luoshu.methods.locate import maximal_cover, p_center, p_median, set_cover

    with open(next(folder.glob("SF_network_distance*.csv"))) as file:
        pairs = list(csv.DictReader(file))
    stores, tracts = (sorted({pair[key] for pair in pairs}) for key in ("name", "DestinationName"))
    times, people = np.full((len(stores), len(tracts)), np.inf), np.zeros(len(tracts))
    for pair in pairs:
        home = tracts.index(pair["DestinationName"])
        times[stores.index(pair["name"]), home] = float(pair["distance"])
        people[home] = float(pair["demand"])
    timed("San Francisco", lambda: set_cover(times <= 5000, seconds=seconds), problem="set cover", radius=5000)
    timed("San Francisco", lambda: maximal_cover(times <= 5000, people, p=4), problem="maximal cover", p=4, radius=5000)
    timed("San Francisco", lambda: p_median(times, people, p=4, seconds=seconds), problem="p-median", p=4)
    timed("San Francisco", lambda: p_center(times, p=4, seconds=seconds), problem="p-center", p=4)


def case_of(name):
    """The problem, the minutes (None where they are too many to write out), the reach, people and p of a case."""
    problem, homes, sites, p, within = CASES[name]
    place, site, people = town(homes, sites)
    table = homes * sites <= 20_000_000
    minutes = np.hypot(*(site[:, None] - place[None]).transpose(2, 0, 1)) if table else None
    return problem, minutes, reach_of(place, site, within) if within else None, people, p, within


def ours(name):
    from luoshu.methods.locate import maximal_cover, p_center, p_median, set_cover

    problem, minutes, reach, people, p, _ = case_of(name)
    warm_up()
    solve = {
        "maximal cover": lambda: maximal_cover(reach, people, p=p),
        "p-median": lambda: p_median(minutes, people, p=p, seconds=0),
        "set cover": lambda: set_cover(reach),
        "p-center": lambda: p_center(minutes, p=p),
    }[problem]
    timed(
        name,
        solve,
        problem=problem,
        p=p,
        side="luoshu",
        megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
    )


def peer(name, limit):
    """spopt with its default solver (CBC); where its tables would not fit, its model written out from the reach."""
    import pulp
    from spopt.locate import LSCP, MCLP, PCenter, PMedian

    problem, minutes, reach, people, p, within = case_of(name)
    begun, cpu = time.perf_counter(), time.process_time()
    if minutes is None:
        model = pulp.LpProblem("mclp", pulp.LpMaximize)
        opened = [pulp.LpVariable(f"x{site}", cat="Binary") for site in range(reach.shape[0])]
        covered = [pulp.LpVariable(f"y{home}", cat="Binary") for home in range(reach.shape[1])]
        model += pulp.LpAffineExpression(zip(covered, people.tolist(), strict=True))
        turned = sparse.csr_array(reach.T)
        for home, one in enumerate(covered):
            near = turned.indices[turned.indptr[home] : turned.indptr[home + 1]]
            model += pulp.LpAffineExpression([*((opened[site], 1) for site in near), (one, -1)]) >= 0
        model += pulp.LpAffineExpression([(one, 1) for one in opened]) == p
    else:
        table = minutes.T
        found = {
            "maximal cover": lambda: MCLP.from_cost_matrix(table, people, service_radius=within, p_facilities=p),
            "p-median": lambda: PMedian.from_cost_matrix(table, people, p_facilities=p),
            "set cover": lambda: LSCP.from_cost_matrix(table, service_radius=within),
            "p-center": lambda: PCenter.from_cost_matrix(table, p_facilities=p),
        }[problem]()
        model, opened = found.problem, found.fac_vars
    built = time.perf_counter() - begun
    model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=limit, threads=1))
    sites = [place for place, variable in enumerate(opened) if (variable.value() or 0) > 0.5]
    memory = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) >> 10
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    show(
        {"file": name, "problem": problem, "p": p, "side": "spopt", "says": pulp.LpStatus[model.status],
         "objective": value_of(problem, sites, minutes, reach, people), "sites": len(sites),
         "seconds": round(time.perf_counter() - begun, 3), "build_seconds": round(built, 3),
         "cpu_seconds": round(time.process_time() - cpu + children.ru_utime + children.ru_stime, 3),
         "megabytes": memory}
    )  # fmt: skip


def value_of(problem, sites, minutes, reach, people):
    """What these sites are worth, counted here."""
    if not sites:
        return None
    if problem == "maximal cover":
        return float(people[np.asarray(reach[sites].sum(axis=0)) > 0].sum())
    if problem == "set cover":
        can = np.asarray(reach.sum(axis=0)) > 0
        return float(len(sites)) if (np.asarray(reach[sites].sum(axis=0)) > 0)[can].all() else None
    nearest = minutes[sites].min(axis=0)
    return float(nearest @ people) if problem == "p-median" else float(nearest.max())


def beside(only, limit, python, memory):
    """Each case in a process of its own, ours and the peer's; the last line sums up."""
    rows, same = [], []
    for name in CASES:
        if only and only not in name:
            continue
        one = child([sys.executable, __file__, "--side", "ours", "--case", name], name, "luoshu", 3600, 0)
        other = child([python, __file__, "--side", "peer", "--case", name, "--limit", str(limit)], name, "spopt",
                      2 * limit + 300, memory)  # fmt: skip
        row = {"case": name, "ours": one, "spopt": other}
        if one.get("objective") is not None and other.get("objective") is not None:
            row["time_ratio"] = round(other["seconds"] / max(one["seconds"], 1e-3), 1)
            more = 1 if one["problem"] == "maximal cover" else -1
            worth = 1e-6 * abs(one["objective"]) + 1e-9
            row["ours_is_no_worse"] = more * (one["objective"] - other["objective"]) >= -worth
            row["spopt_within_our_bound"] = more * (one["bound"] - other["objective"]) >= -worth
            same.append(row["spopt_within_our_bound"] and (row["ours_is_no_worse"] or not one["proven"]))
        rows.append(row)
    print(json.dumps({"cases": rows, "limit": limit, "same_answers": bool(same) and all(same)}), flush=True)


def child(command, name, side, seconds, memory):
    """The last line of a process as JSON, or why there is none."""

    def cap():
        if memory:
            resource.setrlimit(resource.RLIMIT_AS, (memory << 30, memory << 30))

    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, preexec_fn=cap)
        line = json.loads(done.stdout.strip().splitlines()[-1])
    except subprocess.TimeoutExpired:
        line = {"file": name, "side": side, "absent": f"no answer after {seconds:.0f} s"}
    except (IndexError, json.JSONDecodeError):
        why = (done.stderr.strip().splitlines() or ["nothing was printed"])[-1][:200]
        line = {"file": name, "side": side, "absent": why}
    show(line)
    return line


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pmed", type=Path, metavar="FOLDER")
    parser.add_argument("--scp", type=Path, metavar="FOLDER")
    parser.add_argument("--mclp", type=Path, metavar="FOLDER")
    parser.add_argument("--sf", type=Path, metavar="FOLDER")
    parser.add_argument("--center", action="store_true", help="with --pmed: the p-center instead")
    parser.add_argument("--most", type=int, default=12, help="with --mclp: the largest p (default 12)")
    parser.add_argument("--radius", type=float, help="with --mclp: instead of the one in the file")
    parser.add_argument("--seconds", type=float, default=60.0, help="of HiGHS for what is left open (default 60)")
    parser.add_argument("--limit", type=float, default=120.0, help="of the peer's solver, in seconds (default 120)")
    parser.add_argument("--memory", type=int, default=8, help="of a peer, in GB (default 8)")
    parser.add_argument("--peer", default=sys.executable, metavar="PYTHON", help="the Python that has spopt")
    parser.add_argument("--only", help="random towns: only cases with this in their name")
    parser.add_argument("--side", choices=["ours", "peer"], help=argparse.SUPPRESS)
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        return ours(asked.case) if asked.side == "ours" else peer(asked.case, asked.limit)
    folders = (asked.pmed, asked.scp, asked.mclp, asked.sf)
    if not any(folders):
        return beside(asked.only, asked.limit, asked.peer, asked.memory)
    warm_up()
    if asked.pmed:
        pmed(asked.pmed, asked.seconds, asked.center)
    if asked.scp:
        scp(asked.scp, asked.seconds)
    if asked.mclp:
        mclp(asked.mclp, asked.seconds, asked.most, asked.radius)
    if asked.sf:
        san_francisco(asked.sf, asked.seconds)


if __name__ == "__main__":
    main()
