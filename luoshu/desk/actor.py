"""Who acts at the desk: a person or a machine, and what each may do, by role, organisation and incident."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from luoshu.words.message import Message, say

ROLES: Mapping[str, Message] = {
    "admin": say("administrator"),
    "duty": say("duty officer"),
    "store": say("storekeeper"),
    "team": say("team"),
    "viewer": say("viewer"),
    "auditor": say("auditor"),
}
"""The roles of the desk: each says what its people do there, none includes another."""

READERS = frozenset(ROLES)
"""Every role reads the board; a page for fewer names them."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A role, for one organisation and one incident, or for all where that is empty."""

    role: str
    organisation: str = ""
    incident: str = ""

    def covers(self, organisation: str, incident: str) -> bool:
        """Whether it reaches something of this organisation in this incident; a limited grant reaches nothing unnamed.

        >>> grant = Grant(role="team", incident="flood")
        >>> grant.covers("", "flood"), grant.covers("", "")
        (True, False)
        """
        return self.organisation in ("", organisation) and self.incident in ("", incident)


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who asks: `id` stands in the journal. A machine (the clock, a rule) may propose and escalate, never decide."""

    id: str
    name: str = ""
    organisation: str = ""
    grants: tuple[Grant, ...] = ()
    machine: bool = False

    @property
    def roles(self) -> frozenset[str]:
        """All roles held anywhere."""
        return frozenset(grant.role for grant in self.grants)

    def may(self, roles: Collection[str], organisation: str = "", incident: str = "") -> bool:
        """Whether one of these roles is held where the thing lies.

        >>> Actor(id="li", grants=(Grant(role="store", organisation="granary"),)).may({"store"}, "granary", "flood")
        True
        """
        return any(grant.role in roles and grant.covers(organisation, incident) for grant in self.grants)

    def reads(self, roles: Collection[str], organisation: str = "", incident: str = "") -> bool:
        """Whether one of these roles lets see what belongs to this organisation and this incident; what belongs to none
        in particular is seen by everybody with the role.

        >>> limited = Actor(id="li", grants=(Grant(role="viewer", incident="flood"),))
        >>> [limited.reads({"viewer"}, "granary", incident) for incident in ("flood", "fire", "")]
        [True, False, True]
        """
        return any(
            grant.role in roles
            and (not organisation or grant.organisation in ("", organisation))
            and (not incident or grant.incident in ("", incident))
            for grant in self.grants
        )


def machine(id: str) -> Actor:
    """A part of the program that writes by itself, as the clock that escalates what is overdue."""
    return Actor(id=id, name=id, machine=True)
