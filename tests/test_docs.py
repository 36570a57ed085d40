"""The manual says what the code says, and every command in it exists."""

import importlib.util
import re
from pathlib import Path

import pytest

from luoshu.cli import VERBS

ROOT = Path(__file__).parent.parent


def make():
    spec = importlib.util.spec_from_file_location("make", ROOT / "docs" / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["book-format.md", "kinds.md", "commands.md", "problems.md"])
def test_made_pages_are_fresh(name):
    assert make().PAGES[name]() == (ROOT / "docs" / name).read_text("utf-8"), "run ./run docs"


def test_every_command_in_the_manual_exists():
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for words in re.findall(r"^(?:\$ )?(?:uv run |\./run )?luoshu ([a-z]+ ?[a-z]*)", page.read_text("utf-8"), re.M):
            assert words in VERBS or words.split(" ")[0] in VERBS, f"{page.name} names the command {words}"


def test_links_of_the_manual_lead_somewhere():
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"
