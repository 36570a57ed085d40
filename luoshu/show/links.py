"""Addresses: the same page has one path, said differently by the server and by the published site."""

from __future__ import annotations

import hashlib
import posixpath
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import quote, urlencode

UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f%#&\s]+')


def file_name(name: str) -> str:
    """A name that every file system and every address can carry; a changed name keeps apart from others by a digest.

    >>> file_name("museums-2025"), file_name("市文广旅局")
    ('museums-2025', '市文广旅局')
    >>> file_name("a/b") != file_name("a b")
    True
    """
    safe = UNSAFE.sub("-", name).strip(". -")[:80]
    if safe == name and safe.upper() not in ("CON", "PRN", "AUX", "NUL"):
        return name
    return f"{safe or 'page'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def join(*parts: str) -> str:
    """A page's path from its parts, each made safe: `join("promises", "a/b")`."""
    return "/".join([parts[0], *(file_name(part) for part in parts[1:])])


@dataclass(frozen=True, kw_only=True)
class Links(ABC):
    """How one page refers to others. `path` is the page that is drawn, `language` its language, `day` its day."""

    path: str = ""
    language: str = "zh"
    day: date | None = None
    mouth: str = "server"

    def at(self, path: str) -> Links:
        """The same mouth, drawing another page."""
        return replace(self, path=path)

    @abstractmethod
    def to(self, path: str, anchor: str = "", **query: str) -> str:
        """The address of another page of the same language and day."""

    @abstractmethod
    def static(self, name: str) -> str:
        """The address of a file beside the pages (style sheet, script)."""

    @abstractmethod
    def data(self, path: str) -> str:
        """The address of a file of data, as in `layers/clinics/homes.bin`, said in this language."""

    @abstractmethod
    def translated(self, language: str) -> str:
        """This page in the other language."""

    @abstractmethod
    def json(self) -> str:
        """This page as JSON."""


@dataclass(frozen=True, kw_only=True)
class ServerLinks(Links):
    """Absolute paths; the day travels in the query, the language only where a link changes it.

    >>> ServerLinks(day=date(2025, 12, 31)).to("promises/museums")
    '/promises/museums?day=2025-12-31'
    """

    mouth: str = "server"

    def to(self, path: str, anchor: str = "", **query: str) -> str:
        if self.day is not None and "day" not in query:
            query["day"] = self.day.isoformat()
        tail = ("?" + urlencode(query) if query else "") + (f"#{quote(anchor)}" if anchor else "")
        return "/" + quote(path) + tail

    def static(self, name: str) -> str:
        return f"/static/{name}"

    def data(self, path: str) -> str:
        day = {"day": self.day.isoformat()} if self.day is not None else {}
        return f"/{quote(path)}?" + urlencode({**day, "language": self.language})

    def translated(self, language: str) -> str:
        return self.to(self.path, language=language)

    def json(self) -> str:
        return self.to((self.path or "overview") + ".json", language=self.language)


@dataclass(frozen=True, kw_only=True)
class SiteLinks(Links):
    """Relative links between files; English stands in its own folder.

    >>> SiteLinks(path="promises/museums").to("documents/plan", "at-12")
    '../documents/plan.html#at-12'
    >>> SiteLinks(path="promises/museums", language="en").static("built/luoshu.css")
    '../../static/built/luoshu.css'
    >>> SiteLinks(path="promises/museums", language="en").translated("zh")
    '../../promises/museums.html'
    """

    mouth: str = "site"

    @property
    def file(self) -> str:
        """The file of this page, from the root of the site."""
        return site_file(self.path, self.language)

    def _relative(self, target: str) -> str:
        return quote(posixpath.relpath(target, posixpath.dirname(self.file) or "."))

    def to(self, path: str, anchor: str = "", **query: str) -> str:
        tail = f"#{quote(anchor)}" if anchor else ""
        # a filter travels behind the hash where no server reads a query
        if query and not anchor:
            tail = "#" + urlencode(query)
        return self._relative(site_file(path, self.language)) + tail

    def static(self, name: str) -> str:
        return self._relative(f"static/{name}")

    def data(self, path: str) -> str:
        return self._relative(path)

    def translated(self, language: str) -> str:
        return self._relative(site_file(self.path, language))

    def json(self) -> str:
        return self._relative(site_file(self.path, self.language).removesuffix(".html") + ".json")


def site_file(path: str, language: str) -> str:
    """The file that a page is published as: `index.html`, `en/promises/x.html`."""
    return ("en/" if language == "en" else "") + (path or "index") + ".html"
