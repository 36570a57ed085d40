"""Labels to print: the code of a lot in letters and as a QR picture that a hand scanner or a telephone reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from luoshu.show.page import Page, Visit
from luoshu.show.stockpage import Pick
from luoshu.show.stockwords import item_name, stock_day, stock_lots, store_name, units_text

MOST_LABELS = 500


@dataclass(frozen=True, kw_only=True)
class Label:
    """What is printed for one lot; `picture` is an image in the address itself (data:)."""

    lot: str
    item: str
    store: str
    amount_text: str
    expires: date | None
    batch: str
    spot: str
    picture: str


@dataclass(frozen=True, kw_only=True)
class LabelPage(Page):
    """The labels of the lots that were asked for."""

    labels: tuple[Label, ...]
    left_out: int
    stores: tuple[Pick, ...]
    store: str
    lots: str


def code_picture(code: str) -> str:
    """A code as a QR picture, as an address that holds the image.

    >>> code_picture("W1").startswith("data:image/svg+xml")
    True
    """
    import segno

    return str(segno.make(code, error="m", micro=False, boost_error=False).svg_data_uri(scale=4, border=2))


def labels(visit: Visit, name: str, query: Mapping[str, str]) -> LabelPage:
    """Labels of all lots that stand, of one store, or of those whose codes are given (`lots`, with commas)."""
    language = visit.language
    every = [each for each in stock_lots(visit) if each.lot.amount > 0]
    stores = {each.lot.store: each.store for each in every}
    asked = {code.strip() for code in query.get("lots", "").replace("，", ",").split(",") if code.strip()}
    store = query.get("store", "")
    found = [each for each in every if (each.lot.id in asked if asked else True) and store in ("", each.lot.store)]
    return LabelPage(
        title=language.say("Labels"), day=stock_day(visit), language=language.code,
        labels=tuple(
            Label(
                lot=each.lot.id, item=item_name(each.item, each.lot.item, language),
                store=store_name(each.store, each.lot.store, language),
                amount_text=units_text(each.lot.amount, each.item, language), expires=each.lot.expires,
                batch=each.lot.batch, spot=each.lot.spot, picture=code_picture(each.lot.id),
            )
            for each in found[:MOST_LABELS]
        ),
        left_out=max(0, len(found) - MOST_LABELS),
        stores=tuple(
            Pick(value=code, word=store_name(row, code, language), chosen=code == store)
            for code, row in stores.items()
        ),
        store=store, lots=", ".join(sorted(asked)),
    )  # fmt: skip
