"""Two-way posts: an expert of a company part-time at a university, and back; in force when all three have agreed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from luoshu.book.directory import Owner
from luoshu.desk.act import Act, Scene, Thing, Told, act, fact
from luoshu.desk.expert import KEEPERS, SELF, Expert, only_theirs
from luoshu.desk.journal import MayNot, Refused
from luoshu.words.message import say

DIRECTIONS: Mapping[str, str] = {
    "to_university": "企业专家到高校院所",
    "to_company": "高校院所专家到企业",
    "other": "其他",
}
PARTIES: Mapping[str, str] = {"home": "原单位", "host": "聘用单位", "expert": "本人"}


@dataclass(frozen=True, kw_only=True)
class Post(Thing):
    """A part-time post of an expert at a second organisation: `share` of the working time in percent."""

    sort: ClassVar[str] = "post"
    zh: ClassVar[str] = "岗位"
    id: str
    expert: str
    home: str
    host: str
    direction: str
    work: str
    share: float
    since: date
    until: date
    agreed: tuple[str, ...] = ()
    ended: date | None = None
    why_ended: str = ""

    @property
    def last(self) -> date:
        """Its last day."""
        return min(self.until, self.ended) if self.ended else self.until

    def active(self, day: date) -> bool:
        """Whether it is in force on a day: agreed by all three, begun and not over."""
        return set(self.agreed) == set(PARTIES) and self.since <= day <= self.last


@act
class OfferPost(Act[Post]):
    what = "post.offer"
    of_person = True
    says = say("offer an expert a second post")
    thing = Post
    roles = KEEPERS
    post: str = fact("The name of the post", zh="兼职编号", hidden=True)
    expert: str = fact("The expert", zh="专家", refers=Expert)
    host: str = fact("Where", zh="聘用单位", refers=Owner, personal=True)
    home: str = fact("Where they work now", zh="原单位", refers=Owner, personal=True)
    direction: str = fact("Which way", zh="方向", choices=DIRECTIONS)
    work: str = fact("What they do there", zh="兼职工作", long=True, personal=True)
    share: float = fact("Share of the working time", zh="时间占比", unit="%", minimum=1, maximum=50)
    since: date = fact("From", zh="起始日期")
    until: date = fact("To", zh="结束日期")

    def key(self) -> str:
        return self.post

    def organisation(self, scene: Scene) -> str:
        return self.host

    def check(self, scene: Scene) -> None:
        expert = scene.need(Expert, self.expert)
        if not expert.listed(scene.at.astimezone(scene.clock.zone).date()):
            raise Refused(say("{id} has not agreed to be on the list", id=self.expert))
        _room_for(self.expert, self.share, self.since, self.until, scene.all(Post).values())

    def on(self, state: Post | None, told: Told) -> Post:
        if state is not None:
            raise Refused(say("there is a post {id} already", id=self.post))
        if self.until < self.since:
            raise Refused(say("the post ends before it begins"))
        if self.host and self.host == self.home:  # erased, both are empty
            raise Refused(say("a second post is at another organisation"))
        return Post(
            id=self.post, expert=self.expert, home=self.home, host=self.host, direction=self.direction, work=self.work,
            share=self.share, since=self.since, until=self.until,
        )  # fmt: skip


def _room_for(expert: str, share: float, since: date, until: date, posts: Iterable[Post]) -> None:
    """Refuse more than half of somebody's time in second posts on any day."""
    held = [each for each in posts if each.expert == expert and each.since <= until and since <= each.last]
    for day in {since, *(max(since, each.since) for each in held)}:
        taken = sum(each.share for each in held if each.since <= day <= each.last)
        if taken + share > 50:
            raise Refused(say("with {taken:g} % in second posts already, {share:g} % more is over half", taken=taken,
                              share=share))  # fmt: skip


@act
class AgreePost(Act[Post]):
    what = "post.agree"
    of_person = True
    says = say("agree to a second post")
    thing = Post
    roles = KEEPERS | {SELF}
    post: str = fact("The post", zh="兼职编号", refers=Post)
    party: str = fact("Who agrees", zh="同意方", choices=PARTIES)

    def key(self) -> str:
        return self.post

    def organisation(self, scene: Scene) -> str:
        post = scene.get(Post, self.post)
        if post is None:
            return ""
        return {"home": post.home, "host": post.host}.get(self.party, "")

    def check(self, scene: Scene) -> None:
        if SELF in scene.by.roles and self.party != "expert":
            raise MayNot(say("{name} may not do this: {act}", name=scene.by.id, act=self.says))
        only_theirs(scene, scene.need(Post, self.post).expert)

    def on(self, state: Post | None, told: Told) -> Post:
        post = _open(state, self.post)
        if self.party in post.agreed:
            raise Refused(say("they have agreed already"))
        return replace(post, agreed=(*post.agreed, self.party))


@act
class EndPost(Act[Post]):
    what = "post.end"
    of_person = True
    says = say("end a second post")
    thing = Post
    roles = KEEPERS
    post: str = fact("The post", zh="兼职编号", refers=Post)
    last: date = fact("The last day", zh="最后一天")
    reason: str = fact("Why", zh="原因", long=True, personal=True)

    def key(self) -> str:
        return self.post

    def check(self, scene: Scene) -> None:
        post = scene.need(Post, self.post)
        if self.last < post.since or self.last > post.until:
            raise Refused(say("the last day of post {id} lies between {since} and {until}", id=post.id,
                              since=post.since, until=post.until))  # fmt: skip

    def on(self, state: Post | None, told: Told) -> Post:
        return replace(_open(state, self.post), ended=self.last, why_ended=self.reason)


def _open(state: Post | None, id: str) -> Post:
    if state is None:
        raise Refused(say("there is no post {id}", id=id))
    if state.ended is not None:
        raise Refused(say("the post {id} has ended", id=id))
    return state
