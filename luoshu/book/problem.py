"""What is wrong in a book, where, and how to mend it: values in a list, never exceptions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Source:
    """A place in a file of the book or of a document: line is counted from 1, start and end are character offsets.

    `url` and `published` name the outside publication that a figure was taken from, where there is one.

    >>> str(Source(file="tables/observation.csv", line=5))
    'tables/observation.csv:5'
    """

    file: str = ""
    line: int | None = None
    start: int | None = None
    end: int | None = None
    column: str = ""
    url: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line is not None else self.file


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One fault: a stable code (explained in docs/problems.md), what it says, where, and how to mend it.

    `says` and `mend` are made by `luoshu.words.message.say`, so that they can be shown in either language.

    >>> print(Problem(code="not-a-number", says="value is 'forty', which is not a number",
    ...     source=Source(file="tables/observation.csv", line=5), mend="Write digits, as in 40"))
    tables/observation.csv:5: value is 'forty', which is not a number. Write digits, as in 40.
    """

    code: str
    says: str
    source: Source = Source()
    mend: str = ""

    def __str__(self) -> str:
        place = f"{self.source}: " if self.source.file else ""
        said = place + ". ".join(part.rstrip(".") for part in (self.says, self.mend) if part)
        return said if said.endswith("?") else said + "."
