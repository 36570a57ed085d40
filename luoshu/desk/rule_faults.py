"""What is wrong in the rules by which a desk works: holidays, skills, who sends alerts, who is told of owed answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from luoshu.book.book import Book
from luoshu.book.problem import Problem
from luoshu.book.rules import Rule
from luoshu.desk.checklist import checklist_faults
from luoshu.desk.clock import calendar_faults
from luoshu.desk.consultation import RUNGS
from luoshu.desk.responserule import response_faults
from luoshu.desk.skills import skill_faults
from luoshu.words.message import say

SENDER = re.compile(r"[^\s,<&]+")


def desk_faults(book: Book) -> list[Problem]:
    """All faults of the desk's rules in a book, those of reading the files among them."""
    found: list[Problem] = []
    for name, judge in (
        ("holidays", calendar_faults),
        ("skills", skill_faults),
        ("alert", sender_faults),
        ("consultation", ladder_faults),
        ("response", response_faults),
        ("checklists", checklist_faults),
    ):
        rules, problems = book.rules(name)
        found.extend(problems)
        found.extend(judge(rules))
    return found


def sender_faults(rules: Iterable[Rule]) -> Iterator[Problem]:
    """Who sends alerts: a name without blanks and commas for machines, and one for people."""
    for rule in rules:
        sender = rule.values.get("sender")
        if not isinstance(sender, str) or not SENDER.fullmatch(sender):
            says = say("sender is {found!r}, which cannot stand in an alert", found=str(sender)[:60])
            mend = say("Write a name without blanks and commas, as in fangxun.luoyang.example")
            yield Problem(code="bad-value", says=says, source=rule.source, mend=mend)
        if not rule.values.get("name"):
            says = say("the rule does not say who sends alerts (name)")
            yield Problem(code="bad-value", says=says, source=rule.source, mend=say("Add {field}: …", field="name"))


def ladder_faults(rules: Iterable[Rule]) -> Iterator[Problem]:
    """Who is told of owed answers: shares of the term above nothing."""
    for rule in rules:
        for name, share in rule.values.items():
            known = name in RUNGS and isinstance(share, (int, float)) and not isinstance(share, bool) and share > 0
            if not known and name != "until":
                says = say("{name}: {found} is no share of the term at which somebody is told", name=str(name)[:40],
                           found=str(share)[:40])  # fmt: skip
                mend = say("Write one of {names} with a number above zero", names=", ".join(RUNGS))
                yield Problem(code="bad-value", says=says, source=rule.source, mend=mend)
