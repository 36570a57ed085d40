"""The level of response: proposed and withdrawn by the machine as readings say, confirmed or rejected by a person."""

from __future__ import annotations

from dataclasses import replace

from luoshu.desk.act import Scene, Told, act, fact
from luoshu.desk.incident import (
    ANSWERS,
    Decided,
    Ground,
    Incident,
    OfIncident,
    Proposed,
    called,
    open_incident,
    severity,
    standing,
)
from luoshu.desk.journal import Refused
from luoshu.desk.plainwords import plain
from luoshu.words.message import say


@act
class ProposeLevel(OfIncident):
    """The rule sheet's proposal of a level; only the program makes it, and it decides nothing."""

    what = "incident.propose"
    says = say("propose a level")
    roles = frozenset()
    machines = True
    incident: str = fact("The incident", zh="事件", refers=Incident)
    level: str = fact("The level", zh="级别", choices=ANSWERS)
    rule: str = fact("Which version of the rule sheet", zh="依据", default="")
    because: tuple[Ground, ...] = fact("The readings that it rests on", zh="监测依据", hidden=True)
    turn: int = fact("How many proposals were answered before", zh="此前已答复", minimum=0, default=0, hidden=True)

    def on(self, state: Incident | None, told: Told) -> Incident:
        state = standing(state)
        if not self.because:
            raise Refused(say("a proposal needs the readings that it rests on"))
        if severity(self.level) == severity(state.level):
            raise Refused(say("level {level} is in force already", level=called(self.level)))
        if state.proposal and state.proposal.level == self.level:
            raise Refused(say("level {level} is proposed already", level=called(self.level)))
        made = Proposed(level=self.level, at=told.at, number=told.number, rule=self.rule, because=self.because)
        return replace(state, proposal=made)


@act
class ConfirmLevel(OfIncident):
    """Put a level in force, or end it: a person decides; other than proposed, or unproposed, only with the reason."""

    what = "incident.confirm"
    says = say("confirm the level")
    incident: str = fact("The incident", zh="事件", refers=Incident)
    level: str = fact("The level", zh="级别", choices=ANSWERS)

    def check(self, scene: Scene) -> None:
        super().check(scene)
        proposed = open_incident(scene, self.incident).proposal
        as_proposed = proposed is not None and proposed.level == self.level
        if proposed and as_proposed and not scene.why.strip() and _corrected(scene, proposed):
            raise Refused(say("the readings behind level {level} were corrected or taken back: say why it shall stand",
                              level=called(self.level)))  # fmt: skip

    def on(self, state: Incident | None, told: Told) -> Incident:
        state = standing(state)
        proposed = state.proposal.level if state.proposal else ""
        if severity(self.level) == severity(state.level):
            raise Refused(say("level {level} is in force already", level=called(self.level)))
        if self.level != proposed and not told.why.strip():
            if proposed:
                says = say("level {proposed} is proposed: say why it shall be {level}", proposed=called(proposed),
                           level=called(self.level))  # fmt: skip
            else:
                says = say("no level is proposed: say why it shall be {level}", level=called(self.level))
            raise Refused(says)
        decided = Decided(level=self.level, at=told.at, who=told.who, why=plain(told.why), proposed=proposed,
                          because=state.proposal.because if state.proposal else ())  # fmt: skip
        level = "" if self.level == "none" else self.level
        phase = "respond" if level and state.phase == "watch" else state.phase
        since = told.at if phase != state.phase else state.phase_since
        return replace(state, level=level, level_since=told.at, proposal=None, decided=(*state.decided, decided),
                       answered=state.answered + bool(state.proposal), phase=phase, phase_since=since)  # fmt: skip


@act
class RejectLevel(OfIncident):
    """Refuse a proposed level, with the reason; the level stays as it is."""

    what = "incident.reject"
    says = say("reject the proposed level")
    incident: str = fact("The incident", zh="事件", refers=Incident)

    def on(self, state: Incident | None, told: Told) -> Incident:
        state = standing(state)
        if state.proposal is None:
            raise Refused(say("no level is proposed"))
        if not told.why.strip():
            raise Refused(say("say why the proposed level is rejected"))
        decided = Decided(level=state.proposal.level, at=told.at, who=told.who, why=plain(told.why),
                          proposed=state.proposal.level, rejected=True, because=state.proposal.because)  # fmt: skip
        return replace(state, proposal=None, decided=(*state.decided, decided), answered=state.answered + 1)


@act
class WithdrawLevel(OfIncident):
    """The proposal goes back, as what it rests on stands no more; only the program does it, and it decides nothing."""

    what = "incident.withdraw"
    says = say("withdraw the proposed level: its readings stand no more")
    roles = frozenset()
    machines = True
    incident: str = fact("The incident", zh="事件", refers=Incident)
    proposal: int = fact("The entry of the proposal", zh="建议条目", minimum=1, hidden=True)
    because: tuple[Ground, ...] = fact("What is read now", zh="监测依据", hidden=True, default=())

    def on(self, state: Incident | None, told: Told) -> Incident:
        state = standing(state)
        if state.proposal is None or state.proposal.number != self.proposal:
            raise Refused(say("no level is proposed"))
        return replace(state, proposal=None, answered=state.answered + 1)


def _corrected(scene: Scene, proposed: Proposed) -> bool:
    """Whether every reading that calls for what is proposed was corrected or taken back since; false for an end."""
    from luoshu.desk.observed import Reading

    bearing = [each for each in proposed.because if each.over and severity(each.level) >= severity(proposed.level)]
    for each in bearing:
        told = scene.get(Reading, each.reading)
        if each.reading.startswith("book/") or (told is not None and told.number < proposed.number):
            return False
        if told is not None and told.measure == each.measure and told.value == each.value:
            return False
    return bool(bearing)
