"""Tables of an invented book, for the tests of the readers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from luoshu.book.book import Book, open_book
from luoshu.book.table import column, table


@table(zh="场馆", caption_zh="对公众开放的场馆")
class Venue:
    """A place open to the public."""

    id: str = column("Code", zh="编号", key=True)
    name: str = column("Name", zh="名称", default="")
    kind: str = column(
        "What it is", zh="类别", choices={"museum": "博物馆", "library": "图书馆", "": "未定"}, default=""
    )
    unit: str = column("Unit of its figures", zh="单位", holds_unit=True, default="")
    open: bool | None = column("Whether it is open", zh="开放", default=None)


@table(zh="读数", caption_zh="某一天的读数")
class Reading:
    """What was counted on a day."""

    venue: str = column("Which venue", zh="场馆", refers=Venue)
    day: date = column("Which day", zh="日期", note_zh="日期", period="end", aliases=("时间",))
    value: float = column("The figure", zh="数值", unit_from="unit")
    unit: str = column("Its unit", zh="单位", holds_unit=True, default="")
    share: float | None = column("Share", zh="占比", unit="%", minimum=0, maximum=100, default=None)
    visitors: int | None = column("Visitors", zh="人次", unit="人次", minimum=0, default=None)
    opened: date | None = column("Day of opening", zh="开馆日期", default=None)
    note: str = column("Note", zh="备注", default="")


VENUES = "id,name,kind,unit,open\nm1,一号馆,museum,人次,是\nm2,二号馆,library,%,否\n"


def book_with(folder: Path, reading: str | bytes | None = None, venue: str | bytes | None = VENUES) -> Book:
    """A small book in `folder` with these two tables."""
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    (folder / "book.yaml").write_text("title: 示范\nregion: 示范市\n", encoding="utf-8")
    for name, content in (("reading", reading), ("venue", venue)):
        if content is not None:
            data = content if isinstance(content, bytes) else content.encode()
            (folder / "tables" / f"{name}.csv").write_bytes(data)
    return open_book(folder, tables=(Venue, Reading))
