"""What was taken over from a file, said in a few lines: rows, people, columns, and what became of them."""

from __future__ import annotations

from luoshu.kinds.bringing import Brought, Written
from luoshu.show.language import Language


def show_brought(found: Brought, written: Written, file: str, *, preview: bool, language: Language) -> None:
    """Print how many rows were read and are good, by which columns, how many people, and what was written."""
    print(language.say("{read} rows read, {good} of them good", read=found.read, good=len(found.rows)))
    if found.columns:
        pairs = ", ".join(f"{name}={heading}" for name, heading in found.columns.items())
        print(language.say("columns taken over: {pairs}", pairs=pairs))
    if found.unused:
        print(language.say("columns not taken over: {names}", names=", ".join(found.unused)))
    if found.rows and hasattr(found.rows[0], "people"):
        people = sum(row.people or 0.0 for row in found.rows)
        silent = sum(1 for row in found.rows if row.people is None)
        print(language.say("{people:,.0f} people", people=people))
        if silent:
            print(language.say("{count} rows do not say how many people they hold", count=silent))
    systems = ", ".join(sorted({row.system for row in found.rows}))
    if systems:
        print(language.say("coordinate system: {systems}", systems=systems))
    if preview:
        print(language.say("nothing was written: this was a preview"))
    elif found.rows and not written.problems:
        print(language.say("{file}: {added} added, {changed} changed, {same} as they were", file=file,
                           added=written.added, changed=written.changed, same=written.same))  # fmt: skip
        if written.left:
            print(language.say("{count} rows of the same source are not in the file any more; they were left in {file}",
                               count=written.left, file=file))  # fmt: skip
