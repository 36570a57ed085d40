"""The commands of the desk: alerts of others."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from luoshu.cli.verbs import NotDone, argument, verb
from luoshu.show.language import Language
from luoshu.show.terminal import GOOD, report_problems
from luoshu.words.message import say


@verb(
    "cap",
    say("check a CAP 1.2 alert and say it in plain words; nothing in it is followed or obeyed"),
    "luoshu cap check alert.xml",
    argument("way", choices=("check",), help=say("check: say what it is, or what is wrong with it")),
    argument("file", metavar="FILE", help=say("the alert, an XML file")),
    argument(
        "--known",
        metavar="PATH",
        help=say("certificates of senders whose signatures are believed: a PEM file, a folder of them, or a book"),
    ),
)
def cap(args: argparse.Namespace, language: Language) -> int:
    from luoshu.desk.capfile import check_alert
    from luoshu.desk.capparse import MOST_BYTES
    from luoshu.desk.capwords import plain_words

    path = Path(args.file)
    with path.open("rb") as file:
        told, seal, problems = check_alert(file.read(MOST_BYTES + 1), path.name, _known(args.known))
    if problems or told is None:
        return report_problems(list(problems), language)
    for each in plain_words(told, seal):
        print(language.message(each))
    return GOOD


def _known(name: str | None) -> dict[str, Any]:
    """The certificates that a person named; NotDone where the place holds none."""
    if name is None:
        return {}
    from luoshu.desk.alertkey import known_senders
    from luoshu.desk.capsign import certificates

    path = Path(name)
    if (path / "book.yaml").is_file():
        found = known_senders(path)
    else:
        files = sorted(path.glob("*.pem")) if path.is_dir() else [path]
        found = certificates(each.read_bytes() for each in files)
    if not found:
        raise NotDone(say("{name} holds no certificate (PEM)", name=name))
    return found
