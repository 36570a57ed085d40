"""Two-way posts in the expert bank's workbook: what a row says of one, and what it asks to be changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from luoshu.book.table import Column
from luoshu.desk.expert import Expert
from luoshu.desk.post import DIRECTIONS, PARTIES, Post
from luoshu.desk.things import Things
from luoshu.words.message import Message, say

POSTS = "岗位 posts"


def _column(name: str, zh: str, sort: type = str, *, required: bool = False, minimum: float | None = None) -> Column:
    return Column(name=name, type=sort, zh=zh, required=required, default="" if sort is str else None, minimum=minimum)


POST_COLUMNS: tuple[Column, ...] = (
    _column("post", "岗位编号"),
    _column("expert", "编号"),
    _column("name", "姓名"),
    _column("direction", "方向", required=True),
    _column("home", "原单位", required=True),
    _column("host", "聘用单位", required=True),
    _column("work", "兼职工作", required=True),
    _column("share", "时间占比（%）", float, required=True, minimum=0),
    _column("since", "起始日期", date, required=True),
    _column("until", "结束日期", date, required=True),
    _column("agreed", "已同意方"),
    _column("last", "最后一天（提前结束时填写）", date),
    _column("reason", "结束原因"),
)
"""What a row of posts says; a new one has no code. A post is in force once all three parties have agreed."""

_TERMS = ("direction", "home", "host", "work", "share", "since", "until")


def post_line(post: Post, expert: Expert | None, words: Mapping[str, Mapping[str, str]]) -> list[Any]:
    """A post as the cells of its row; `words` give the word for a code, by column."""
    told = {**vars(post), "name": expert.name if expert else "", "last": post.ended, "reason": post.why_ended}
    told["agreed"] = "、".join(zh for party, zh in PARTIES.items() if party in post.agreed)
    told["post"] = post.id
    return [words[name].get(told[name], told[name]) for name in (column.name for column in POST_COLUMNS)]


def post_changes(
    told: Mapping[str, Any], expert: str, things: Things, own: str
) -> list[tuple[str, dict[str, Any]]] | Message:
    """The acts that a row asks for, each with its facts, nothing where it says what stands; or why it cannot be.

    `own` is the workbook's own name, by which a new post has the same code however often it comes in. The terms of a
    post do not change once it was offered; agreements are added, never taken away.
    """
    agreed = _parties(str(told.get("agreed", "")))
    if isinstance(agreed, Message):
        return agreed
    terms = {name: told[name] for name in _TERMS if name in told}
    code = str(told.get("post") or _new_code(own, expert, terms))
    post = things.get(Post, code)
    made: list[tuple[str, dict[str, Any]]] = []
    if post is None and told.get("post"):
        return say("there is no post {id}: leave the code of a new one empty", id=code[:40])
    if post is None:
        made.append(("post.offer", {"post": code, "expert": expert, **terms}))
    elif post.expert != expert:
        return say("the post {id} is somebody else's", id=code)
    elif any(getattr(post, name) != value for name, value in terms.items()):
        return say("what was offered as post {id} does not change: end it, and offer another one", id=code)
    stood = post.agreed if post is not None else ()
    if missing := [PARTIES[party] for party in stood if agreed and party not in agreed]:
        return say("{parties} agreed to post {id}: that is not taken back by a row; end the post instead",
                   parties="、".join(missing), id=code)  # fmt: skip
    made += [("post.agree", {"post": code, "party": party}) for party in agreed if party not in stood]
    if told.get("last") and (post is None or post.ended is None):
        made.append(("post.end", {"post": code, "last": told["last"], "reason": told.get("reason", "")}))
    return made


def _new_code(own: str, expert: str, terms: Mapping[str, Any]) -> str:
    said = "\n".join((own, expert, *(str(terms.get(name, "")) for name in ("host", "since", "direction"))))
    return "p" + hashlib.sha256(said.encode()).hexdigest()[:12]


def _parties(text: str) -> tuple[str, ...] | Message:
    """The parties that a cell names, in their order."""
    codes = {**{zh: party for party, zh in PARTIES.items()}, **{party: party for party in PARTIES}}
    words = [word for word in re.split(r"[、,，;；/\s]+", text) if word]
    wrong = next((word for word in words if word not in codes), None)
    if wrong is not None:
        return say("{name} is {value}, and may be {words}", name="已同意方", value=wrong[:40],
                   words="、".join(PARTIES.values()))  # fmt: skip
    named = {codes[word] for word in words}
    return tuple(party for party in PARTIES if party in named)


DIRECTION_CODES: Mapping[str, str] = {zh: code for code, zh in DIRECTIONS.items()}
