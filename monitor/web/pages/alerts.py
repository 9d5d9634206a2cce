"""The page of alerts, newest first, and the stream that adds each new one to it."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.watch import Severity
from monitor.records import alert_record
from monitor.sources.registry import describe_sources
from monitor.storage import alerts
from monitor.storage.alerts import StoredAlert
from monitor.web.api.events import stream_of
from monitor.web.app_state import app_state_of
from monitor.web.event_hub import DeliveriesChanged, Event
from monitor.web.page import Action, Context, Page
from monitor.web.parameters import alert_filter, limit_parameter, text_parameter
from monitor.web.rendering import render

SHOWN: Final = 50
_MAX_SUGGESTED_TERMS: Final = 2000


async def _load(request: Request) -> Context:
    app_state = app_state_of(request)
    settings = app_state.settings
    wanted, limit = alert_filter(request, SYSTEM_CLOCK.now()), limit_parameter(request, SHOWN)
    found = await app_state.read(lambda connection: alerts.listing(connection, wanted, limit=limit))
    return {
        "cards": [_card(stored) for stored in found],
        "newest": found[0].alert.id if found else None,
        "older": found[-1].alert.id if len(found) == limit else None,
        "wanted": wanted,
        "since": text_parameter(request, "since"),
        "severities": list(reversed(Severity)),
        "terms": [term.name for term in settings.terms[:_MAX_SUGGESTED_TERMS]],
        "watched_terms": len(settings.terms),
        "sources": describe_sources(settings),
    }


def _card(stored: StoredAlert) -> dict[str, Any]:
    """Return what the card of an alert shows: its record, and where its story has been read."""
    return {"record": alert_record(stored, SYSTEM_CLOCK.now()), "members": stored.story.members if stored.story else ()}


def _event_as_html(event: Event) -> dict[str, Any]:
    if isinstance(event, DeliveriesChanged):
        return {"id": event.alert_id, "html": render("_changed_deliveries.html", deliveries=event.deliveries)}
    alert = event.stored.alert
    return {
        "id": alert.id,
        "severity": alert.severity,
        "announcement": f"{alert.severity}: {alert.term}: {alert.data['article']['title']}",
        "html": render("_new_alert.html", card=_card(event.stored)),
    }


PAGE: Final = Page(
    path="/",
    title="Alerts",
    template="alerts.html",
    shows="alerts as they are raised: the match in its sentence, why it matched, who else has the story, where it was delivered; "
    "filters by severity, term and time",
    navigation="Alerts",
    position=10,
    load=_load,
    actions=(Action(method="GET", path="/events", handler=stream_of(_event_as_html)),),
)
