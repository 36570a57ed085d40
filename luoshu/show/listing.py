"""Tables for the terminal: what was read, where promises stand and why, what to do next."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from luoshu.kinds.commitment import VERDICTS, Gauge
from luoshu.show.language import Language

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
    """An empty table with a rule under its headings; `right` numbers the columns that hold figures."""
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
    words = {status: language.say(status) for status in ("promise", "fact", "task")}
    out = console()
    count = ", ".join(f"{words.get(status, status)} {number}" for status, number in counts.items())
    out.print(plain(f"{document.name}: {count or language.say('nothing found')}"), style="bold")
    if not said:
        return
    names = ("line", "status", "subject", "figure", "due", "owner", "sentence")
    table = grid([language.say(name) for name in names], right=(0, 3))
    for each in said:
        table.add_row(
            str(each.get("line", "")),
            words.get(each["status"], each["status"]),
            plain(each.get("subject") or f"{each.get('verb', '')}{each.get('object', '')}"),
            plain(figure_words(each, language)),
            each.get("due") or "",
            plain(each.get("owner") or ""),
            plain(" ".join(str(each.get("text", "")).split())[:60]),
        )
    out.print(table)


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


def show_gauges(gauges: Sequence[Gauge], region: Any, language: Language) -> None:
    """Every promise as one row, and the count of verdicts under it."""
    out = console()
    out.print(plain(f"{region.book.title} · {language.day(region.day)}"), style="bold")
    if not gauges:
        out.print(language.say("There is no promise in this book yet. Read a plan into it and settle what was found."))
        return
    headings = ("", "promise", "owner", "due", "value", "goal", "met", "chance", "verdict")
    table = grid([language.say(name) if name else "" for name in headings], right=(4, 5, 6, 7))
    for each in gauges:
        colour = COLOURS[each.verdict]
        table.add_row(
            f"[{colour}]{SIGNS[each.verdict]}[/]",
            plain(each.commitment.words),
            plain(each.commitment.owner),
            language.day(each.commitment.due),
            language.figure(each.value, each.unit),
            language.span(each.goal, each.goal_high, each.unit) if each.goal is not None else "—",
            language.share(each.met),
            language.share(each.chance),
            f"[{colour}]{language.verdict(each.verdict)}[/]",
        )
    out.print(table)
    counts = Counter(each.verdict for each in gauges)
    out.print(" · ".join(f"{SIGNS[v]} {language.verdict(v)} {counts[v]}" for v in VERDICTS if counts[v]))


def show_reasons(gauges: Iterable[Gauge], language: Language) -> None:
    """Each promise with all that its gauge carries: amounts, listings, reasons and their sources."""
    out = console()
    for each in gauges:
        out.print(plain(each.commitment.words), style="bold")
        met, chance = language.share(each.met), language.share(each.chance)
        stand = f"{language.verdict(each.verdict)} · {language.say('met')} {met} · {language.say('chance')} {chance}"
        out.print(f"[{COLOURS[each.verdict]}]{SIGNS[each.verdict]} {stand}[/]")
        for reason in each.because:
            place = reason.source and (reason.source.url or str(reason.source))
            out.print(plain(f"  - {language.message(reason.says)}" + (f"  [{place}]" if place else "")), soft_wrap=True)
        for figure in each.figures:
            columns = getattr(figure, "columns", None)
            if columns is not None:
                table = grid([language.message(column) for column in columns])
                table.title = language.message(figure.name)  # type: ignore[union-attr]
                table.title_justify = "left"
                for row in figure.rows:  # type: ignore[union-attr]
                    table.add_row(*(plain(language.cell(cell)) for cell in row))
                out.print(table)
            elif hasattr(figure, "value"):
                why = f" ({language.message(figure.why)})" if figure.why else ""
                amount = language.figure(figure.value, figure.unit)
                out.print(plain(f"  {language.message(figure.name)}: {amount}{why}"), soft_wrap=True)
        out.print()


def show_advice(advice: Any, region: Any, language: Language) -> None:
    """The next moves, best first, with what they cost and gain."""
    out = console()
    out.print(plain(f"{region.book.title} · {language.day(region.day)}"), style="bold")
    if not advice.moves:
        out.print(language.say("Nothing can be advised from what is known: see the reasons with luoshu gauge --id."))
        return
    table = grid([language.say(name) for name in ("promise", "move", "cost", "gain")], right=(2, 3))
    for move in advice.moves:
        table.add_row(
            plain(move.commitment),
            plain(language.message(move.does)),
            language.figure(move.cost, "元") if move.cost is not None else "—",
            language.share(move.gain),
        )
    out.print(table)
