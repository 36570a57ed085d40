"""A stock-take on a telephone and a workbook that comes back: what was filled in, the differences, then yes or no."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from luoshu.desk.act import facts_of
from luoshu.desk.stock_rows import Row
from luoshu.desk.stockroom import Count, Receive
from luoshu.kinds.item import Item
from luoshu.kinds.stock import Usable
from luoshu.show.page import Page, Visit
from luoshu.show.stockpage import Pick
from luoshu.show.stockwords import item_name, lot_address, stock_day, stock_lots, store_name, units_text

MOST_LINES = 1_000


@dataclass(frozen=True, kw_only=True)
class CountLine:
    """A lot to be counted; what the book says of it is not shown, so that it is counted and not copied, but goes along
    unseen (`expected`): goods that move while somebody counts are noticed."""

    lot: str
    href: str
    item: str
    unit: str
    spot: str
    expires: str
    counted: str
    value: str
    expected: str


@dataclass(frozen=True, kw_only=True)
class RowLine:
    """One row that was filled in: what it would do or has done."""

    place: str
    act: str
    lot: str
    href: str
    item: str
    before: str
    after: str
    difference: str
    tone: str
    says: str


@dataclass(frozen=True, kw_only=True)
class Tried:
    """Rows that were filled in. `state` is try (nothing is written yet) or done; `told` is what a yes sends back."""

    state: str
    rows: tuple[RowLine, ...]
    good: int
    bad: int
    already: int
    differences: int
    told: str
    own: str
    file: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CountPage(Page):
    """The sheet of a stock-take; with `tried` what was counted and its differences."""

    stores: tuple[Pick, ...]
    store: str
    store_name: str
    lines: tuple[CountLine, ...]
    left_out: int
    sheet: str
    tried: Tried | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class FilePage(Page):
    """Stock as a workbook: the way out, the way in, and what a workbook that came in would do."""

    tried: Tried | None
    reason: str


def count_page(visit: Visit, name: str, query: Mapping[str, str], tried: Tried | None = None) -> CountPage:
    """The page of a stock-take of one store; `values` of lots that were typed come back by the query `n.LOT`."""
    language, day = visit.language, stock_day(visit)
    every = [each for each in stock_lots(visit) if each.lot.amount > 0 or each.lot.counted is None]
    stores = {each.lot.store: each.store for each in every}
    store = query.get("store", "") or (next(iter(stores)) if len(stores) == 1 else "")
    here = [each for each in every if each.lot.store == store]
    lots = sorted(here, key=lambda each: (each.lot.spot, each.lot.item, each.lot.id))
    return CountPage(
        title=language.say("Stock-take"), day=day, language=language.code,
        stores=tuple(Pick(value=code, word=store_name(row, code, language), chosen=code == store)
                     for code, row in stores.items()),
        store=store, store_name=store_name(stores.get(store), store, language) if store else "",
        lines=tuple(_line(each, visit, query) for each in lots[:MOST_LINES]), left_out=max(0, len(lots) - MOST_LINES),
        sheet=query.get("sheet", "")[:60] or f"{day:%y%m%d}-{secrets.token_hex(4)}", tried=tried, reason=_reason(visit),
    )  # fmt: skip


def file_page(visit: Visit, name: str, query: Mapping[str, str], tried: Tried | None = None) -> FilePage:
    """The page of the workbook."""
    return FilePage(title=visit.language.say("Stock in Excel"), day=stock_day(visit), language=visit.language.code,
                    tried=tried, reason=_reason(visit))  # fmt: skip


def _line(each: Usable, visit: Visit, query: Mapping[str, str]) -> CountLine:
    lot, language = each.lot, visit.language
    expected = repr(lot.amount)  # where goods have moved since the sheet was opened, the lot is counted again
    value = query.get(f"n.{lot.id}", "") if query.get(f"b.{lot.id}", expected) == expected else ""
    return CountLine(
        lot=lot.id, href=lot_address(visit, lot.id), item=item_name(each.item, lot.item, language),
        unit=language.unit(each.item.unit) if each.item else "", spot=lot.spot, expires=str(lot.expires or ""),
        counted=str(lot.counted or ""), value=value, expected=expected,
    )  # fmt: skip


def _reason(visit: Visit) -> str:
    """Why who looks may not enter anything."""
    if visit.links.mouth != "server" or visit.room is None:
        return visit.language.say("This can be done on the server of the desk.")
    if visit.actor is None or not visit.actor.roles & {"store", "duty"}:
        return visit.language.say("Your roles do not allow this.")
    return ""


def tried_of(visit: Visit, rows: Sequence[Row], own: str, *, done: bool, file: str = "") -> Tried:
    """What became of rows, or would, for the page."""
    lots = {each.lot.id: each for each in stock_lots(visit)}
    book = visit.room.book if visit.room is not None else None
    items = {row.id: row for row in book.rows(Item)} if book is not None else {}
    made = tuple(_row_line(visit, row, lots, items, done) for row in rows)
    told = [] if done else [
        {"sheet": row.sheet, "line": row.line, "what": row.act.what, "facts": _seen(row)}
        for row in rows if row.act is not None
    ]  # fmt: skip
    return Tried(
        state="done" if done else "try", rows=made, good=sum(row.good for row in rows),
        bad=sum(row.trouble is not None for row in rows),
        already=sum(row.already is not None and row.trouble is None for row in rows),
        differences=sum(line.difference not in ("", "0") for line in made), told=json.dumps(told, ensure_ascii=False),
        own=own, file=file,
    )  # fmt: skip


def _seen(row: Row) -> dict[str, Any]:
    """The facts of a row as they were shown: a yes is to a count beside what the book said then."""
    assert row.act is not None
    facts = facts_of(row.act)
    return {"expected": row.before, **facts} if isinstance(row.act, Count) and row.before is not None else facts


def _row_line(visit: Visit, row: Row, lots: Mapping[str, Usable], items: Mapping[str, Item], done: bool) -> RowLine:
    language, act = visit.language, row.act
    lot = str(getattr(act, "lot", ""))
    known = lots.get(lot)
    item = known.item if known else items.get(act.item) if isinstance(act, Receive) else None
    code = known.lot.item if known else act.item if isinstance(act, Receive) else ""
    before = row.before if isinstance(act, Count) else 0.0 if isinstance(act, Receive) else None
    after = act.amount if isinstance(act, (Count, Receive)) else None
    difference = round(after - before, 6) if before is not None and after is not None else None
    if row.trouble is not None:
        says, tone = language.message(row.trouble), "bad"
    elif row.already is not None:
        says, tone = language.say("written before, as number {number}", number=row.already), "quiet"
    elif done:
        says, tone = language.say("written, number {number}", number=row.number or 0), "good"
    else:
        says, tone = "", "warn" if isinstance(act, Count) and difference else "good"
    return RowLine(
        place=f"{row.sheet} {row.line}".strip() if row.sheet else "",
        act=language.message(act.says) if act is not None else "", lot=lot,
        href=lot_address(visit, lot) if known else "", item=item_name(item, code, language),
        before=units_text(before, item, language) if before is not None else "",
        after=units_text(after, item, language) if after is not None else "",
        difference=_signed(difference, item, visit), tone=tone, says=says,
    )  # fmt: skip


def _signed(value: float | None, item: Item | None, visit: Visit) -> str:
    if value is None:
        return ""
    if not value:
        return "0"
    return ("+" if value > 0 else "−") + units_text(abs(value), item, visit.language)
