"""The two languages that people see: sentences, numbers, shares and days as each of them writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from math import ceil, isfinite
from pathlib import Path
from typing import Any

from luoshu.words.message import AMOUNT, NAMED, Message, say

TEXT = Path(__file__).parent / "text"
LANGUAGES = ("zh", "en")
LOCALES = {"zh": "zh_CN", "en": "en"}

SILENT = "家个座处项所条件种支台辆只宗级场栋幢艘片类批届期部篇"
ENGLISH_UNITS = {
    **dict.fromkeys(SILENT, ""),
    **{"元": "yuan", "美元": "US dollars", "元/人": "yuan per person"},
    **{"人": "people", "人次": "visits", "户": "households", "户次": "households", "张": "beds"},
    **{"公里": "km", "千米": "km", "米": "m", "平方米": "m²", "平方公里": "km²", "平方米/人": "m² per person"},
    **{"立方米": "m³", "亩": "mu", "公顷": "ha", "吨": "t", "公斤": "kg", "斤": "jin", "千瓦": "kW", "千瓦时": "kWh"},
    **{"分钟": "min", "小时": "hours", "天": "days", "日": "days", "年": "years", "岁": "years"},
    **{
        "千克": "kg",
        "克": "g",
        "毫克": "mg",
        "微克": "µg",
        "吨标准煤": "t of standard coal",
        "千伏": "kV",
        "兆瓦": "MW",
    },
    **{"名": "people", "位": "people", "株": "trees", "册": "volumes", "厘米": "cm", "毫米": "mm", "℃": "°C"},
    **{"个月": "months", "季度": "quarters", "周": "weeks", "标箱": "TEU", "年": "years", "港元": "HK dollars"},
    **{"顶": "", "床": "", "副": "", "根": "", "瓶": "bottles", "份": "portions", "袋": "bags", "箱": "boxes"},
    **{"升": "l", "毫升": "ml", "立方米/秒": "m³/s"},
    **{"百分点": "percentage points", "倍": "times", "次": "times", "微克/立方米": "µg/m³", "个/年": "a year"},
}
"""Units of the reading guide in English: a bare classifier (家 of museums) is silent, an unknown unit stays."""

CHINESE_STEPS = ((1e12, "万亿"), (1e8, "亿"), (1e4, "万"))
ENGLISH_STEPS = ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"))


def in_every_language(message: Message) -> tuple[str, ...]:
    """A sentence as it stands in each language.

    >>> from luoshu.words.message import named
    >>> in_every_language(named("库存", "stock"))
    ('库存', 'stock')
    """
    return tuple(Language(code).message(message) for code in LANGUAGES)


def marked(word: str) -> str:
    """The word itself; the name marks a bare word for the catalogue where no sentence is made of it yet."""
    return word


VERDICT_WORDS = {
    "kept": marked("kept"),
    "likely": marked("likely"),
    "open": marked("open"),
    "at risk": marked("at risk"),
    "unlikely": marked("unlikely"),
    "missed": marked("missed"),
    "dropped": marked("dropped"),
    "unknown": marked("unknown"),
}


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """The translations of `language` by their English template; empty for English, which is what the code says."""
    path = TEXT / LOCALES[language] / "LC_MESSAGES" / "luoshu.po"
    if not path.exists():
        return {}
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        entries = read_po(file, locale=LOCALES[language])
    return {str(entry.id): str(entry.string) for entry in entries if entry.id and entry.string and not entry.fuzzy}


class Language:
    """One language: every sentence and every number of a page goes through one of these methods.

    >>> zh, en = Language("zh"), Language("en")
    >>> zh.figure(2.5e11, "元"), en.figure(2.5e11, "元")
    ('2500亿元', '250 billion yuan')
    >>> zh.figure(112, "家"), en.figure(112, "家")
    ('112家', '112')
    >>> zh.share(0.9996), zh.share(1.0), zh.share(0.001), zh.share(None)
    ('>99%', '100%', '<1%', '—')
    """

    def __init__(self, code: str, wording: Mapping[str, str] | None = None) -> None:
        if code not in LANGUAGES:
            raise ValueError(f"language {code!r} is not one of {', '.join(LANGUAGES)}")
        self.code = code
        self.tag = "zh-CN" if code == "zh" else "en"
        self.wording = wording or {}

    def over(self, wording: Mapping[str, str]) -> Language:
        """The same language with the English of a book's own words."""
        return Language(self.code, wording) if wording else self

    def word(self, text: str) -> str:
        """Words of the book itself; in English as its table of wording has them, where it has.

        >>> Language("en", {"旅游": "Tourism"}).word("旅游"), Language("zh", {"旅游": "Tourism"}).word("旅游")
        ('Tourism', '旅游')
        >>> Language("en").word("旅游")
        '旅游'
        """
        return (self.wording.get(text, "") if self.code == "en" else "") or text

    def original(self, text: str) -> str:
        """The Chinese words where `word` says others; else nothing."""
        return text if self.word(text) != text else ""

    def text(self, template: str) -> str:
        """The template in this language; the English one where the catalogue has none."""
        return catalogue(self.code).get(template, template)

    def say(self, template: str, **values: Any) -> str:
        """A sentence of the pages' own, translated and filled; dates and messages in it follow the language."""
        return self.message(say(template, **values))

    def message(self, words: str | None) -> str:
        """Any sentence from below: a Message is said again in this language, a plain string is left as it is."""
        if isinstance(words, Message):
            return self._again(words)
        return self.word(words or "")

    def _again(self, message: Message) -> str:
        if message.template == AMOUNT:
            return self.figure(message.values["value"], message.values["unit"])
        if message.template == NAMED:
            said = str(message.values[self.code])
            return self.word(said)
        values = {name: self._value(value) for name, value in message.values.items()}
        for template in (self.text(message.template), message.template):
            try:
                return template.format(**values)
            except (KeyError, IndexError, ValueError, TypeError):
                continue
        return str(message)

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.message(value)
        return value

    def verdict(self, verdict: str) -> str:
        """The word for a verdict."""
        return self.text(VERDICT_WORDS.get(verdict, verdict))

    def unit(self, unit: str) -> str:
        """The unit as this language writes it, `""` for a bare classifier in English.

        >>> Language("en").unit("平方米/人"), Language("zh").unit("平方米/人")
        ('m² per person', '平方米/人')
        >>> Language("en").unit("人/家"), Language("en").unit("元/吨")
        ('people each', 'yuan per t')
        """
        if self.code == "zh" or unit in ENGLISH_UNITS:
            return unit if self.code == "zh" else ENGLISH_UNITS[unit]
        times, bare = multiplied(unit)
        if times != 1:
            return f"{self.number(times)} {self.unit(bare)}".strip()
        above, slash, below = unit.partition("/")
        if not slash or above not in ENGLISH_UNITS or below not in ENGLISH_UNITS:
            return unit
        return (
            f"{ENGLISH_UNITS[above]} per {ENGLISH_UNITS[below]}"
            if ENGLISH_UNITS[below]
            else f"{ENGLISH_UNITS[above]} each"
        )

    def figure(self, value: float | None, unit: str = "") -> str:
        """A number with its unit; large ones in 万 and 亿 or in millions and billions; an em dash for None.

        >>> Language("zh").figure(20126, "公里"), Language("zh").figure(7056699, "人"), Language("zh").figure(-0.5, "%")
        ('20126公里', '705.67万人', '-0.5%')
        >>> Language("en").figure(2, "百分点"), Language("zh").figure(2, "百分点")
        ('2 percentage points', '2个百分点')
        >>> Language("en").figure(530.9, "亿元"), Language("zh").figure(530.9, "亿元")
        ('53.09 billion yuan', '530.9亿元')
        """
        if value is None or not isfinite(value):
            return "—"
        if unit in ("%", "‰"):
            return self.number(value) + unit
        if self.code == "zh":
            return self.number(value) + ("个百分点" if unit == "百分点" else unit)
        times, bare = multiplied(unit)
        return f"{self.number(value * times)} {self.unit(bare)}".strip()

    def span(self, low: float | None, high: float | None, unit: str = "") -> str:
        """A figure, or a range of two: `5%至5.5%`."""
        if high is None or low is None:
            return self.figure(low if low is not None else high, unit)
        return self.figure(low, unit) + ("至" if self.code == "zh" else " to ") + self.figure(high, unit)

    def number(self, value: float) -> str:
        """A number without unit, scaled where that makes it shorter, with no more than four figures lost to no one.

        >>> Language("zh").number(1.53e8), Language("en").number(1.53e8), Language("en").number(20126)
        ('1.53亿', '153 million', '20,126')
        """
        size = abs(value)
        for step, word in CHINESE_STEPS if self.code == "zh" else ENGLISH_STEPS:
            tidy = step > 1e4 or size >= 1e5 or size % 1000 == 0
            if size >= step and tidy:
                return plain_number(value / step, ",", self.code) + word
        return plain_number(value, ",", self.code)

    def share(self, share: float | None) -> str:
        """A share of one as a whole percentage, never rounded up to 100 nor down to 0."""
        if share is None:
            return "—"
        if share >= 1:
            return "100%"
        if share > 0.99:
            return ">99%"
        if 0 < share < 0.01:
            return "<1%"
        return f"{share * 100:.0f}%"

    def gap(self, gap: float) -> str:
        """How far from the best possible at most, as a percentage rounded up, 0 only where proven best.

        >>> Language("en").gap(0.0), Language("en").gap(0.00311), Language("en").gap(1e-9)
        ('0%', '0.32%', '0.01%')
        """
        return f"{ceil(gap * 1e4 - 1e-6) / 100 or (0.01 if gap > 0 else 0):g}%"

    def day(self, day: date | None) -> str:
        """A day in a table: ISO in both languages; an em dash for None."""
        return day.isoformat() if day else "—"

    def long_day(self, day: date) -> str:
        """A day in a heading.

        >>> Language("zh").long_day(date(2025, 12, 31)), Language("en").long_day(date(2025, 12, 31))
        ('2025年12月31日', '31 December 2025')
        """
        if self.code == "zh":
            return f"{day.year}年{day.month}月{day.day}日"
        from babel.dates import format_date

        return format_date(day, "d MMMM y", locale="en")

    def cell(self, value: Any, unit: str = "") -> str:
        """Whatever stands in a listing's cell: message, date, number, string or None."""
        if value is None:
            return "—"
        if isinstance(value, bool):
            return self.say("yes") if value else self.say("no")
        if isinstance(value, (int, float)):
            return self.figure(float(value), unit)
        if isinstance(value, date):
            return self.day(value)
        return self.message(value if isinstance(value, str) else str(value))

    @property
    def other(self) -> Language:
        """The language that the switch leads to."""
        return Language("en" if self.code == "zh" else "zh", self.wording)


def machine_language() -> str:
    """The language of the command line: LUOSHU_LANGUAGE, else the machine's locale (Chinese where it says zh)."""
    import os

    named = os.environ.get("LUOSHU_LANGUAGE", "")
    if named in LANGUAGES:
        return named
    spoken = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    if not spoken and os.name == "nt":
        import locale

        spoken = locale.getlocale()[0] or ""
    return "zh" if spoken.lower().startswith(("zh", "chinese")) else "en"


def multiplied(unit: str) -> tuple[float, str]:
    """The multiplier that a unit is written with, and the bare unit behind it.

    >>> multiplied("亿元"), multiplied("万人次"), multiplied("公里"), multiplied("亿")
    ((100000000.0, '元'), (10000.0, '人次'), (1.0, '公里'), (100000000.0, ''))
    """
    if unit in ENGLISH_UNITS:
        return 1.0, unit
    for step, word in CHINESE_STEPS:
        if unit.startswith(word) and (unit == word or unit.removeprefix(word) in ENGLISH_UNITS):
            return step, unit.removeprefix(word)
    return 1.0, unit


def plain_number(value: float, comma: str, code: str) -> str:
    """Digits with at most four significant decimals; English groups thousands."""
    size = abs(value)
    if size >= 1e15:
        return f"{value:.4g}"
    places = 0 if size >= 1e5 else 2 if size >= 10 else 3 if size >= 0.1 else 6
    text = f"{value:,.{places}f}" if code == "en" else f"{value:.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def chosen(wanted: str | None, cookie: str | None) -> Language:
    """The language of a request: what the address says, else what was chosen before, else Chinese.

    >>> chosen(None, None).code, chosen(None, "en").code, chosen("zh", "en").code
    ('zh', 'en', 'zh')
    """
    return Language(next((code for code in (wanted, cookie) if code in LANGUAGES), "zh"))
