"""Tables for the terminal: what was read, where promises stand and why, what to do next."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from luoshu.book.directory import Owner
from luoshu.kinds.commitment import VERDICTS, Amount, Gauge, Listing, Plan
from luoshu.show.language import Language
from luoshu.words.message import say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

COLOURS = {
    "kept": "green", "likely": "green", "open": "default", "at risk": "yellow", "unlikely": "red", "missed": "red",
    "dropped": "magenta", "unknown": "bright_black",
}  # fmt: skip
SIGNS = dict(zip(VERDICTS, "✔↑○△↓✘–?", strict=True))


def console() -> Console:
    """Standard output: as wide as the terminal, or wide enough for a file."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else 150, highlight=False, soft_wrap=False, emoji=False)


def grid(headings: Sequence[str], right: Sequence[int] = ()) -> Table:
    """An empty table with a rule under its headings; `right` numbers the columns that hold figures.

    >>> [column.header for column in grid(["promise", "met"], right=[1]).columns]
    ['promise', 'met']
    """
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for number, heading in enumerate(headings):
        figures = number in right
        table.add_column(heading, justify="right" if figures else "left", no_wrap=figures, overflow="fold")
    return table


def plain(text: Any) -> Any:
    """Text as it is: square brackets are no markup of ours, control characters are shown and not obeyed."""
    from rich.text import Text

    return Text("".join(c if c.isprintable() else " " for c in str(text)))


def show_proposals(document: Any, proposals: Sequence[Any], language: Language) -> None:
    """What was found in one document: a line per promise, fact and task, with its place."""
    from luoshu.read import as_json

    said = [as_json(each) for each in proposals]
    counts = Counter(each["status"] for each in said)
    words = {"promise": language.say("promise"), "fact": language.say("fact"), "task": language.say("task")}
    out = console()
    count = ", ".join(f"{words.get(status, status)} {number}" for status, number in counts.items())
    out.print(plain(f"{document.name}: {count or language.say('nothing found')}"), style="bold")
    if not said:
        return
    names = (say("line"), say("status"), say("what"), say("figure"), say("due"), say("owner"), say("in the text"))
    table = grid([language.message(name) for name in names], right=(0, 3))
    for each in said:
        what = f"{each.get('verb') or ''}{each.get('object') or ''}" or each.get("subject") or ""
        start, end = each["start"], each["end"]
        around = document.text[max(start - 12, 0) : end + 8] if each["value"] is not None else each["text"]
        table.add_row(
            str(each.get("line", "")),
            words.get(each["status"], each["status"]),
            plain(short(what, 24)),
            plain(figure_words(each, language)),
            each.get("due") or "",
            plain(each.get("owner") or ""),
            plain(short(around, 22)),
        )
    out.print(table)


def short(text: str, letters: int) -> str:
    """The beginning of a passage on one line; a line broken inside Chinese leaves no space behind.

    >>> short("全市博物\\n馆达到 120 家", 20), short("a b c d e f", 5)
    ('全市博物馆达到120家', 'a b …')
    """
    line = re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", " ".join(text.split()))
    return line if len(line) <= letters else line[: letters - 1] + "…"


def figure_words(found: dict[str, Any], language: Language) -> str:
    """The figure of a proposal as people write it: `≥ 120家`, `每年 ≥ 400个`."""
    if found.get("value") is None:
        return ""
    sign = {">=": "≥", "<=": "≤", "between": ""}.get(found.get("comparator") or "", found.get("comparator") or "")
    change = {"up": "+", "down": "−"}.get(found.get("change") or "", "")
    figure = language.span(found["value"], found.get("value_high"), found.get("unit") or "")
    each = found.get("each")
    per = {"year": language.say("a year"), "month": language.say("a month")}.get(found.get("per") or "", "")
    size = f"({language.figure(each['value'], each['unit'])})" if each else ""
    return " ".join(part for part in (sign + " " + change + figure if sign else change + figure, size, per) if part)


def titled(book: Any, language: Language) -> str:
    """The book's title in this language, the Chinese one where it has no other."""
    return str(book.settings.get("title_en") or "" if language.code == "en" else "") or str(book.title)


def file_size(size: int) -> str:
    """Bytes as people say them.

    >>> file_size(812), file_size(20_480), file_size(7_752_211)
    ('812 B', '20 kB', '7.8 MB')
    """
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:.0f} kB" if size < 1_000_000 else f"{size / 1e6:.1f} MB"


def show_gauges(gauges: Sequence[Gauge], region: Any, language: Language) -> None:
    """Every promise as one row, and the count of verdicts under it."""
    out = console()
    out.print(plain(f"{titled(region.book, language)} · {language.day(region.day)}"), style="bold")
    if not gauges:
        out.print(language.say("There is no promise in this book yet. Read a plan into it and settle what was found."))
        return
    names = (
        say("promise"),
        say("owner"),
        say("due"),
        say("value"),
        say("goal"),
        say("met"),
        say("chance"),
        say("verdict"),
    )
    table = grid(["", *(language.message(name) for name in names)], right=(4, 5, 6, 7))
    owners = {row.id: row for row in region.book.rows(Owner)}
    for each in gauges:
        colour = COLOURS[each.verdict]
        owner = owners.get(each.commitment.owner)
        name = (owner.name_en if language.code == "en" else "") or owner.name if owner else each.commitment.owner
        table.add_row(
            f"[{colour}]{SIGNS[each.verdict]}[/]",
            plain(language.word(each.commitment.words)),
            plain(name),
            language.day(each.commitment.due),
            language.figure(each.value, each.unit) + estimate_mark(each, language),
            language.span(each.goal, each.goal_high, each.unit) if each.goal is not None else "—",
            language.share(each.met),
            language.share(each.chance),
            f"[{colour}]{language.verdict(each.verdict)}[/]",
        )
    out.print(table)
    counts = Counter(each.verdict for each in gauges)
    out.print(" · ".join(f"{SIGNS[v]} {language.verdict(v)} {counts[v]}" for v in VERDICTS if counts[v]))


def estimate_mark(gauge: Gauge, language: Language) -> str:
    """What stands behind a value that rests on an estimate."""
    if not gauge.estimate or gauge.value is None:
        return ""
    return f"（{language.say('estimate')}）" if language.code == "zh" else f" ({language.say('estimate')})"


def show_reasons(gauges: Iterable[Gauge], language: Language) -> None:
    """Each promise with all that its gauge carries: amounts, listings, reasons and their sources."""
    out = console()
    for each in gauges:
        out.print(plain(language.word(each.commitment.words)), style="bold")
        met, chance = language.share(each.met), language.share(each.chance)
        stand = f"{language.verdict(each.verdict)} · {language.say('met')} {met} · {language.say('chance')} {chance}"
        stand += estimate_mark(each, language)
        out.print(f"[{COLOURS[each.verdict]}]{SIGNS[each.verdict]} {stand}[/]")
        for reason in each.because:
            place = reason.source and (reason.source.url or str(reason.source))
            out.print(plain(f"  - {language.message(reason.says)}" + (f"  [{place}]" if place else "")), soft_wrap=True)
        for figure in each.figures:
            if isinstance(figure, Listing):
                table = grid([language.message(column) for column in figure.columns])
                table.title = language.message(figure.name)
                table.title_justify = "left"
                for row in figure.rows:
                    table.add_row(*(plain(language.cell(cell)) for cell in row))
                out.print(table)
            elif isinstance(figure, Amount):
                why = f" ({language.message(figure.why)})" if figure.why else ""
                share = figure.unit == "share"
                amount = language.share(figure.value) if share else language.figure(figure.value, figure.unit)
                out.print(plain(f"  {language.message(figure.name)}: {amount}{why}"), soft_wrap=True)
        out.print()


def show_advice(advice: Any, region: Any, language: Language) -> None:
    """The next moves, best first, with what they cost and gain."""
    out = console()
    out.print(plain(f"{titled(region.book, language)} · {language.day(region.day)}"), style="bold")
    if not advice.moves:
        out.print(language.say("Nothing can be advised from what is known: see the reasons with luoshu gauge --id."))
        return
    names = (say("promise"), say("move"), say("cost"), say("gain"))
    table = grid([language.message(name) for name in names], right=(2, 3))
    for move in advice.moves:
        table.add_row(
            plain(move.commitment),
            plain(language.message(move.does)),
            language.figure(move.cost, "元") if move.cost is not None else "—",
            language.share(move.gain),
        )
    out.print(table)
    _show_plans(advice.plans, out, language)


def _show_plans(plans: Mapping[str, Plan], out: Console, language: Language) -> None:
    """What each plan rests on, and how far from the best it can be at most."""
    for name, plan in plans.items():
        gap = language.say("at most {gap} from the best choice of these places", gap=language.gap(plan.gap))
        out.print(plain(f"{name}: {gap}"), style="bold")
        for reason in plan.because:
            out.print(plain(f"  - {language.message(reason.says)}"), soft_wrap=True)
