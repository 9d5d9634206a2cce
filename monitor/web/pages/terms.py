"""The page of terms: how often each has raised alerts, and a form that tries one on a text."""

from __future__ import annotations

from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.storage import trends
from monitor.storage.engine import Connection
from monitor.web.api.match_preview import match_request, preview
from monitor.web.app_state import AppState, app_state_of
from monitor.web.form_body import form_fields
from monitor.web.page import Action, Context, Page, respond
from monitor.web.parameters import text_parameter
from monitor.web.rendering import mark_spans
from monitor.web.responses import ApiError
from monitor.web.term_silence import quiet_term, quiet_terms, watched

SPANS: Final = {"24h": (trends.Bucket.HOUR, 24), "14d": (trends.Bucket.DAY, 14), "90d": (trends.Bucket.DAY, 90)}
MAX_ROWS: Final = 200
_EMPTY_FORM: Final = {"title": "", "text": "", "term": "", "html": ""}


async def _load(request: Request) -> Context:
    return {**await _counts(request), "preview": None, "form": _EMPTY_FORM, "error": None, "quiet": await _quiet(request)}


async def _quiet(request: Request) -> dict[str, Any] | None:
    """Return why the term of `?quiet=` is quiet; None where the page is not asked for one."""
    app_state, name = app_state_of(request), text_parameter(request, "quiet")
    if name is None or all(name != term.name for term in app_state.settings.terms):
        return None
    return await app_state.read(lambda connection: quiet_term(app_state, connection, name, SYSTEM_CLOCK.now()))


async def _try_term(request: Request) -> Response:
    """Return the page with the preview that its form asks for, or with the reason why there is none."""
    fields = await form_fields(request)
    form = {name: fields.get(name, [""])[0] for name in _EMPTY_FORM}
    error, found = None, None
    try:
        found = await run_in_threadpool(_preview, app_state_of(request), form)
    except ApiError as raised:
        error = raised.detail
    context = {**await _counts(request), "preview": found, "form": form, "error": error, "quiet": None}
    return respond(request, PAGE, context, 200 if error is None else 422)


async def _counts(request: Request) -> dict[str, Any]:
    app_state = app_state_of(request)
    span = request.query_params.get("span", "14d")
    if span not in SPANS:
        raise ApiError(422, f"`span` is one of {', '.join(SPANS)}")
    bucket, number = SPANS[span]
    search = (text_parameter(request, "search") or "").lower()
    now = SYSTEM_CLOCK.now()

    def read(connection: Connection) -> tuple[Any, ...]:
        counts = trends.by_term(connection, bucket=bucket, number=number, now=now)
        quiet = {record["term"]: record["state"] for record in quiet_terms(app_state, connection, now)}
        return counts, trends.last_by_term(connection), quiet, watched(app_state, connection, now)["summary"]

    counts, last, quiet, summary = await app_state.read(read)
    chosen = [term for term in app_state.settings.terms if search in term.name.lower()]
    chosen.sort(key=lambda term: (-sum(counts.get(term.name, ())), term.name.lower()))
    rows = [
        {
            "term": term,
            "counts": counts.get(term.name, (0,) * number),
            "last": last.get(term.name),
            "quiet": quiet.get(term.name),
            "pattern": term.query or ", ".join(term.phrases),
        }
        for term in chosen[:MAX_ROWS]
    ]
    return {
        "rows": rows,
        "total": len(chosen),
        "span": span,
        "spans": list(SPANS),
        "bucket": bucket,
        "search": search,
        "watched": summary,
        "removed": text_parameter(request, "removed"),
    }


def _preview(app_state: AppState, form: dict[str, str]) -> dict[str, Any]:
    """Return the preview, with title and text marked where a term matches."""
    wanted = form["term"].strip()
    names = {term.name for term in app_state.settings.terms}
    text = form["text"].replace("\r\n", "\n")
    choice = {"term": wanted} if wanted in names else {"query": wanted} if wanted else {}
    found: dict[str, Any] = {"text": text} | preview(
        app_state, match_request({"title": form["title"], "text": text, "html": bool(form["html"]), **choice})
    )
    matches = [(match["field"], match["start"], match["end"]) for term in found["terms"] for match in term["matches"]]
    return {
        **found,
        "query": wanted if "query" in choice else None,
        "marked_title": mark_spans(form["title"], [(start, end) for field, start, end in matches if field == "title"]),
        "marked_text": mark_spans(found["text"], [(start, end) for field, start, end in matches if field == "body"]),
    }


PAGE: Final = Page(
    path="/terms",
    title="Terms",
    template="terms.html",
    shows="how often each term has raised an alert in 24 hours, 14 or 90 days; a form to try a term of the list, or a query that is "
    "not on it yet, on any text; what was watched, and which terms never fired or stopped, with what they almost matched",
    navigation="Terms",
    position=30,
    load=_load,
    actions=(Action(method="POST", path="/terms", handler=_try_term),),
)
