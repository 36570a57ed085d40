"""The script of a drill: who is there, and moment by moment what they do and what is expected to come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from luoshu.book import files
from luoshu.book.cell import perhaps
from luoshu.book.problem import Problem, Source
from luoshu.book.yamltext import Node, read_yaml
from luoshu.desk.act import ACTS, Act, made_of
from luoshu.desk.actor import ROLES, Actor, Grant
from luoshu.desk.clock import CHINA
from luoshu.desk.journal import Refused
from luoshu.words.message import Message, say

MOST_BYTES = 2_000_000
MOST_MOMENTS = 5_000
LONGEST = timedelta(days=60)
SCRIPT_FIELDS = ("title", "title_en", "note", "note_en", "incident", "tick", "actors", "moments")
ACTOR_FIELDS = ("name", "name_en", "organisation", "roles")
ACT_FIELDS = ("at", "by", "act", "facts", "why", "as", "happened", "again", "refused")
UNDO_FIELDS = ("at", "by", "undo", "why", "refused")
EXPECT_FIELDS = ("at", "expect", "why")
DISPATCH_FIELDS = ("at", "dispatch", "why")
SHOW_FIELDS = ("at", "show", "show_en", "why")
WANTED_FIELDS = ("thing", "key", "is", "at_least", "at_most", "holds", "count", "act", "by", "since", "dispatch")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What should stand, or have been done, at a moment.

    Either `thing` (with `key`, or `count` of them) whose fields are as `equal`, `at_least`, `at_most` or `holds` say,
    or an `act` (about `key`, `by` somebody, `since` a moment, so many times), or figures of the last `dispatch`.
    """

    thing: str = ""
    key: str = ""
    equal: Mapping[str, Any] = field(default_factory=dict)
    at_least: Mapping[str, float] = field(default_factory=dict)
    at_most: Mapping[str, float] = field(default_factory=dict)
    holds: Mapping[str, Any] = field(default_factory=dict)
    count: int | None = None
    act: str = ""
    by: str = ""
    since: datetime | None = None
    dispatch: bool = False


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One line of the script: an act of somebody, an undoing, a look at what should stand, a dispatch solved anew, or a
    board that is to be kept (`show`: its title).

    `refused`: it must be refused, with these words in what is said (None: it must be done). `again`: it is sent a
    second time with the same mark and must be written once. `named` lets a later moment undo it. `happened`: when it
    happened, where it is told later.
    """

    at: datetime
    line: int
    by: str = ""
    act: Act[Any] | None = None
    what: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    named: str = ""
    happened: datetime | None = None
    again: bool = False
    refused: str | None = None
    undo: str = ""
    wanted: Wanted | None = None
    dispatch: Mapping[str, Any] | None = None
    show: str = ""
    show_en: str = ""


@dataclass(frozen=True, kw_only=True)
class Script:
    """A drill as it was written down: its people (roles, not persons) and its moments in the order of time.

    `tick` is how often the clock of the desk looks for what is due in between.
    """

    path: Path
    title: str
    title_en: str = ""
    note: str = ""
    note_en: str = ""
    incident: str = ""
    tick: timedelta = timedelta(minutes=10)
    actors: Mapping[str, Actor] = field(default_factory=dict)
    moments: tuple[Moment, ...] = ()

    @property
    def name(self) -> str:
        return self.path.stem

    def place(self, line: int) -> str:
        """A line of the script, as it is said to its author."""
        return f"{self.path.name}:{line}"


def read_script(path: Path) -> tuple[Script | None, tuple[Problem, ...]]:
    """A script and all that is wrong with it, with line and how to mend it; None where nothing of it can be read."""
    data, problem = files.read(path.parent, path.name, MOST_BYTES)
    if data is None:
        says = say("there is no script {file}", file=path.name)
        mend = say("Write one: examples/luoyang/drill is one to begin with")
        return None, (problem or Problem(code="no-script", says=says, source=Source(file=path.name), mend=mend),)
    node, found = read_yaml(data, path.name)
    if node is None or not node.fields:
        says = say("the script has no named fields")
        mend = say("Write title:, incident:, actors: and moments:")
        bad = Problem(code="not-a-record", says=says, source=Source(file=path.name, line=1), mend=mend)
        return None, tuple(found) or (bad,)
    reading = _Reading(path, list(found))
    script = reading.script(node)
    return script, tuple(reading.problems)


class _Reading:
    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.path, self.problems = path, problems
        self.actors: dict[str, Actor] = {}
        self.names: set[str] = set()

    def fault(self, code: str, says: Message, line: int, mend: Message) -> None:
        self.problems.append(Problem(code=code, says=says, source=Source(file=self.path.name, line=line), mend=mend))

    def known(self, node: Node, fields: tuple[str, ...]) -> None:
        for name in node.fields:
            if name not in fields:
                says = say("there is no field {field}", field=str(name)[:60])
                mend = perhaps(str(name), fields, say("Remove it, or use one of: {names}", names=", ".join(fields)))
                self.fault("unknown-field", says, node.key_lines[name], mend)

    def text(self, node: Node, name: str) -> str:
        return str(node.value.get(name) or "").strip()

    def script(self, node: Node) -> Script:
        self.known(node, SCRIPT_FIELDS)
        for name in ("title", "incident", "actors", "moments"):
            if not node.value.get(name):
                says = say("the script has no {field}", field=name)
                self.fault("missing-field", says, node.line, say("Add {field}: …", field=name))
        tick = node.value.get("tick", 10)
        if not isinstance(tick, int) or isinstance(tick, bool) or not 1 <= tick <= 1440:
            says = say("tick is {found}, and is to be whole minutes from 1 to 1440", found=str(tick)[:20])
            self.fault("bad-value", says, node.fields["tick"].line, say("Write tick: 10"))
            tick = 10
        for name, each in (node.fields["actors"].fields if "actors" in node.fields else {}).items():
            self.actor(str(name), each)
        return Script(
            path=self.path,
            title=self.text(node, "title") or self.path.stem,
            title_en=self.text(node, "title_en"),
            note=self.text(node, "note"),
            note_en=self.text(node, "note_en"),
            incident=self.text(node, "incident"),
            tick=timedelta(minutes=tick),
            actors=self.actors,
            moments=tuple(self.moments(node.fields["moments"].items if "moments" in node.fields else ())),
        )

    def actor(self, name: str, node: Node) -> None:
        self.known(node, ACTOR_FIELDS)
        roles = node.value.get("roles") if isinstance(node.value, dict) else None
        roles = [roles] if isinstance(roles, str) else roles or []
        wrong = [str(each) for each in roles if each not in ROLES]
        if wrong or not roles:
            says = say("{name} has no role of the desk: {found}", name=name, found=", ".join(wrong) or "—")
            mend = say("Write roles: and one or more of {names}", names=", ".join(ROLES))
            self.fault("not-a-choice", says, node.line, mend)
        own = self.text(node, "organisation") if node.fields else ""
        # the organisation is said, not a limit: what a role may do everywhere it may do in a drill
        grants = tuple(Grant(role=str(role)) for role in roles if role in ROLES)
        called = self.text(node, "name") if node.fields else ""
        self.actors[name] = Actor(id=name, name=called or name, organisation=own, grants=grants)

    def moments(self, items: tuple[Node, ...]) -> list[Moment]:
        found: list[Moment] = []
        last: datetime | None = None
        for node in items[:MOST_MOMENTS]:
            if not node.fields:
                says = say("a moment is made of names and values")
                self.fault("not-a-record", says, node.line, say("Write at:, by:, act: and facts:"))
                continue
            at = self.moment(node, "at", last)
            if at is None:
                continue
            if last is not None and at < last:
                says = say("the moment comes before the one above it")
                self.fault("drill-order", says, node.line, say("Put the moments in the order of time"))
                continue
            first = found[0].at if found else at
            if at - first > LONGEST:
                says = say("the moment is more than {days} days after the first", days=LONGEST.days)
                self.fault("drill-order", says, node.line, say("Play it in a script of its own"))
                continue
            last = at
            made = self.one(node, at)
            if made is not None:
                found.append(made)
        if len(items) > MOST_MOMENTS:
            says = say("the script has more than {most} moments; the rest is not played", most=MOST_MOMENTS)
            self.fault("drill-order", says, items[MOST_MOMENTS].line, say("Divide it into several scripts"))
        return found

    def moment(self, node: Node, name: str, otherwise: datetime | None) -> datetime | None:
        """A moment as it is written; without an offset it is the time of the mainland."""
        value = node.value.get(name)
        if value is None and otherwise is not None:
            return otherwise
        try:
            made = datetime.fromisoformat(str(value))
        except ValueError:
            says = say("{name} is {found}, which is not a moment", name=name, found=str(value)[:60])
            mend = say("Write it as in 2021-07-19T08:00+08:00")
            self.fault("bad-value", says, node.fields[name].line if name in node.fields else node.line, mend)
            return None
        return made if made.tzinfo else made.replace(tzinfo=CHINA)

    def one(self, node: Node, at: datetime) -> Moment | None:
        kinds = [kind for kind in ("act", "undo", "expect", "dispatch", "show") if kind in node.fields]
        if len(kinds) != 1:
            says = say("a moment says one of act, undo, expect, dispatch or show")
            self.fault("missing-field", says, node.line, say("Write one of them; several are several moments"))
            return None
        refused = node.value.get("refused")
        told: dict[str, Any] = {
            "at": at, "line": node.line, "by": self.text(node, "by"), "why": self.text(node, "why"),
            "refused": None if refused is None else "" if refused is True else str(refused),
        }  # fmt: skip
        if kinds == ["expect"]:
            self.known(node, EXPECT_FIELDS)
            wanted = self.wanted(node.fields["expect"])
            return Moment(**told, wanted=wanted) if wanted else None
        if kinds == ["dispatch"]:
            self.known(node, DISPATCH_FIELDS)
            return Moment(**told, dispatch=_plain(node.value["dispatch"]) or {})
        if kinds == ["show"]:
            self.known(node, SHOW_FIELDS)
            shown = self.text(node, "show") or at.isoformat(" ", "minutes")
            return Moment(**told, show=shown, show_en=self.text(node, "show_en"))
        if told["by"] not in self.actors:
            says = say("{name} is not one of the actors", name=told["by"] or "—")
            mend = perhaps(told["by"], self.actors, say("Add it under actors:, or write one of them after by:"))
            self.fault("unknown-actor", says, node.fields["by"].line if "by" in node.fields else node.line, mend)
            return None
        if kinds == ["undo"]:
            return self.undoing(node, told)
        return self.acting(node, told)

    def undoing(self, node: Node, told: dict[str, Any]) -> Moment | None:
        self.known(node, UNDO_FIELDS)
        name = self.text(node, "undo")
        if name not in self.names:
            says = say("no act above is called {name}", name=name or "—")
            mend = perhaps(name, self.names, say("Name the act with as: where it is done"))
            self.fault("dangling", says, node.fields["undo"].line, mend)
            return None
        return Moment(**told, undo=name)

    def acting(self, node: Node, told: dict[str, Any]) -> Moment | None:
        self.known(node, ACT_FIELDS)
        what, facts = self.text(node, "act"), _plain(node.value.get("facts") or {})
        if what not in ACTS:
            says = say("there is no act {what}", what=what[:80])
            mend = perhaps(what, ACTS, say("The acts are: {names}", names=", ".join(sorted(ACTS))))
            self.fault("unknown-act", says, node.fields["act"].line, mend)
            return None
        if told["refused"] is None and isinstance(facts, dict):
            self.only_a_drill(what, facts, node)
        made = None
        try:
            made = made_of(what, facts if isinstance(facts, dict) else {})
        except Refused as refused:
            if told["refused"] is None:
                line = node.fields["facts"].line if "facts" in node.fields else node.line
                self.fault("bad-value", refused.says, line, say("Mend the facts of {what}", what=what))
                return None
        named = self.text(node, "as")
        if named in self.names:
            says = say("an act above is called {name} already", name=named[:60])
            self.fault("duplicate", says, node.fields["as"].line, say("Give each act a name of its own"))
        self.names |= {named} if named else set()
        happened = self.moment(node, "happened", None) if "happened" in node.fields else None
        return Moment(**told, act=made, what=what, facts=facts, named=named, happened=happened,
                      again=node.value.get("again") is True)  # fmt: skip

    def only_a_drill(self, what: str, facts: Mapping[str, Any], node: Node) -> None:
        """What a drill opens is a drill, and what it sends out an exercise."""
        line = node.fields["facts"].line if "facts" in node.fields else node.line
        if what == "incident.open" and facts.get("drill") is not True:
            self.fault("not-a-drill", say("the incident is not opened as a drill"), line, say("Write drill: true"))
        if facts.get("status") == "Actual":
            says = say("the alert would be a real one")
            self.fault("not-a-drill", says, line, say("Leave status out, or write status: Exercise"))

    def wanted(self, node: Node) -> Wanted | None:
        self.known(node, WANTED_FIELDS)
        about = [name for name in ("thing", "act", "dispatch") if name in node.fields]
        if len(about) != 1:
            says = say("what is expected is a thing, an act or figures of the dispatch")
            self.fault("missing-field", says, node.line, say("Write thing:, act: or dispatch: true"))
            return None
        sorts = {each.thing.sort for each in ACTS.values()}
        for name, allowed in (("thing", sorts), ("act", set(ACTS))):
            value = node.value.get(name)
            if value is not None and value not in allowed:
                says = say("there is no {sort} {key}", sort=name, key=str(value)[:60])
                mend = perhaps(str(value), allowed, say("It may be: {names}", names=", ".join(sorted(allowed))))
                self.fault("dangling", says, node.fields[name].line, mend)
                return None
        since = self.moment(node, "since", None) if "since" in node.fields else None
        count = node.value.get("count")
        return Wanted(
            thing=self.text(node, "thing"), key=self.text(node, "key"),
            act=self.text(node, "act"), by=self.text(node, "by"),
            equal=self.values(node, "is"), holds=self.values(node, "holds"),
            at_least=self.values(node, "at_least"), at_most=self.values(node, "at_most"),
            since=since, dispatch="dispatch" in node.fields, count=count if isinstance(count, int) else None,
        )  # fmt: skip

    def values(self, node: Node, name: str) -> Mapping[str, Any]:
        """The values by field below a word, as JSON would hold them."""
        found = _plain(node.value.get(name) or {})
        if isinstance(found, dict):
            return found
        says = say("{name} is to name fields with their values", name=name)
        self.fault("not-a-record", says, node.fields[name].line, say("Write {name}: {{field: value}}", name=name))
        return {}


def _plain(value: Any) -> Any:
    """A value of YAML as JSON would hold it: days become their text."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
