"""The stock in a real browser, on a phone: a storekeeper scans, moves, counts; a refusal is said in the form."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from browsing import NEEDS, served
from deskserver import PASSWORD
from stocked import stocked

from luoshu.desk.lots import LotStanding

pytestmark = NEEDS


@pytest.fixture
def desk_book(desk_book):
    stocked(desk_book)
    path = desk_book / "tables" / "lot.csv"
    today = datetime.now(UTC).date()
    text = path.read_text("utf-8").replace("2021-07-01,,", f"{today},,").replace("2021-07-01,10,2", f"{today},10,2")
    path.write_text(
        text.replace("2021-08-01", f"{today.year + 2}-01-31").replace("2022-06-01", f"{today.year + 3}-06-01")
    )
    return desk_book


@pytest.fixture
def address(desk_server):
    desk_server.person("li", "store", organisation="granary")
    with served(desk_server.app) as address:
        yield address


@pytest.fixture
def page(address, browser):
    context = browser.new_context(base_url=address, viewport={"width": 390, "height": 844})
    assert context.request.post("/login", data={"name": "li", "password": PASSWORD}).ok
    made, errors = context.new_page(), []
    made.on("pageerror", lambda error: errors.append(str(error)))
    yield made
    context.close()
    assert errors == []


def lot(server, name):
    return server.room.standing().get(LotStanding, name)


def test_a_storekeeper_scans_ships_and_takes_it_back_on_a_phone(page, desk_server):
    page.goto("/desk/stock?language=en")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.fill("#scan", "W1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/stock/W1")
    ship = page.locator('form[data-act="lot.ship"]')
    page.locator(".lot-acts summary", has_text="Ship goods").click()
    ship.locator('[name="amount"]').fill("101")
    ship.locator('[name="place"]').fill("school")
    ship.locator("button.primary").click()
    ship.locator(".form-error", has_text="W1 holds 100, not 101").wait_for()
    assert lot(desk_server, "W1") is None
    ship.locator('[name="amount"]').fill("60")
    ship.locator("button.primary").click()
    page.locator("ol.timeline strong", has_text="ship goods").wait_for()
    assert lot(desk_server, "W1").amount == 40
    page.locator("ol.timeline summary", has_text="Take it back").first.click()
    undo = page.locator("ol.timeline form.act-undo").first
    undo.locator('[name="_why"]').fill("wrong lorry")
    undo.locator("button").click()
    page.locator("ol.timeline .undone").wait_for()
    assert lot(desk_server, "W1").amount == 100


def test_a_stock_take_on_a_phone_shows_differences_before_it_is_written(page, desk_server):
    page.goto("/desk/stock-take?store=east&language=en")
    page.fill('input[name="n.W1"]', "97")
    page.fill('input[name="n.P1"]', "60")
    page.click(".count-send button")
    page.locator(".tried td", has_text="−3").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert lot(desk_server, "W1") is None
    page.click(".tried-yes button")
    page.locator(".tried h2", has_text="Written").wait_for()
    assert (lot(desk_server, "W1").amount, lot(desk_server, "P1").amount) == (97, 60)
