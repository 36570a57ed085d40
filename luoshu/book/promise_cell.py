"""One field of a settled record as one cell that people can read, and the cell taken back as the same value."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml

from luoshu.book.records import Dated, Dumper, plain_value
from luoshu.book.yamltext import plain, read_yaml

WORDS = frozenset(
    ("kind", "id", "words", "owner", "chapter", "measure", "place", "unit", "verb", "object", "definition", "note")
)
"""Fields that hold words: what is written in their cells is text, also where it looks like a number (410300)."""
LISTS = frozenset(("co_owners",))
SAID: dict[str, dict[str, str]] = {
    "comparator": {">=": "不少于", ">": "超过", "<=": "不超过", "<": "少于", "=": "等于", "~": "左右",
                   "between": "介于"},
    "change": {"level": "水平", "up": "增长", "down": "下降"},
    "per": {"year": "每年", "month": "每月"},
    "nature": {"expected": "预期性", "binding": "约束性"},
    "judged": {"promised": "原承诺", "in force": "现行目标"},
}  # fmt: skip
"""By field: its words in the file and in the workbook."""
HEARD: dict[str, dict[str, str]] = {
    "comparator": {"不低于": ">=", "至少": ">=", "以上": ">=", "≥": ">=", "高于": ">", "多于": ">", "大于": ">",
                   "＞": ">", "不高于": "<=", "不多于": "<=", "不大于": "<=", "至多": "<=", "以内": "<=", "以下": "<=",
                   "控制在": "<=", "≤": "<=", "低于": "<", "小于": "<", "＜": "<", "＝": "=", "约": "~", "大约": "~",
                   "区间": "between"},
    "change": {"上升": "up", "提高": "up", "降低": "down"},
    "per": {"年": "year", "月": "month"},
}  # fmt: skip
"""Further words that people write for the same."""
_READ = {
    field: {zh: word for word, zh in said.items()} | HEARD.get(field, {})
    for field, said in SAID.items()
}  # fmt: skip
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAME = re.compile(r"[a-z_]+")
_PART = re.compile(r"\s*([^\s:：;；]+)\s*[:：]\s*([^;；]*?)\s*")
_SEPARATORS = re.compile(r"[、,，;；]")


def as_cell(value: Any, name: str = "") -> Any:
    """A field's value as a cell: numbers and days as such, words as they are, lists and histories as people write them.

    What could not be taken back as the same value that way stands as YAML on one line. What else was written with a
    step of a history (its source) is not shown; `promises_sheet` puts it back.

    >>> as_cell("410300", "place"), as_cell(["a", "b"], "co_owners"), as_cell(">=", "comparator"), as_cell("120")
    ('410300', 'a、b', '不少于', '"120"')
    >>> as_cell({date(2020, 12, 1): 120, date(2023, 8, 25): 110}, "level")
    '2020-12-01: 120; 2023-08-25: 110'
    """
    shown = {step.since: step.value for step in value.steps} if isinstance(value, Dated) else value
    full, shown = plain_value(value), plain_value(shown)
    if full is None:
        return "~"
    if isinstance(full, bool):
        return "true" if full else "false"
    if isinstance(full, int | float | date):
        exact = isinstance(full, date) or (abs(full) < 1e15 and float(repr(full)) == full)
        return full if exact else str(full)
    text = _readable(shown, name)
    if text and _same(from_cell(text, name), (shown, "")):
        return text
    return json.dumps(full, ensure_ascii=False) if isinstance(full, str) else _yaml(full)


def _yaml(value: Any) -> str:
    text = yaml.dump(value, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=1 << 30, default_flow_style=True)
    return text.strip()


def _readable(value: Any, name: str) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_readable(inner, name if isinstance(key, date) else '')}"
                         for key, inner in value.items())  # fmt: skip
    if isinstance(value, list):
        return "、".join(_readable(inner, "") for inner in value)
    if isinstance(value, str):
        return SAID.get(name, {}).get(value, value)
    return str(value)


def _same(one: Any, other: Any) -> bool:
    """Equal, and of the same types all through: 1 is not 1.0 and not true."""
    return bool(one == other) and repr(one) == repr(other)


def from_cell(text: str, name: str = "") -> tuple[Any, str]:
    """The value that a cell's text writes in the field `name`, and what is wrong with it (in YAML's words).

    >>> from_cell("不低于", "comparator"), from_cell("410300", "place"), from_cell("甲局、乙局", "co_owners")
    (('>=', ''), ('410300', ''), (['甲局', '乙局'], ''))
    >>> from_cell("2020-12-01：120；2023-08-25：110", "level")[0]
    {datetime.date(2020, 12, 1): 120, datetime.date(2023, 8, 25): 110}
    """
    text = text.strip()
    if text[:1] in ("{", "[", '"', "'"):
        node, problems = read_yaml(text.encode(), "")
        if node is not None and not problems:
            return node.value, ""
        return (text, "") if name in WORDS else (None, str(problems[0].says) if problems else "empty")
    parts = _parts(text, name)
    return (parts, "") if parts is not None else (_one(text, name), "")


def _one(text: str, name: str) -> Any:
    if text == "~":
        return "~" if name == "comparator" else None
    if name in WORDS:
        return text
    if name in LISTS:
        return [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
    heard = _READ.get(name, {}).get(text)
    return plain(text) if heard is None else heard


def _parts(text: str, name: str) -> dict[Any, Any] | None:
    """`key: value; key: value` where every key is a day, or (in fields that hold no words) a name; else None."""
    found = [_PART.fullmatch(part) for part in re.split("[;；]", text)]
    if not all(found):
        return None
    keys = [part[1] for part in found if part]
    days = all(isinstance(plain(key), date) for key in keys)
    if len(set(keys)) != len(keys) or not (days or (name not in WORDS and all(map(_NAME.fullmatch, keys)))):
        return None
    return {plain(p[1]) if days else p[1]: _one(p[2], name if days else "") for p in found if p}
