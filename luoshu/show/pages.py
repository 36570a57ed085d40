"""All pages: which there are, how each is built and drawn. Server and published site both go through this list."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from luoshu.desk.clock import local_time
from luoshu.kinds.commitment import VERDICTS
from luoshu.show.about import About, about
from luoshu.show.countymap import MapPage, bare, drawn_layer, map_drawing, map_page, shade
from luoshu.show.desknav import desk_navigation, desk_told, stands_under
from luoshu.show.drawing import drawing, legend, shape, spark
from luoshu.show.language import marked
from luoshu.show.links import file_name
from luoshu.show.livemap import board_land
from luoshu.show.overview import (
    Overview,
    OwnerPage,
    Owners,
    Problems,
    overview,
    owner,
    owner_ids,
    owners,
    problems,
)
from luoshu.show.page import Page, Visit
from luoshu.show.paper import STATE_WORDS, STATUS_WORDS, PaperPage, Papers, highlighted, paper, papers
from luoshu.show.promise import PromisePage, promise
from luoshu.show.view import View

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """One kind of page: its name, its path (with `{name}` where there are several), its template and its builder.

    `roles` are who may see it; None: everybody, without a login. `reach` gives the organisation and the incident that a
    page is about, for who sees only some. What is `personal` is written into the journal whenever somebody looks at it.
    A page that is `known` is seen by everybody who is logged in, also before they have a role.
    """

    name: str
    path: str
    template: str
    type: type[Page]
    build: Callable[..., Page]
    names: Callable[[View], list[str]] = lambda view: [""]
    says: str = ""
    roles: frozenset[str] | None = None
    reach: Callable[[Visit, str], tuple[str, str]] = lambda visit, name: ("", "")
    personal: bool = False
    known: bool = False

    def paths(self, view: View) -> list[tuple[str, str]]:
        """The path and name of every page of this kind."""
        return [(self.path.format(name=name), name) for name in self.names(view)]


def _promises(view: View) -> list[str]:
    return [file_name(gauge.commitment.id) for gauge in view.gauges]


def _owners(view: View) -> list[str]:
    return [file_name(owner) for owner in owner_ids(view.gauges)]


def _papers(view: View) -> list[str]:
    return [paper.name for paper in view.papers]


LEAVES = (
    Leaf(
        name="overview",
        path="",
        template="overview.html",
        type=Overview,
        build=overview,
        says=marked("Every promise as a row. Filter with owner, chapter, verdict and q; group with group."),
    ),
    Leaf(
        name="promise",
        path="promises/{name}",
        template="promise.html",
        type=PromisePage,
        build=promise,
        names=_promises,
        says=marked("One promise: its gauge, chart, reasons, sources and history."),
    ),
    Leaf(
        name="documents",
        path="documents",
        template="documents.html",
        type=Papers,
        build=papers,
        says=marked("The documents of the book, with counts of what was found in them."),
    ),
    Leaf(
        name="document",
        path="documents/{name}",
        template="document.html",
        type=PaperPage,
        build=paper,
        names=_papers,
        says=marked("One document: its original text and every proposal with its place."),
    ),
    Leaf(
        name="owners",
        path="owners",
        template="owners.html",
        type=Owners,
        build=owners,
        says=marked("Who owes what, and what is overdue to report."),
    ),
    Leaf(
        name="owner",
        path="owners/{name}",
        template="owner.html",
        type=OwnerPage,
        build=owner,
        names=_owners,
        says=marked("One owner with its promises."),
    ),
    Leaf(
        name="map",
        path="map",
        template="map.html",
        type=MapPage,
        build=map_page,
        says=marked("Figures by county, with the outlines of the counties."),
    ),
    Leaf(
        name="problems",
        path="problems",
        template="problems.html",
        type=Problems,
        build=problems,
        says=marked("All faults of the book: code, file, line, what is wrong and how to mend it."),
    ),
    Leaf(
        name="about",
        path="about",
        template="about.html",
        type=About,
        build=about,
        says=marked("How promises are gauged, in plain words."),
    ),
)


@cache
def environment() -> Environment:
    """The templates; everything is escaped, and a name that is not there is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        local_time=local_time,
        shape=shape,
        spark=spark,
        drawing=drawing,
        legend=legend,
        highlighted=highlighted,
        map_drawing=map_drawing,
        bare=bare,
        drawn_layer=drawn_layer,
        shade=shade,
        data=script_data,
        desk_told=desk_told,
        board_land=board_land,
        verdict_order={verdict: index for index, verdict in enumerate(VERDICTS)},
    )
    return made


def plain(value: Any) -> Any:
    """A page as dicts, lists, numbers and strings; days in ISO form."""
    return json.loads(as_text(value))


def as_text(value: Any) -> str:
    """A page as JSON; a number that is none (NaN, infinity) is null, as JSON has no word for it."""
    return json.dumps(finite(asdict(value)), ensure_ascii=False, default=_said, allow_nan=False)


def _said(value: Any) -> str:
    """A day or a moment as ISO 8601 says it, anything else as text."""
    return str(value.isoformat() if hasattr(value, "isoformat") else value)


def finite(value: Any) -> Any:
    """The same value with null for every number that is none.

    >>> finite({"a": [1.0, float("nan")]})
    {'a': [1.0, None]}
    """
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(each) for each in value]
    return value


def script_data(value: Any) -> Markup:
    """A page's data for a script element: JSON in which no character can end the element."""
    text = as_text(value)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def drawn(template: str, name: str, page: Page, visit: Visit, **more: Any) -> str:
    """A page as HTML."""
    language = visit.language
    context = {
        "page": page,
        "page_name": name,
        "language": language,
        "links": visit.links,
        "_": language.say,
        "book_title": visit.view.name(language.code),
        "folder": visit.view.folder.name,
        "navigation": navigation(visit),
        "self_path": "/" + visit.links.path if visit.links.mouth == "server" else "",
        "has_json": name != "error",
        "status_words": [(key, language.text(word)) for key, word in STATUS_WORDS.items()],
        "state_words": [(key, language.text(word)) for key, word in STATE_WORDS.items()],
        "keys": keys(visit),
        "visit": visit,
        "desk_navigation": desk_navigation(visit),
        "desk_under": stands_under(visit.links.path),
    }
    return environment().get_template(template).render({**context, **more})


def render(leaf: Leaf, visit: Visit, name: str = "", query: Mapping[str, str] | None = None) -> str:
    """The HTML of one page of a leaf."""
    return drawn(leaf.template, leaf.name, leaf.build(visit, name, query or {}), visit)


def navigation(visit: Visit) -> list[tuple[str, str]]:
    """The main pages and their words."""
    say = visit.language.say
    pages = [
        ("", say("Overview")),
        ("owners", say("Owners")),
        ("documents", say("Documents")),
        ("map", say("Map")),
        ("problems", say("Problems")),
        ("about", say("Method")),
    ]
    if visit.room is not None and visit.links.mouth == "server":
        pages += [("alerts", say("Alerts")), ("desk", say("Desk"))]
    view = visit.view
    mapped = view.polygons or view.map_faults or (view.layers is not None and view.layers.names)
    return [page for page in pages if page[0] != "map" or mapped]


def keys(visit: Visit) -> list[tuple[str, str]]:
    """The keys of the reader."""
    say = visit.language.say
    return [
        ("j", say("next proposal")),
        ("k", say("previous proposal")),
        ("o", say("next one to decide")),
        ("a", say("accept")),
        ("e", say("correct: open the fields")),
        ("c", say("settle as corrected (in the fields: Ctrl+Enter)")),
        ("r", say("reject")),
        ("u", say("undo")),
        ("?", say("this list")),
    ]
