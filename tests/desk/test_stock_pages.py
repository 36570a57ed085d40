"""The pages of the stock: what they say, to whom; a stock-take and a workbook are shown before they are written."""

from __future__ import annotations

import io
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from stocked import stocked

from luoshu.desk.approval import Approval
from luoshu.desk.lots import LotStanding


@pytest.fixture
def desk_book(desk_book):
    """The book of the desk with stores and lots, counted today."""
    stocked(desk_book)
    path = desk_book / "tables" / "lot.csv"
    today = datetime.now(UTC).date()
    text = path.read_text("utf-8").replace("2021-07-01,,", f"{today},,").replace("2021-07-01,10,2", f"{today},10,2")
    text = text.replace("2021-08-01", str(today + timedelta(days=60))).replace("2022-06-01", f"{today.year + 1}-06-01")
    path.write_text(text, "utf-8")
    return desk_book


@pytest.fixture
def li(desk_server):
    return desk_server.person("li", "store", organisation="granary")


@pytest.fixture
def ma(desk_server):
    return desk_server.person("ma", "store", organisation="granary")


def lot(server, name):
    return server.room.standing().get(LotStanding, name)


def test_the_stock_tells_what_counts_and_why_the_rest_does_not(li):
    page = li.get("/desk/stock.json?language=en").json()
    lines = {line["item"]: line for line in page["items"]}
    assert (lines["water"]["available"], lines["tent"]["available"], lines["pump"]["available"]) == (600, 30, 60)
    (east,) = lines["water"]["stores"]
    assert {part["key"]: part["amount"] for part in east["portions"]} == {
        "available": 500, "expiring": 100, "expired": 50,
    }  # fmt: skip
    assert [(alarm["key"], alarm["count"]) for alarm in page["alarms"]] == [
        ("expiring", 1), ("expired", 1), ("uncounted", 1), ("store-closed", 1),
    ]  # fmt: skip
    html = li.get("/desk/stock?language=en").text
    assert "expired on 2021-07-01" in html
    assert "not counted yet" in html


@pytest.mark.parametrize(
    ("query", "lots"),
    [
        ("state=expired", ["W0"]), ("store=west", ["T2"]), ("item=water&state=available", ["W1", "W2"]),
        ("q=t1", ["T1"]), ("category=2", ["P1"]), ("q=nothing", []),
    ],
)  # fmt: skip
def test_the_stock_is_narrowed(li, query, lots):
    assert [each["id"] for each in li.get(f"/desk/stock.json?{query}").json()["lots"]] == lots


def test_nobody_sees_the_stock_without_logging_in_and_a_viewer_moves_nothing(desk_server):
    for path in ("/desk/stock", "/desk/stock/W1", "/desk/labels", "/desk/stock.xlsx", "/desk/scan?code=W1"):
        assert desk_server.client().get(path).status_code in (401, 303), path
    viewer = desk_server.person("zhao", "viewer")
    assert viewer.get("/desk/stock").status_code == 200
    assert viewer.get("/desk/receive").status_code == 403
    assert "act-cannot" in viewer.get("/desk/stock/W1").text
    csrf = viewer.headers["x-csrf-token"]
    answer = viewer.post("/desk/upload/stock-take", files={}, data={"_csrf": csrf, "n.W1": "1"})
    assert answer.status_code == 403


def test_a_lot_has_its_history_and_its_acts_and_one_is_taken_back(li, desk_server):
    answer = li.post("/desk/acts/lot.ship", json={"facts": {"lot": "W1", "amount": 5, "place": "<b>school</b>"}})
    assert answer.status_code == 201, answer.text
    html = li.get("/desk/stock/W1?language=en").text
    assert "&lt;b&gt;school&lt;/b&gt;" in html
    assert "<b>school" not in html
    page = li.get("/desk/stock/W1.json?language=en").json()
    assert (page["amount"], page["usable"], page["events"][0]["says"]) == (95, 95, "ship goods")
    assert li.post(f"/desk/undo/{page['events'][0]['undo']}", json={"why": "wrong"}).status_code == 201
    assert lot(desk_server, "W1").amount == 100
    assert li.get("/desk/stock/none").status_code == 404


def test_the_first_act_on_a_lot_of_the_file_is_named_and_not_what_was_written_ahead_of_it(li, desk_server):
    answer = li.post("/desk/acts/lot.reserve", json={"facts": {"lot": "W1", "amount": 5, "purpose": "x"}})
    assert answer.status_code == 201, answer.text
    first, ahead = answer.json()["entries"]
    assert first > ahead  # the taking over from the file stands before it in the journal
    undone = li.post(f"/desk/undo/{first}", json={"why": "x"})
    assert undone.status_code == 201


def test_a_scanned_code_leads_to_its_lot_or_to_the_form_for_a_new_one(li):
    assert li.get("/desk/scan?code=w1%0A").headers["location"] == "/desk/stock/W1"
    assert li.get("/desk/scan?code=new-7").headers["location"] == "/desk/receive?lot=new-7"
    assert 'value="new-7"' in li.get("/desk/receive?lot=new-7").text
    assert li.get("/desk/scan").headers["location"] == "/desk/stock"


def told_in(html):
    """The hidden fields of the form that says yes."""
    from html import unescape

    form = html[html.index('class="tried-yes"') :]
    return {
        name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    }


def post(client, path, data, **files):
    data = {"_csrf": client.headers["x-csrf-token"], **data}
    return client.post(path, data=data, files=files or {"none": ("", b"")} if files else None)


def test_a_stock_take_shows_its_differences_and_is_written_on_a_yes_once(li, desk_server):
    sheet = {"store": "east", "sheet": "s1", "n.W1": "98", "n.W2": "", "n.T1": "40", "n.P1": "many", "n.T2": "3"}
    html = post(li, "/desk/upload/stock-take?language=en", sheet).text
    assert desk_server.told("lot.count") == []
    assert "−2" in html
    assert "which is not a number" in html
    assert "may not do this" in html
    assert 'value="98"' in html
    yes = told_in(html)
    done = post(li, "/desk/upload/stock-take?language=en", {**yes}).text
    assert len(desk_server.told("lot.count")) == 2
    assert lot(desk_server, "W1").amount == 98
    assert lot(desk_server, "W1").differences[0].sheet == "s1"
    assert "written, number" in done
    again = post(li, "/desk/upload/stock-take?language=en", {**yes}).text
    assert len(desk_server.told("lot.count")) == 2
    assert "written before" in again


def test_goods_that_move_while_somebody_counts_are_counted_again(li, ma, desk_server):
    opened = li.get("/desk/stock-take?store=east&language=en").text
    seen = dict(re.findall(r'name="(b\.\w+)" value="([^"]*)"', opened))
    html = post(li, "/desk/upload/stock-take?language=en", {"store": "east", "n.W1": "100", **seen}).text
    assert ma.post("/desk/acts/lot.ship", json={"facts": {"lot": "W1", "amount": 40, "place": "X"}}).status_code == 201
    done = post(li, "/desk/upload/stock-take?language=en", told_in(html)).text
    assert "and now it holds 60: count it again" in done
    again = post(li, "/desk/upload/stock-take?language=en", {"store": "east", "n.W1": "100", **seen}).text
    assert "and now it holds 60: count it again" in again
    assert 'name="n.W1" value=""' in again
    assert 'name="b.W1" value="60.0"' in again
    assert lot(desk_server, "W1").amount == 60


def test_a_stock_take_without_proof_is_refused(li, desk_server):
    answer = li.post("/desk/upload/stock-take", data={"n.W1": "1", "_csrf": "x"}, headers={"x-csrf-token": ""})
    assert answer.status_code == 403
    assert desk_server.told("lot.count") == []


def test_a_workbook_goes_out_is_filled_in_and_comes_back_once(li, desk_server):
    from openpyxl import load_workbook

    answer = li.get("/desk/stock.xlsx")
    assert answer.status_code == 200
    book = load_workbook(io.BytesIO(answer.content))
    stands = {row[0]: row for row in book["库存 stock"].iter_rows(min_row=2, values_only=True)}
    assert (stands["W1"][8], stands["W0"][8], stands["T1"][10]) == (100, 0, 10)
    book["入库 receipts"].append(["N1", "帐篷", "东库", 12])
    book["入库 receipts"].append(["N2", "water", "east", 12])
    book["入库 receipts"].append(["N3", "tent", "east", "dozen"])
    for row in book["盘点 stock-take"].iter_rows(min_row=2):
        if row[0].value == "W2":
            row[5].value = 499
    packed = io.BytesIO()
    book.save(packed)
    file = ("库存.xlsx", packed.getvalue(), "application/octet-stream")
    html = post(li, "/desk/upload/stock?language=en", {}, file=file).text
    assert "write its last day" in html
    assert "not a number" in html
    assert "入库 receipts 3" in html
    assert desk_server.told("lot.receive") == []
    yes = told_in(html)
    post(li, "/desk/upload/stock", yes)
    assert (lot(desk_server, "N1").amount, lot(desk_server, "W2").amount) == (12, 499)
    html = post(li, "/desk/upload/stock?language=en", {}, file=file).text
    assert html.count("written before, as number") == 2
    assert 'class="tried-yes"' not in html


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nonsense", b"<html>"])
def test_what_is_no_workbook_is_said(li, data):
    html = post(li, "/desk/upload/stock?language=en", {}, file=("x.xlsx", data, "application/octet-stream"))
    assert html.status_code == 200
    assert "workbook" in html.text
    assert 'class="tried-yes"' not in html.text


def test_a_second_person_sees_what_waits_and_the_first_carries_it_out(li, ma, desk_server):
    facts = {"approval": "q1", "act": "ship", "lot": "P1", "amount": 55, "place": "dam", "reason": "flood"}
    assert li.post("/desk/acts/approval.ask", json={"facts": facts}).status_code == 201
    page = ma.get("/desk/approvals.json").json()
    assert [form["what"] for form in page["waiting"][0]["forms"]] == ["approval.grant", "approval.refuse"]
    assert [form["what"] for form in li.get("/desk/approvals.json").json()["waiting"][0]["forms"]] == [
        "approval.refuse"
    ]
    assert li.post("/desk/acts/approval.grant", json={"facts": {"approval": "q1"}}).status_code == 409
    counted = {"approval": "q2", "act": "count", "lot": "P1", "amount": 5, "reason": "flood"}
    assert li.post("/desk/acts/approval.ask", json={"facts": counted}).status_code == 201
    assert "written now: 60" in ma.get("/desk/approvals?language=en").text
    assert li.post("/desk/acts/approval.refuse", json={"facts": {"approval": "q2", "reason": "x"}}).status_code == 201
    assert ma.post("/desk/acts/approval.grant", json={"facts": {"approval": "q1"}}).status_code == 201
    (form,) = li.get("/desk/approvals.json").json()["granted"][0]["forms"]
    given = {field["name"]: field["value"] for field in form["fields"] if field["value"]}
    assert ma.get("/desk/approvals.json").json()["granted"][0]["forms"] == []
    assert li.post(f"/desk/acts/{form['what']}", data={**given, "_csrf": form["csrf"]}).status_code == 303
    assert desk_server.room.standing().get(Approval, "q1").state == "used"
    assert lot(desk_server, "P1").amount == 5
    assert li.get("/desk/approvals").status_code == 200


def test_lots_are_proposed_picked_and_shipped_together(li, desk_server):
    page = li.get("/desk/picking.json?item=water&store=east&amount=130").json()
    assert [(each["lot"]["id"], each["text"]) for each in page["proposed"]] == [("W1", "100瓶"), ("W2", "30瓶")]
    given = {field["name"]: field["value"] for field in page["form"]["fields"] if field["value"]}
    answer = li.post("/desk/acts/picklist.collect", data={**given, "purpose": "school", "_csrf": page["form"]["csrf"]})
    assert answer.status_code == 303, answer.text
    (listed,) = li.get("/desk/picking.json").json()["lists"]
    assert [each[0] for each in listed["lots"]] == ["W1", "W2"]
    ship = {"facts": {"picklist": listed["id"], "place": "school"}}
    assert li.post("/desk/acts/picklist.ship", json=ship).status_code == 201
    assert lot(desk_server, "W2").amount == 470
    assert "170" not in li.get("/desk/picking.json?item=water&store=east&amount=99999").json()["proposed"]
    assert li.get("/desk/picking?item=water&store=east&amount=99999&language=en").text.count(
        "are missing in this store"
    )


def test_labels_hold_the_code_as_a_picture_that_scripts_need_not_draw(li):
    page = li.get("/desk/labels.json?store=east").json()
    assert {label["lot"] for label in page["labels"]} == {"W0", "W1", "W2", "T1", "P1"}
    assert all(label["picture"].startswith("data:image/svg+xml") for label in page["labels"])
    assert [label["lot"] for label in li.get("/desk/labels.json?lots=W1，T2").json()["labels"]] == ["W1", "T2"]


def test_an_empty_desk_tells_the_first_step(desk_server, li):
    for name in ("lot", "item"):
        (desk_server.app.state.shelf.folder / "tables" / f"{name}.csv").unlink()
        desk_server.app.state.shelf.changed()
        html = li.get("/desk/stock?language=en").text
        assert "The first step" in html


def test_who_works_in_one_incident_sees_of_others_only_amounts(desk_server):
    duty = desk_server.person("wang", "duty")

    def done(what, **facts):
        why = "明因" if facts.get("incident") == "yi" else "密因"
        answer = duty.post(f"/desk/acts/{what}", json={"facts": facts, "why": why})
        assert answer.status_code == 201, answer.text

    for id, title in (("lu", "密题"), ("yi", "明题")):
        done("incident.open", id=id, title=title, type="flood")
    done("lot.reserve", lot="P1", amount=1, purpose="密用途", reservation="密号", incident="lu")
    done("lot.reserve", lot="P1", amount=2, purpose="密用途", reservation="r2", incident="lu")
    done("lot.release", lot="P1", reservation="r2", amount=1)
    done("lot.ship", lot="P1", amount=2, place="密地", shipment="密单", incident="lu")
    done("lot.ship", lot="P1", amount=3, place="密地", shipment="s2", incident="lu")
    done("lot.deliver", lot="P1", shipment="s2", note="密记")
    done("lot.ship", lot="P1", amount=3, store="west", shipment="s3", incident="lu")
    done("lot.deliver", lot="P1", shipment="s3", as_lot="P2")
    done("lot.reserve", lot="P1", amount=4, purpose="明用途", incident="yi")
    done("approval.ask", approval="q1", act="ship", lot="P1", amount=9, place="密地", reason="密由", incident="lu")
    done("picklist.collect", picklist="p1", item="water", store="east", amount=9, purpose="密用途", incident="lu")
    some = desk_server.person("vi", "viewer", incident="yi")
    paths = ("stock/P1", "stock/P2", "stock/W1", "approvals", "picking", "stock")
    for path in [f"/desk/{name}{end}" for name in paths for end in ("", ".json")]:
        whole, part = duty.get(path), some.get(path)
        if part.status_code == 403:  # some pages are for who moves goods
            continue
        assert (whole.status_code, part.status_code) == (200, 200), path
        assert "密" not in part.text, (path, part.text[max(0, part.text.find("密") - 150) :][:300])
        assert "密" in whole.text or path.startswith("/desk/stock.") or path == "/desk/stock", path
    page = some.get("/desk/stock/P1.json?language=en").json()
    assert [(each["text"], each["purpose"], len(each["forms"])) for each in page["kept"]] == [
        ("1", "for another incident", 0), ("1", "for another incident", 0), ("4", "明用途", 3),
    ]  # fmt: skip
    assert [(each["to"], each["form"]) for each in page["under_way"]] == [("for another incident", None)]
    assert [each["why"] for each in page["events"]].count("for another incident") == 8
