"""The page of stories with alerts, what is unseen first, and the stream that adds each new alert to it."""

from __future__ import annotations

from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.text import printable
from monitor.domain.watch import Severity
from monitor.sources.registry import describe_sources
from monitor.storage import activity, alerts, silences
from monitor.web.api.events import stream_of
from monitor.web.api.silences import lift
from monitor.web.app_state import AppState, app_state_of
from monitor.web.event_hub import DeliveriesChanged, Event
from monitor.web.page import Action, Context, Page
from monitor.web.parameters import alert_filter, limit_parameter, text_parameter
from monitor.web.rendering import render
from monitor.web.story_cards import card_of_alerts, story_cards

SHOWN: Final = 50
_MAX_SUGGESTED_TERMS: Final = 2000


async def _load(request: Request) -> Context:
    app_state = app_state_of(request)
    settings = app_state.settings
    wanted, limit = alert_filter(request, SYSTEM_CLOCK.now()), limit_parameter(request, SHOWN)
    found = await app_state.read(lambda connection: alerts.listing(connection, wanted, limit=limit))
    silenced = await app_state.read(lambda connection: silences.listing(connection, SYSTEM_CLOCK.now()))
    return {
        "cards": story_cards(found, SYSTEM_CLOCK.now()),
        "state": _state(app_state),
        "silences": silenced,
        "newest": found[0].alert.id if found else None,
        "older": found[-1].alert.id if len(found) == limit else None,
        "wanted": wanted,
        "since": text_parameter(request, "since"),
        "severities": list(reversed(Severity)),
        "counts": {} if wanted.terms or wanted.since else await app_state.read(activity.alerts_by_severity),
        "terms": [term.name for term in settings.terms[:_MAX_SUGGESTED_TERMS]],
        "watched_terms": len(settings.terms),
        "sources": describe_sources(settings),
    }


async def _lift(request: Request) -> Response:
    """End a silence, then show the page; one that is over already is no fault."""
    await run_in_threadpool(lift, app_state_of(request), printable(request.path_params["id"]))
    return RedirectResponse("/", 303)


def _state(app_state: AppState) -> dict[str, Any] | None:
    """Return whether all is well and since when, or what is not; None before the first check."""
    readiness = app_state.health.last_readiness()
    if readiness is None:
        return None
    since = app_state.health.troubled_since()
    wrong = [{"part": name, "reason": reason, "since": since.get(name)} for name, reason in readiness.degraded.items()]
    return {"status": readiness.status, "since": app_state.health.well_since(), "wrong": wrong}


def _event_as_html(event: Event) -> dict[str, Any]:
    if isinstance(event, DeliveriesChanged):
        return {"id": event.alert_id, "html": render("_changed_deliveries.html", deliveries=event.deliveries)}
    alert = event.stored.alert
    return {
        "id": alert.id,
        "severity": alert.severity,
        "rank": alert.severity.rank,
        "story": event.stored.story.id if event.stored.story else None,
        "announcement": f"{alert.severity}: {alert.term}: {alert.data['article']['title']}",
        "html": render("_new_alert.html", card=card_of_alerts([event.stored], SYSTEM_CLOCK.now())),
    }


PAGE: Final = Page(
    path="/",
    title="Alerts",
    template="alerts.html",
    shows="whether all is well and since when; one card for each story with alerts, as they are raised, what is unseen and worst first: the match in its "
    "sentence, why it matched, who else has the story, where it was delivered; acknowledges and silences; filters by severity, term and time",
    navigation="Alerts",
    position=10,
    load=_load,
    actions=(
        Action(method="GET", path="/events", handler=stream_of(_event_as_html)),
        Action(method="POST", path="/silences/{id}/lift", handler=_lift),
    ),
)
