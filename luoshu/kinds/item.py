"""What a reserve holds: the catalogue of items, with what each weighs, how long it keeps and its class."""

from __future__ import annotations

from luoshu.book.table import column, table
from luoshu.words.message import Message, say

LEVELS: dict[str, tuple[str, str]] = {
    "1": ("基本生活保障物资", "supplies for daily life"),
    "2": ("应急装备及配套物资", "emergency equipment and what belongs to it"),
    "3": ("工程材料与机械加工设备", "building material and machinery"),
}
"""The first digit of a class of GB/T 38565-2020: its name in Chinese and in English."""

WIDTHS = (1, 3, 5, 7)
"""A class has one digit, then two more for each of the three levels below (99: what fits no other)."""


@table(zh="物资", caption_zh="储备物资目录：单位、体积、重量、分类和保质期。")
class Item:
    """A thing that is held in reserve, as the catalogue has it: all figures are for one unit."""

    id: str = column("Short code", zh="编号", note_zh="物资的简短编号", key=True, aliases=("物资编号", "物资编码"))
    name: str = column("Name in Chinese", zh="名称", note_zh="物资名称", aliases=("物资名称", "品名"))
    name_en: str = column("Name in English", zh="英文名称", note_zh="英文名称", default="")
    unit: str = column(
        "What is counted, as in 顶, 条, 千克", zh="单位", note_zh="计量单位，如 顶、条、千克", holds_unit=True,
        aliases=("计量单位",),
    )  # fmt: skip
    category: str = column(
        "Class of GB/T 38565-2020: 1, 3, 5 or 7 digits, beginning with 1, 2 or 3", zh="分类代码",
        note_zh="GB/T 38565-2020 应急物资分类及编码：1、3、5 或 7 位数字，首位为 1、2 或 3", default="",
        aliases=("分类", "物资分类"),
    )  # fmt: skip
    volume: float | None = column(
        "Volume of one unit, packed", zh="单位体积", note_zh="每单位（含包装）的体积", unit="立方米", minimum=0,
        default=None,
    )  # fmt: skip
    weight: float | None = column(
        "Weight of one unit, packed", zh="单位重量", note_zh="每单位（含包装）的重量", unit="千克", minimum=0,
        default=None,
    )  # fmt: skip
    shelf_life_days: int | None = column(
        "How long it keeps; empty: it does not expire. Where it is given, a lot without its last day does not count",
        zh="保质期", note_zh="可保存的天数；留空为不会过期。填写后，没有到期日的批次不计为可用", unit="日", minimum=1,
        default=None, aliases=("保质期天数",),
    )  # fmt: skip
    price: float | None = column(
        "What one unit is worth", zh="单价", note_zh="每单位的价值", unit="元", minimum=0, default=None
    )
    note: str = column("Anything to know", zh="备注", note_zh="需要说明的情况", default="")
    source: str = column("Who says so", zh="来源", note_zh="数据来自何处", default="")
    url: str = column("Where it was published", zh="网址", note_zh="发布的网址", default="")


def category_fault(code: str) -> Message | None:
    """What is wrong with a class, None where it may be one; empty is no class and nothing wrong.

    Only the shape and the first digit are checked: the lower levels of the standard are not in the program.

    >>> category_fault("1030201"), category_fault(""), str(category_fault("4"))
    (None, None, "'4' is no class of GB/T 38565")
    """
    digits = code.isascii() and code.isdigit()
    if not code or (digits and len(code) in WIDTHS and code[0] in LEVELS):
        return None
    return say("{found!r} is no class of GB/T 38565", found=code[:40])


def category_word(code: str, english: bool = False) -> str:
    """The name of a class's first level, empty where it has none.

    >>> category_word("2010101"), category_word("1", english=True), category_word("")
    ('应急装备及配套物资', 'supplies for daily life', '')
    """
    words = LEVELS.get(code[:1])
    return words[1 if english else 0] if words and category_fault(code) is None else ""
