"""The forms that the buttons of a board open: each act once, with what the book knows to choose from."""

from __future__ import annotations

from dataclasses import replace

from luoshu.desk.act import ACTS
from luoshu.desk.observed import Reading
from luoshu.desk.staff import Person
from luoshu.show.boardeye import Eye
from luoshu.show.forms import Form, form_of

ASK_WHY = frozenset({"incident.confirm", "incident.reject", "removal.plan"})
"""Acts whose form asks for the reason as well."""
FORMS = (
    "incident.confirm", "incident.reject", "incident.phase", "incident.close", "incident.area", "checklist.give",
    "reading.report", "task.give", "task.report", "task.done", "task.pause", "task.refuse", "task.cancel",
    "resource.request", "resource.approve", "resource.refuse", "resource.send", "resource.arrive", "resource.cancel",
    "removal.plan", "removal.report", "closure.close", "closure.open", "decision.record", "message.send",
)  # fmt: skip
"""The acts whose forms the page holds, each once, to be opened by its buttons."""

MOST_STATIONS = 200


def board_forms(seen: Eye) -> tuple[Form, ...]:
    """The forms of the acts that who looks may do somewhere on this board; none where nothing can be done."""
    actor = seen.visit.actor
    if not seen.acts or actor is None or not seen.incident.open:
        return ()
    given = {"incident": seen.incident.id}
    if actor.organisation:
        given["party"] = actor.organisation
    return tuple(
        _suggesting(seen, form_of(seen.visit, what, given, seen.path, hide=("incident",)))
        for what in FORMS
        if what in ACTS and actor.reads(ACTS[what].roles, "", seen.incident.id)
    )


def _suggesting(seen: Eye, form: Form) -> Form:
    """The form with the people of the desk and the stations to choose from, where it asks for one."""
    fields = []
    for each in form.fields:
        if (form.what, each.name) == ("task.give", "person"):
            staff = ((one.id, f"{one.name} ({one.id})") for one in seen.things.all(Person).values() if not one.closed)
            fields.append(replace(each, options=tuple(staff)))
        elif (form.what, each.name) == ("reading.report", "station"):
            fields.append(replace(each, options=_stations(seen)))
        else:
            fields.append(each)
    return replace(form, fields=tuple(fields))


def _stations(seen: Eye) -> tuple[tuple[str, str], ...]:
    """The stations that were read before, those of this incident first; each by its name alone."""
    readings = sorted(seen.things.all(Reading).values(), key=lambda each: each.incident != seen.incident.id)
    return tuple((name, "") for name in dict.fromkeys(each.station for each in readings))[:MOST_STATIONS]
