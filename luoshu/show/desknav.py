"""The second navigation, on the pages of the desk, and what their scripts are told: who looks, and their words."""

from __future__ import annotations

import json

from markupsafe import Markup

from luoshu.show.language import marked
from luoshu.show.page import Visit

ENTRIES = (
    ("desk", marked("Duty")),
    ("desk/stock", marked("Stock")),
    ("desk/alerts", marked("Alerts")),
    ("desk/experts", marked("Experts")),
    ("desk/consultations", marked("Consultations")),
    ("desk/roster", marked("Roster")),
    ("desk/journal", marked("Log")),
    ("desk/staff", marked("Staff")),
)
"""Pages of the desk in the order of use; one that is not there, or that the person may not see, is left out."""

WORDS = {
    "tray": marked("What waits to be sent"),
    "waiting": marked("{count} to be sent"),
    "refused_count": marked("{count} refused: mend or drop"),
    "refused": marked("The desk refused it:"),
    "kept_offline": marked("No signal: it is kept in this browser and sent by itself, in order, later."),
    "kept_login": marked("Your session has ended: log in, then it is sent."),
    "kept_busy": marked("The desk is busy: it is kept and sent again in a moment."),
    "kept_sending": marked("It is being sent."),
    "not_kept": marked("This browser keeps nothing: do not close the page before it is sent."),
    "entered": marked("Entered: {what}"),
    "login": marked("Log in and send"),
    "send_now": marked("Send now"),
    "send_mended": marked("Send mended"),
    "mend": marked("Mend"),
    "drop": marked("Drop"),
    "drop_sure": marked("Drop it for good? It has not been entered."),
    "of_other": marked("pressed by {name}: sent once they are logged in"),
    "state_waiting": marked("waits"),
    "line_live": marked("live"),
    "line_cut": marked("no line, trying again"),
    "line_closed": marked("logged out"),
    "as_of": marked("as of {time}"),
    "offline_can": marked("This page also opens without signal, as it was last seen."),
    "offline_not": marked(
        "Without signal this page cannot be opened anew, as its address is not https. Keep it open: what is pressed "
        "is kept and sent later."
    ),
    "left": marked("{span} left"),
    "overdue": marked("overdue by {span}"),
    "ago": marked("{span} ago"),
    "just_now": marked("just now"),
    "days": marked("{count} d"),
    "hours": marked("{count} h"),
    "minutes": marked("{count} min"),
}
"""What the scripts say, by the names that they use."""


BELONGS = {
    "desk/receive": "desk/stock", "desk/picking": "desk/stock", "desk/approvals": "desk/stock",
    "desk/labels": "desk/stock", "desk/scan": "desk/stock", "desk/alert-draft": "desk/alerts",
    "desk/heard": "desk/alerts", "desk/incidents": "desk", "desk/upload/roster": "desk/roster",
    "desk/upload/experts": "desk/experts", "desk/drill": "desk/drill", "desk/account": "",
}  # fmt: skip
"""Pages that stand under one of the navigation, whatever their address."""


def stands_under(path: str) -> str:
    """The page of the navigation that an address belongs to.

    >>> stands_under("desk/incidents/yi/replay"), stands_under("desk/stock/lot-1"), stands_under("desk/receive")
    ('desk', 'desk/stock', 'desk/stock')
    """
    found = (entry for begins, entry in (*BELONGS.items(), *((each, each) for each, _ in reversed(ENTRIES)))
             if path.startswith(begins))  # fmt: skip
    return next(found, "")


def desk_navigation(visit: Visit) -> list[tuple[str, str]]:
    """The pages of the desk that this person may see, with their words; none elsewhere than on the desk's own pages."""
    from luoshu.show.deskleaves import DESK_LEAVES

    if visit.links.mouth != "server" or visit.actor is None or not visit.links.path.startswith("desk"):
        return []
    allowed = {leaf.path for leaf in DESK_LEAVES if leaf.roles is None or visit.actor.roles & leaf.roles}
    entries = [(path, visit.language.text(word)) for path, word in ENTRIES if path in allowed]
    return [*([("desk/drill", visit.language.say("Drill"))] if visit.drill else ()), *entries]


def _moment(visit: Visit) -> dict[str, object] | None:
    drill = visit.drill
    if drill is None:
        return None
    return {"at": drill.at.isoformat(), "pace": drill.pace, "until": drill.until.isoformat() if drill.until else None}


def desk_told(visit: Visit) -> Markup:
    """What the scripts are told, as JSON in which no character can end the element."""
    told = {
        "live": visit.links.mouth == "server" and visit.room is not None and visit.actor is not None,
        "person": visit.actor.id if visit.actor else "",
        "drill": _moment(visit),
        "words": {name: visit.language.text(words) for name, words in WORDS.items()}
        | {"join": "" if visit.language.code == "zh" else " "},
    }
    text = json.dumps(told, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)
