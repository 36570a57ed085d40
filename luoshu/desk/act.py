"""An act: one thing that can be done at the desk; its dataclass is the form, the API, the check and the entry."""

from __future__ import annotations

import dataclasses
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field
from datetime import date, datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, dataclass_transform

from luoshu.desk.actor import Actor
from luoshu.desk.journal import MayNot, Refused, Unclear
from luoshu.words.message import Message, named, say

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from luoshu.book.book import Book
    from luoshu.desk.clock import Clock
    from luoshu.desk.things import Things

MOST_FIELD = 4_000
FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Days outside these years are slips of the pen, and some cannot be said in another time zone."""

T = TypeVar("T", bound="Thing")
A = TypeVar("A", bound="type[Act[Any]]")


@dataclass(frozen=True, kw_only=True)
class Thing:
    """What stands of one thing that acts are about: a lot, an incident, a task. A frozen dataclass, made anew by acts.

    `sort` names it in the journal, `zh` is what people call the sort in Chinese. Where `table` is given, `row` makes
    the row that lies over the book for it.
    """

    sort: ClassVar[str]
    zh: ClassVar[str] = ""
    table: ClassVar[type | None] = None

    def row(self) -> Any | None:
        """The row of `table` that stands for it; None where it has none now."""
        return None


@dataclass(frozen=True, kw_only=True)
class Told:
    """What an entry says beside its act. `at`: when it happened, never after it was `written`."""

    number: int
    at: datetime
    written: datetime
    who: str
    why: str


def fact(
    note: str,
    *,
    zh: str = "",
    note_zh: str = "",
    choices: Mapping[str, str] | Sequence[str] = (),
    refers: type | str = "",
    unit: str = "",
    long: bool = False,
    hidden: bool = False,
    personal: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
    default: Any = MISSING,
) -> Any:
    """Declare a field of an act: what it means, what it is called in a form, which values it may have.

    `choices` maps each value to its Chinese word. `refers` is the `Thing` class (or a table class of the book) whose
    key it holds. `long` asks for several lines, `hidden` keeps it out of a form; what is `personal` is never shown in
    logs and exports, and lies beside the journal so that it can be erased. A fact without default must be given.
    """
    allowed = dict(choices) if isinstance(choices, Mapping) else {each: each for each in choices}
    told = {
        "description": note, "note_zh": note_zh, "zh": zh, "choices": allowed, "refers": refers, "unit": unit,
        "long": long, "hidden": hidden, "personal": personal, "minimum": minimum, "maximum": maximum,
    }  # fmt: skip
    return field(default=default, metadata=told)


@dataclass(frozen=True, kw_only=True)
class Act(ABC, Generic[T]):
    """One thing that can be done: its fields are the facts that the journal keeps.

    `what` is its name in journal, address and API ("lot.receive"), `says` what it is called by people, `thing` the
    class of what it is about, `roles` who may. `machines` tells whether a part of the program may do it, `in_order`
    that it never happened before the last act on its thing, `takes_over` that its thing stood before it, in the book.
    `lasting` says why it can never be taken back (None: it can) and `undoers` who may take back what others did. Where
    it is `of_person`, its personal facts and its reason lie beside the journal and can be erased: `on` must do with
    empty texts in their place. Values are checked by the types of the fields, then `check`, then `on`; what any of them
    refuses is not written.
    """

    __pydantic_config__: ClassVar[Any] = {
        "extra": "forbid", "allow_inf_nan": False, "str_max_length": MOST_FIELD, "str_strip_whitespace": True,
    }  # fmt: skip
    what: ClassVar[str]
    says: ClassVar[Message]
    thing: ClassVar[type[Thing]]
    roles: ClassVar[frozenset[str]] = frozenset()
    machines: ClassVar[bool] = False
    in_order: ClassVar[bool] = False
    takes_over: ClassVar[bool] = False
    lasting: ClassVar[Message | None] = None
    of_person: ClassVar[bool] = False
    undoers: ClassVar[frozenset[str]] = frozenset({"duty", "admin"})

    @abstractmethod
    def key(self) -> str:
        """The name of the thing that it is about."""

    @abstractmethod
    def on(self, state: T | None, told: Told) -> T:
        """What stands after it; `state` is None before the first act. Pure; raises Refused where it cannot be."""

    def check(self, scene: Scene) -> None:
        """Refuse what the rest of the desk or the book does not allow (raises Refused)."""

    def before(self, scene: Scene) -> Iterable[Act[Any]]:
        """What must stand first and is written just before it, all or nothing, but stays when this is undone."""
        return ()

    def also(self, scene: Scene) -> Iterable[Act[Any]]:
        """What is done together with it, all or nothing, and undone together."""
        return ()

    def undone(self, scene: Scene, after: T | None) -> None:
        """Refuse that it is taken back where what would then stand (`after`) does not do for the rest of the desk."""

    def erases(self, scene: Scene) -> Iterable[tuple[type[Thing], str]]:
        """The things, by sort and name, of which all that is personal goes with it for good."""
        return ()

    def organisation(self, scene: Scene) -> str:
        """Whose it is, for rights; empty where it is nobody's in particular."""
        return ""

    def incident_of(self, state: Thing | None) -> str:
        """The incident that it belongs to: its own field, or that of the thing."""
        return str(getattr(self, "incident", "") or getattr(state, "incident", ""))


@dataclass
class Scene:
    """What an act may look at while it is checked: what stands (with what was done just before), book, clock, who, why.

    Where acts are taken back, `left` is what would then stand of the things that they are about. Where many are tried
    one after the other, `tried` are those before, each with its thing before and after.
    """

    things: Things
    by: Actor
    at: datetime
    book: Book | None
    clock: Clock
    changed: dict[tuple[type, str], Thing] = field(default_factory=dict)
    left: Mapping[tuple[type, str], Thing | None] = field(default_factory=dict)
    tried: list[tuple[Act[Any], Any, Any]] = field(default_factory=list)
    why: str = ""

    def get(self, sort: type[T], key: str) -> T | None:
        """What stands of one thing."""
        found = self.changed.get((sort, key)) or self.things.get(sort, key)
        return found  # type: ignore[return-value]

    def need(self, sort: type[T], key: str) -> T:
        """What stands of one thing, which must be there (Refused)."""
        found = self.get(sort, key)
        if found is None:
            raise Refused(say("there is no {sort} {key}", sort=named(sort.zh or sort.sort, sort.sort), key=key[:64]))
        return found

    def all(self, sort: type[T]) -> Mapping[str, T]:
        """Everything of one sort by name."""
        fresh = {key: thing for (kind, key), thing in self.changed.items() if kind is sort}
        return {**self.things.all(sort), **fresh}  # type: ignore[dict-item]

    def all_left(self, sort: type[T]) -> Mapping[str, T]:
        """Everything of one sort by name, as it would stand once the acts are taken back."""
        found = {**self.all(sort), **{key: thing for (kind, key), thing in self.left.items() if kind is sort}}
        return {key: thing for key, thing in found.items() if thing is not None}  # type: ignore[misc]

    def rows(self, table: type[Any]) -> tuple[Any, ...]:
        """The book's rows of a table, none where the desk has no book."""
        return self.book.rows(table) if self.book is not None else ()


ACTS: dict[str, type[Act[Any]]] = {}


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(fact, field))
def act(cls: A) -> A:
    """Make a class an act (a frozen, keyword-only dataclass) and put it on the list."""
    made = dataclass(frozen=True, kw_only=True)(cls)
    if personal_of(made) and not made.of_person:
        raise ValueError(f"{made.what} has personal facts and must be of_person")
    if ACTS.setdefault(made.what, made).__qualname__ != made.__qualname__:
        raise ValueError(f"two acts are called {made.what}")
    return made  # type: ignore[return-value]


@cache
def personal_of(kind: type[Act[Any]]) -> frozenset[str]:
    """The facts of an act that are personal: texts, so that an empty one can stand in their place."""
    found = [each for each in dataclasses.fields(kind) if each.metadata.get("personal")]
    if any(each.type != "str" for each in found):
        raise ValueError(f"{kind.what}: what is personal must be a text")
    return frozenset(each.name for each in found)


_BUILDING = threading.Lock()


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _adapter(kind: type[Act[Any]]) -> TypeAdapter[Any]:
    found = _ADAPTERS.get(kind)
    if found is None:
        from pydantic import TypeAdapter

        with _BUILDING:  # it takes long to build: many threads that ask at once would each build their own
            found = _ADAPTERS.get(kind) or TypeAdapter(kind)
            _ADAPTERS[kind] = found
    return found


def warm(stop: Callable[[], bool] = lambda: False) -> None:
    """Build what checks the facts of every act, so that the first one of each sort is as fast as the next ones."""
    for kind in list(ACTS.values()):
        if stop():
            return
        _adapter(kind)


def facts_of(made: Act[Any]) -> dict[str, Any]:
    """The fields of an act as JSON knows them, those at their default left out."""
    dumped: dict[str, Any] = _adapter(type(made)).dump_python(made, mode="json")
    return {
        name: dumped[name]
        for name, default in _defaults(type(made))
        if default is MISSING or getattr(made, name) != default
    }


@cache
def _defaults(kind: type[Act[Any]]) -> tuple[tuple[str, Any], ...]:
    return tuple((each.name, each.default) for each in dataclasses.fields(kind))


def schema_of(kind: type[Act[Any]]) -> dict[str, Any]:
    """The JSON schema of an act's facts."""
    return _adapter(kind).json_schema()


def made_of(what: str, facts: Mapping[str, Any], erased: Collection[str] = ()) -> Act[Any]:
    """The act that these facts are, checked by their types; Refused with all that is wrong where they are not.

    Texts are taken as a form gives them: "12" is a number where a number is asked for, "" is what was left out. Facts
    that were `erased` are empty texts.
    """
    from pydantic import ValidationError

    kind = ACTS.get(what)
    if kind is None:
        raise Refused(say("there is no act {what}", what=what[:80]))
    try:
        given = {name: value for name, value in facts.items() if value != ""}
        made: Act[Any] = _adapter(kind).validate_python({**given, **dict.fromkeys(erased, "")} if erased else given)
    except ValidationError as error:
        raise unclear(kind, error.errors()) from None
    in_bounds(made)
    return made


def named_field(kind: type[Act[Any]], name: str) -> Message | str:
    """What people call a field, in both languages.

    The English word is the field's own name with blanks.
    """
    told = next((each.metadata for each in dataclasses.fields(kind) if each.name == name), None)
    words = name.replace("_", " ")
    return named(str(told["zh"]), words) if told and told.get("zh") else words


NOT_UNDERSTOOD = "{name} is '{found}', which is not understood"
WRONG: Mapping[str, str] = {
    "missing": "{name} is missing",
    "extra_forbidden": "there is no field {name}",
    "unexpected_keyword": "there is no field {name}",
    "string_too_long": "{name} is too long: at most {most} characters",
    "float": "{name} is '{found}', which is not a number. Write digits, as in 40",
    "finite": "{name} is '{found}', which is not a number. Write digits, as in 40",
    "int": "{name} is '{found}', which is not a whole number. Write digits, as in 40",
    "datetime": "{name} is '{found}', which is not a time. Write it as in 2021-07-20T08:00",
    "timezone": "{name} is '{found}', which is not a time. Write it as in 2021-07-20T08:00",
    "date": "{name} is '{found}', which is not a day. Write it as in 2021-07-20",
    "bool": "{name} is '{found}', which is neither yes nor no",
}
"""What is said of a value, by the sort of its fault; the sorts of pydantic begin with these words."""


def unclear(kind: type[Act[Any]], faults: Sequence[Mapping[str, Any]]) -> Unclear:
    """All that is wrong with what was given, by field, in words for people."""
    says: dict[str, Message] = {}
    for fault in faults[:8]:
        place = [str(each) for each in fault["loc"]]
        field_name = place[0][:80] if place else ""
        template = next((words for sort, words in WRONG.items() if str(fault["type"]).startswith(sort)), NOT_UNDERSTOOD)
        found = str(fault.get("input", ""))[:80]
        name = named_field(kind, field_name)
        more = {"found": found, "most": MOST_FIELD}
        says[field_name] = say(template, name=name, **more)
    return Unclear(says)


@cache
def _times(kind: type[Act[Any]]) -> tuple[str, ...]:
    """The fields of an act that hold days or moments."""
    return tuple(each.name for each in dataclasses.fields(kind) if "date" in str(each.type))


@cache
def _bounds(kind: type[Act[Any]]) -> tuple[tuple[str, Any, Any, Any], ...]:
    """The fields of an act that may not hold every value: name, least, most, and what is allowed."""
    found = []
    for each in dataclasses.fields(kind):
        low, high, allowed = map(each.metadata.get, ("minimum", "maximum", "choices"))
        if low is not None or high is not None or allowed:
            found.append((each.name, low, high, allowed))
    return tuple(found)


def in_bounds(made: Act[Any]) -> None:
    """Refuse values outside their bounds: too small, too large, not among the choices, days that no calendar turns."""
    for field_name, value in ((each, getattr(made, each)) for each in _times(type(made))):
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, date) and not FIRST_YEAR <= one.year <= LAST_YEAR:
                says = say("{name} is {found}, which is outside the years {first} to {last}",
                           name=named_field(type(made), field_name), found=one.isoformat(), first=FIRST_YEAR,
                           last=LAST_YEAR)  # fmt: skip
                raise Unclear({field_name: says})
            if isinstance(one, datetime) and one.tzinfo is None:
                says = say("a time needs its zone, as in 2021-07-20T08:00+08:00")
                raise Unclear({field_name: says})
    for field_name, low, high, allowed in _bounds(type(made)):
        value = getattr(made, field_name)
        wrong: Message | None = None
        name = partial(named_field, type(made), field_name)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if low is not None and value < low:
                wrong = say("{name} is {value:g}, less than {low:g}", name=name(), value=value, low=low)
            elif high is not None and value > high:
                wrong = say("{name} is {value:g}, more than {high:g}", name=name(), value=value, high=high)
        if allowed and value not in ("", None):
            for one in value if isinstance(value, tuple) else (value,):
                if one not in allowed:
                    words = ", ".join(map(str, allowed))
                    wrong = say("{name} is {value}, and may be {words}", name=name(), value=one, words=words)
        if wrong is not None:
            raise Unclear({field_name: wrong})


def rights(made: Act[Any], scene: Scene) -> None:
    """Refuse who may not do this (Refused)."""
    if scene.by.machine:
        if not made.machines:
            raise MayNot(say("a person must do this: {act}", act=made.says))
        return
    roles: Collection[str] = made.roles
    state = scene.get(made.thing, made.key())
    if not scene.by.may(roles, made.organisation(scene), made.incident_of(state)):
        raise MayNot(say("{name} may not do this: {act}", name=scene.by.name or scene.by.id, act=made.says))
