"""The main job on the example: read its plan, check the book, gauge every promise, publish the pages to site/."""

import sys
from pathlib import Path

from luoshu.cli import main

HERE = Path(__file__).parent
DAY = "2025-12-31"


def step(title: str, *command: str) -> None:
    print(f"\n$ luoshu {' '.join(command)}    # {title}", flush=True)
    code = main(command)
    sys.stdout.flush()
    if code:
        sys.exit(f"luoshu {command[0]} ended with {code}")


def demo() -> None:
    """Each step prints the command that does it, so that it can be done again by hand."""
    book = str(HERE.relative_to(Path.cwd()) / "luoyang")
    documents = sorted(str(file) for file in Path(book, "documents").glob("*.txt"))
    step("读规划 read the plan", "read", *documents)
    step("查台账 check the book", "check", book)
    step("看进展 where every promise stands", "gauge", book, "--day", DAY)
    step("出网页 publish the pages", "publish", book, "site", "--day", DAY)
    site = Path("site/index.html").resolve()
    print(f"\n打开 open: {site}\n看板 dashboard: ./run luoshu serve {book} --day {DAY}")


if __name__ == "__main__":
    demo()
