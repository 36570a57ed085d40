"""A new book: a folder with its two YAML files, the headings of every table, and a page that says what is what."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import yaml

from luoshu.book import files
from luoshu.book.directory import GENERIC
from luoshu.book.problem import Problem, Source
from luoshu.book.records import Dumper
from luoshu.book.table import Schema, schema
from luoshu.words.message import Message, say


def new_book(
    folder: Path | str, *, title: str = "", region: str = "", tables: Iterable[type] = (), readme: bool = True
) -> list[Problem]:
    """Begin a book in a folder that is not there yet, or empty; a problem, and nothing written, where it is not.

    The book is valid as it stands: `check` finds nothing in it. Tables begin with their heading line (with the mark by
    which spreadsheet programs know UTF-8), so that they can be filled in at once.
    """
    folder = Path(folder)
    refused = _refused(folder)
    if refused:
        return [Problem(code="book-exists", says=refused, source=Source(file=folder.name),
                        mend=say("Name a folder that is not there yet, or an empty one"))]  # fmt: skip
    title = " ".join(title.split()) or folder.resolve().name
    region = " ".join(region.split()) or title
    sheets = [schema(t) for t in dict.fromkeys((*GENERIC, *tables))]
    for name in ("documents", "proposals", "rules", "tables"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for sheet in sheets:
        files.write(folder / sheet.file, b"\xef\xbb\xbf" + heading_line(sheet).encode())
    files.write(folder / "commitments.yaml", _COMMITMENTS.encode())
    if readme:
        files.write(folder / "README.md", readme_text(title, sheets).encode())
    # the book's own file is written last: a folder that has it is a whole book
    told = yaml.dump({"title": title, "region": region}, Dumper=Dumper, allow_unicode=True, sort_keys=False)
    files.write(folder / "book.yaml", told.encode())
    return []


def _refused(folder: Path) -> Message | None:
    try:
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            return say("{folder} is not a folder", folder=folder.name)
        if folder.is_dir() and any(folder.iterdir()):
            return say("the folder {folder} is not empty; nothing was written", folder=folder.name)
    except OSError as error:
        return say("the folder cannot be opened: {reason}", reason=error.strerror or "")
    return None


def heading_line(sheet: Schema) -> str:
    """The first line of a table's file.

    >>> from luoshu.book.directory import Owner
    >>> heading_line(schema(Owner))
    'id,name,name_en,department,contact\\n'
    """
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(c.name for c in sheet.columns)
    return out.getvalue()


def readme_text(title: str, sheets: Iterable[Schema]) -> str:
    """The page that stands in a new book, Chinese first."""
    rows = "\n".join(f"| `{s.file}` | {s.zh} | {s.caption_zh} | {s.caption} |" for s in sheets)
    return f"""# {title}

这是一部“规划台账”：一个文件夹，全部是普通文件，可用 Excel 或 WPS 打开，也可纳入版本管理。
This is a book of luoshu: a folder of plain files that Excel and WPS open and that version control can keep.

| 文件 file | 名称 | 内容 | what it holds |
| --- | --- | --- | --- |
| `book.yaml` | 台账 | 规划名称和地区 | title and region |
| `commitments.yaml` | 承诺 | 已确认的目标和任务，每条一项 | the settled promises, one entry each |
| `documents/` | 文件 | 规划原文，保持原样 | the plan's documents as they are |
| `proposals/` | 待确认 | 从原文读出、尚未确认的内容 | what was read and is not yet settled |
| `rules/` | 规则 | 评分办法等规则，注明施行日期 | rules with their dates of force |
{rows}

```sh
luoshu read documents/* --into .   # 阅读规划，提出待确认内容
luoshu check .                     # 一次列出全部问题
luoshu excel out . book.xlsx       # 导出工作簿；改完用 luoshu excel in . book.xlsx 收回
luoshu gauge .                     # 每项承诺现在到了哪一步
luoshu serve .                     # 在浏览器里查看和确认
```
"""


_COMMITMENTS = """# 已确认的承诺，每条一项；任何字段都可以按日期书写，以保留变化的经过。
# Settled promises, one entry each; any field may be written by dates, so that its history is kept:
#
# - kind: target
#   id: museums
#   words: 到2025年博物馆达到120家
#   level: {2020-12-01: 120, 2023-08-25: 110}
#   due: 2025-12-31
"""
