"""Consultation of infrastructure needs: a party states one, others answer in time, a project takes it up or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar

from luoshu.book.directory import Owner, Place
from luoshu.desk.act import Act, Scene, Thing, Told, act, fact
from luoshu.desk.clock import Clock, Step, Term
from luoshu.desk.incident import Incident
from luoshu.desk.journal import Refused
from luoshu.desk.known import known_party, known_places
from luoshu.desk.things import Things
from luoshu.desk.ticking import ticks
from luoshu.words.message import Message, named, say

if TYPE_CHECKING:
    from luoshu.book.book import Book

PARTIES = frozenset({"duty", "admin", "team"})
CHAIR = frozenset({"duty", "admin"})
FIELDS: Mapping[str, str] = {
    "roads": "道路与桥梁", "transit": "公共交通", "water": "供水排水", "power": "电力", "gas": "燃气热力",
    "telecom": "通信", "flood": "防洪排涝", "shelter": "避难场所", "stores": "物资仓储", "health": "医疗卫生",
    "other": "其他",
}  # fmt: skip
STANCES: Mapping[str, str] = {"agree": "同意", "conditions": "有条件同意", "against": "不同意", "none": "不涉及本单位"}
LADDER = (
    Step(share=0.8, tell="contact"),
    Step(share=1.0, tell="chair"),
    Step(share=1.5, tell="leaders"),
)
"""Who is told of an answer that is still owed when so much of the term is over; a book's rule `consultation` sets its
own shares."""
RUNGS: Mapping[str, Message] = {
    "contact": named("提醒本单位联络员", "the party's own contact is reminded"),
    "chair": named("报会商召集人", "the chair of the consultation is told"),
    "leaders": named("报分管领导", "the leaders in charge are told"),
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a party says to a need; a later answer takes the place of its earlier one."""

    party: str
    stance: str
    text: str
    who: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Overdue:
    """That somebody was told of an answer that is still owed."""

    party: str
    rung: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Demand(Thing):
    """A need of infrastructure in consultation. `state`: open, accepted, declined or withdrawn."""

    sort: ClassVar[str] = "demand"
    zh: ClassVar[str] = "基础设施需求"
    id: str
    title: str
    text: str
    party: str
    field: str
    place: str
    asked: tuple[str, ...]
    working_days: int
    stated_by: str
    stated_at: datetime
    state: str = "open"
    answers: tuple[Answer, ...] = ()
    told: tuple[Overdue, ...] = ()
    part_of: str = ""
    requirement: str = ""
    why: str = ""
    closed_by: str = ""
    closed_at: datetime | None = None
    incident: str = ""

    @property
    def owing(self) -> tuple[str, ...]:
        """The parties that have not answered."""
        given = {each.party for each in self.answers}
        return tuple(party for party in self.asked if party not in given) if self.state == "open" else ()

    def latest(self) -> tuple[Answer, ...]:
        """The answer of every party that holds now."""
        return tuple({each.party: each for each in self.answers}.values())

    def due(self, clock: Clock) -> datetime:
        """When the answers are due: the end of the last of so many working days."""
        return clock.due(self.stated_at, Term(working_days=self.working_days))


@dataclass(frozen=True, kw_only=True)
class _OnDemand(Act[Demand]):
    """What all acts on a need share."""

    demand: str = fact("The need", zh="需求编号", refers=Demand, hidden=True)

    def key(self) -> str:
        return self.demand


def _open(state: Demand | None, id: str) -> Demand:
    if state is None:
        raise Refused(say("there is no need {id} in consultation", id=id))
    if state.state != "open":
        raise Refused(say("the consultation of {id} is over", id=id))
    return state


@act
class StateDemand(_OnDemand):
    what = "demand.state"
    says = say("state a need of infrastructure")
    thing = Demand
    roles = PARTIES
    title: str = fact("What is needed", zh="需求")
    party: str = fact("Who needs it", zh="提出单位", refers=Owner)
    asked: tuple[str, ...] = fact("Who must answer", zh="会商单位", refers=Owner)
    field: str = fact("What it is about", zh="类别", choices=FIELDS)
    text: str = fact("Why, and what it must do", zh="理由和要求", long=True, default="")
    place: str = fact("Where", zh="地点", refers=Place, default="")
    working_days: int = fact(
        "Working days for the answers", zh="答复期限（工作日）", minimum=1, maximum=120, default=10
    )
    incident: str = fact(
        "The incident that showed it", zh="由哪起事件暴露", note_zh="可不填；填了就列入该事件的复盘", refers="incident",
        default="",
    )  # fmt: skip

    def organisation(self, scene: Scene) -> str:
        return self.party

    def check(self, scene: Scene) -> None:
        for each in (self.party, *self.asked):
            known_party(scene, each)
        known_places(scene, (self.place,) if self.place else ())
        if self.incident:
            scene.need(Incident, self.incident)

    def on(self, state: Demand | None, told: Told) -> Demand:
        if state is not None:
            raise Refused(say("there is a need {id} already", id=self.demand))
        asked = tuple(dict.fromkeys(each for each in self.asked if each != self.party))
        if not asked:
            raise Refused(say("name who must answer, other than the party itself"))
        return Demand(
            id=self.demand, title=self.title, text=self.text, party=self.party, field=self.field, place=self.place,
            asked=asked, working_days=self.working_days, stated_by=told.who, stated_at=told.at, incident=self.incident,
        )  # fmt: skip


@act
class AnswerDemand(_OnDemand):
    what = "demand.answer"
    says = say("answer to a need")
    thing = Demand
    roles = PARTIES
    party: str = fact("Who answers", zh="答复单位", refers=Owner)
    stance: str = fact("The answer", zh="意见", choices=STANCES)
    text: str = fact("Reasons and conditions", zh="理由和条件", long=True, default="")

    def organisation(self, scene: Scene) -> str:
        return self.party

    def on(self, state: Demand | None, told: Told) -> Demand:
        here = _open(state, self.demand)
        if self.party not in here.asked:
            raise Refused(say("{party} was not asked", party=self.party))
        if self.stance in ("conditions", "against") and not self.text:
            raise Refused(say("say the reasons or conditions"))
        answer = Answer(party=self.party, stance=self.stance, text=self.text, who=told.who, at=told.at)
        return replace(here, answers=(*here.answers, answer))


@act
class AcceptDemand(_OnDemand):
    """It becomes a requirement of a project. A person decides, once all have answered or the term is over."""

    what = "demand.accept"
    says = say("make a need a requirement of a project")
    thing = Demand
    roles = CHAIR
    part_of: str = fact("The promise or project that it becomes part of", zh="纳入的项目或承诺", refers="commitment")
    requirement: str = fact("What the project must do", zh="列入的要求", long=True)

    def check(self, scene: Scene) -> None:
        here = _open(scene.get(Demand, self.demand), self.demand)
        if scene.book is not None and self.part_of not in {record.id for record in scene.book.records}:
            raise Refused(say("there is no promise {id} in the book", id=self.part_of))
        _ripe(here, scene)

    def on(self, state: Demand | None, told: Told) -> Demand:
        return replace(
            _open(state, self.demand), state="accepted", part_of=self.part_of, requirement=self.requirement,
            why=told.why, closed_by=told.who, closed_at=told.at,
        )  # fmt: skip


@act
class DeclineDemand(_OnDemand):
    what = "demand.decline"
    says = say("decline a need")
    thing = Demand
    roles = CHAIR
    reason: str = fact("Why", zh="不纳入的理由", long=True)

    def check(self, scene: Scene) -> None:
        _ripe(_open(scene.get(Demand, self.demand), self.demand), scene)

    def on(self, state: Demand | None, told: Told) -> Demand:
        here = _open(state, self.demand)
        return replace(here, state="declined", why=self.reason, closed_by=told.who, closed_at=told.at)


@act
class WithdrawDemand(_OnDemand):
    what = "demand.withdraw"
    says = say("withdraw a need")
    thing = Demand
    roles = PARTIES
    reason: str = fact("Why", zh="撤回理由", long=True)

    def organisation(self, scene: Scene) -> str:
        found = scene.get(Demand, self.demand)
        return found.party if found else ""

    def on(self, state: Demand | None, told: Told) -> Demand:
        here = _open(state, self.demand)
        return replace(here, state="withdrawn", why=self.reason, closed_by=told.who, closed_at=told.at)


@act
class EscalateDemand(_OnDemand):
    """Written by the clock: that an answer is owed, and who was told."""

    what = "demand.escalate"
    says = say("tell of an answer that is owed")
    thing = Demand
    machines = True
    party: str = fact("Who owes it", zh="未答复单位", refers=Owner)
    rung: str = fact("Who is told", zh="报至", choices={key: str(each.values["zh"]) for key, each in RUNGS.items()})

    def on(self, state: Demand | None, told: Told) -> Demand:
        here = _open(state, self.demand)
        if self.party not in here.owing:
            raise Refused(say("{party} owes no answer", party=self.party))
        if any((each.party, each.rung) == (self.party, self.rung) for each in here.told):
            raise Refused(say("this was told already"))
        return replace(here, told=(*here.told, Overdue(party=self.party, rung=self.rung, at=told.at)))


def _ripe(here: Demand, scene: Scene) -> None:
    """Refuse to close while somebody may still answer in time."""
    if here.owing and scene.at < here.due(scene.clock):
        owing = ", ".join(here.owing)
        raise Refused(
            say("{owing} may still answer until {due:%Y-%m-%d %H:%M}", owing=owing, due=here.due(scene.clock))
        )


def ladder_of(book: Book | None, day: date) -> tuple[Step, ...]:
    """The rungs in force: those of the book's rule `consultation` (contact, chair, leaders: shares of the term)."""
    rule = book.rule("consultation", day) if book is not None else None
    if rule is None:
        return LADDER
    said = {name: rule.values.get(name) for name in RUNGS}
    return tuple(Step(share=float(share), tell=name) for name, share in said.items() if isinstance(share, (int, float)))


@ticks
def consultations_due(things: Things, clock: Clock, book: Book | None, now: datetime) -> list[Act[Demand]]:
    """What the clock has to tell now: each rung that an owed answer has reached and nobody was told of."""
    ladder = ladder_of(book, now.astimezone(clock.zone).date())
    return list(_rungs(things.all(Demand).values(), clock, ladder, now))


def _rungs(demands: Iterable[Demand], clock: Clock, ladder: Sequence[Step], now: datetime) -> Iterator[EscalateDemand]:
    for each in demands:
        if not each.owing:
            continue
        share = clock.spent(each.stated_at, now, Term(working_days=each.working_days))
        for step in clock.rungs(ladder, share):
            for party in each.owing:
                if not any((told.party, told.rung) == (party, step.tell) for told in each.told):
                    yield EscalateDemand(demand=each.id, party=party, rung=step.tell)
