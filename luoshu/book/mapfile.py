"""A file of OpenStreetMap (.osm.pbf, .osm, also packed) opened with care: what cannot be read is said, not thrown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from luoshu.book.problem import Problem, Source
from luoshu.words.message import Message, say

SUFFIXES = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2", ".osm.xml", ".o5m")


class Unreadable(Exception):
    """A map file that gives nothing; `problem` says why and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def is_osm(path: Path | str) -> bool:
    """Whether a file's name is one of OpenStreetMap's.

    >>> is_osm("luoyang.osm.pbf"), is_osm("Luoyang.OSM"), is_osm("roads.csv")
    (True, True, False)
    """
    return Path(path).name.lower().endswith(SUFFIXES)


@contextmanager
def reading(path: Path | str) -> Iterator[str]:
    """The path for osmium, where it is a plain file; whatever goes wrong while it is read comes as Unreadable."""
    path = Path(path)
    try:
        if not path.is_file():
            raise unreadable(path, "missing-file", say("there is no such file"), say("Check the name"))
        yield str(path.absolute())
    except (Unreadable, MemoryError):
        raise
    except OSError as error:
        says = say("the file cannot be read: {reason}", reason=error.strerror or type(error).__name__)
        raise unreadable(path, "unreadable-file", says, say("Check that it is a file you may open")) from error
    except (RuntimeError, ValueError, UnicodeError) as error:
        # osmium says all it has to say by RuntimeError: no such format, a block cut short, a bad number
        says = say("the map cannot be read: {reason}", reason=(str(error).splitlines() or [""])[0][:200])
        mend = say("Fetch the file again, or open and save it with a map program")
        raise unreadable(path, "damaged-map", says, mend) from error


def unreadable(path: Path | str, code: str, says: Message, mend: Message, line: int | None = None) -> Unreadable:
    return Unreadable(Problem(code=code, says=says, source=Source(file=Path(path).name, line=line), mend=mend))
