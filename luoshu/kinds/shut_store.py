"""Stores that cannot be used for a while: flooded, cut off, without power; nothing in them counts meanwhile."""

from __future__ import annotations

from datetime import date

from luoshu.book.table import column, table
from luoshu.kinds.store import Store


@table(zh="仓库停用", caption_zh="暂时不能使用的仓库：停用期间库内物资一律不计为可用。")
class ShutStore:
    """A store that is out of use for a time, as the desk or the book says; `until` is its last day out of use."""

    store: str = column("The store", zh="仓库", note_zh="仓库编号", key=True, refers=Store, aliases=("仓库编号",))
    since: date | None = column(
        "First day out of use", zh="停用日期", note_zh="停用的第一天", period="start", default=None
    )
    until: date | None = column(
        "Last day out of use; empty: until further notice", zh="恢复前一日", note_zh="停用的最后一天；留空为未定",
        period="end", default=None,
    )  # fmt: skip
    reason: str = column("Why", zh="原因", note_zh="停用原因", default="")

    def shut(self, day: date) -> bool:
        """Whether the store is out of use on a day.

        >>> ShutStore(store="a", since=date(2021, 7, 20)).shut(date(2021, 7, 21))
        True
        """
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)
