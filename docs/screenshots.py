"""Pictures of every page of the example, in both languages: docs/screenshots/*.png and docs/screenshots.md.

python docs/screenshots.py [NAME ...]     all of them, or those whose name begins with one of the NAMEs

Needs Chromium and the package playwright. The pictures are of the published site, of a drill's folder, and of the
server where a page can do more there (settling, the desk).
"""

from __future__ import annotations

import contextlib
import csv
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

HERE = Path(__file__).parent
EXAMPLE = HERE.parent / "examples" / "luoyang"
DAY = date(2025, 12, 31)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
DRAFT = "某市工作要点（草稿）\n\n到2028年，全市建成城市书房180家，绿道达到1200公里，博物馆年接待观众突破2000万人次。\n"


@dataclass(frozen=True)
class Picture:
    """One picture: its name, its page, what it shows, and how wide and how dark the screen is."""

    name: str
    path: str
    says: str
    width: int = 1280
    height: int = 860
    theme: str = "light"
    keys: str = ""
    press: str = ""
    waits: int = 400
    until: str = ""
    whole: bool = False


READY = ".atlas[data-ready][data-live]"
CITY = "promise=metro-circle&at=112.44,34.655,11.3"
TRIED = (
    '[{"edit":"add-site","table":"site","said":"伊滨站","row":{"id":"new-1","name":"伊滨站",'
    '"service":"地铁站","system":"WGS-84","state":"open","x":112.512,"y":34.622}}]'
)

PICTURES = (
    Picture("overview", "", "总览：每项承诺一行 Overview: every promise as a row"),
    Picture("overview-dark", "", "总览，深色 Overview, dark", theme="dark"),
    Picture("overview-phone", "", "总览，手机 Overview on a phone", width=390, height=844),
    Picture("promise", "promises/museums", "一项承诺：博物馆，目标改过 One promise: museums, whose goal was moved"),
    Picture("promise-early", "promises/sports-area", "提前兑现 A promise kept early"),
    Picture("promise-short", "promises/motorways", "预测互相矛盾 Forecasts that contradict each other"),
    Picture(
        "promise-unknown", "promises/culture-share", "没有公布数据：未知不是零 Nothing published: unknown is not zero"
    ),
    Picture("promise-task", "promises/erlitou-heritage", "任务 A task"),
    Picture("promise-phone", "promises/museums", "一项承诺，手机 One promise on a phone", width=390, height=844),
    Picture("documents", "documents", "文件 Documents"),
    Picture("document", "documents/promises-2020.txt", "原文与其中的承诺 A document and what it promises"),
    Picture("owners", "owners", "责任单位 Who owes what"),
    Picture("owner", "owners/culture", "一个单位 One owner"),
    Picture("map", "map", "地图：谁在十分钟之内 The map: who is within ten minutes", until=READY, whole=True),
    Picture(
        "map-city",
        f"map#{CITY}&pick=sites%2Fmetro-yingtianmen",
        "选中一处设施 One place picked",
        until=f"{READY} .reached",
    ),
    Picture("map-dark", f"map#{CITY}", "地图，深色 The map, dark", theme="dark", until=READY),
    Picture(
        "map-phone", f"map#{CITY}", "地图，手机 The map on a phone", width=390, height=844, until=READY, whole=True
    ),
    Picture("map-figures", "map#layer=layer-1", "分县区数据 Figures by county", waits=2500),
    Picture("problems", "problems", "台账中的问题 Faults of the book"),
    Picture("about", "about", "评估方法 How promises are gauged"),
)
TRYING = Picture(
    "what-if",
    f"map#promise=metro-circle&at=112.46,34.645,11.3&what={quote(TRIED)}",
    "试算：新增一处设施，谁受益 What if: a new place, and who gains",
    until=".trial-pair",
    waits=1500,
    whole=True,
)
SETTLING = Picture("settle", "documents/draft.txt", "逐条确认 Settling what was read, by keyboard", keys="e")

SERVED = (TRYING, SETTLING)
"""What only a server can do."""

FLOOD = "desk/incidents/flood-2021"
PLAYED = (
    Picture("drill", "index", "演练文件夹的首页 The first page of a drill's folder"),
    Picture(
        "drill-board",
        f"{FLOOD}/at-1",
        "演练态势板，转移途中 The drill's board while people are moved",
        height=1300,
    ),
    Picture("drill-review", f"{FLOOD}/report", "复盘报告 The after-action review"),
)
"""What the scripted drill of the example leaves in its folder."""
BOARD = "desk/incidents/yihe"
READING = "[data-do='reading.report']"
DESK = (
    Picture("desk", "desk", "值班首页 The desk's front page"),
    Picture("board", BOARD, "事件看板，宽屏 The board of an incident, wide", height=1300, waits=2500),
    Picture("board-dark", BOARD, "事件看板，深色 The board, dark", theme="dark", waits=2500),
    Picture("board-form", BOARD, "报送监测数据 A reading is reported", press=READING, waits=1500),
    Picture("board-phone", BOARD, "事件看板，手机 The board on a phone", width=390, height=844, waits=1500),
    Picture("stock", "desk/stock", "库存 What stands in the stores"),
    Picture("replay", f"{BOARD}/replay", "复盘回放 The replay of an incident", keys="E", waits=800),
    Picture("journal", "desk/journal", "日志 The log"),
)
"""What people see at the desk once they are logged in."""
LOTS = (
    ("tent-1", "tent", "st-luolong", 420, 2000), ("tent-2", "tent", "st-yichuan", 80, 900),
    ("water-1", "water", "st-luolong", 60_000, 300), ("water-2", "water", "st-yichuan", 9_000, 20),
    ("blanket-1", "blanket", "st-luolong", 3_000, 3000), ("meal-1", "meal", "st-yiyang", 12_000, 150),
)  # fmt: skip
"""Invented goods: the lot, what, where, how much, and for how many days it is good."""
NAME, PASSWORD = "wang", "a password for pictures only"


def main(wanted: list[str]) -> None:
    """Take the pictures and write the page that shows them."""
    from playwright.sync_api import sync_playwright

    from luoshu.show.publish import publish

    folder = HERE / "screenshots"
    folder.mkdir(exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        publish(EXAMPLE, Path(place) / "site", DAY)
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        site = (Path(place) / "site").as_uri()
        for picture in PICTURES:
            for code, tree in (("zh", ""), ("en", "en/")):
                if chosen(picture, wanted):
                    path, _, anchor = picture.path.partition("#")
                    address = f"{site}/{tree}{path or 'index'}.html" + (f"#{anchor}" if anchor else "")
                    take(browser, picture, address, folder / f"{picture.name}-{code}.png")
        played = [picture for picture in PLAYED if chosen(picture, wanted)]
        if played:
            from luoshu.cli import main as luoshu

            luoshu(["desk", "drill", str(EXAMPLE), "--out", str(Path(place) / "drill"), "--quiet"])
            for picture in played:
                for code, tree in (("zh", ""), ("en", "en/")):
                    address = f"{(Path(place) / 'drill').as_uri()}/{tree}{picture.path}.html"
                    take(browser, picture, address, folder / f"{picture.name}-{code}.png")
        served = [picture for picture in SERVED if chosen(picture, wanted)]
        if served:
            with server(Path(place) / "book") as address:
                for picture in served:
                    path, _, anchor = picture.path.partition("#")
                    for code in ("zh", "en"):
                        url = f"{address}/{path}?language={code}" + (f"#{anchor}" if anchor else "")
                        take(browser, picture, url, folder / f"{picture.name}-{code}.png")
        at_desk = [picture for picture in DESK if chosen(picture, wanted)]
        if at_desk:
            with server(Path(place) / "desk", begin_desk) as address:
                for code in ("zh", "en"):
                    kept = log_in(browser, address)
                    for picture in at_desk:
                        url = f"{address}/{picture.path}?language={code}"
                        take(browser, picture, url, folder / f"{picture.name}-{code}.png", kept)
        browser.close()
    write_page()


def chosen(picture: Picture, wanted: list[str]) -> bool:
    """Whether this picture was asked for."""
    return not wanted or any(picture.name.startswith(name) for name in wanted)


def take(browser: Any, picture: Picture, address: str, file: Path, kept: Any = None) -> None:
    """Open the page in a window of its own and take its picture."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme=picture.theme,
        reduced_motion="reduce",
        storage_state=kept,
    )
    page = context.new_page()
    page.goto(address, timeout=300_000)  # the first look at a book gauges it whole
    for key in picture.keys:
        page.keyboard.press("End" if key == "E" else key)
    if picture.until:
        for selector in picture.until.split():
            page.wait_for_selector(selector, timeout=60_000)
    page.wait_for_timeout(picture.waits)
    if picture.press:
        page.locator(picture.press).first.click()
        page.wait_for_timeout(400)
    page.screenshot(path=file, full_page=picture.whole)
    context.close()
    print(file.relative_to(HERE))


@contextlib.contextmanager
def server(book: Path, begin: Callable[[Path], None] = lambda book: None) -> Iterator[str]:
    """A server over a copy of the example with one more document, whose proposals are open."""
    import uvicorn

    from luoshu.cli import main as luoshu
    from luoshu.show.server import make_app

    shutil.copytree(EXAMPLE, book)
    (book / "documents" / "draft.txt").write_text(DRAFT, encoding="utf-8")
    luoshu(["read", str(book / "documents" / "draft.txt"), "--into", str(book)])
    begin(book)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = make_app(book, day=DAY)
    if app.state.door is not None:
        app.state.door.credentials.set(NAME, PASSWORD, datetime.now(UTC))
    running = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(20)


def log_in(browser: Any, address: str) -> Any:
    """The cookies of somebody who is logged in."""
    context = browser.new_context(base_url=address)
    context.request.post("/login", data={"name": NAME, "password": PASSWORD})
    kept = context.storage_state()
    context.close()
    return kept


def begin_desk(book: Path) -> None:
    """A desk over the book with an officer and a flood in its third hour; nothing of it is real."""
    from luoshu.book.book import open_book
    from luoshu.desk.actor import Actor, Grant
    from luoshu.desk.assignment import AcceptTask, Assignment, FinishTask
    from luoshu.desk.checklist import GiveChecklist
    from luoshu.desk.closure import CloseRoad
    from luoshu.desk.deciding import ConfirmLevel
    from luoshu.desk.incident import OpenIncident
    from luoshu.desk.minutes import SendMessage
    from luoshu.desk.observed import ReportReading
    from luoshu.desk.removal import PlanRemoval, ReportRemoval
    from luoshu.desk.resource import RequestResource
    from luoshu.desk.room import open_room
    from luoshu.desk.roster import Put
    from luoshu.desk.staff import CONSOLE, Add, Give
    from luoshu.desk.stockroom import Receive
    from luoshu.desk.ticking import tick

    begun = datetime.now(UTC) - timedelta(hours=3)
    invented = EXAMPLE / "drill" / "tables"
    shutil.copy(invented / "store.csv", book / "tables")
    with (invented / "owner.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with (book / "tables" / "owner.csv").open(encoding="utf-8-sig", newline="") as file:
        names = csv.DictReader(file).fieldnames or []
    with (book / "tables" / "owner.csv").open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, names, restval="", extrasaction="ignore").writerows(rows)
    officer = Actor(id=NAME, grants=(Grant(role="duty"), Grant(role="store")))
    of = {"incident": "yihe"}
    with open_room(open_book(book)) as room:
        room.do(Add(person=NAME, name="王建国"), by=CONSOLE, at=begun)
        room.do(Give(person=NAME, role="duty"), by=CONSOLE, at=begun)
        room.do(Give(person=NAME, role="store"), by=CONSOLE, at=begun)
        for lot, item, store, amount, days in LOTS:
            until = begun.date() + timedelta(days=days)
            room.do(Receive(lot=lot, item=item, store=store, amount=amount, expires=until), by=officer, at=begun)
        room.do(Put(post="值班员", person=NAME, starts=begun, ends=begun + timedelta(hours=24)), by=officer, at=begun)

        def do(minutes: int, act: Any, why: str = "") -> None:
            room.do(act, by=officer, at=begun + timedelta(minutes=minutes), why=why)

        do(1, OpenIncident(id="yihe", type="flood", title="伊河洪水（演练）", lead="command", drill=True))
        do(4, ReportReading(station="龙门镇站", measure="rain_1h", value=63, unit="mm", at=begun, **of))
        tick(room, begun + timedelta(minutes=5))
        do(9, ConfirmLevel(level="III", **of))
        do(15, GiveChecklist(**of))
        tasks = list(room.standing().all(Assignment))
        for place, task in enumerate(tasks[:4]):
            do(20 + place, AcceptTask(task=task))
        do(50, FinishTask(task=tasks[0]))
        do(60, RequestResource(id="pumps", title="抽水泵", amount=5, unit="台", to="龙门镇", **of))
        do(70, PlanRemoval(id="longmen", community="龙门社区", people=320, **of))
        do(95, ReportRemoval(removal="longmen", moved=120))
        do(100, CloseRoad(id="road", road="龙门大道", reason="积水", lon=112.47, lat=34.56, **of))
        do(120, SendMessage(id="note", text="请各组每半小时报送一次进展。", **of))
        do(150, ReportReading(station="龙门镇站", measure="rain_1h", value=92, unit="mm",
                              at=begun + timedelta(minutes=149), **of))  # fmt: skip
        tick(room, begun + timedelta(minutes=151))


def write_page() -> None:
    """docs/screenshots.md: every picture with its words."""
    text = "<!-- made by docs/screenshots.py: do not edit -->\n\n# 页面 The pages\n\n"
    text += "示例台账，2025年12月31日。The example's book on 31 December 2025.\n"
    for picture in (*PICTURES, *SERVED, *DESK, *PLAYED):
        text += f"\n## {picture.says}\n\n"
        text += "\n".join(f"![{picture.says}, {code}](screenshots/{picture.name}-{code}.png)" for code in ("zh", "en"))
        text += "\n"
    (HERE / "screenshots.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
