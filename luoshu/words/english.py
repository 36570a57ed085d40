"""English plan sentences: their figures, deadlines and bearings, in the same fields as the Chinese ones."""

from __future__ import annotations

import re
from datetime import date

from luoshu.words.bearing import Bearing
from luoshu.words.clause import Heading, Sentence
from luoshu.words.day import last_day
from luoshu.words.number import LONGEST
from luoshu.words.passage import Reading
from luoshu.words.quantity import Quantity

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_WORDS = re.compile(r"[A-Za-z]{2,}[^A-Za-z]+[A-Za-z]{2,}")
_COUNTING = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
)
_SMALL = {word: value for value, word in enumerate(re.findall(r"\w+", _COUNTING))} | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "hundred": 100,
}
_SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "bn": 1e9,
    "mn": 1e6,
    "m": 1e6,
}
_UNITS = {
    name: unit
    for unit, names in {
        "%": ("%", "percent", "per cent"),
        "百分点": ("percentage points", "percentage point"),
        "元": ("yuan", "rmb", "cny", "renminbi"),
        "美元": ("us dollars", "dollars", "usd"),
        "欧元": ("euros",),
        "公里": ("km", "kilometres", "kilometers", "kilometre", "kilometer"),
        "平方公里": ("square kilometres", "square kilometers", "km2"),
        "平方米": ("square metres", "square meters", "m2"),
        "米": ("metres", "meters"),
        "公顷": ("hectares", "hectare"),
        "亩": ("mu",),
        "吨": ("metric tons", "metric tonnes", "tonnes", "tons", "tonne", "ton"),
        "千克": ("kilograms", "kg"),
        "千瓦": ("kw",),
        "兆瓦": ("mw",),
        "吉瓦": ("gw",),
        "千瓦时": ("kwh",),
        "分钟": ("minutes", "minute"),
        "小时": ("hours", "hour"),
        "天": ("days", "day"),
        "工作日": ("working days",),
        "人": ("people", "persons"),
        "人次": ("visits", "visitor trips"),
        "户": ("households",),
        "立方米": ("cubic metres", "cubic meters"),
        "岁": ("years of age",),
    }.items()
    for name in names
}
_UNIT = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
_SCALE = "|".join(_SCALES)
_WORD = "|".join(sorted(_SMALL, key=len, reverse=True))
_NUMBER = r"\d{1,3}(?:,\d{3})++(?:\.\d++)?|\d++(?:\.\d++)?"
_FIGURE = re.compile(
    rf"""(?P<fraction>half|one\sthird|two\sthirds|one\squarter|three\squarters|one\sfifth)\b(?=\s(?:of|the|all))
    |(?<![\w.,/+$€-])(?:(?P<money>US\$|\$|€|¥|RMB\s?|CNY\s?))?
    (?:(?P<a>{_NUMBER})(?![\d/]|\.\d)(?:(?:\s?[-–—]\s?|\sto\s|\sand\s)(?P<b>{_NUMBER}))?|(?P<word>{_WORD})\b(?![-‐]))
    (?:[\s-]?(?P<scale>{_SCALE})\b)?(?:[\s-]{{0,2}}(?P<unit>{_UNIT})(?![A-Za-z]))?
    |(?P<fold>(?:double|triple|quadruple|halve)[sd]?|doubling|tripling|halving)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_FRACTIONS = {
    "half": 50.0,
    "one third": 33.333,
    "two thirds": 66.667,
    "one quarter": 25.0,
    "three quarters": 75.0,
    "one fifth": 20.0,
}
_MONEY = {"US$": "美元", "$": "美元", "€": "欧元", "¥": "元", "RMB": "元", "CNY": "元"}
_NO_FIGURE = re.compile(
    r"\b(?:No\.|number|article|chapter|section|phase|stage|page|table|figure|goal|sdg|top|version|age[sd]?|"
    r"highway|line|g|"
    r"q|tier|class|level|grade|type)\s?$",
    re.IGNORECASE,
)
_YEAR_ALONE = re.compile(r"(?:19|20)\d\d")
_ORDINAL_AFTER = re.compile(r"(?:st|nd|rd|th|G|D|K)\b|[-–]?(?:year|point)[-\s](?:plan|old|strategy)|:\d")
_FLOOR = re.compile(r"(?:at least|no (?:less|fewer) than|not less than|a minimum of|minimum)\s*$", re.I)
_CEILING = re.compile(
    r"(?:at most|no more than|not more than|up to|within|a maximum of|not exceed(?:ing)?|capped at|limited? to|"
    r"cut[^.;,]* to|"
                      r"reduc[^.;,]* to|lower[^.;,]* to|below or at|or less)\s*$", re.I)  # fmt: skip
_OVER = re.compile(
    r"(?:more than|over|above|exceed(?:s|ed|ing)?|greater than|upwards of|surpass(?:es|ed|ing)?)\s*$", re.I
)
_UNDER = re.compile(r"(?:less than|fewer than|under|below)\s*$", re.I)
_NEAR = re.compile(r"(?:about|around|approximately|roughly|some|nearly|almost|close to|circa)\s*$", re.I)
_NONE = re.compile(r"\b(?:no|not|never|nobody|none)\b", re.I)
_OR_MORE = re.compile(r"\s*(?:[A-Za-z]+\s)?or (?:more|above|higher)\b", re.I)
_OR_LESS = re.compile(r"\s*(?:[A-Za-z]+\s)?or (?:less|fewer|below|lower)\b", re.I)
_QUALIFIER = (
    r"(?:\s(?:at least|more than|over|about|around|approximately|nearly|almost|some|roughly|up to|an average of|"
    r"no less than))*+\s*"
)
_FAR = r"(?:\s[^\s,;]+){0,8}?"
_BY_UP = re.compile(
    r"(?:grow|grew|growth|increas|ris|rose|rais|expand|gain|climb|up)\w*"
    rf"{_FAR}\s(?:by|of|at){_QUALIFIER}$"
                    rf"|(?:grow|grew|grown|increas|rose|risen|gain|climb)\w*{_QUALIFIER}$", re.I)  # fmt: skip
_BY_DOWN = re.compile(
    r"(?:fall|fell|drop|declin|decreas|reduc|lower|cut|shrink)\w*"
    rf"{_FAR}\s(?:by|of){_QUALIFIER}$"
                      rf"|(?:fall|fell|drop|declin|decreas)\w*{_QUALIFIER}$", re.I)  # fmt: skip
_THEN_UP = re.compile(r"\s(?:annual |yearly |average )*(?:growth|increase|rise)\b", re.I)
_THEN_DOWN = re.compile(r"\s(?:annual |yearly )*(?:reduction|decrease|fall|decline|drop|cut)\b", re.I)
_YEARLY = re.compile(r"\b(?:annual(?:ly)?|a year|per year|each year|every year|per annum|yearly)\b", re.I)
_MONTHLY = re.compile(r"\b(?:monthly|a month|per month|each month)\b", re.I)
_DUE = re.compile(
    r"\b(?:(?P<by>by|before|until|towards)\s(?:the\s)?)?(?:(?P<edge>(?:end|close|middle|beginning)[\s-](?:of\s)?))?"
    r"(?:(?P<month>January|February|March|April|May|June|July|August|September|October|November|December)\s)?"
    r"(?:(?P<first>20\d\d)\s?(?:[-–—]|to|and)\s?)?(?P<year>20\d\d)\b|(?P<mid>mid[- ]century|middle of the century)"
    r"|(?P<this>this year)|(?P<last>last year)",
    re.I,
)
_HEADED = re.compile(
    r"\b(?:20\d\d\s?[-–—]\s?|(?:by|for|to|until|of|in)\s|(?=20\d\d\s(?:target|goal|plan)))(?P<year>20\d\d)\b", re.I
)
_BASE = re.compile(
    r"(?:compared (?:with|to)|relative to|versus|than(?: in)?|since|from|over|against)\s(?:the\s)?$", re.I
)
_MONTHS = re.findall(r"\w+", "january february march april may june july august september october november december")
_WILL = re.compile(
    r"\b(?:will|shall|should|must|to|aims?|targets?|goals?|plans?|expect(?:s|ed)?|by|commits?|intends?|strives?|pledges?)\b",
    re.I,
)
_DID = re.compile(
    r"\b(?:was|were|has|have|had|reached|rose|grew|fell|increased|decreased|totall?ed|stood|amounted|dropped|built|"
    r"opened|added|recorded|"
    r"last year|already|so far|since)\b", re.I)  # fmt: skip
_SUBJECT_STOP = re.compile(
    r"\b(?:by|in|before|until|and|,|;|to|of at least|within|per|each|every|a year|annually|between|from|will|shall|"
    r"is|are|was|were|has|have|had|"
    r"with|for|on|over|at)\b|[,;:.()]",
    re.I,
)
_LEAD = re.compile(
    r"^(?:by|in|before)\s(?:the\s)?(?:end\s(?:of\s)?)?20\d\d,?\s*|"
    r"^(?:we|it|they|the (?:city|province|county|government|council|plan))\s(?:will|shall|aims? to|plans? to)\s*|"
    r"^(?:and|also|then|will|shall|to|the|a|an)\s|^(?:build|create|open|raise|increase|reduce|cut|lower|reach|keep|"
    r"establish|set up|train|add|achieve|"
    r"complete|construct|plant|invest|attract|double|renovate|upgrade|provide|maintain|bring|lift|grow)\s(?:the\s|a\s)?",
    re.I,
)
_FROM_TO = re.compile(r"\bfrom\s\S+(?:\s[a-z]+)?\sto\s$", re.I)
_COUNTED = re.compile(r"[\s-]+(?!(?:am|pm|of|and|or|to|in|by|at|on|for|is|are|was|pages?|px|pt|hrs?)\b)[a-z]{2,}")
_NEXT = re.compile(r"[,;:]\s|\sand\s(?=[a-z]+\s)|\s(?=\d)")
_OF_SIZE = re.compile(r"\sof\s(?:at least |more than |over |about )?$", re.I)
_OF_WHAT = re.compile(
    r"\s(?:of|in|for)\s(?:the\s|all\s)?(?P<noun>(?:(?!by\b|in\b|each\b|every\b|per\b|a year)[\w-]+\s?){1,6})"
)
_VERB_ALONE = re.compile(
    r"(?:build|create|open|raise|increase|reduce|cut|lower|reach|keep|establish|train|add|achieve|complete|construct|plant|invest|attract|"
    r"renovate|upgrade|provide|maintain|bring|lift|grow|serve|treat|restore|support|produce|generate|spend|no|up|and)?$",
    re.I,
)
_ENDING = re.compile(
    r"(?:\s(?:will|shall|should|must|to|has|have|had|is|are|was|were|be|been|reach(?:es|ed)?|rise|rose|risen|"
    r"grow|grew|grown|fall|fell|fallen|"
    r"increas\w*|decreas\w*|reduc\w*|rais\w*|exceed\w*|surpass\w*|total\w*|stood|stand|keep|kept|remain\w*|at|by|of|least|most|more|less|"
    r"than|over|about|around|approximately|nearly|almost|from|no|between|within|below|under|above|up|on|average|an|a|the|not|hit|drop\w*|"
    r"lowered|cut|account for|for|expected|projected|forecast|planned)\b)++$", re.I)  # fmt: skip


def is_english(text: str, start: int, end: int) -> bool:
    """Whether a sentence is written in English: Latin words and no Chinese character.

    >>> is_english("Build 120 museums by 2025.", 0, 26), is_english("到2025年", 0, 5)
    (True, False)
    """
    return text[start] < "\u3000" and not _CHINESE.search(text, start, end) and bool(_WORDS.search(text, start, end))


def heading_due(above: tuple[Heading, ...]) -> date | None:
    """The deadline that the innermost English heading states: Targets for 2030 → 2030-12-31."""
    for heading in reversed(above):
        named = _HEADED.search(heading.text)
        if named:
            return last_day(int(named["year"]))
    return None


def english(text: str, sentence: Sentence, year: int | None, due: date | None, mode: str) -> list[Reading]:
    """The figures of one English sentence; `year` is the text's own, `due` and `mode` come from its headings.

    >>> from luoshu.words.clause import sentences
    >>> t = "By 2025 the city will open at least 120 museums and raise visitor spending by 8% a year."
    >>> [(r.quantity.value, r.quantity.unit, r.subject, *r.bearing, r.status, str(r.due))
    ...  for r in english(t, sentences(t)[0], 2021, None, "")]  # doctest: +NORMALIZE_WHITESPACE
    [(120.0, '', 'museums', '>=', 'level', '', 'promise', '2025-12-31'),
     (8.0, '%', 'visitor spending', '>=', 'up', 'year', 'promise', '2025-12-31')]
    """
    found: list[Reading] = []
    last = sentence.start
    for match in _FIGURE.finditer(text, sentence.start, sentence.end):
        quantity = _quantity(text, match, sentence.start)
        if quantity is None:
            continue
        before = text[max(last, quantity.start - 120) : quantity.start]
        whole = text[max(sentence.start, quantity.start - 240) : quantity.start]
        rest = text[quantity.end : min(sentence.end, quantity.end + 80)]
        after = _NEXT.split(rest, maxsplit=1)[0]
        if found and quantity.unit and not found[-1].quantity.unit and _OF_SIZE.search(before) and "," not in before:
            found[-1] = found[-1]._replace(size=quantity)
            continue
        when = _due(text, sentence, quantity, year)
        status = _status(whole, when, year, mode)
        when = when or (due if status == "promise" else None)
        goes_on = bool(found) and bool(_FROM_TO.search(text[max(last - 24, sentence.start) : quantity.start]))
        if re.search(r"\bfrom\s$", before) and re.match(r"\sto\s", rest):
            status = "fact"
        borne = _bearing(quantity, before, after, status, re.split(r"[,;]|\sand\s", rest)[0])
        subject = found[-1].subject if goes_on else ""
        subject = (
            subject
            or _subject(before, after, quantity, (match["unit"] or "").lower())
            or (found[-1].subject if found else "")
        )
        found.append(Reading(quantity, subject, borne, status, when, 0.6, None))
        last = quantity.end
    return found


def _quantity(text: str, match: re.Match[str], low: int) -> Quantity | None:
    start, end = match.span()
    if match["fraction"]:
        return Quantity(start, end, _FRACTIONS[match["fraction"].lower()], None, "%", "fraction")
    if match["fold"]:
        word = match["fold"].lower()
        value = 50.0 if word.startswith("halv") else {"d": 100.0, "t": 200.0, "q": 300.0}[word[0]]
        return Quantity(start, end, value, None, "%", "fold")
    scale = _SCALES[match["scale"].lower()] if match["scale"] else 1.0
    unit = _UNITS[match["unit"].lower()] if match["unit"] else _MONEY.get((match["money"] or "").strip(), "")
    if match["word"]:
        if match["word"].lower() == "one" and not match["scale"]:
            return None
        return Quantity(start, end, float(_SMALL[match["word"].lower()]) * scale, None, unit, "spoken")
    if len(match["a"]) > LONGEST or len(match["b"] or "") > LONGEST:
        return None
    if not unit and not match["scale"]:
        if _YEAR_ALONE.fullmatch(match["a"]) or _ORDINAL_AFTER.match(text, end):
            return None
        if _NO_FIGURE.search(text[max(low, start - 12) : start]) or not _COUNTED.match(text, end):
            return None
    value = float(match["a"].replace(",", "")) * scale
    high = float(match["b"].replace(",", "")) * scale if match["b"] else None
    if high is not None and high < value:
        return None
    return Quantity(start, end, value, high, unit, "figure")


def _due(text: str, sentence: Sentence, quantity: Quantity, year: int | None) -> date | None:
    """The deadline nearest to the figure: the last one before it in its sentence, else the first one after it."""
    low, high = max(sentence.start, quantity.start - 400), min(sentence.end, quantity.end + 160)
    named = [
        (m.start(), day)
        for m in _DUE.finditer(text, low, high)
        if (day := _named_day(m, year)) and not _BASE.search(text[max(low, m.start() - 24) : m.start()])
    ]
    before = [day for at, day in named if at < quantity.start]
    after = [day for at, day in named if at >= quantity.end]
    return before[-1] if before else after[0] if after else None


def _named_day(match: re.Match[str], year: int | None) -> date | None:
    if match["mid"]:
        return last_day(2050)
    if match["this"] or match["last"]:
        return None if year is None else last_day(year - bool(match["last"]))
    month = _MONTHS.index(match["month"].lower()) + 1 if match["month"] else 12
    return last_day(int(match["year"]), month)


def _status(before: str, due: date | None, year: int | None, mode: str) -> str:
    did, will = _DID.search(before), _WILL.search(before)
    if due and year and due.year < year:
        return "fact"
    if mode:
        return "fact" if mode == "past" or (did and not will) else "promise"
    return "fact" if did and not will else "promise"


def _bearing(quantity: Quantity, before: str, after: str, status: str, rest: str) -> Bearing:
    near = " " + before
    change = "level"
    if quantity.kind == "fold":
        change = "down" if quantity.value == 50.0 else "up"
    elif _BY_UP.search(near) or _THEN_UP.match(after):
        change = "up"
    elif _BY_DOWN.search(near) or _THEN_DOWN.match(after):
        change = "down"
    span = re.split(r"[,;]|\band\b", before)[-1] + " | " + rest
    per = "month" if _MONTHLY.search(span) else "year" if _YEARLY.search(span) else ""
    return Bearing(_comparator(quantity, before, after, status), change, per)


def _comparator(quantity: Quantity, before: str, after: str, status: str) -> str:
    if quantity.high is not None:
        return "between"
    if _OVER.search(before) and _NONE.search(before):
        return "<="
    for sign, pattern in ((">=", _FLOOR), ("<=", _CEILING), ("~", _NEAR), (">", _OVER), ("<", _UNDER)):
        if pattern.search(before):
            return sign
    if _OR_MORE.match(after):
        return ">="
    if _OR_LESS.match(after) or (quantity.unit == "分钟" and status == "promise"):
        return "<="
    return "=" if status == "fact" else ">="


def _subject(before: str, after: str, quantity: Quantity, unit: str) -> str:
    """The noun after a bare count (120 museums), else the words before the verb that the figure belongs to."""
    if not quantity.unit and quantity.kind != "fold":
        noun = _SUBJECT_STOP.split(after.strip(" -"), maxsplit=1)[0].strip()
        if noun:
            return noun
    clause = re.split(r"[,;:.]\s|\band\b|^[-*•]\s", before.strip())[-1].strip(" ,")
    words = _ENDING.sub("", " " + clause).strip()
    previous = None
    while words != previous:
        previous, words = words, _LEAD.sub("", words).strip()
    of_what = _OF_WHAT.match(after)
    if of_what and (quantity.unit not in ("%", "百分点") or _VERB_ALONE.fullmatch(words)):
        return of_what["noun"].strip()
    if words and not _VERB_ALONE.fullmatch(words):
        return words
    if quantity.unit in ("人", "人次", "户"):
        return unit
    return _SUBJECT_STOP.split(re.sub(r"^\s*(?:of\s)?(?:the\s|all\s)?", "", after), maxsplit=1)[0].strip()
