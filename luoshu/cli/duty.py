"""The commands of the desk: alerts of others."""

from __future__ import annotations

import argparse
from pathlib import Path

from luoshu.cli.verbs import argument, verb
from luoshu.show.language import Language
from luoshu.show.terminal import GOOD, report_problems
from luoshu.words.message import say


@verb(
    "cap",
    say("check a CAP 1.2 alert and say it in plain words; nothing in it is followed or obeyed"),
    "luoshu cap check alert.xml",
    argument("way", choices=("check",), help=say("check: say what it is, or what is wrong with it")),
    argument("file", metavar="FILE", help=say("the alert, an XML file")),
)
def cap(args: argparse.Namespace, language: Language) -> int:
    from luoshu.desk.capfile import MOST_BYTES, read_alert
    from luoshu.desk.capwords import plain_words

    path = Path(args.file)
    with path.open("rb") as file:
        told, problems = read_alert(file.read(MOST_BYTES + 1), path.name)
    if problems or told is None:
        return report_problems(list(problems), language)
    for each in plain_words(told):
        print(language.message(each))
    return GOOD
