"""The catalogue of sentences: found in code and templates, kept in text/, checked by a test.

`python -m luoshu.show.catalogue` brings the .po files up to date with the code and names what is not translated yet.
"""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from luoshu.show.language import LOCALES, TEXT

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

TEMPLATE = re.compile(r"\{[a-z_]+\}")
PACKAGE = Path(__file__).parents[1]
KEYWORDS = {"say": None, "say_": None, "_": None, "marked": None}
"""Functions whose first argument is a sentence for people."""


@cache
@cache
def extracted(files: str = "*") -> dict[str, set[str]]:
    """Every sentence that can be shown, with the files that say it; of the `files` of that name only.

    >>> "luoshu/show/pages.py" in extracted("pages.py")["Overview"]
    True
    """
    from babel.messages.extract import extract
    from jinja2.ext import babel_extract

    found: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob(files)):
        if path.suffix not in (".py", ".html") or "node_modules" in path.parts:
            continue
        name = path.relative_to(PACKAGE.parent).as_posix()
        source = BytesIO(path.read_bytes())
        if path.suffix == ".py":
            messages: list[object] = [message[1] for message in extract("python", source, keywords=KEYWORDS)]
            messages += kept_templates(path.read_text(encoding="utf-8"))
        else:
            messages = [message[2] for message in babel_extract(source, ["_"], [], {"silent": "false"})]
        for message in messages:
            # a call of say(template, value=...) or with a variable is no new sentence
            text = message[0] if isinstance(message, tuple) else message
            if isinstance(text, str) and text.strip():
                found.setdefault(text, set()).add(name)
    for word in choice_words() | set(table_words()):
        found.setdefault(word, set()).add("luoshu/kinds")
    return found


def kept_templates(code: str) -> list[str]:
    """Templates that a module keeps in a table and says later: texts of several words with a named gap.

    >>> kept_templates('WORDS = {1: "late by {days} days", 2: "not {one}"}; say(WORDS[1], days=2)')
    ['late by {days} days', 'not {one}']
    >>> kept_templates('WORDS = {1: "late by {days} days"}')
    []
    """
    tree = ast.parse(code)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    said = [call for call in calls if getattr(call.func, "id", getattr(call.func, "attr", "")) == "say"]
    if all(not call.args or isinstance(call.args[0], ast.Constant) for call in said):
        return []
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [text for text in texts if TEMPLATE.search(text) and " " in text and "\n" not in text]


def choice_words() -> set[str]:
    """The words that fields of commitments may hold, signs left out."""
    from luoshu.kinds import KINDS

    words = {str(word) for kind in KINDS for each in fields(kind) for word in each.metadata.get("choices", ())}
    return {word for word in words if word.isascii() and word.replace(" ", "").isalpha()}


def table_words() -> dict[str, str]:
    """The words that cells of tables may hold, with the Chinese that their column gives."""
    from luoshu.book.directory import GENERIC
    from luoshu.book.table import schema
    from luoshu.kinds import tables

    columns = [column for table in (*GENERIC, *tables()) for column in schema(table).columns]
    return {word: chinese for column in columns for word, chinese in column.choices.items() if word and word != chinese}


def path_of(language: str) -> Path:
    """Where the catalogue of a language is kept."""
    return TEXT / LOCALES[language] / "LC_MESSAGES" / "luoshu.po"


def read_catalogue(language: str) -> Catalog:
    """The catalogue as it is kept; an empty one where there is none."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    path = path_of(language)
    if not path.exists():
        return Catalog(locale=LOCALES[language])
    with path.open("rb") as file:
        return read_po(file, locale=LOCALES[language])


def untranslated(language: str = "zh") -> dict[str, set[str]]:
    """The sentences that have no translation, with the files that say them."""
    kept = {str(entry.id) for entry in read_catalogue(language) if entry.id and entry.string and not entry.fuzzy}
    return {text: files for text, files in extracted().items() if text not in kept}


def update(language: str = "zh") -> int:
    """Bring the catalogue up to date: new sentences come in empty, forgotten ones go; returns how many are empty."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    words = table_words()
    kept = {str(entry.id): str(entry.string or "") for entry in read_catalogue(language) if entry.id}
    fresh = Catalog(
        locale=LOCALES[language], project="luoshu", header_comment="# The sentences of luoshu.", charset="utf-8"
    )
    for text, files in sorted(extracted().items(), key=lambda item: (sorted(item[1])[0], item[0])):
        fresh.add(text, kept.get(text) or words.get(text, ""), auto_comments=sorted(files))
    buffer = BytesIO()
    write_po(buffer, fresh, width=0, omit_header=False, no_location=True)
    lines = [
        line
        for line in buffer.getvalue().decode().splitlines(keepends=True)
        if not line.startswith(
            ('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Report-Msgid', '"Last-Tr')
        )
    ]
    path_of(language).parent.mkdir(parents=True, exist_ok=True)
    path_of(language).write_text("".join(lines), encoding="utf-8")
    return sum(not entry.string for entry in fresh if entry.id)


if __name__ == "__main__":
    left = update()
    for text, files in sorted(untranslated().items()):
        print(f"{sorted(files)[0]}: {text}")
    print(f"{left} sentences are not translated")
