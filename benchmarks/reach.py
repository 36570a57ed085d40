"""Reach beside its peers on one network: nearest, k nearest, reach sets, enhanced 2SFCA; answers, seconds, memory.

    python benchmarks/reach.py [--nodes N]         a synthetic town of about N street corners (default 1,000,000)
    python benchmarks/reach.py --roads FOLDER      the real network below: the largest *-roads.co.bin with its .gr.bin
                                                   (ngraph), else the largest street file that luoshu roads can read;
                                                   or one such file

Every engine runs in a process of its own, one thread each; peers that are not installed say so. Peers without a cut-off
of their own, or slow ones, get a sample of the sites for reach sets and 2SFCA: their seconds are then given for all
sites (sample time x sites / sample), with ``sampled`` beside them. The last line is the whole as JSON.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import scipy.sparse as sparse

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

MAPS = (".osm.pbf", ".osm", ".graphml", ".gpkg", ".sqlite", ".geojson", ".csv")
ENGINES = ("luoshu", "scipy", "networkit", "igraph", "pandana")


def town(nodes, seed=11):
    """A jittered grid with a quarter of its streets missing, nodes numbered at random; minutes on foot."""
    side = max(3, int(nodes**0.5))
    random = np.random.default_rng(seed)
    number = random.permutation(side * side).reshape(side, side)
    x, y = np.empty(side * side), np.empty(side * side)
    column, row = np.meshgrid(np.arange(side), np.arange(side))
    x[number], y[number] = column + random.random(number.shape) * 0.6, row + random.random(number.shape) * 0.6
    tails = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    heads = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    keep = random.random(len(tails)) < 0.75
    tails, heads = tails[keep], heads[keep]
    return tails, heads, np.hypot(x[tails] - x[heads], y[tails] - y[heads]) * 0.4 + 0.02, x, y


def read_roads(given):
    """The network of a file, or of the largest one below a folder."""
    given = Path(given)
    below = [given] if given.is_file() else sorted(path for path in given.rglob("*") if path.is_file())
    pairs = [path for path in below if path.name.endswith("-roads.co.bin")]
    maps = [path for path in below if path.name.endswith(MAPS)]
    if not pairs and not maps:
        raise SystemExit(f"{given} holds neither *-roads.co.bin nor a map that ends in {', '.join(MAPS)}.")
    path = max(pairs or maps, key=lambda one: one.stat().st_size)
    return path.name, (read_pairs(path) if pairs else read_map(path))


def read_map(path):
    """Streets as luoshu roads reads them, walked at 75 metres a minute."""
    from luoshu.book.streetreading import read_streets_file

    streets, problems = read_streets_file(path)
    if streets is None:
        raise SystemExit("; ".join(str(problem.says) for problem in problems))
    foot = streets.allowed("walk")
    middle = np.cos(np.radians(np.median(streets.lat)))
    minutes = np.maximum(streets.metres[foot].astype(float) / 75, 0.001)
    return streets.tail[foot], streets.head[foot], minutes, streets.lon * middle, streets.lat


def read_pairs(path):
    """Coordinates and links as ngraph stores them: pairs of nodes (from 1), or a negative number before neighbours."""
    places = np.fromfile(path, dtype="<i4").reshape(-1, 2).astype(float)
    links = np.fromfile(path.with_name(path.name.replace(".co.", ".gr.")), dtype="<i4").astype(np.int64)
    opens = links < 0
    if opens.any():
        tails = -links[opens][np.cumsum(opens) - 1] - 1
        tails, heads = tails[~opens], links[~opens] - 1
    else:
        tails, heads = links.reshape(-1, 2).T - 1
    length = np.hypot(*(places[tails] - places[heads]).T)
    return tails, heads, length / np.median(length[length > 0]) * 0.4 + 0.001, places[:, 0], places[:, 1]


def simple(tails, heads, minutes, nodes):
    """Each pair of nodes once, with its shortest edge, both ways (some peers add up double edges)."""
    one, two = np.minimum(tails, heads), np.maximum(tails, heads)
    order = np.lexsort((minutes, two, one))
    one, two, minutes = one[order], two[order], minutes[order]
    first = np.concatenate([[True], (np.diff(one) > 0) | (np.diff(two) > 0)]) & (one != two)
    return one[first], two[first], minutes[first]


def gaussian(minutes, within):
    edge = np.exp(-0.5)
    return (np.exp(-0.5 * (minutes / within) ** 2) - edge) / (1 - edge)


class Luoshu:
    """Ours, compiled before the clock starts."""

    def __init__(self, case):
        from luoshu.methods import access, reach

        small = reach.network([0], [1], [1.0], 2)
        reach.nearest(small, [0])
        reach.k_nearest(small, [0], 2)
        sets = reach.reach_sets(small, [0], within=2.0)
        access.two_step_access(sets, [1.0], [1.0, 1.0], access.gaussian(2.0))
        self.reach, self.access, self.case = reach, access, case

    def build(self):
        case = self.case
        self.road = self.reach.network(
            case["tails"], case["heads"], case["minutes"], len(case["x"]), x=case["x"], y=case["y"]
        )

    def nearest(self):
        return self.reach.nearest(self.road, self.case["sites"])[0]

    def k_nearest(self):
        return self.reach.k_nearest(self.road, self.case["sites"], 5)[0]

    def reach_sets(self, sites):
        sets = self.reach.reach_sets(self.road, sites, within=float(self.case["within"]))
        self.entries = int(sets.nnz)
        return np.array([sets.nnz, sets.data.sum()])

    def two_step(self, sites):
        within = float(self.case["within"])
        sets = self.reach.reach_sets(self.road, sites, within=within)
        return self.access.two_step_access(sets, np.ones(len(sites)), self.case["people"], self.access.gaussian(within))


class Scipy:
    """scipy.sparse.csgraph.dijkstra: multi-source by min_only, cut off by limit, dense rows in blocks."""

    def __init__(self, case):
        self.case = case

    def build(self):
        case, nodes = self.case, len(self.case["x"])
        both = np.concatenate([case["tails"], case["heads"]]), np.concatenate([case["heads"], case["tails"]])
        self.graph = sparse.csr_array((np.tile(case["minutes"], 2), both), shape=(nodes, nodes))

    def nearest(self):
        from scipy.sparse.csgraph import dijkstra

        return dijkstra(self.graph, indices=self.case["sites"], min_only=True)

    k_nearest = None

    def rows(self, sites):
        from scipy.sparse.csgraph import dijkstra

        for begin in range(0, len(sites), 16):
            block = dijkstra(self.graph, indices=sites[begin : begin + 16], limit=float(self.case["within"]))
            for row in block:
                there = np.flatnonzero(np.isfinite(row))
                yield there, row[there]

    def reach_sets(self, sites):
        counts = [(len(there), minutes.sum()) for there, minutes in self.rows(sites)]
        return np.array(counts).sum(axis=0)

    def two_step(self, sites):
        within, people = float(self.case["within"]), self.case["people"]
        result = np.zeros(len(people))
        for there, minutes in self.rows(sites):
            weights = gaussian(minutes, within)
            total = (weights * people[there]).sum()
            if total > 0:
                result[there] += weights / total
        return result


class Networkit:
    """networkit: Dijkstra from one more node that is joined to all sites by ways of no length; it has no cut-off."""

    k_nearest = reach_sets = two_step = None

    def __init__(self, case):
        import networkit

        networkit.setNumberOfThreads(1)
        self.networkit, self.case = networkit, case

    def build(self):
        case, nodes = self.case, len(self.case["x"])
        edges = (case["minutes"], (case["tails"].astype(np.uint64), case["heads"].astype(np.uint64)))
        self.graph = self.networkit.GraphFromCoo(edges, n=nodes + 1, weighted=True, directed=False)
        for site in case["sites"]:
            self.graph.addEdge(nodes, int(site), 0.0)

    def nearest(self):
        nodes = len(self.case["x"])
        search = self.networkit.distance.Dijkstra(self.graph, nodes, storePaths=False)
        search.run()
        times = np.array(search.getDistances())[:nodes]
        return np.where(times > 1e300, np.inf, times)


class Igraph:
    """igraph: as networkit, with one more node."""

    k_nearest = reach_sets = two_step = None

    def __init__(self, case):
        import igraph

        self.igraph, self.case = igraph, case

    def build(self):
        case, nodes = self.case, len(self.case["x"])
        joins = np.column_stack([np.full(len(case["sites"]), nodes), case["sites"]])
        edges = np.concatenate([np.column_stack([case["tails"], case["heads"]]), joins])
        self.weights = np.concatenate([case["minutes"], np.zeros(len(joins))]).tolist()
        self.graph = self.igraph.Graph(n=nodes + 1, edges=edges.tolist())

    def nearest(self):
        nodes = len(self.case["x"])
        return np.array(self.graph.distances(source=nodes, weights=self.weights)[0])[:nodes]


class Pandana:
    """pandana: contraction hierarchies; built once, then asked for points of interest and nodes in range."""

    def __init__(self, case):
        import pandana
        import pandas

        self.pandana, self.pandas, self.case = pandana, pandas, case

    def build(self):
        case = self.case
        series = (self.pandas.Series(case[name]) for name in ("x", "y", "tails", "heads"))
        # pandana keeps the whole part of minutes x 1000, and 1.017 x 1000 is 1016.9999999999999: a hair more keeps 1017
        minutes = self.pandas.DataFrame({"minutes": case["minutes"] + 1e-5})
        self.road = self.pandana.Network(*series, minutes, twoway=True)
        self.far = 1e5
        place = self.pandas.Series(case["x"][case["sites"]]), self.pandas.Series(case["y"][case["sites"]])
        self.road.set_pois("site", self.far, 5, *place)

    def pois(self, number):
        table = self.road.nearest_pois(self.far, "site", num_pois=number, imp_name="minutes").sort_index().to_numpy()
        return np.where(table >= self.far, np.inf, table)

    def nearest(self):
        return self.pois(1)[:, 0]

    def k_nearest(self):
        return self.pois(5)

    def reach_sets(self, sites):
        pairs = self.road.nodes_in_range([int(site) for site in sites], float(self.case["within"]))
        return np.array([len(pairs), pairs.iloc[:, -1].sum()])

    def two_step(self, sites):
        within, people = float(self.case["within"]), self.case["people"]
        pairs = self.road.nodes_in_range([int(site) for site in sites], within)
        _, place = np.unique(pairs["source"].to_numpy(), return_inverse=True)
        home, weights = pairs["destination"].to_numpy(), gaussian(pairs.iloc[:, -1].to_numpy(), within)
        total = np.bincount(place, weights=weights * people[home])
        ratio = np.divide(1.0, total, out=np.zeros(len(total)), where=total > 0)
        return np.bincount(home, weights=weights * ratio[place], minlength=len(people))


def run_engine(engine, folder):
    """The process of one engine: reads the case, runs every task, writes answers and figures."""
    case = dict(np.load(folder / "case.npz"))
    maker = {"luoshu": Luoshu, "scipy": Scipy, "networkit": Networkit, "igraph": Igraph, "pandana": Pandana}[engine]
    figures, answers = {}, {}
    try:
        runner = maker(case)
    except ImportError as absent:
        (folder / f"{engine}.json").write_text(json.dumps({"absent": str(absent)}))
        return
    tasks = [("build", (), 1.0), ("nearest", (), 1.0), ("k_nearest", (), 1.0)]
    sample = case["candidates"][: int(case["sample"])]
    share = len(case["candidates"]) / len(sample)
    tasks += [(name, (sample,), share) for name in ("reach_sets", "two_step")]
    for name, arguments, times in tasks:
        if getattr(runner, name) is None:
            continue
        wall, cpu = time.perf_counter(), time.process_time()
        answers[name] = getattr(runner, name)(*arguments)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        figures[name] = {"seconds": round(wall * times, 3), "cpu_seconds": round(cpu * times, 3)}
        if times > 1:
            figures[name]["sampled"] = len(sample)
        if engine == "luoshu" and arguments:  # ours does all sites; the sample above gives the answers to compare
            wall, cpu = time.perf_counter(), time.process_time()
            getattr(runner, name)(case["candidates"])
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            figures[name] = {"seconds": round(wall, 3), "cpu_seconds": round(cpu, 3), "entries": runner.entries}
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        figures[name]["peak_megabytes"] = round(peak)
        (folder / f"{engine}.json").write_text(json.dumps(figures))
        np.savez(folder / f"{engine}.npz", **{key: value for key, value in answers.items() if value is not None})


def same(ours, theirs, tolerance):
    """Whether two answers agree to within a share of the value, infinite where infinite."""
    return bool(np.allclose(ours, theirs, rtol=tolerance, atol=tolerance, equal_nan=False))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=1_000_000)
    parser.add_argument("--roads", type=Path, metavar="FOLDER")
    parser.add_argument("--sites", type=int, default=2000, help="for nearest and k nearest")
    parser.add_argument("--candidates", type=int, default=5000, help="for reach sets and 2SFCA")
    parser.add_argument("--within", type=float, default=20.0005, help="minutes of a reach set")
    parser.add_argument(
        "--sample", type=int, default=100, help="candidates that peers get, and answers are compared on"
    )
    parser.add_argument("--peers", default=",".join(ENGINES[1:]), help="which to run, with commas")
    parser.add_argument("--limit", type=float, default=900.0, help="seconds for one peer")
    parser.add_argument("--engine", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.engine:
        run_engine(asked.engine, asked.folder)
        return
    name, (tails, heads, minutes, x, y) = read_roads(asked.roads) if asked.roads else ("a town", town(asked.nodes))
    # pandana cuts minutes to whole thousandths: with such minutes, and a limit between two of them, all must agree
    tails, heads, minutes = simple(tails, heads, np.round(minutes, 3), len(x))
    random = np.random.default_rng(5)
    sites = random.choice(len(x), min(asked.sites, len(x) // 10), replace=False)
    candidates = random.choice(len(x), min(asked.candidates, len(x) // 10), replace=False)
    result = {"network": name, "nodes": len(x), "edges": len(tails), "sites": len(sites), "candidates": len(candidates)}
    result |= {"within": asked.within, "engines": {}}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        case = {"tails": tails, "heads": heads, "minutes": minutes, "x": x, "y": y, "sites": sites}
        case |= {"candidates": candidates, "within": asked.within, "sample": min(asked.sample, len(candidates))}
        np.savez(folder / "case.npz", **case, people=random.integers(0, 9, len(x)).astype(float))
        agreed = {}
        for engine in ("luoshu", *[peer for peer in asked.peers.split(",") if peer in ENGINES[1:]]):
            command = [sys.executable, __file__, "--engine", engine, "--folder", name]
            stopped = None
            try:
                done = subprocess.run(command, timeout=asked.limit, capture_output=True, text=True, check=False)
                if done.returncode:
                    stopped = (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]
            except subprocess.TimeoutExpired:
                stopped = f"stopped after {asked.limit:.0f} seconds"
            path = folder / f"{engine}.json"
            figures = json.loads(path.read_text()) if path.exists() else {}
            if stopped:
                figures["stopped"] = stopped
            result["engines"][engine] = figures
            if engine != "luoshu" and (folder / f"{engine}.npz").exists():
                ours, theirs = np.load(folder / "luoshu.npz"), np.load(folder / f"{engine}.npz")
                tolerance = 1e-5 if engine == "pandana" else 1e-9  # pandana answers in single precision
                agreed[engine] = {task: same(ours[task], theirs[task], tolerance) for task in theirs.files}
            print(engine, json.dumps(figures), json.dumps(agreed.get(engine, {})), flush=True)
        result["same_answers"] = all(all(tasks.values()) for tasks in agreed.values())
        result["agreed"] = agreed
    print(json.dumps(result))


if __name__ == "__main__":
    main()
