"""The map in headless Chromium, drawn by the processor alone: seconds from the address to painted points.

    python benchmarks/map.py [--points N ...] [--keep FOLDER]     default 200000 and 1000000 homes, with 2,000 sites

The page, the packed layers and the scripts are the product's own, served by Python's file server on this machine. The
clock stops when a picture of the page is there, and the picture is looked at: `painted` is the share of its pixels that
have a colour of the points. `processor` are the processor seconds of all the browser's parts meanwhile; `pan` is one
step of the arrow key on the loaded map. The last line is the whole as JSON.
"""

import argparse
import base64
import contextlib
import json
import os
import resource
import shutil
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import date
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from luoshu.kinds.commitment import Commitment, Gauge, Reason
from luoshu.kinds.layer import Layer, LayerColumn
from luoshu.show.language import Language
from luoshu.show.layerfile import binary
from luoshu.show.layershelf import LayerShelf
from luoshu.show.links import ServerLinks
from luoshu.show.page import Desk
from luoshu.show.pages import LEAVES, render
from luoshu.show.publish import STATIC
from luoshu.show.view import View
from luoshu.words.message import say

DAY = date(2025, 12, 31)
SITES = 2_000
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
WEST, SOUTH, EAST, NORTH = 111.9, 33.6, 113.0, 35.0


@dataclass(frozen=True, kw_only=True)
class Town(Commitment):
    """A made-up town of homes around centres, each with its minutes to the nearest of the sites."""

    kind = "town"
    points: int = 1000

    def gauge(self, book, day):
        return Gauge(commitment=self, day=day, met=0.63, value=0.63, goal=0.8, unit="share", verdict="at risk",
                     estimate=True, because=(Reason(says=say("{words} is odd", words="town")),))  # fmt: skip

    def layers(self, book, day):
        random = np.random.default_rng(7)
        lon, lat = scattered(random, self.points)
        sites = scattered(random, SITES)
        minutes, nearest = to_nearest(lon, lat, *sites)
        minutes[random.random(self.points) < 0.01] = np.inf
        people = np.ceil(random.pareto(2.5, self.points) * 30 + 1)
        yield Layer(id="homes", name=say("homes"), shape="points", role="homes", lon=lon, lat=lat, measure="minutes",
                    breaks=(0, 5, 10, 15, 30), limit=10.0, weight="people", estimate=True,
                    columns={"minutes": LayerColumn(name=say("minutes"), unit="分钟", values=minutes),
                             "people": LayerColumn(name=say("people"), unit="人", values=people),
                             "nearest": LayerColumn(name=say("nearest"), values=nearest)})  # fmt: skip
        yield Layer(id="sites", name=say("sites"), shape="points", role="sites", lon=sites[0], lat=sites[1],
                    ids=[f"s{i}" for i in range(SITES)], names=[f"第{i}站" for i in range(SITES)],
                    table="site")  # fmt: skip


def scattered(random, count):
    """Points around sixty centres of unequal size."""
    centres = random.uniform((WEST, SOUTH), (EAST, NORTH), (60, 2))
    share = random.pareto(1.2, 60) + 0.2
    which = random.choice(60, count, p=share / share.sum())
    place = centres[which] + random.normal(0, 0.045, (count, 2))
    return np.clip(place[:, 0], WEST, EAST), np.clip(place[:, 1], SOUTH, NORTH)


def to_nearest(lon, lat, site_lon, site_lat):
    """Minutes at 70 m a minute, and the number of the nearest site."""
    from scipy.spatial import cKDTree

    flat = np.cos(np.radians(34.3))
    tree = cKDTree(np.column_stack([site_lon * flat, site_lat]))
    away, nearest = tree.query(np.column_stack([lon * flat, lat]), workers=2)
    return away * 111_000 / 70, nearest.astype(float)


def written(points, folder):
    """The page of the map and its layers as files below `folder`; returns the bytes of the homes."""
    promise = Town(id="town", words=f"十分钟可达：{points} 户", points=points)
    gauge = promise.gauge(None, DAY)
    shelf = LayerShelf(None, DAY, [gauge])
    drawn = shelf.drawn("town")
    view = View(folder=Path("town"), title="试城", day=DAY, gauges=(gauge,), layers=shelf)
    desk = Desk(view=view, language=Language("zh"), links=ServerLinks(path="map", day=DAY))
    (folder / "layers/town").mkdir(parents=True)
    (folder / "map.html").write_text(render(next(leaf for leaf in LEAVES if leaf.name == "map"), desk), "utf-8")
    for name, layer in drawn.layers.items():
        (folder / f"layers/town/{name}.bin").write_bytes(binary(layer))
    shutil.copytree(STATIC, folder / "static/built")
    return (folder / "layers/town/homes.bin").stat().st_size


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def served(folder):
    """A file server on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def measured(browser, address):
    """Seconds of one visit."""
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    page.goto("about:blank")
    spent, began = processor(), time.perf_counter()
    page.goto(address)
    page.wait_for_selector(".atlas[data-ready][data-live]", timeout=300_000)
    ready = time.perf_counter() - began
    picture = page.screenshot(timeout=300_000)
    painted = time.perf_counter() - began
    busy = round(processor() - spent, 2) if spent is not None else None
    page.evaluate("document.querySelector('.maplibregl-canvas').focus()")
    began = time.perf_counter()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)
    page.screenshot(timeout=300_000)
    pan = time.perf_counter() - began - 0.4
    share = coloured(page, picture)
    page.close()
    return {"ready": round(ready, 2), "seconds": round(painted, 2), "processor": busy, "pan": round(pan, 2),
            "painted": share}  # fmt: skip


def processor():
    """Processor seconds of all processes below this one that are alive (Linux): the browser with its parts."""
    told = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            told[int(stat.parent.name)] = (int(fields[1]), int(fields[11]) + int(fields[12]))

    def below(process):
        return process == os.getpid() or (process in told and below(told[process][0]))

    ticks = sum(spent for process, (_, spent) in told.items() if process != os.getpid() and below(process))
    return ticks / os.sysconf("SC_CLK_TCK") if told else None


def coloured(page, picture):
    """The share of the picture's pixels with a strong colour: 0 where the points were not painted."""
    return page.evaluate(
        """async (text) => {
            const image = new Image();
            image.src = `data:image/png;base64,${text}`;
            await image.decode();
            const size = { width: image.width, height: image.height };
            const canvas = Object.assign(document.createElement("canvas"), size);
            const brush = canvas.getContext("2d", { willReadFrequently: true });
            brush.drawImage(image, 0, 0);
            const { data } = brush.getImageData(0, 0, image.width, image.height);
            let found = 0;
            for (let at = 0; at < data.length; at += 4) {
                const colours = data.slice(at, at + 3);
                if (Math.max(...colours) - Math.min(...colours) > 60) found += 1;
            }
            return Math.round((1e4 * found) / (data.length / 4)) / 1e4;
        }""",
        base64.b64encode(picture).decode(),
    )


def main():
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, nargs="+", default=[200_000, 1_000_000])
    parser.add_argument("--keep", type=Path, help="write the page of the last number of points here, and keep it")
    asked = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    found = []
    for points in asked.points:
        with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
            size = written(points, Path(place))
            server = served(place)
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            runs = [measured(browser, f"http://127.0.0.1:{server.server_port}/map.html") for _ in range(2)]
            browser.close()
            server.shutdown()
            best = min(runs, key=lambda run: run["seconds"])
            found.append({"points": points, "bytes": size, **best, "first": runs[0]["seconds"]})
            print(json.dumps(found[-1]))
            if asked.keep and points == asked.points[-1]:
                shutil.copytree(place, asked.keep, dirs_exist_ok=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps({"map": found, "peak_mib": round(peak)}))


if __name__ == "__main__":
    main()
