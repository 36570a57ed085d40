"""Forms of acts: every act has one in both languages, with its kinds of fields; what it sends comes back as facts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest
from lxml import html

import luoshu.desk.acts  # noqa: F401
from luoshu.desk.act import ACTS, Act, Thing, act, fact
from luoshu.show.actmodel import request_of
from luoshu.show.forms import facts_in, form_of
from luoshu.show.language import Language
from luoshu.show.links import ServerLinks, SiteLinks
from luoshu.show.page import Visit
from luoshu.show.view import View
from luoshu.words.message import say


@dataclass(frozen=True, kw_only=True)
class Bell(Thing):
    sort = "bell"
    id: str


@pytest.fixture(scope="module")
def ring():
    @act
    class Ring(Act[Bell]):
        what = "bell.toll"
        says = say("ring a bell")
        thing = Bell
        roles = frozenset({"duty"})
        bell: str = fact("The bell", zh="钟", refers=Bell)
        loud: float = fact("How loud it is rung, in decibel", zh="响度", unit="%", minimum=0, maximum=100)
        times: int = fact("How often", zh="次数", default=1)
        tone: str = fact("The tone", zh="音", choices={"a": "甲", "b": "乙"}, default="a")
        tones: tuple[str, ...] = fact("More tones", zh="其他音", choices={"a": "甲", "b": "乙"}, default=())
        names: tuple[str, ...] = fact("Names", zh="名", default=())
        soft: bool = fact("Softly", zh="轻", default=False)
        on_day: date | None = fact("The day", zh="日", default=None)
        at: datetime | None = fact("When", zh="时", default=None)
        told: str = fact("What is said", zh="话", long=True, default="")
        id: str = fact("The ring", hidden=True)

        def key(self):
            return self.bell

        def on(self, state, told):
            return replace(state or Bell(id=self.bell))

    yield Ring
    ACTS.pop("bell.toll")


def visit_in(language, links=None):
    view = View(folder=None, title="t", title_en="", region="r", day=date(2021, 7, 20), gauges=())
    return Visit(view=view, language=Language(language), links=links or ServerLinks(path="desk"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_field_has_its_kind(ring, language):
    form = form_of(visit_in(language), "bell.toll", {"loud": 40.0, "at": datetime(2021, 7, 20, tzinfo=UTC)})
    kinds = {each.name: each.kind for each in form.fields}
    assert kinds == {
        "bell": "text", "loud": "number", "times": "number", "tone": "select", "tones": "checks", "names": "list",
        "soft": "checkbox", "on_day": "date", "at": "datetime-local", "told": "textarea", "id": "hidden",
    }  # fmt: skip
    told = {each.name: each for each in form.fields}
    assert told["loud"].value == "40"
    assert told["at"].value == "2021-07-20T08:00"
    assert told["loud"].required
    assert not told["times"].required
    assert told["bell"].label == ("钟" if language == "zh" else "The bell")
    assert told["tone"].options == ((("a", "甲"), ("b", "乙")) if language == "zh" else (("a", "a"), ("b", "b")))


def test_nothing_can_be_done_where_nobody_serves(ring):
    assert form_of(visit_in("en", SiteLinks(path="desk")), "bell.toll").reason
    assert form_of(visit_in("en"), "bell.toll").reason


def test_what_a_form_sends_comes_back_as_facts(ring):
    sent = {
        "bell": ["b"], "loud": ["4"], "tones": ["a", "b"], "names": ["李，王, 张"], "soft": ["false", "true"],
        "at": ["2021-07-20T08:00"], "told": [""], "_why": ["x"], "colour": ["red"],
    }  # fmt: skip
    assert facts_in(ring, sent) == {
        "bell": "b", "loud": "4", "tones": ["a", "b"], "names": ["李", "王", "张"], "soft": "true",
        "at": "2021-07-20T08:00+08:00", "told": "", "colour": "red",
    }  # fmt: skip


def test_every_act_has_a_form_and_a_description(desk_server):
    admin = desk_server.person("admin", "duty", "store", "team", "viewer", "auditor")
    for what, kind in sorted(ACTS.items()):
        example = request_of(kind)["example"]["facts"]
        for language in ("zh", "en"):
            page = admin.get(f"/desk/acts/{what}", params={**example, "language": language})
            assert page.status_code == 200, (what, page.text)
            tree = html.fromstring(page.text)
            for label in tree.xpath("//form[@data-act]//label[@for]"):
                assert tree.xpath("//*[@id=$id]", id=label.get("for")), (what, label.get("for"))
    assert admin.get("/desk/acts/no.such").status_code == 404
    assert desk_server.client().get("/desk/acts/staff.add").status_code == 401
