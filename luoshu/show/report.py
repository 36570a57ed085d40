"""The mid-term review as a Word file: promises, where they stand and why, every figure footnoted to its source."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from luoshu.kinds.commitment import Gauge
from luoshu.show.language import Language
from luoshu.show.links import ServerLinks, file_name
from luoshu.show.listing import estimate_mark
from luoshu.show.look import view_of
from luoshu.show.page import Row, Visit
from luoshu.show.promise import PromisePage, promise
from luoshu.show.series import Cite
from luoshu.show.view import View

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

    from luoshu.region import Region
    from luoshu.show.footnotes import Footnotes

NEEDS_CARE = ("missed", "unlikely", "at risk")


def report(region: Region, path: Path, language: Language | None = None) -> Path:
    """Write the review of a region on its day as a .docx file, whole or not at all, and return its path."""
    return write_report(view_of(region), path, language or Language("zh"))


def write_report(view: View, path: Path, language: Language) -> Path:
    """Write the review of a view that is open already; see `report`."""
    made = Review(view, language).document()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            made.save(file)
        os.chmod(beside, 0o644)
        os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    return path


class Review:
    """One review while it is written: the document, its footnotes, and the running numbers of tables and charts."""

    def __init__(self, view: View, language: Language) -> None:
        from luoshu.show.footnotes import Footnotes
        from luoshu.show.wordform import blank

        self.visit = Visit(view=view, language=language, links=ServerLinks(language=language.code))
        self.view, self.language = view, self.visit.language
        self.made: Document = blank()
        self.notes: Footnotes = Footnotes(self.made, circled=language.code == "zh")
        self.tables = self.charts = self.sections = 0
        self.headings: list[tuple[int, str]] = []

    def document(self) -> Document:
        """The whole review."""
        from luoshu.show.footnotes import clean

        self._title()
        contents = self.made.add_paragraph()
        self._summary()
        for chapter, gauges in self._chapters():
            self._chapter(chapter, gauges)
        self._method()
        self._contents(contents)
        about = self.made.core_properties
        about.title, about.author, about.comments = clean(self.view.name(self.language.code))[:250], "luoshu", ""
        about.created = about.modified = datetime(self.view.day.year, self.view.day.month, self.view.day.day)
        self.notes.finish()
        return self.made

    def _chapters(self) -> list[tuple[str, list[Gauge]]]:
        found: dict[str, list[Gauge]] = {}
        for gauge in self.view.gauges:
            chapter = self.language.word(gauge.commitment.chapter) or self.visit.owner(gauge.commitment.owner)
            found.setdefault(chapter or self.language.say("Other promises"), []).append(gauge)
        return list(found.items())

    # ---- pieces ------------------------------------------------------------------------------------------------

    def _heading(self, text: str, level: int) -> None:
        self.headings.append((level, text))
        paragraph = self.made.add_heading("", level)
        from luoshu.show.footnotes import clean
        from luoshu.show.wordform import bookmark

        paragraph.add_run(clean(text))
        bookmark(paragraph, f"_Toc{len(self.headings):06d}", len(self.headings))

    def _section(self, text: str) -> None:
        from luoshu.show.wordform import chinese_number

        self.sections += 1
        number = f"{chinese_number(self.sections)}、" if self.language.code == "zh" else f"{self.sections}. "
        self._heading(number + text, 1)

    def _write(self, text: str, note: str = "", style: str | None = None) -> Paragraph:
        from luoshu.show.footnotes import clean

        paragraph = self.made.add_paragraph(clean(text), style=style)
        self.notes.add(paragraph, note)
        return paragraph

    def _caption(self, text: str, *, chart: bool = False) -> None:
        if chart:
            self.charts += 1
            number = self.language.say("Chart {number}", number=self.charts)
        else:
            self.tables += 1
            number = self.language.say("Table {number}", number=self.tables)
        paragraph = self._write(f"{number}  {text}", style="Caption")
        paragraph.paragraph_format.keep_with_next = not chart

    def _source(self, cite: Cite | None) -> str:
        """The words of a footnote: what it is, where it is, and where in the book it is kept."""
        if cite is None:
            return ""
        outside = f"{cite.text}, {cite.href}" if cite.outside else cite.text
        return f"{outside} ({cite.place})" if cite.place and cite.place != cite.text else outside

    def _title(self) -> None:
        say = self.language.say
        self.made.add_paragraph()
        name = self.view.name(self.language.code)
        for line in (name, say("Mid-term review of progress")):
            self._write(line, style="Title")
        self._write(
            say("(by what was published until {day})", day=self.language.long_day(self.view.day)), style="Caption"
        )
        self.made.add_paragraph()

    def _contents(self, before: Paragraph) -> None:
        """The contents, with a field that Word and WPS bring up to date with page numbers."""
        from luoshu.show.wordform import contents

        contents(before, self.language.say("Contents"), self.headings)

    # ---- the whole ---------------------------------------------------------------------------------------------

    def _summary(self) -> None:
        say, gauges = self.language.say, self.view.gauges
        self._section(say("The whole at a glance"))
        counts = {count.verdict: count for count in self.visit.counts(gauges, lambda verdict: "")}
        known = sum(gauge.met is not None for gauge in gauges)
        day = self.language.long_day(self.view.day)
        self._write(
            say("The book holds {total} promises. By what was published until {day}, {known} of them can be gauged.",
                total=len(gauges), day=day, known=known)
        )  # fmt: skip
        parts = [say("{word}: {count}", word=count.word, count=count.count) for count in counts.values()]
        self._write(say("By verdict: {parts}.", parts=("；" if self.language.code == "zh" else "; ").join(parts)))
        self._by_owner()
        care = [gauge for gauge in gauges if gauge.verdict in NEEDS_CARE]
        if care:
            self._write(say("These promises need care:"))
            self._rows(say("Promises that need care"), care)
        silent = [gauge for gauge in gauges if gauge.verdict == "unknown"]
        if silent:
            self._write(
                say("For {count} promises nothing was published that says how they stand. They are listed as unknown: "
                    "that is neither a zero nor a good result, and those who answer for them should report.",
                    count=len(silent))
            )  # fmt: skip

    def _by_owner(self) -> None:
        from luoshu.kinds.commitment import VERDICTS
        from luoshu.show.wordform import row, table

        there = [verdict for verdict in VERDICTS if any(gauge.verdict == verdict for gauge in self.view.gauges)]
        say = self.language.say
        self._caption(say("Promises by department and verdict"))
        columns = [say("Department"), say("all"), *(self.language.verdict(verdict) for verdict in there)]
        rest = (15.6 - 4.6) / (len(columns) - 1)
        made = table(self.made, columns, [4.6, *([rest] * (len(columns) - 1))], range(1, len(columns)))
        owners: dict[str, list[Gauge]] = {}
        for gauge in self.view.gauges:
            owners.setdefault(gauge.commitment.owner, []).append(gauge)
        for owner, mine in owners.items():
            counts = [sum(gauge.verdict == verdict for gauge in mine) for verdict in there]
            name = self.visit.owner(owner) or say("nobody is named")
            row(made, [name, str(len(mine)), *(str(count or "") for count in counts)], range(1, len(columns)))
        self.made.add_paragraph()

    def _rows(self, caption: str, gauges: Sequence[Gauge]) -> None:
        """A summary table: one promise a row, its goal and its value footnoted."""
        from luoshu.show.wordform import row, table

        say = self.language.say
        self._caption(caption)
        names = ("Promise", "Due", "Goal", "Latest value", "Expected share", "Verdict")
        made = table(self.made, [say(name) for name in names], [5.0, 2.3, 2.2, 2.2, 2.0, 1.9], (2, 3, 4))
        for gauge in gauges:
            shown = self.visit.row(gauge)
            value = shown.value_text + estimate_mark(gauge, self.language)
            cells = [shown.words, shown.due.isoformat() if shown.due else "—", shown.goal_text, value,
                     shown.met_text, shown.verdict_word]  # fmt: skip
            written = row(made, cells, (2, 3, 4))
            self.notes.add(written[0], self._source(self.visit.cite(gauge.commitment.source)))
            self.notes.add(written[3], self._value_source(gauge))
        self.made.add_paragraph()

    def _value_source(self, gauge: Gauge) -> str:
        """Where the latest value was published."""
        from luoshu.kinds.commitment import Chart

        if gauge.value is None:
            return ""
        points = [point for chart in gauge.figures if isinstance(chart, Chart) for point in chart.points]
        same = [point for point in points if point.day == gauge.as_of and point.value == gauge.value]
        if same:
            return self._source(self.visit.cite(same[-1].source))
        sources = [reason.source for reason in gauge.because if reason.source and reason.source.url]
        return self._source(self.visit.cite(sources[0])) if sources else ""

    # ---- chapters ----------------------------------------------------------------------------------------------

    def _chapter(self, chapter: str, gauges: list[Gauge]) -> None:
        self._section(chapter)
        self._rows(self.language.say("Promises on {chapter}", chapter=chapter), gauges)
        shown = [gauge for gauge in gauges if gauge.value is not None or gauge.met is not None]
        for number, gauge in enumerate(shown, start=1):
            self._promise(promise(self.visit, file_name(gauge.commitment.id)), gauge, number)

    def _promise(self, page: PromisePage, gauge: Gauge, number: int) -> None:
        from luoshu.show.wordform import chinese_number

        say, row = self.language.say, page.row
        mark = f"（{chinese_number(number)}）" if self.language.code == "zh" else f"({number}) "
        self._heading(mark + row.words, 2)
        self._write(
            say(
                "Answered for by {owner}; due {day}.",
                owner=row.owner or say("nobody"),
                day=self.language.long_day(row.due) if row.due else say("not named"),
            ),
            self._source(page.quote.cite if page.quote else self.visit.cite(gauge.commitment.source)),
        )
        self._write(self._verdict(row))
        for reason in page.reasons:
            self._write(self._stopped(reason.text), self._source(reason.cite))
        self._points(page)
        for series in page.charts:
            if len(series.points) > 1:
                self._chart(page, series)
        for table in page.tables:
            self._listing(table.name, table.columns, [[cell.text for cell in cells] for cells in table.rows])
            if table.note:
                self._write(table.note, style="Table Text")

    def _stopped(self, sentence: str) -> str:
        """A sentence with its full stop."""
        if sentence.endswith(("。", ".", "！", "？", "；")):
            return sentence
        return sentence + ("。" if self.language.code == "zh" else ".")

    def _verdict(self, row: Row) -> str:
        """The verdict in a sentence; what cannot be said is said so."""
        say = self.language.say
        parts = [say("Verdict: {verdict}", verdict=row.verdict_word)]
        if row.met is None:
            parts.append(say("what share will stand cannot be said"))
        else:
            parts.append(say("expected share {met}", met=row.met_text))
            if row.estimate:
                parts.append(say("which rests on an estimate"))
        if row.chance is None:
            parts.append(say("the chance cannot be said"))
        else:
            parts.append(say("chance {chance}", chance=row.chance_text))
        return self._stopped(("，" if self.language.code == "zh" else ", ").join(parts))

    def _points(self, page: PromisePage) -> None:
        """The published values, each with its source."""
        from luoshu.show.wordform import row, table

        say = self.language.say
        for series in page.charts:
            if not series.points:
                continue
            self._caption(say("Published values: {name}", name=series.title))
            made = table(self.made, [say("As of"), say("Value"), say("Note")], [4.0, 4.0, 7.6], (1,))
            for dot in series.points:
                written = row(made, [dot.day.isoformat(), dot.text, dot.label], (1,))
                outside = dot.href.startswith(("http://", "https://"))
                self.notes.add(written[1], f"{dot.source}, {dot.href}" if outside else dot.source)
            self.made.add_paragraph()

    def _chart(self, page: PromisePage, series: object) -> None:
        from luoshu.show.series import Series
        from luoshu.show.wordchart import add_chart
        from luoshu.show.wordform import centred

        assert isinstance(series, Series)
        paragraph = centred(self.made)
        self._caption(self.language.say("{name}: values, goal and forecast", name=series.title), chart=True)
        add_chart(self.made, paragraph, series, self.charts)

    def _listing(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        from luoshu.show.wordform import row, table

        self._caption(name)
        made = table(self.made, columns, [15.6 / len(columns)] * len(columns))
        for cells in rows:
            row(made, cells)
        self.made.add_paragraph()

    def _method(self) -> None:
        from luoshu.show.about import about

        say = self.language.say
        self._section(say("How promises are gauged"))
        for text in (
            say(
                "Only what was published by the day of this review counts. Figures with different definitions are "
                "never joined; forecasts and plans of others are shown but not counted as results."
            ),
            say(
                "The expected share says how much of a promise will stand on its due day; the chance is the "
                "probability of keeping it whole, where the published figures are enough to say it."
            ),
        ):
            self._write(text)
        self._listing(
            say("The verdicts"),
            (say("Verdict"), say("What it says")),
            [(meaning.word, meaning.says) for meaning in about(self.visit).meanings],
        )
