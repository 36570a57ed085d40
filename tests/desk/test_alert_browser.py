"""Alerts, experts and needs in a real browser: one drafts, another issues, a file is taken in, all on a phone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from browsing import NEEDS, served
from deskserver import PASSWORD

from luoshu.desk.act import made_of
from luoshu.desk.actor import Actor, Grant
from luoshu.desk.alert import Alert
from luoshu.desk.capfile import write_alert
from luoshu.desk.consultation import Demand
from luoshu.desk.heard import Heard

pytestmark = NEEDS
RULE = "in_force:\n  2020-01-01: {sender: fangxun.example, name: 防汛办（示例）}\n"
OWNERS = "id,name\nwater,水利局\nroads,公路局\n"


@pytest.fixture
def desk_book(desk_book):
    for folder, name, text in (("rules", "alert.yaml", RULE), ("tables", "owner.csv", OWNERS)):
        (desk_book / folder).mkdir(exist_ok=True)
        (desk_book / folder / name).write_text(text, "utf-8")
    return desk_book


@pytest.fixture
def address(desk_server):
    for name in ("wang", "li"):
        desk_server.person(name, "duty")
    with served(desk_server.app) as address:
        yield address


@pytest.fixture
def people(address, browser):
    """Opens a page for somebody; each has a browser window of their own."""
    errors, windows = [], []

    def opened(name, width=390):
        context = browser.new_context(base_url=address, viewport={"width": width, "height": 844})
        windows.append(context)
        if name:
            assert context.request.post("/login", data={"name": name, "password": PASSWORD}).ok
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield opened
    for each in windows:
        each.close()
    assert errors == []


def alerts(server):
    return server.room.standing().all(Alert)


def test_one_drafts_another_issues_and_the_public_reads_it(people, desk_server):
    wang, li, guest = people("wang"), people("li", 1280), people("")
    wang.goto("/desk/alerts?language=en")
    assert wang.evaluate("document.documentElement.scrollWidth") <= 390
    wang.click("text=Draft an alert")
    form = wang.locator('form[data-act="alert.draft"]')
    form.locator('[name="event"]').select_option("flood")
    form.locator('[name="severity"]').select_option("Extreme")
    form.locator('[name="area"]').fill("伊河两岸")
    form.locator('[name="description"]').fill("水位上涨 <script>window.ran=1</script>")
    form.locator("button.primary").click()
    form.locator(".form-error", has_text="say whether the alert is real").wait_for()
    assert not alerts(desk_server)
    form.locator('[name="status"]').select_option("Actual")
    form.locator("button.primary").click()
    wang.wait_for_url("**/desk/alerts**")
    (id,) = alerts(desk_server)
    issue = wang.locator('form[data-act="alert.issue"]')
    issue.locator("button.primary").click()
    issue.locator(".form-error", has_text="second person").wait_for()
    li.goto("/desk/alerts?language=en")
    li.locator('form[data-act="alert.issue"] button.primary').click()
    li.locator(".receipts-head, .panel .alert-card .does a", has_text="Update").first.wait_for()
    assert alerts(desk_server)[id].state == "issued"
    guest.goto("/alerts?language=zh")
    guest.locator("h2.alert-headline", has_text="防汛办（示例）发布洪水红色预警").wait_for()
    assert guest.evaluate("window.ran") is None
    assert guest.evaluate("document.documentElement.scrollWidth") <= 390
    assert guest.request.get(f"/alerts/{id}.xml").headers["content-type"].startswith("application/cap+xml")


def test_a_file_of_others_is_chosen_and_taken_in(people, desk_server):
    sent = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    told = {
        "identifier": "x1", "sender": "qixiang.example", "sent": sent, "status": "Test", "msgType": "Alert",
        "scope": "Public",
        "info": [{
            "category": ["Met"], "event": "暴雨", "urgency": "Future", "severity": "Minor", "certainty": "Likely",
            "headline": "暴雨蓝色预警", "area": [{"areaDesc": "伊川县"}],
        }],
    }  # fmt: skip
    data = write_alert(told).decode().replace("UTF-8", "GBK").encode("gbk")
    wang = people("wang")
    wang.goto("/desk/alerts?language=zh")
    wang.locator("[data-file-into] input").set_input_files({"name": "a.xml", "mimeType": "text/xml", "buffer": data})
    form = wang.locator('form[data-act="alert.take_in"]')
    wang.wait_for_function("document.querySelector('textarea[name=xml]').value.includes('暴雨蓝色预警')")
    form.locator("button.primary").click()
    wang.locator("ul.rows a", has_text="暴雨蓝色预警").click()
    wang.locator(".drill-stripe", has_text="测试").wait_for()
    (heard,) = desk_server.room.standing().all(Heard).values()
    assert heard.headline == "暴雨蓝色预警"


def test_an_expert_is_found_and_a_need_is_stated_and_answered(people, desk_server):
    keeper = Actor(id="wang", grants=(Grant(role="duty"),))
    for what, facts in (
        ("expert.enter", {"expert": "e1", "name": "张水生", "works_for": "water"}),
        ("expert.consent", {"expert": "e1", "since": "2021-01-01", "purpose": "应急"}),
    ):
        desk_server.room.do(made_of(what, facts), by=keeper, at=datetime.now(UTC))
    wang = people("wang")
    wang.goto("/desk/experts/e1?language=zh")
    skill = wang.locator('form[data-act="expert.skill"]')
    skill.locator('[name="skill"]').select_option("dyke")
    skill.locator('[name="level"]').select_option("leads")
    skill.locator("button.primary").click()
    wang.locator(".skill-tags li", has_text="堤防抢险").wait_for()
    wang.goto("/desk/experts?language=zh")
    wang.fill('input[name="need"]', "堤坝管涌")
    wang.keyboard.press("Enter")
    wang.locator(".reasons li", has_text="管涌").wait_for()
    assert wang.evaluate("document.documentElement.scrollWidth") <= 390
    wang.goto("/desk/consultations?language=zh")
    form = wang.locator('form[data-act="demand.state"]')
    form.locator('[name="title"]').fill("抢险道路")
    form.locator('[name="party"]').select_option("water")
    form.locator('[name="asked"][value="roads"]').check()
    form.locator('[name="field"]').select_option("roads")
    form.locator("button.primary").click()
    wang.locator("ul.rows a", has_text="抢险道路").click()
    answer = wang.locator('form[data-act="demand.answer"]')
    answer.locator('[name="stance"]').select_option("agree")
    answer.locator("button.primary").click()
    wang.locator(".rows", has_text="同意").wait_for()
    (demand,) = desk_server.room.standing().all(Demand).values()
    assert demand.owing == ()
