"""The pages with forms: trying terms, and sending deliveries again."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qs, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.delivery import DeliveryStatus
from monitor.domain.ids import DeliveryId
from monitor.domain.text import printable
from monitor.storage import activity, attempts, channels, deliveries, trends
from monitor.storage.engine import Connection
from monitor.web.api import retry_now
from monitor.web.app_state import AppState, app_state_of
from monitor.web.match_preview import match_request, run
from monitor.web.pages import page
from monitor.web.parameters import choice_of, limit_of, text_of
from monitor.web.rendering import mark_spans
from monitor.web.responses import ApiError, body_of

SPANS: Final = {"24h": (trends.Bucket.HOUR, 24), "14d": (trends.Bucket.DAY, 14), "90d": (trends.Bucket.DAY, 90)}
SHOWN_TERMS: Final = 200
SHOWN_DELIVERIES: Final = 50
MAX_FORM: Final = 3_000_000
MAX_FIELDS: Final = 1000
NO_FORM: Final = {"title": "", "text": "", "term": ""}


async def terms(request: Request) -> Response:
    """`/terms`: how often each term has fired, and a form to try one."""
    return page(request, "terms.html", **await _terms(request), trial=None, form=NO_FORM, error=None)


async def try_term(request: Request) -> Response:
    """`POST /terms`: the same page with the result of a dry run."""
    fields = await _form(request)
    form = {name: fields.get(name, [""])[0] for name in NO_FORM}
    app_state = app_state_of(request)
    error, found = None, None
    try:
        found = await run_in_threadpool(_tried, app_state, form)
    except ApiError as refused:
        error = refused.detail
    return page(request, "terms.html", 200 if error is None else 422, **await _terms(request), trial=found, form=form, error=error)


async def deliveries_(request: Request) -> Response:
    """`/deliveries`: what is on its way, what arrived, what was given up, and what each receiver said."""
    status, limit = choice_of(request, "status", DeliveryStatus), limit_of(request, SHOWN_DELIVERIES)
    channel = text_of(request, "channel")
    app_state = app_state_of(request)

    def read(connection: Connection) -> dict[str, Any]:
        wanted = DeliveryStatus(status) if status else None
        found = deliveries.listing(connection, status=wanted, channel=channel, limit=limit)
        return {
            "deliveries": found,
            "headlines": activity.headlines(connection, [one.alert_id for one in found if one.alert_id]),
            "attempts": {one.id: attempts.of(connection, one.id) for one in found if one.attempts},
            "counts": deliveries.counts(connection),
            "channels": {
                name: state
                for name, state in channels.listing(connection).items()
                if name in app_state.settings.channels and (state.failures or state.paused)
            },
        }

    around: dict[str, Any] = {"status": status, "channel": channel, "retried": text_of(request, "retried"), "limit": limit}
    return page(request, "deliveries.html", **await app_state.read(read), **around)


async def retry(request: Request) -> Response:
    """`POST /deliveries/retry`: make one delivery, or every dead letter, due again; then back to the list."""
    fields = await _form(request)
    ids = [DeliveryId(printable(one)) for one in fields.get("id", [])]
    if not ids and fields.get("dead") != ["all"]:
        raise ApiError(422, "name a delivery, or all dead letters")
    due = await run_in_threadpool(retry_now, app_state_of(request), ids or None)
    return RedirectResponse("/deliveries?" + urlencode({"retried": len(due)}), 303)


async def _form(request: Request) -> dict[str, list[str]]:
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise ApiError(415, "expected a form")
    try:
        return parse_qs((await body_of(request, MAX_FORM)).decode("utf-8", "replace"), max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise ApiError(422, f"the form has more than {MAX_FIELDS} fields") from error


async def _terms(request: Request) -> dict[str, Any]:
    app_state = app_state_of(request)
    span = request.query_params.get("span", "14d")
    if span not in SPANS:
        raise ApiError(422, f"`span` is one of {', '.join(SPANS)}")
    bucket, number = SPANS[span]
    search = (text_of(request, "search") or "").lower()
    now = SYSTEM_CLOCK.now()

    def read(connection: Connection) -> tuple[Any, ...]:
        return trends.by_term(connection, bucket=bucket, number=number, now=now), trends.last_by_term(connection)

    counts, last = await app_state.read(read)
    chosen = [term for term in app_state.settings.terms if search in term.name.lower()]
    chosen.sort(key=lambda term: (-sum(counts.get(term.name, ())), term.name.lower()))
    rows = [
        {
            "term": term,
            "counts": counts.get(term.name, (0,) * number),
            "last": last.get(term.name),
            "how": term.query or ", ".join(term.phrases),
        }
        for term in chosen[:SHOWN_TERMS]
    ]
    return {"rows": rows, "total": len(chosen), "span": span, "spans": list(SPANS), "bucket": bucket, "search": search}


def _tried(app_state: AppState, form: dict[str, str]) -> dict[str, Any]:
    """The dry run, each term with its text marked where it hits."""
    wanted = form["term"].strip()
    names = {term.name for term in app_state.settings.terms}
    text = form["text"].replace("\r\n", "\n")
    kind = {"term": wanted} if wanted in names else {"query": wanted} if wanted else {}
    trial = match_request({"title": form["title"], "text": text, **kind})
    found = run(app_state, trial)
    hits = [(match["field"], match["start"], match["end"]) for term in found["terms"] for match in term["matches"]]
    return {
        **found,
        "tried": wanted if "query" in kind else None,
        "title_marked": mark_spans(form["title"], [(start, end) for field, start, end in hits if field == "title"]),
        "text_marked": mark_spans(text, [(start, end) for field, start, end in hits if field == "body"]),
    }
