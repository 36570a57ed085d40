"""luoshu's reader beside ms-recognizers-text and jionlp on one text: characters a second, and who finds what.

    python benchmarks/reading.py [FILE]

FILE is a text in UTF-8; without it, Henan's report in ../shared. Where FILE.truth.jsonl stands beside it, each reader
is also asked how many of the marked promises it finds: touched, whole (the figure with its unit), and with its value in
the base unit. The peers know neither promise nor deadline, so only that much can be asked of them. Speed is counted in
processor time on one core, start-up apart. The last line is one JSON object.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "reading" / "henan-2026.txt"
SECONDS = 60.0
"""A peer that has not finished by then is measured on the paragraphs that it did finish."""


class Finding(NamedTuple):
    start: int
    end: int
    value: float | None


class Speed(NamedTuple):
    characters_per_second: float
    read: int
    findings: list[Finding]


Reader = Callable[[str], Iterable[Finding]]


def number(text: Any) -> float | None:
    """The number that a peer gives as text (6%, 1,200), or None."""
    try:
        return float(str(text).replace(",", "").rstrip("%"))
    except ValueError:
        return None


def luoshu_figures(text: str) -> list[Finding]:
    from luoshu.words.figure import figures

    return [Finding(f.start, f.end, f.value) for f in figures(text)]


def luoshu_whole(path: Path) -> tuple[float, int]:
    """Characters a second of the whole read (layout, figures, tasks, proposals), best of five; how many proposals."""
    from luoshu.read.reading import read_file

    best, count = float("inf"), 0
    for _ in range(5):
        begun = time.process_time()
        document, proposals = read_file(path)
        best = min(best, time.process_time() - begun)
        count = len(proposals)
    return len(document.text) / best, count


def recognizers() -> Reader:
    from ms_recognizers_date_time import recognize_datetime
    from ms_recognizers_number import recognize_number, recognize_percentage
    from ms_recognizers_number_with_unit import recognize_currency, recognize_dimension
    from ms_recognizers_text import Culture

    models = (recognize_number, recognize_percentage, recognize_dimension, recognize_currency, recognize_datetime)

    def read(text: str) -> Iterable[Finding]:
        for model in models:
            for found in model(text, Culture.Chinese):
                resolution = found.resolution or {}
                value = None if model is recognize_datetime else number(resolution.get("value"))
                yield Finding(found.start, found.end + 1, value)

    return read


def jionlp() -> Reader:
    import jionlp as jio

    def read(text: str) -> Iterable[Finding]:
        for found in jio.ner.extract_money(text):
            amount = found["detail"]["num"]
            yield Finding(*found["offset"], number(amount[0] if isinstance(amount, list) else amount))
        for found in jio.ner.extract_time(text, time_base=1_767_225_600):
            yield Finding(*found["offset"], None)

    return read


PEERS: dict[str, Callable[[], Reader]] = {"ms_recognizers_text": recognizers, "jionlp": jionlp}


def measure(reader: Reader, text: str) -> Speed:
    """Read the text paragraph by paragraph (peers slow down on long ones), a first bit before the clock starts."""
    lines = text.split("\n")
    longest = max(lines, key=len, default="")
    list(reader(longest[:200]))
    findings: list[Finding] = []
    at = read = 0
    begun = time.process_time()
    for line in lines:
        if line.strip():
            findings += [Finding(at + f.start, at + f.end, f.value) for f in reader(line)]
        at += len(line) + 1
        read = min(at, len(text))
        if time.process_time() - begun > SECONDS:
            break
    return Speed(read / max(time.process_time() - begun, 1e-9), read, findings)


def measure_luoshu(text: str) -> Speed:
    luoshu_figures(text)
    best, findings = float("inf"), []
    for _ in range(5):
        begun = time.process_time()
        findings = luoshu_figures(text)
        best = min(best, time.process_time() - begun)
    return Speed(len(text) / best, len(text), findings)


def found_of(promises: list[dict[str, Any]], findings: list[Finding], read: int) -> dict[str, Any]:
    """How many promises (of the part that was read) a reader finds: touches the span; and gives its value."""
    asked = [p for p in promises if p["end"] <= read]
    spans = whole = values = 0
    for promise in asked:
        touching = [f for f in findings if f.start < promise["end"] and promise["start"] < f.end]
        spans += bool(touching)
        whole += any(f.start <= promise["start"] and promise["end"] <= f.end for f in touching)
        goal = float(promise["value"])
        values += any(f.value is not None and abs(f.value - goal) <= 1e-6 * max(1.0, abs(goal)) for f in touching)
    return {"promises": len(asked), "touched": spans, "whole": whole, "values": values, "claims": len(findings)}


def quietly(make: Callable[[], Reader]) -> Reader | str:
    """The peer's reader, or in words why it cannot be had."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return make()
    except Exception as fault:  # a peer may be absent, or fail to load on this Python
        return f"{type(fault).__name__}: {fault}"


def show(name: str, speed: Speed, ours: float, found: dict[str, Any] | None) -> None:
    line = f"{name:22} {speed.characters_per_second:12,.0f} characters/s"
    line += "" if name == "luoshu" else f"   luoshu is {ours / speed.characters_per_second:,.0f} times as fast"
    if found:
        line += f"   of {found['promises']} promises touched {found['touched']}, whole {found['whole']},"
        line += f" value {found['values']}"
        line += f" ({found['claims']} claims)"
    print(line, flush=True)


def main(arguments: list[str]) -> int:
    path = Path(arguments[0]) if arguments else DEFAULT
    if not path.exists():
        print(f"{path} is not there; name a text file: python benchmarks/reading.py FILE")
        return 1
    text = path.read_text(encoding="utf-8")
    truth = path.with_suffix(".truth.jsonl")
    promises: list[dict[str, Any]] = []
    if truth.exists():
        marked = [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines() if line.strip()]
        promises = [m for m in marked if m["status"] == "promise" and not m.get("doubt")]
    ours = measure_luoshu(text)
    whole, proposals = luoshu_whole(path)
    found = found_of(promises, ours.findings, ours.read) if promises else None
    show("luoshu", ours, ours.characters_per_second, found)
    print(
        f"{'luoshu, whole read':22} {whole:12,.0f} characters/s   {proposals} proposals (layout, tasks and places too)"
    )
    result: dict[str, Any] = {
        "file": path.name,
        "characters": len(text),
        "chars_per_second": round(whole),
        "figures_chars_per_second": round(ours.characters_per_second),
        "found": found,
        "peers": {},
    }
    for name, make in PEERS.items():
        reader = quietly(make)
        if isinstance(reader, str):
            print(f"{name:22} cannot be used here: {reader}")
            result["peers"][name] = {"error": reader}
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            speed = measure(reader, text)
        theirs = found_of(promises, speed.findings, speed.read) if promises else None
        show(name, speed, ours.characters_per_second, theirs)
        rate = speed.characters_per_second
        result["peers"][name] = {
            "chars_per_second": round(rate, 1),
            "ratio": round(whole / rate, 1),
            "characters_read": speed.read,
            "found": theirs,
        }
    print(json.dumps(result, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
