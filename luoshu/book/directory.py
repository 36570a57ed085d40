"""Who, where and in which paper: the tables that every book may have, whatever it promises."""

from __future__ import annotations

from datetime import date

from luoshu.book.table import column, table


@table(zh="责任单位", caption_zh="作出承诺并对结果负责的单位。")
class Owner:
    """A body that promises and answers for the result."""

    id: str = column("Short code used in commitments", zh="编号", note_zh="在承诺中引用的简短编号", key=True)
    name: str = column("Full name in Chinese", zh="名称", note_zh="中文全称", aliases=("单位", "单位名称"))
    name_en: str = column("Name in English", zh="英文名称", note_zh="英文名称", default="")
    department: str = column("Line of work it belongs to", zh="所属系统", note_zh="所属部门或系统", default="")
    contact: str = column(
        "How to reach the office on duty; never a person's own number",
        zh="办公联系方式",
        note_zh="值班办公室的联系方式，不写个人电话",
        default="",
    )


@table(name="document", zh="文件", caption_zh="规划所依据的文件和公开发布的来源。")
class DocumentRow:
    """A paper that the plan or its results stand in: a file of the book's documents folder, or a published page."""

    file: str = column("Name in the documents folder", zh="文件名", note_zh="documents 文件夹中的文件名", key=True)
    title: str = column("Title", zh="标题", note_zh="文件标题", default="")
    publisher: str = column("Who published it", zh="发布单位", note_zh="由谁发布", default="")
    published: date | None = column(
        "Day of publication", zh="发布日期", note_zh="公开发布的日期", period="end", default=None
    )
    url: str = column("Where it was published", zh="网址", note_zh="发布的网址", default="")


@table(zh="区划", caption_zh="规划所涉及的市、县、乡镇等区划。")
class Place:
    """A county, district, township or other area that figures are given for."""

    id: str = column("Code of the area", zh="区划代码", note_zh="统计用区划代码", key=True, aliases=("编号",))
    name: str = column("Name", zh="名称", note_zh="中文名称")
    parent: str = column(
        "Code of the area it lies in", zh="上级代码", note_zh="所属上级区划的代码", refers="place.id", default=""
    )
    level: str = column(
        "Its rank",
        zh="级别",
        note_zh="行政级别",
        choices={"province": "省", "city": "市", "county": "区县", "township": "乡镇街道", "village": "村社区"},
        default="county",
    )
    population: int | None = column(
        "Inhabitants", zh="常住人口", note_zh="常住人口", unit="人", minimum=0, default=None
    )


@table(zh="英文说法", caption_zh="台账中的中文词句在英文页面上的说法，可以不填。")
class Wording:
    """What the book's own Chinese words are called in English: promises, chapters, documents, publishers."""

    text: str = column("The Chinese words, exactly as they stand", zh="原文", note_zh="与台账中写法完全一致", key=True)
    english: str = column("The same in English", zh="英文", note_zh="对应的英文说法", default="")


GENERIC: tuple[type, ...] = (Owner, DocumentRow, Place, Wording)
"""The tables that `check`, `excel` and the manual know without any kind."""
