"""Alerts for other systems: each as the CAP 1.2 file that went out, and all of them as an Atom feed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import Response

from luoshu.desk.alert import Alert
from luoshu.desk.capfile import read_alert
from luoshu.show.alertpages import KEPT_DAYS, MOST, went_out
from luoshu.show.language import Language
from luoshu.show.visits import spoken, visit_of
from luoshu.words.message import say

ATOM = "http://www.w3.org/2005/Atom"
CAP_TYPE = "application/cap+xml"


def add_alerts(app: FastAPI) -> None:
    """The addresses of the files and of the feed; before the pages, so that `NAME.xml` is no page."""

    def file(request: Request, name: str) -> Response:
        visit = visit_of(request, "alerts", None, None)
        alert = visit.things.get(Alert, name) if visit.things is not None else None
        if alert is None or not alert.xml:
            raise HTTPException(404, say("there is no alert {name}", name=name[:80]))
        headers = {"content-disposition": f'inline; filename="{alert.id}.xml"'}
        return Response(alert.xml.encode(), media_type=CAP_TYPE, headers=headers)

    def feed(request: Request) -> Response:
        visit = visit_of(request, "alerts", None, None)
        assert visit.now is not None
        since = visit.now - timedelta(days=KEPT_DAYS)
        recent = [each for each in went_out(visit) if each.sent and each.sent >= since][:MOST]
        title = visit.view.name(spoken(request, None).code)
        text = atom(recent, str(request.base_url).rstrip("/"), title, visit.language, visit.now)
        return Response(text, media_type="application/atom+xml")

    app.add_api_route("/alerts.atom", feed, methods=["GET"], include_in_schema=False, name="alert_feed")
    app.add_api_route("/alerts/{name}.xml", file, methods=["GET"], include_in_schema=False, name="alert_file")


def atom(alerts: Iterable[Alert], base: str, title: str, language: Language, now: datetime) -> bytes:
    """An Atom feed (RFC 4287) of alerts, newest first, each entry with the link to its CAP file.

    `base` is the address of the server without a slash at its end. Where there are no alerts the feed is as new as now.
    """
    from lxml import etree

    listed = list(alerts)
    bare: dict[Any, str] = {None: ATOM}
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap=bare)
    feed.set("{http://www.w3.org/XML/1998/namespace}lang", language.tag)
    _add(feed, "id", f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, base + '/alerts.atom')}")
    _add(feed, "title", language.say("Alerts: {title}", title=title))
    _add(feed, "updated", _at(max((each.sent for each in listed if each.sent), default=now)))
    _add(feed, "link", rel="self", type="application/atom+xml", href=f"{base}/alerts.atom")
    _add(feed, "link", rel="alternate", type="text/html", href=f"{base}/alerts")
    _add(_add(feed, "author"), "name", title or "luoshu")
    _add(feed, "generator", "luoshu")
    for alert in listed:
        _entry(feed, alert, base, language)
    etree.indent(feed)
    text: bytes = etree.tostring(feed, xml_declaration=True, encoding="UTF-8")
    return text


def _entry(feed: Any, alert: Alert, base: str, language: Language) -> None:
    told, _ = read_alert(alert.xml.encode(), alert.id)
    if told is None or alert.sent is None:
        return
    info = told["info"][-1 if language.code == "en" else 0]
    entry = _add(feed, "entry")
    name = f"{told['sender']},{told['identifier']},{told['sent']}"
    _add(entry, "id", f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}")
    _add(entry, "title", info["headline"] or info["event"])
    _add(entry, "updated", _at(alert.sent))
    _add(entry, "published", _at(alert.sent))
    _add(_add(entry, "author"), "name", info["senderName"] or told["info"][0]["senderName"] or told["sender"])
    _add(entry, "link", rel="alternate", type=CAP_TYPE, href=f"{base}/alerts/{alert.id}.xml")
    _add(entry, "link", rel="related", type="text/html", href=f"{base}/alerts/{alert.id}")
    for scheme, term in (
        ("status", told["status"]), ("msgType", told["msgType"]), ("severity", info["severity"]),
        ("urgency", info["urgency"]), ("certainty", info["certainty"]),
    ):  # fmt: skip
        _add(entry, "category", scheme=f"urn:oasis:names:tc:emergency:cap:1.2:{scheme}", term=term)
    _add(entry, "summary", info["description"] or told["info"][0]["description"] or info["headline"] or info["event"])


def _add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
    from lxml import etree

    made = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    made.text = text
    return made


def _at(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
