"""The published site: the same pages as files that link to each other relatively and open by a double click."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from pathlib import Path

from luoshu.show.language import LANGUAGES, Language
from luoshu.show.layerfile import script
from luoshu.show.layerforms import as_file, forms
from luoshu.show.links import SiteLinks
from luoshu.show.page import Visit
from luoshu.show.pages import LEAVES, drawn, plain
from luoshu.show.view import View
from luoshu.words.message import say

STATIC = Path(__file__).parent / "static" / "built"
MARKER = "luoshu-site.json"
"""The file by which a folder is known as one that luoshu wrote and may write again."""


def publish(
    folder: Path, out: Path, day: date, progress: Callable[[int, int], None] | None = None, desk: str = ""
) -> list[Path]:
    """Write the book's pages on `day` into the folder `out` and return the files written, index.html first.

    `out` must be absent, empty or a site that was published before: FileExistsError otherwise. The new site is made
    beside it and takes its place in one step. `progress` is called with (pages done, pages in all). `desk` names the
    database of the desk that lies over the book, where it is not in the folder.
    """
    from luoshu.region import Region
    from luoshu.show.look import view_of

    refuse_foreign(out)
    return write_site(view_of(Region(folder, day, desk=desk)), out, progress)


def write_site(view: View, out: Path, progress: Callable[[int, int], None] | None = None) -> list[Path]:
    """Write the site of a view that is open already; see `publish`."""
    refuse_foreign(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        files = []
        layers = layer_files(view)
        pages = sum(len(leaf.paths(view)) for leaf in LEAVES) * len(LANGUAGES)
        total = pages + len(layers)
        for done, (name, text) in enumerate(site(view), start=1):
            put(beside / name, text.encode())
            files.append(name)
            if progress and name.endswith(".html"):
                progress(min(done // 2 + 1, pages), total)
        for done, (name, make) in enumerate(layers, start=1):
            put(beside / name, make())
            files.append(name)
            if progress:
                progress(pages + done, total)
        files += copy_static(beside)
        marker = {"written_by": "luoshu", "book": view.title, "day": view.day.isoformat(), "files": sorted(files)}
        (beside / MARKER).write_text(json.dumps(marker, ensure_ascii=False, indent=1), encoding="utf-8")
        os.chmod(beside, 0o755)
        take_place(beside, out)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return [out / name for name in files]


def site(view: View) -> Iterator[tuple[str, str]]:
    """Every file of the site with its text: each page as HTML and as JSON, in both languages."""
    for code in LANGUAGES:
        language = Language(code)
        for leaf in LEAVES:
            for path, name in leaf.paths(view):
                links = SiteLinks(path=path, language=code, day=view.day)
                visit = Visit(view=view, language=language, links=links)
                page = leaf.build(visit, name, {})
                yield links.file, drawn(leaf.template, leaf.name, page, visit)
                yield links.file.removesuffix(".html") + ".json", json.dumps(plain(page), ensure_ascii=False)


def layer_files(view: View) -> list[tuple[str, Callable[[], bytes]]]:
    """Every file of every layer of the map with what makes it: the script for the map, and the forms for others."""
    found: list[tuple[str, Callable[[], bytes]]] = []
    language = Language("zh", view.wording)
    shelf = view.layers
    for promise, held in ((name, shelf.drawn(name)) for name in shelf.names) if shelf else ():
        for name, layer in held.layers.items():
            key, told = f"{promise}/{name}", held.outward[name]
            found.append((f"layers/{key}.js", partial(script, key, layer, language)))
            found += [(f"layers/{key}.{form}", partial(as_file, told, form, language)) for form in forms(told)]
    return found


def put(path: Path, data: bytes) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def size_of(files: Iterable[Path]) -> int:
    """Bytes of files together."""
    return sum(path.stat().st_size for path in files)


def copy_static(out: Path) -> list[str]:
    """Copy style sheet and scripts; returns their names from the root of the site."""
    names = []
    target = out / "static" / "built"
    target.mkdir(parents=True)
    for path in sorted(STATIC.glob("*")) if STATIC.is_dir() else ():
        if path.suffix in (".js", ".css", ".txt", ".svg", ".png", ".woff2"):
            shutil.copyfile(path, target / path.name)
            names.append(f"static/built/{path.name}")
    return names


def refuse_foreign(out: Path) -> None:
    """FileExistsError where `out` holds something that luoshu did not publish."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise FileExistsError(say("{folder} is not a folder; name another place for the site", folder=out))
    if out.is_dir() and any(out.iterdir()) and not (out / MARKER).is_file():
        says = say("{folder} holds files that luoshu did not write; name an empty or a new folder", folder=out)
        raise FileExistsError(says)


def take_place(new: Path, out: Path) -> None:
    """Put the folder `new` in the place of `out`; at any moment one of the two is whole."""
    if not out.exists():
        os.replace(new, out)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{out.name}-old-", dir=out.parent))
    os.rmdir(old)
    os.replace(out, old)
    try:
        os.replace(new, out)
    except OSError:
        os.replace(old, out)
        raise
    shutil.rmtree(old, ignore_errors=True)
