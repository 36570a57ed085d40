"""The pages of the manual that are made from the code: book-format, kinds, commands and problems.

`./run docs` writes them; `./run docs --check` fails where one of them does not say what the code says.
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
from pathlib import Path
from typing import Any

from luoshu.book.faults import FAULTS
from luoshu.book.format import book_format_markdown
from luoshu.cli import VERBS
from luoshu.kinds import KINDS, tables
from luoshu.kinds.commitment import VERDICTS, Commitment
from luoshu.show.language import Language

HERE = Path(__file__).parent
MADE = "<!-- made from the code by docs/make.py: do not edit -->\n\n"
ZH, EN = Language("zh"), Language("en")


def cell(text: Any) -> str:
    """Text that may stand in a cell of a Markdown table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def rows(*lines: tuple[Any, ...]) -> str:
    head, *rest = lines
    return "\n".join("| " + " | ".join(map(cell, line)) + " |" for line in (head, ("---",) * len(head), *rest)) + "\n"


def commands() -> str:
    """docs/commands.md: every verb with its arguments, in both languages."""
    text = (
        MADE
        + "# 命令 Commands\n\n`luoshu --language zh|en` chooses the language of what is said; else `LUOSHU_LANGUAGE`, "
    )
    text += "else the machine's locale. Exit codes: 0 good, 1 problems were found, 2 not done.\n"
    for verb in VERBS.values():
        text += f"\n## luoshu {verb.name}\n\n{ZH.message(verb.help)}。{EN.message(verb.help).capitalize()}.\n\n"
        text += f"```sh\n{verb.example}\n```\n\n"
        text += rows(
            ("参数 argument", "说明", "meaning"),
            *(
                (f"`{' '.join(a.names) if a.names[0].startswith('-') else a.options.get('metavar', a.names[0])}`",
                 ZH.message(a.help), EN.message(a.help))
                for a in verb.arguments
            ),
        )  # fmt: skip
    return text


def kinds() -> str:
    """docs/kinds.md: what can be promised, with the fields of each kind and the tables it reads."""
    shared = [f for f in dataclasses.fields(Commitment) if f.name != "history"]
    text = MADE + "# 承诺的种类 Kinds of promise\n\nEvery promise in `commitments.yaml` has these fields:\n\n"
    text += terms(shared)
    text += "\nAny field may be written by dates (`level: {2020-12-01: 120, 2023-08-25: 110}`), so that a changed goal "
    text += (
        "keeps its history.\n\nVerdicts, best to worst: "
        + ", ".join(f"{ZH.verdict(v)} ({v})" for v in VERDICTS)
        + ".\n"
    )
    names = {f.name for f in dataclasses.fields(Commitment)}
    for kind in KINDS:
        text += f"\n## {kind.kind_zh} {kind.kind}\n\n{inspect.cleandoc(kind.__doc__ or '')}\n\n"
        text += terms([f for f in dataclasses.fields(kind) if f.name not in names])
        text += "\nReads: " + ", ".join(f"`tables/{table.__schema__.name}.csv`" for table in kind.needs) + "\n"
    return text


def terms(fields: list[dataclasses.Field[Any]]) -> str:
    """A table of fields as `term` declared them: what each means and which words it may hold."""
    lines = []
    for each in fields:
        words = ", ".join(f"`{word}`" for word in each.metadata.get("choices", ()) if word)
        meaning = str(each.metadata.get("note", "")) + (f" ({words})" if words else "")
        lines.append((f"`{each.name}`", each.metadata.get("zh", ""), meaning, default(each)))
    return rows(("字段 field", "名称", "meaning", "default"), *lines)


def default(field: dataclasses.Field[Any]) -> str:
    if field.default is dataclasses.MISSING:
        return "required"
    return f"`{field.default!r}`" if field.default not in (None, "", ()) and field.name != "source" else ""


def problems() -> str:
    """docs/problems.md: every code that `luoshu check` may print, and what to do."""
    text = MADE + "# 问题 Problems\n\n`luoshu check BOOK` lists all problems at once, each with its file and line.\n\n"
    explained = ((f"`{code}`", ZH.message(says), EN.message(says)) for code, says in sorted(FAULTS.items()))
    return text + rows(("代码 code", "说明", "meaning"), *explained)


PAGES = {
    "book-format.md": lambda: MADE + book_format_markdown(tables()),
    "kinds.md": kinds,
    "commands.md": commands,
    "problems.md": problems,
}


def main(check: bool) -> int:
    stale = []
    for name, made in PAGES.items():
        page, text = HERE / name, made()
        if page.exists() and page.read_text("utf-8") == text:
            continue
        stale.append(name)
        if not check:
            page.write_text(text, "utf-8")
            print(f"wrote docs/{name}")
    if stale and check:
        print(f"docs: {', '.join(stale)} do not say what the code says; run ./run docs")
    return 1 if stale and check else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
