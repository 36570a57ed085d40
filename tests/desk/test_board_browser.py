"""The desk in real browsers: what one does appears at the other, also after a time without signal, and only once."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from browsing import NEEDS, served
from deskserver import PASSWORD

from luoshu.desk.actor import Actor, Grant
from luoshu.desk.assignment import Assignment, GiveTask
from luoshu.desk.closure import CloseRoad
from luoshu.desk.deciding import ConfirmLevel
from luoshu.desk.incident import Incident, OpenIncident
from luoshu.desk.minutes import Note, SendMessage
from luoshu.desk.observed import ReportReading
from luoshu.desk.removal import PlanRemoval, Removal

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = NEEDS
OFFICER = Actor(id="wang", grants=(Grant(role="duty"),))
SCRIPT = "<script>window.ran=1</script><img src=x onerror=window.ran=1>"
NO_SIGNAL = ("ERR_INTERNET_DISCONNECTED", "Failed to fetch")
BOARD = "/desk/incidents/yi?language=en"


@pytest.fixture
def address(desk_server):
    for name in ("wang", "li"):
        desk_server.person(name, "duty")
    now = datetime.now(UTC)
    for act in (
        OpenIncident(id="yi", type="flood", title=f"伊河 {SCRIPT}", lead="hq"),
        GiveTask(id="yi.one", incident="yi", title="巡堤", person="wang", hours=3),
        GiveTask(id="yi.two", incident="yi", title="清点", person="wang", hours=4),
    ):
        desk_server.room.do(act, by=OFFICER, at=now)
    with served(desk_server.app) as address:
        yield address


@pytest.fixture
def people(address, browser):
    """Opens a page for somebody, each in a browser window of their own; nothing may be complained of but `expected`."""
    errors: list[str] = []
    contexts = []

    def opened(name, width=1280, expected=()):
        context = browser.new_context(base_url=address, viewport={"width": width, "height": 844})
        contexts.append(context)
        log_in(context, name)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: complain(said, expected))
        return page

    def complain(said, expected):
        if said.type == "error" and not any(words in said.text for words in expected):
            errors.append(said.text)

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


def log_in(context, name):
    assert context.request.post("/login", data={"name": name, "password": PASSWORD}).ok


def live(page, path):
    page.goto(path)
    page.locator("[data-live-state][data-state=live]").wait_for()


def test_what_one_does_on_the_front_page_appears_at_the_other_without_loading(people, desk_server):
    wang, li = people("wang"), people("li", 390)
    live(wang, "/desk?language=en")
    live(li, "/desk?language=en")
    li.evaluate("window.sameness = 1")
    wang.locator("#incidents [data-do='incident.open'] >> nth=1").click()
    form = wang.locator("dialog[open] form[data-act='incident.open']")
    assert form.locator("input[type=checkbox][name=drill]").is_checked()
    form.locator("[name=title]").fill(f"演练一 {SCRIPT}")
    form.locator("[name=type]").select_option("fire")
    form.locator("button.primary").click()
    row = li.locator("#incidents li", has_text="演练一")
    row.wait_for()
    assert row.locator(".drill-mark").count() == 1
    assert li.evaluate("[window.sameness, window.ran]") == [1, None]
    assert wang.evaluate("window.ran") is None
    assert li.evaluate("document.documentElement.scrollWidth") <= 390
    assert sum(each.drill for each in desk_server.room.standing().all(Incident).values()) == 1


def test_a_level_is_proposed_and_confirmed_and_the_checklist_given_from_the_first_steps(people, desk_server):
    wang, li = people("wang"), people("li")
    live(wang, "/desk?language=en")
    live(li, "/desk?language=en")
    now = datetime.now(UTC)
    desk_server.room.do(ReportReading(station="站", measure="rain_1h", value=60, unit="mm", at=now, incident="yi"),
                        by=OFFICER, at=now)  # fmt: skip
    from luoshu.desk.ticking import tick

    tick(desk_server.room, datetime.now(UTC))
    li.locator("#incidents .proposal").wait_for()
    wang.locator("#steps form[data-act='incident.confirm'] button").click()
    li.locator("#incidents .proposal").wait_for(state="detached")
    li.locator("#incidents .level[data-level=III]").wait_for()
    assert desk_server.room.standing().get(Incident, "yi").level == "III"


def test_one_tap_accepts_a_task_once(people, desk_server):
    wang = people("wang", 390)
    live(wang, "/desk?language=en")
    wang.locator("li[data-key='task:yi.one'] form[data-act='task.accept'] button").click()
    wang.locator("li[data-key='task:yi.one'] .state[data-state=accepted]").wait_for()
    assert len(desk_server.told("task.accept")) == 1


def test_a_message_appears_on_the_other_board_as_text(people, desk_server):
    wang, li = people("wang"), people("li", 390)
    live(wang, BOARD)
    live(li, BOARD + "#messages")
    wang.locator("#messages [data-do='message.send']").click()
    form = wang.locator("dialog[open] form[data-act='message.send']")
    form.locator("[name=text]").fill(SCRIPT)
    form.locator("button.primary").click()
    for page in (wang, li):
        page.locator("#messages li", has_text=SCRIPT).wait_for()
        assert page.evaluate("window.ran") is None
    assert li.evaluate("document.documentElement.scrollWidth") <= 390


def test_people_moved_are_reported_over_what_stands_already(people, desk_server):
    planned = PlanRemoval(id="m", incident="yi", community="河下村", people=300)
    desk_server.room.do(planned, by=OFFICER, at=datetime.now(UTC))
    wang = people("wang")
    live(wang, BOARD)
    for moved, stood in ((120, "0"), (180, "120")):
        wang.locator("#people [data-do='removal.report']").click()
        form = wang.locator("dialog[open] form.act")
        assert form.locator("[name=moved]").input_value() == stood
        form.locator("[name=moved]").fill(str(moved))
        form.locator("button").last.click()
        wang.locator(f"#people [data-offers*='{moved}']").wait_for()
        assert desk_server.room.standing().get(Removal, "m").moved == moved


def test_keys_lead_to_the_sections_and_leave_typed_letters_alone(people):
    wang = people("wang", 390)
    live(wang, BOARD)
    names = wang.evaluate("[...document.querySelectorAll('.board-tabs a')].map((each) => each.hash.slice(1))")
    assert len(names) == 9
    for key, name in ((str(place), names[place - 1]) for place in (2, 8, 1)):
        wang.keyboard.press(key)
        wang.locator(f"#{name}.chosen").wait_for()
        assert wang.evaluate("document.activeElement.id") == name
        assert wang.locator(".board-grid > .panel:visible").count() == 1


def test_without_signal_reports_are_kept_and_sent_after_in_order_and_once(people, desk_server):
    wang = people("wang", 390, expected=NO_SIGNAL)
    live(wang, "/desk?language=en")
    wang.locator("[data-offline-note][data-kept=true]").wait_for()  # the page says so once it is kept, not before
    wang.context.set_offline(True)
    pressed = datetime.now(UTC)
    wang.locator("li[data-key='task:yi.one'] form[data-act='task.accept'] button").click()
    wang.locator(".tray-list li").first.wait_for()
    report(wang, "yi.one", "水位平稳")
    wang.locator(".tray-list li >> nth=1").wait_for()
    assert not desk_server.told("task.accept")
    opened = wang.reload()  # the telephone went dark in between
    assert opened.from_service_worker
    wang.locator("[data-live-state][data-state=cut]", has_text="as of").wait_for()
    wang.locator(".tray-list li >> nth=1").wait_for()
    time.sleep(1)
    wang.context.set_offline(False)
    wang.evaluate("window.dispatchEvent(new Event('online'))")
    wang.locator("li[data-key='task:yi.one'] .state[data-state=accepted]").wait_for()
    wang.locator(".tray").wait_for(state="hidden")
    accepted, reported = desk_server.told("task.accept"), desk_server.told("task.report")
    assert len(accepted) == len(reported) == 1
    assert accepted[0].number < reported[0].number
    assert timedelta(seconds=-2) < accepted[0].happened - pressed < timedelta(seconds=6)
    assert accepted[0].at - accepted[0].happened > timedelta(seconds=0.5)


def shut(room, id, lon, lat):
    road = CloseRoad(id=id, incident="yi", road=f"龙门桥{id}", reason="积水", lon=lon, lat=lat)
    room.do(road, by=OFFICER, at=datetime.now(UTC))


def test_the_map_comes_with_the_first_place_and_follows_without_being_made_anew(people, desk_server):
    wang = people("wang")
    live(wang, BOARD)
    assert wang.locator("figure.board-map").count() == 0
    shut(desk_server.room, "k1", 112.47, 34.56)
    wang.locator("figure.board-map").wait_for()
    wang.locator("#map").scroll_into_view_if_needed()
    wang.locator("figure.board-map.live[data-marks='1']").wait_for()
    wang.evaluate("window.canvas = document.querySelector('.board-map canvas')")
    shut(desk_server.room, "k2", 112.49, 34.58)
    wang.locator("figure.board-map.live[data-marks='2']").wait_for()
    assert wang.evaluate("window.canvas === document.querySelector('.board-map canvas')")
    wang.locator(".map-list summary").click()
    wang.locator(".map-list button", has_text="龙门桥k2").click()
    wang.locator(".board-popup strong", has_text="龙门桥k2").wait_for()
    wang.locator(".map-key label", has_text="closed road").click()
    wang.locator("figure.board-map[data-marks='0']").wait_for()
    canvas = wang.locator(".board-map canvas")
    canvas.press("Escape")
    canvas.press("Enter")  # what lies in the middle, and what can be entered there
    wang.locator(".board-popup [data-do='closure.close']").click()
    form = wang.locator("dialog[open] form[data-act='closure.close']")
    assert 112 < float(form.locator("[name=lon]").input_value()) < 113
    assert form.locator("[name=incident]").input_value() == "yi"


def test_a_board_opens_anew_without_signal_until_its_reader_logs_out(people, desk_server):
    shut(desk_server.room, "k", 112.47, 34.56)
    wang = people("wang", 390, expected=(*NO_SIGNAL, "ERR_FAILED", "[object Event]"))
    live(wang, BOARD)
    wang.locator("[data-offline-note][data-kept=true]").wait_for(state="attached")
    wang.context.set_offline(True)
    wang.goto("about:blank")
    for _ in range(3):
        assert wang.goto(BOARD).from_service_worker
        wang.locator("#tasks li", has_text="巡堤").first.wait_for(state="attached")
        wang.locator(".tray").wait_for(state="attached")  # its scripts came too
    wang.goto(BOARD + "#map")
    wang.locator("figure.board-map.live").wait_for()  # and that of the map, though it was not looked at before
    with pytest.raises(sync_api.Error, match="ERR_"):
        wang.goto("/desk/incidents/other?language=en")  # what nobody has looked at is not kept
    wang.context.set_offline(False)
    live(wang, "/desk?language=en")
    wang.evaluate("document.querySelector('form.leave').requestSubmit()")
    wang.wait_for_url("**/login")
    wang.context.set_offline(True)
    with pytest.raises(sync_api.Error, match="ERR_"):
        wang.goto(BOARD)  # who logged out leaves nothing behind


def report(page, task, words):
    page.locator(f"li[data-key='task:{task}'] [data-do='task.report']").click()
    form = page.locator("dialog[open] form[data-act='task.report']")
    form.locator("[name=words]").fill(words)
    form.locator("button.primary").click()


def test_a_session_that_ended_keeps_what_was_pressed_until_the_next_login(people, desk_server):
    wang = people("wang", 390, expected=("401", "403"))
    live(wang, "/desk?language=en")
    wang.evaluate("fetch('/logout', {method: 'POST', headers: {'content-type': 'application/x-www-form-urlencoded'},"
                  " body: '_csrf=' + document.querySelector('form.leave [name=_csrf]').value})")  # fmt: skip
    report(wang, "yi.two", "已清点")
    wang.locator(".tray-head a", has_text="Log in").wait_for()
    assert not desk_server.told("task.report")
    log_in(wang.context, "wang")
    wang.goto("/desk?language=en")
    wang.locator(".tray").wait_for(state="hidden")
    wang.wait_for_function("!document.querySelector('.tray-list li')")
    deadline = time.monotonic() + 10
    while not desk_server.told("task.report") and time.monotonic() < deadline:
        time.sleep(0.1)
    (only,) = desk_server.told("task.report")
    assert only.draft.facts["words"] == "已清点"


def test_the_replay_goes_by_key(people, desk_server):
    now = datetime.now(UTC)
    desk_server.room.do(ConfirmLevel(incident="yi", level="II"), by=OFFICER, at=now, why="会商")
    desk_server.room.do(SendMessage(id="n1", incident="yi", text=SCRIPT), by=OFFICER, at=now)
    wang = people("wang")
    wang.goto("/desk/incidents/yi/replay?language=en")
    level = wang.locator("[data-frame-level]")
    assert level.get_attribute("data-level") == ""
    wang.keyboard.press("End")
    assert level.get_attribute("data-level") == "II"
    assert wang.locator("[data-frame-list=tasks] li").count() == 2
    assert wang.locator("[data-frame-list=words] li .what").inner_text() == SCRIPT
    wang.keyboard.press("Home")
    wang.keyboard.press("ArrowRight")
    assert wang.locator("[data-frame-list=tasks] li").count() == 1
    wang.locator("tr[data-go]").last.click()
    assert "#entry=" in wang.url
    assert wang.evaluate("window.ran") is None
    assert desk_server.room.standing().all(Note)
    assert desk_server.room.standing().all(Assignment)
