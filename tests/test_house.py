"""The house is as drawn: imports go down or stay in the room, the lower floors know no clock, names and sizes fit."""

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from luoshu.kinds import KINDS

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "luoshu"
FLOORS = {
    "words": 1, "methods": 1, "book": 2, "kinds": 3, "read": 4, "gauge": 4, "advise": 4, "desk": 4,
    "region": 5, "show": 6, "cli": 7,
}  # fmt: skip
FILES = sorted(HOUSE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """The luoshu modules that a file imports anywhere, also inside functions and under TYPE_CHECKING."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: write imports in full, from luoshu..."
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] == "luoshu"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_imports_go_down_or_stay_in_the_room(path):
    here = room(path)
    if here in ("__init__", "__main__"):
        return
    assert here in FLOORS, f"{here} has no floor: put it where it belongs, or draw it in docs/house.md"
    for name in imported(path):
        there = name.split(".")[1] if "." in name else ""
        if there in FLOORS and there != here:
            assert FLOORS[there] <= FLOORS[here], f"{path.relative_to(ROOT)} imports {name}, which is above it"
            if FLOORS[here] == 1:
                pytest.fail(f"{path.relative_to(ROOT)} imports {name}: words and methods import nothing of ours")


@pytest.mark.parametrize(
    "path", [p for p in FILES if FLOORS.get(room(p), 9) < FLOORS["region"]], ids=lambda p: str(p.relative_to(HOUSE))
)
def test_no_clock_request_or_environment_below_region(path):
    text = path.read_text("utf-8")
    for word in (
        r"\.today\(",
        r"\.now\(",
        r"\btime\.time\(",
        r"os\.environ",
        r"getenv",
        r"import fastapi",
        r"^global ",
    ):
        assert not re.search(word, text, re.M), f"{path.relative_to(ROOT)} uses {word}: the day is an argument"


def test_no_room_goes_round():
    """Nothing goes round: the import graph between modules, TYPE_CHECKING apart, has no cycle."""
    graph = {}
    for path in FILES:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(path.read_text("utf-8"))
        graph[name] = {
            node.module
            for node in tree.body
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("luoshu")
        }
    done, under_way = set(), []

    def visit(name):
        assert name not in under_way, " -> ".join([*under_way[under_way.index(name) :], name])
        if name in done or name not in graph:
            return
        under_way.append(name)
        for other in graph[name]:
            visit(other)
        done.add(under_way.pop())

    for name in graph:
        visit(name)


def test_no_two_files_share_a_name_and_none_is_called_utils():
    names = Counter(path.stem for path in FILES if not path.stem.startswith("__"))
    assert not [name for name, count in names.items() if count > 1]
    assert not names.keys() & {"utils", "common", "helpers", "base", "manager", "service", "core", "util", "helper"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_every_module_has_a_caption_and_fits(path):
    text = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(text)), f"{path.relative_to(ROOT)} has no docstring"
    assert text.count("\n") <= 400, f"{path.relative_to(ROOT)} is longer than 400 lines: find its seam"


def test_no_per_kind_code_outside_kinds():
    """Pages, checks, commands and docs draw what a gauge carries: they import no kind by name."""
    kinds = {kind.__module__.split(".")[-1] for kind in KINDS}
    rooms = [path for path in FILES if room(path) not in ("kinds", "desk", "words", "methods")]
    for path in rooms:
        named = {name for name in imported(path) if name.split(".")[1:2] == ["kinds"] and name.split(".")[2] in kinds}
        assert not named, f"{path.relative_to(ROOT)} imports {named}"


def test_the_command_line_starts_without_heavy_libraries():
    heavy = ["numpy", "fastapi", "lxml", "docx", "openpyxl", "pypdfium2", "uvicorn", "jinja2", "rich", "babel", "yaml"]
    code = f"import sys, luoshu.cli; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
