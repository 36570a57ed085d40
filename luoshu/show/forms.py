"""The form of an act, drawn from its dataclass: labels, kinds, choices, what was typed, what was wrong."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from luoshu.desk.act import ACTS, Act, Thing, schema_of
from luoshu.desk.actor import READERS
from luoshu.desk.clock import CHINA
from luoshu.desk.staff import Person
from luoshu.show.formfolds import FILLS, NOW, ORGANISATIONS, folds, parted
from luoshu.show.language import Language
from luoshu.show.page import Visit
from luoshu.words.message import Message, named

MOST_OPTIONS = 500
"""Longer lists are typed into, with suggestions."""
MOST_LABEL = 34
"""A note that is no longer serves as the label by itself."""
NAMES = ("name", "title", "words", "says", "called")
"""Attributes that tell what a thing is called, the first that it has."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field: `kind` is text, textarea, number, date, datetime-local, select, checkbox, checks, list or hidden.

    `folded` where it stands under “more”, `now` where the moment of opening stands in it; a choice of it puts the words
    of `filling` into the field that `fills` names.
    """

    name: str
    label: str
    help: str
    kind: str
    value: str
    values: tuple[str, ...] = ()
    required: bool = False
    options: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    step: str = "any"
    wrong: str = ""
    folded: bool = False
    given: bool = False
    now: bool = False
    fills: str = ""
    filling: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Form:
    """One act to be filled in. `reason` says why it cannot be done here, empty where it can."""

    what: str
    title: str
    action: str
    fields: tuple[Field, ...]
    mark: str
    csrf: str
    back: str
    why: str = ""
    reason: str = ""
    refused: str = ""
    mend: str = ""

    @property
    def parts(self) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
        """The fields that stand at once, and those under “more”."""
        return parted((each, each.folded and each.kind != "hidden") for each in self.fields)

    @property
    def unfolded(self) -> bool:
        """Whether something under “more” is filled in or wrong, so that it must be seen."""
        return any(each.given or each.wrong for each in self.parts[1])


def form_of(
    visit: Visit,
    what: str,
    given: Mapping[str, Any] | None = None,
    back: str = "",
    *,
    hide: Iterable[str] = (),
    why: str = "",
    refused: str = "",
    wrong: Mapping[str, Message] | None = None,
) -> Form:
    """The form of an act for who looks: `given` fills fields, those in `hide` stay unseen but are sent.

    `back` is the page to return to, this one where it is left out. KeyError where there is no such act.
    """
    kind = ACTS[what]
    given, wrong, hidden = given or {}, wrong or {}, set(hide)
    schema = schema_of(kind)
    fields = tuple(
        _field(visit, kind, each, schema, given, each.name in hidden, wrong.get(each.name))
        for each in dataclasses.fields(kind)
    )
    language = visit.language
    return Form(
        what=what,
        title=heading(language.message(kind.says)),
        action=f"/desk/acts/{what}",
        fields=fields,
        mark=secrets.token_hex(12),
        csrf=visit.csrf,
        back=back or visit.links.path,
        why=why,
        reason=_reason(visit, kind),
        refused=refused,
    )


def heading(words: str) -> str:
    """Words as they stand in a heading or on a button."""
    return words[:1].upper() + words[1:]


def _reason(visit: Visit, kind: type[Act[Any]]) -> str:
    """Why who looks may not do it anywhere; what is allowed only in places is refused when it is sent."""
    say = visit.language.say
    if visit.links.mouth != "server" or visit.room is None:
        return say("This can be done on the server of the desk.")
    if visit.actor is None:
        return say("Log in to do this.")
    if not visit.actor.roles & kind.roles:
        return say("Your roles do not allow this.")
    return ""


def _field(
    visit: Visit,
    kind: type[Act[Any]],
    each: dataclasses.Field[Any],
    schema: Mapping[str, Any],
    given: Mapping[str, Any],
    hide: bool,
    wrong: Message | None,
) -> Field:
    told, language = each.metadata, visit.language
    shape = shape_of(schema, each.name)
    default = None if each.default is dataclasses.MISSING else each.default
    value = given.get(each.name, default)
    options = options_of(visit, told) if not hide else ()
    if (kind.what, each.name) in ORGANISATIONS and not hide:
        options = organisations(visit)
    sort = "hidden" if hide or told.get("hidden") else sort_of(shape, bool(options), bool(told.get("long")))
    several = [str(one) for one in value] if isinstance(value, (list, tuple)) else []
    required, now = each.default is dataclasses.MISSING, (kind.what, each.name) in NOW
    if now and value is None:
        value = visit.now
    label, unit = label_of(each, language), language.unit(str(told.get("unit") or ""))
    fills, filling = FILLS.get((kind.what, each.name), ("", {}))
    return Field(
        name=each.name,
        label=label,
        help=help_of(each, language),
        kind=sort,
        value=text_of(value, sort),
        values=tuple(several),
        required=required,
        options=options,
        unit="" if unit in label else unit,
        minimum=told.get("minimum"),
        maximum=told.get("maximum"),
        step="1" if shape.get("type") == "integer" else "any",
        wrong=language.message(wrong) if wrong else "",
        folded=folds(kind.what, each.name, required=required),
        given=each.name in given and given[each.name] not in (None, "", ()),
        now=now,
        fills=fills,
        filling=tuple((choice, language.unit(words) or words) for choice, words in filling.items()),
    )


def shape_of(schema: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The JSON schema of a field, without the null that it may be as well."""
    shape: Mapping[str, Any] = schema.get("properties", {}).get(name, {})
    choices = [each for each in shape.get("anyOf", ()) if each.get("type") != "null"]
    return choices[0] if choices else shape


def sort_of(shape: Mapping[str, Any], has_options: bool, long: bool) -> str:
    """How a field is filled in.

    >>> sort_of({"type": "string", "format": "date"}, False, False), sort_of({"type": "array"}, True, False)
    ('date', 'checks')
    """
    sort, form = shape.get("type"), shape.get("format")
    if sort == "array":
        return "checks" if has_options else "list"
    if has_options or "enum" in shape:
        return "select"
    if sort == "boolean":
        return "checkbox"
    if sort in ("number", "integer"):
        return "number"
    if form in ("date", "date-time"):
        return "date" if form == "date" else "datetime-local"
    return "textarea" if long or sort == "object" else "text"


def label_of(each: dataclasses.Field[Any], language: Language) -> str:
    """What a field is called: its Chinese word; in English its note where that is short, else its name."""
    words = each.name.replace("_", " ")
    english = _short_note(each) or words[:1].upper() + words[1:]
    return language.message(named(str(each.metadata.get("zh") or words), english))


def help_of(each: dataclasses.Field[Any], language: Language) -> str:
    """What stands below a field, empty where its label says it all."""
    if language.code == "zh":
        return str(each.metadata.get("note_zh") or "")
    return "" if _short_note(each) else str(each.metadata.get("description") or "")


def _short_note(each: dataclasses.Field[Any]) -> str:
    note = str(each.metadata.get("description") or "")
    return note if len(note) <= MOST_LABEL else ""


def text_of(value: Any, sort: str) -> str:
    """A value as the input of a browser takes it; times stand as the clock of the desk shows them."""
    if value is None or value is dataclasses.MISSING:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        local = value.astimezone(CHINA) if value.tzinfo else value
        return local.strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return "\n".join(str(each) for each in value)
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


def options_of(visit: Visit, told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The values that a field may have, with their words: its choices, or the things and rows that it refers to."""
    language = visit.language
    choices: Mapping[str, str] = told.get("choices") or {}
    if choices:
        return tuple((value, language.message(named(zh, language.text(value)))) for value, zh in choices.items())
    refers = told.get("refers") or ""
    table = refers if isinstance(refers, type) and not issubclass(refers, Thing) else None
    sort = thing_of(refers)
    found: dict[str, str] = {}
    if table is not None and visit.room is not None:
        rows = (*(visit.room.book.rows(table) if visit.room.book else ()), *visit.room.rows().get(table, ()))
        fits = told.get("only") or (lambda row: True)
        found = {str(key): called(row, language) for row in rows if (key := getattr(row, "id", None)) and fits(row)}
    elif sort is not None and visit.things is not None:
        found = {
            key: called(thing, language)
            for key, thing in visit.things.all(sort).items()
            if not getattr(thing, "closed", None) and seen_by(visit, key, thing)
        }
    return tuple((key, words if words == key else f"{words} ({key})") for key, words in found.items())


def organisations(visit: Visit) -> tuple[tuple[str, str], ...]:
    """The organisations of the book, then those that people of the desk are of; each with what it is called."""
    people = visit.things.all(Person).values() if visit.things is not None else ()
    codes = dict.fromkeys((*visit.view.owners, *(each.organisation for each in people if each.organisation)))
    named = ((code, visit.owner(code)) for code in codes)
    return tuple((code, words if words == code else f"{words} ({code})") for code, words in named)


def seen_by(visit: Visit, key: str, thing: Thing) -> bool:
    """Whether a thing belongs to an incident that who looks may see, or to none."""
    incident = key if thing.sort == "incident" else str(getattr(thing, "incident", "") or "")
    return visit.actor is None or visit.actor.reads(READERS, "", incident)


def thing_of(refers: type | str) -> type[Thing] | None:
    """The class of the things that a field names, by itself or by the name of its sort."""
    if isinstance(refers, type):
        return refers if issubclass(refers, Thing) else None
    return next((each.thing for each in ACTS.values() if each.thing.sort == refers), None) if refers else None


def called(thing: Any, language: Language) -> str:
    """What a thing or a row is called."""
    english = getattr(thing, "name_en", "") if language.code == "en" else ""
    words = english or next((str(found) for name in NAMES if (found := getattr(thing, name, ""))), "")
    return language.word(words) or str(getattr(thing, "id", ""))


def facts_in(kind: type[Act[Any]], values: Mapping[str, list[str]]) -> dict[str, Any]:
    """The facts that a plain form sent; lists by several values, lines or commas, times without zone in the desk's own.

    A name that the act does not have stays, so that it is refused by name.
    """
    schema = schema_of(kind)
    facts: dict[str, Any] = {}
    for name, texts in values.items():
        if name.startswith("_"):
            continue
        shape, last = shape_of(schema, name), texts[-1]
        if shape.get("type") == "array":
            several = texts if len(texts) > 1 else last.replace("，", ",").replace(",", "\n").splitlines()
            facts[name] = [each.strip() for each in several if each.strip()]
        elif shape.get("format") == "date-time" and last:
            facts[name] = in_zone(last)
        else:
            facts[name] = last
    return facts


def in_zone(text: str) -> str:
    """A time as a browser sends it, with the zone of the desk where it has none.

    >>> in_zone("2021-07-20T08:00"), in_zone("2021-07-20T08:00Z")
    ('2021-07-20T08:00+08:00', '2021-07-20T08:00Z')
    """
    try:
        return text if datetime.fromisoformat(text).tzinfo else text + "+08:00"
    except ValueError:
        return text
