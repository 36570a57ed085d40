"""What an alert of this desk may say: events with their words in both languages, levels with their colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Event:
    """A sort of event: its words and the categories of CAP that it belongs to."""

    zh: str
    en: str
    categories: tuple[str, ...]


EVENTS: Mapping[str, Event] = {
    "flood": Event(zh="洪水", en="Flood", categories=("Met", "Safety")),
    "flash_flood": Event(zh="山洪", en="Flash flood", categories=("Met", "Geo")),
    "rainstorm": Event(zh="暴雨", en="Rainstorm", categories=("Met",)),
    "waterlogging": Event(zh="城市内涝", en="Urban waterlogging", categories=("Met", "Infra")),
    "dyke": Event(zh="堤防险情", en="Dyke in danger", categories=("Infra", "Safety")),
    "reservoir": Event(zh="水库险情", en="Reservoir in danger", categories=("Infra", "Safety")),
    "landslide": Event(zh="地质灾害", en="Landslide or debris flow", categories=("Geo",)),
    "earthquake": Event(zh="地震", en="Earthquake", categories=("Geo",)),
    "fire": Event(zh="火灾", en="Fire", categories=("Fire",)),
    "forest_fire": Event(zh="森林火灾", en="Forest fire", categories=("Fire", "Env")),
    "epidemic": Event(zh="传染病疫情", en="Epidemic", categories=("Health",)),
    "supply": Event(zh="生活必需品供应中断", en="Failure of daily supplies", categories=("Other",)),
    "water": Event(zh="供水中断", en="Water supply failure", categories=("Infra",)),
    "power": Event(zh="供电中断", en="Power failure", categories=("Infra",)),
    "roads": Event(zh="道路中断", en="Roads cut off", categories=("Transport",)),
    "chemical": Event(zh="危险化学品泄漏", en="Release of dangerous chemicals", categories=("CBRNE", "Env")),
    "heat": Event(zh="高温", en="Heat", categories=("Met", "Health")),
    "snow": Event(zh="暴雪", en="Snowstorm", categories=("Met", "Transport")),
    "other": Event(zh="突发事件", en="Emergency", categories=("Other",)),
}

SEVERITY: Mapping[str, str] = {
    "Extreme": "红色（Ⅰ级，特别严重）",
    "Severe": "橙色（Ⅱ级，严重）",
    "Moderate": "黄色（Ⅲ级，较重）",
    "Minor": "蓝色（Ⅳ级，一般）",
}
"""The four levels of the mainland, worst first, in the words of CAP."""

COLOURS: Mapping[str, tuple[str, str]] = {
    "Extreme": ("红色", "Red"),
    "Severe": ("橙色", "Orange"),
    "Moderate": ("黄色", "Yellow"),
    "Minor": ("蓝色", "Blue"),
}

URGENCY: Mapping[str, str] = {"Immediate": "立即行动", "Expected": "一小时内行动", "Future": "近期行动"}
CERTAINTY: Mapping[str, str] = {"Observed": "已发生", "Likely": "很可能", "Possible": "可能", "Unlikely": "不太可能"}
RESPONSE: Mapping[str, str] = {
    "Evacuate": "转移",
    "Shelter": "就地避险",
    "Prepare": "做好准备",
    "Avoid": "避开危险区",
    "Execute": "按预案行动",
    "Monitor": "关注信息",
}
STATUS: Mapping[str, str] = {"Actual": "实况", "Exercise": "演练", "Test": "测试"}
