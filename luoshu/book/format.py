"""What the tables of a book are, told from their classes: the manual's page and the data package descriptor."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from luoshu.book.table import Column, Schema, schema

if TYPE_CHECKING:
    from luoshu.book.book import Book

_TYPES: dict[type, tuple[str, str, str]] = {
    str: ("文字", "text", "string"),
    int: ("整数", "whole number", "integer"),
    float: ("数", "number", "number"),
    date: ("日期", "day", "date"),
    bool: ("是否", "yes or no", "boolean"),
}

_BOOK = """# 台账的格式 Book format

一部台账就是一个文件夹。A book is a folder of plain files:

| 文件 file | 内容 | what it holds |
| --- | --- | --- |
| `book.yaml` | `title` 规划名称，`region` 地区 | title and region |
| `commitments.yaml` | 已确认的承诺，每条一项 | the settled promises, one entry each (see kinds) |
| `documents/` | 规划原文，保持原样 | the plan's documents as they are |
| `proposals/*.jsonl` | 读出而待确认的内容 | what was read and is not yet settled |
| `rules/*.yaml` | `title` 名称，`in_force` 按施行日期书写的规则 | rules by their dates of force |
| `roads/` | 路网及其来源和质量，由 `luoshu roads` 生成 | the streets, made by `luoshu roads` |
| `tables/*.csv` | 下列各表 | the tables below |

## 表格怎么写 How tables are written

- 首行是列名；中文列名、英文列名都可以，顺序不限。The first line names the columns, in either language, in any order.
- 编码为 UTF-8 或 GB18030，分隔符为逗号、分号或制表符。UTF-8 or GB18030; comma, semicolon or tab.
- 日期写作 2025-12-31、2025/12/31 或 2025年12月31日；标明“期末”“期初”的列可以只写年或月。
  Days as 2025-12-31, 2025/12/31 or 2025年12月31日; where a column says so, a year or month means its last (first) day.
- 数字只写数字，可用千分位逗号；单位另有一列；百分数列写 12 或 12%，都表示百分之十二。
  Figures are digits, thousands commas allowed; the unit has its own column; in columns of percent 12 and 12% are one.
- 有错的行不计入，逐行列出；无错的行照常使用。Rows with a fault are listed and left out; good rows count.
"""


def book_format_markdown(tables: Iterable[type]) -> str:
    """The page of the manual on the format of a book, made from the table classes.

    >>> from luoshu.book.directory import Owner
    >>> print(book_format_markdown([Owner]).split("## ")[-1].splitlines()[0])
    责任单位 owner
    """
    return _BOOK + "".join(_table_text(schema(table)) for table in tables)


def _table_text(sheet: Schema) -> str:
    head = f"\n## {sheet.zh} {sheet.name}\n\n`{sheet.file}`　{sheet.caption_zh} {sheet.caption}\n\n"
    if sheet.key:
        head += "不得重复 unique: " + ", ".join(f"`{name}`" for name in sheet.key) + "\n\n"
    lines = ["| 列 column | 中文列名 | 类型 type | 说明 | meaning |", "| --- | --- | --- | --- | --- |"]
    for column in sheet.columns:
        cells = (f"`{column.name}`", column.zh, _type_text(column), _meaning_zh(column), _meaning(column))
        lines.append("| " + " | ".join(_cell(c) for c in cells) + " |")
    return head + "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _type_text(column: Column) -> str:
    zh, en, _ = _TYPES[column.type]
    unit = f" ({column.unit})" if column.unit else ""
    return f"{zh} {en}{unit}" + ("，必填 required" if column.required else "")


def _meaning_zh(column: Column) -> str:
    told = [column.note_zh or column.zh]
    if column.choices:
        told.append("可选：" + "、".join(f"{zh}（{value}）" for value, zh in column.choices.items() if value))
    if column.refers:
        told.append(f"须在 {column.refers[0]} 表的 {column.refers[1]} 列中")
    told += [f"不小于 {column.minimum}"] if column.minimum is not None else []
    told += [f"不大于 {column.maximum}"] if column.maximum is not None else []
    told += {"end": ["可只写年月，指期末日"], "start": ["可只写年月，指期初日"]}.get(column.period, [])
    return "；".join(told)


def _meaning(column: Column) -> str:
    told = [column.note or column.name]
    if column.choices:
        told.append("one of " + ", ".join(f"`{value}`" for value in column.choices if value))
    if column.refers:
        told.append(f"stands in `{column.refers[0]}.{column.refers[1]}`")
    told += [f"at least {column.minimum}"] if column.minimum is not None else []
    told += [f"at most {column.maximum}"] if column.maximum is not None else []
    told += {"end": ["a year or month means its last day"], "start": ["a year or month means its first day"]}.get(
        column.period, []
    )
    if not column.required and column.default not in (None, ""):
        told.append(f"empty means `{column.default}`")
    return "; ".join(told)


def describe(book: Book) -> dict[str, Any]:
    """The data package descriptor (datapackage.json, Frictionless Data Package 1) of the book's tables.

    Columns are named as the file names them, so that other programs read the same file; tables without a file are
    left out.
    """
    from luoshu.book import files
    from luoshu.book.loading import MOST_BYTES
    from luoshu.book.rewriting import as_written

    resources = []
    for table in book.tables:
        sheet = schema(table)
        data, _ = files.read(book.folder, sheet.file, MOST_BYTES)
        if data is None:
            continue
        written = as_written(sheet, data[:100_000].rpartition(b"\n")[0] or data)
        headings = written.cells.heading if written.cells else [c.name for c in sheet.columns]
        named = dict(zip(written.names, headings, strict=True)) if written.cells else {}
        resources.append(
            {
                "name": sheet.name.replace("_", "-"),
                "path": sheet.file,
                "title": sheet.zh,
                "description": sheet.caption,
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8-sig" if written.mark else written.encoding,
                "dialect": {"delimiter": written.cells.separator if written.cells else ","},
                "schema": _frictionless(sheet, named),
            }
        )
    return {"profile": "tabular-data-package", "name": _slug(book.title), "title": book.title, "resources": resources}


def _slug(title: str) -> str:
    plain = "".join(ch if ch.isascii() and ch.isalnum() else "-" for ch in title.lower()).strip("-")
    return plain or "book"


def _frictionless(sheet: Schema, named: dict[str, str]) -> dict[str, Any]:
    columns = [sheet.column(n) if n in {c.name for c in sheet.columns} else None for n in named] or list(sheet.columns)
    headings = list(named.values()) or [c.name for c in sheet.columns]
    found: dict[str, Any] = {
        "fields": [_field(c, h) for c, h in zip(columns, headings, strict=True)],
        "missingValues": [""],
    }
    if sheet.key and all(name in named for name in sheet.key):
        found["primaryKey"] = [named[name] for name in sheet.key]
    keys = [
        {
            "fields": named.get(c.name, c.name),
            "reference": {
                "resource": "" if c.refers[0] == sheet.name else c.refers[0].replace("_", "-"),
                "fields": c.refers[1],
            },
        }
        for c in columns
        if c is not None and c.refers
    ]
    return found | ({"foreignKeys": keys} if keys else {})


def _field(column: Column | None, heading: str) -> dict[str, Any]:
    if column is None:
        return {"name": heading, "type": "string"}
    limits: dict[str, Any] = {"required": True} if column.required else {}
    if column.choices and column.type is str:
        limits["enum"] = [value for value in column.choices if value]
    for name, limit in (("minimum", column.minimum), ("maximum", column.maximum)):
        if limit is not None:
            limits[name] = limit.isoformat() if isinstance(limit, date) else limit
    field: dict[str, Any] = {"name": heading, "type": _TYPES[column.type][2], "title": column.zh}
    field["description"] = column.note + (f" ({column.unit})" if column.unit else "")
    if column.type is date:
        field["format"] = "any" if column.period else "default"
    if column.type is bool:
        field |= {"trueValues": ["true", "是", "1"], "falseValues": ["false", "否", "0"]}
    return field | ({"constraints": limits} if limits else {})
