"""Sentences that remember their template, so that they can be said again in another language."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any


class Message(str):
    """A finished English sentence that keeps its template and values for translation.

    >>> m = say("{count} rows of {table} are missing", count=3, table="place")
    >>> str(m), m.template, dict(m.values)
    ('3 rows of place are missing', '{count} rows of {table} are missing', {'count': 3, 'table': 'place'})
    """

    template: str
    values: MappingProxyType[str, Any]

    def in_language(self, translate: Callable[[str], str]) -> str:
        """The sentence with its template looked up by `translate` (a gettext function); inner messages follow.

        >>> say("late by {days} days", days=4).in_language({"late by {days} days": "晚了{days}天"}.__getitem__)
        '晚了4天'
        """
        values = {
            name: value.in_language(translate) if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        return translate(self.template).format(**values)


def say(template: str, **values: Any) -> Message:
    """Fill `template` (str.format syntax) with `values`; raises KeyError where one is missing.

    >>> say("goal {goal:g}", goal=120.0)
    'goal 120'
    """
    message = Message(template.format(**values))
    message.template = template
    message.values = MappingProxyType(values)
    return message


AMOUNT = "{value:,.15g} {unit}"
"""The template of `amount`, by which a language knows a number with its unit and writes it its own way."""


def amount(value: float, unit: str = "") -> Message:
    """A number with its unit inside a sentence; each language scales it and names the unit as it is used to.

    >>> amount(2.5e11, "元"), amount(20, "%"), amount(2.73)
    ('250,000,000,000 元', '20%', '2.73')
    """
    message = Message(f"{value:,.15g}" + ("" if unit in ("", "%", "‰") else " ") + unit)
    message.template = AMOUNT
    message.values = MappingProxyType({"value": value, "unit": unit})
    return message


NAMED = "{zh}/{en}"
"""The template of `named`, by which a language knows a proper name and says its own."""


def named(zh: str, en: str = "") -> Message:
    """A name inside a sentence that has a Chinese and perhaps an English form; each language says its own.

    >>> named("博物馆数量", "Museums"), named("中新社")
    ('Museums', '中新社')
    """
    message = Message(en or zh)
    message.template = NAMED
    message.values = MappingProxyType({"zh": zh, "en": en or zh})
    return message
