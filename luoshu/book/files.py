"""Files of a book: read only inside its folder, written so that a kill leaves the old file or the new one."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from luoshu.book.problem import Problem, Source
from luoshu.words.message import say


class Conflict(Exception):
    """Somebody else wrote the file since it was read: nothing was written; read it again and decide anew."""


def revision(data: bytes) -> str:
    """The content hash by which two editors notice each other.

    >>> revision(b"")[:12]
    'e3b0c44298fc'
    """
    return hashlib.sha256(data).hexdigest()


def within(folder: Path, name: str) -> Path | None:
    """The path of a file of the book, or None where the name leads out of its folder (.., absolute, by a link).

    >>> within(Path("book"), "../secret.txt") is None, within(Path("book"), "/etc/passwd") is None
    (True, True)
    """
    if not name or "\x00" in name or "\\" in name or name.startswith("/") or ":" in name.split("/")[0]:
        return None
    if any(part in ("..", "") for part in name.split("/")):
        return None
    path = folder / name
    try:
        resolved = path.resolve()
        home = folder.resolve()
    except (OSError, RuntimeError, ValueError):
        return None
    return path if resolved.is_relative_to(home) else None


def read(folder: Path, name: str, most: int) -> tuple[bytes | None, Problem | None]:
    """The bytes of a file of the book; None without a problem where there is no such file."""
    path = within(folder, name)
    if path is None:
        return None, escape(name)
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            return None, _unreadable(name, "it is not a plain file")
        if found.st_size > most:
            return None, Problem(
                code="file-too-large",
                says=say("the file holds {size} bytes, more than {limit}", size=found.st_size, limit=most),
                source=Source(file=name),
                mend=say("Split it, or leave old entries out"),
            )
        return path.read_bytes(), None
    except (FileNotFoundError, NotADirectoryError):
        return None, None
    except OSError as error:
        return None, _unreadable(name, error.strerror or "the system gives no reason")


def escape(name: str) -> Problem:
    """The problem of a file name that leads out of the book."""
    return Problem(
        code="path-escape",
        says=say("the file name {name!r} leads out of the book", name=name[:100]),
        source=Source(file=name[:100]),
        mend=say("Put the file into the book's folder and name it without .. and links"),
    )


def _unreadable(name: str, reason: str) -> Problem:
    return Problem(
        code="unreadable-file",
        says=say("the file cannot be read: {reason}", reason=reason),
        source=Source(file=name),
        mend=say("Check that it is a file you may open"),
    )


def write(path: Path, data: bytes) -> None:
    """Write a file whole: into a new file beside it, flushed to disk, then put in its place in one step."""
    with writing(path) as out:
        out.write(data)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A new file to write into, which takes its place whole at the end; where an error ends it nothing is changed."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o666 & ~_umask()
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    _sync_folder(path.parent)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder so that of two programs that change its files one waits for the other (where the system can)."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
