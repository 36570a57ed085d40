"""The alerts of this desk for everybody, without a login: what holds now, what is over, each by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from luoshu.desk.alert import Alert, replaced
from luoshu.desk.clock import local_time
from luoshu.show.alertview import AlertView, view_of
from luoshu.show.language import marked
from luoshu.show.page import Page, Visit
from luoshu.show.pages import Leaf

KEPT_DAYS = 30
MOST = 100


@dataclass(frozen=True, kw_only=True)
class AlertsPage(Page):
    """What holds, drills apart, and what went out in the last days."""

    now: str
    real: tuple[AlertView, ...]
    drills: tuple[AlertView, ...]
    past: tuple[AlertView, ...]
    feed: str


@dataclass(frozen=True, kw_only=True)
class AlertPage(Page):
    """One alert that went out, with those before and after it."""

    alert: AlertView
    before: tuple[AlertView, ...]
    after: AlertView | None


def went_out(visit: Visit) -> list[Alert]:
    """All alerts that went out, newest first."""
    alerts = visit.things.all(Alert).values() if visit.things is not None else ()
    return sorted((each for each in alerts if each.sent), key=lambda each: (each.sent, each.id), reverse=True)


def alerts_page(visit: Visit, name: str, query: Mapping[str, str]) -> AlertsPage:
    """The page of all alerts."""
    assert visit.things is not None
    assert visit.now is not None
    newer = replaced(visit.things.all(Alert))
    since = visit.now - timedelta(days=KEPT_DAYS)
    recent = [each for each in went_out(visit) if each.sent and (each.sent >= since or holding(each, visit))][:MOST]
    views = [view_of(visit, each, newer.get(each.id, ""), drawn=holding(each, visit)) for each in recent]
    hold = sorted((each for each in views if each.state == "holds"), key=lambda each: (each.level, each.sent))
    return AlertsPage(
        title=visit.language.say("Alerts"),
        day=visit.view.day,
        language=visit.language.code,
        now=local_time(visit.now),
        real=tuple(each for each in hold if each.real),
        drills=tuple(each for each in hold if not each.real),
        past=tuple(each for each in views if each.state != "holds"),
        feed="/alerts.atom" if visit.links.mouth == "server" else "",
    )


def holding(alert: Alert, visit: Visit) -> bool:
    """Whether an alert has not expired when somebody looks."""
    return bool(alert.expires and visit.now and visit.now < alert.expires)


def alert_page(visit: Visit, name: str, query: Mapping[str, str]) -> AlertPage:
    """The page of one alert; KeyError where none of that name went out."""
    assert visit.things is not None
    alerts = visit.things.all(Alert)
    alert = alerts[name]
    if not alert.sent:
        raise KeyError(name)
    newer = replaced(alerts)
    after = newer.get(name)
    view = view_of(visit, alert, newer.get(name, ""), drawn=True)
    return AlertPage(
        title=view.headline,
        day=visit.view.day,
        language=visit.language.code,
        alert=view,
        before=tuple(view_of(visit, alerts[each], newer.get(each, "")) for each in alert.chain if each in alerts),
        after=view_of(visit, alerts[after], "") if after else None,
    )


ALERT_LEAVES = (
    Leaf(
        name="alerts",
        path="alerts",
        template="alerts.html",
        type=AlertsPage,
        build=alerts_page,
        says=marked("The alerts of this desk: what holds now, and what went out in the last thirty days."),
    ),
    Leaf(
        name="alert",
        path="alerts/{name}",
        template="alert.html",
        type=AlertPage,
        build=alert_page,
        names=lambda view: [],
        says=marked("One alert, as it went out; the same as CAP 1.2 at /alerts/NAME.xml."),
    ),
)
