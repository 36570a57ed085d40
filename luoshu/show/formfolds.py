"""What the form of an act asks for at once and what under “more”, and what it fills in by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from luoshu.desk.observed import MEASURES

T = TypeVar("T")

SELDOM = frozenset(
    {"lon", "lat", "geometry", "metres", "polygon", "circle", "working_hours", "working_days", "batch", "spot"}
)
"""Fields that most people leave empty, whatever the act; the map fills in places, a file what is long."""
SELDOM_IN = frozenset(
    {
        ("incident.open", "phase"), ("reading.report", "place"), ("reading.report", "source"),
        ("removal.plan", "place"), ("removal.plan", "over"), ("lot.receive", "source"), ("lot.receive", "note"),
        ("staff.grant", "only_incident"), ("staff.grant", "until"),
    }
)  # fmt: skip
"""Those of single acts."""
NOW = frozenset({("reading.report", "at")})
"""Times that are mostly this one: they stand there when the form opens."""
FILLS: Mapping[tuple[str, str], tuple[str, Mapping[str, str]]] = {
    ("reading.report", "measure"): ("unit", {name: each.unit for name, each in MEASURES.items()}),
}
"""A choice that says what stands in another field, as long as nobody has written something else there."""
ORGANISATIONS = frozenset(
    {
        ("staff.add", "belongs_to"), ("staff.grant", "only_organisation"), ("roster.set", "belongs_to"),
        ("incident.open", "lead"), ("checklist.give", "to"), ("task.give", "to"), ("message.send", "to"),
        ("resource.request", "party"), ("removal.plan", "party"), ("alert.acknowledge", "party"),
    }
)  # fmt: skip
"""Fields that name an organisation: chosen from those of the book and the desk, where there are any."""


def folds(what: str, name: str, *, required: bool) -> bool:
    """Whether a field stands under “more”; one that must be filled in never does.

    >>> folds("task.give", "lon", required=False), folds("task.give", "title", required=True)
    (True, False)
    """
    return not required and (name in SELDOM or (what, name) in SELDOM_IN)


def parted(fields: Iterable[tuple[T, bool]]) -> tuple[tuple[T, ...], tuple[T, ...]]:
    """What stands at once and what is folded away; a single field is not worth a fold.

    >>> parted([("road", False), ("lon", True), ("lat", True)]), parted([("road", False), ("lon", True)])
    ((('road',), ('lon', 'lat')), (('road', 'lon'), ()))
    """
    told = list(fields)
    folded = tuple(each for each, fold in told if fold)
    if len(folded) < 2:
        return tuple(each for each, _ in told), ()
    return tuple(each for each, fold in told if not fold), folded
