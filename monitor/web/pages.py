"""The pages that read: each a few queries in one thread, then a template."""

from __future__ import annotations

from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from monitor.domain.article import Article
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.ids import ArticleId
from monitor.domain.match import Document, Field, TermMatch
from monitor.domain.source import SourceStatus
from monitor.domain.text import printable
from monitor.domain.watch import Severity
from monitor.records import feed_records
from monitor.sources.registry import source_counts
from monitor.storage import activity, alerts, archive, articles, stories
from monitor.storage.engine import Connection
from monitor.web.app_state import AppState, app_state_of
from monitor.web.event_hub import Event
from monitor.web.parameters import alert_filter, choice_of, limit_of, since_of, text_of
from monitor.web.rendering import marked_at, render

SHOWN: Final = 50
_NAMED: Final = 2000
"""Terms offered in the filter's list of names."""
_ORDER: Final = {SourceStatus.FAILING: 0, SourceStatus.GONE: 1, SourceStatus.NEW: 2, SourceStatus.OK: 3}


def page(request: Request, template: str, status_code: int = 200, **context: Any) -> Response:
    """A template with what every page has."""
    app_state = app_state_of(request)
    around = {"path": request.url.path, "guarded": app_state.settings.web.token is not None}
    return HTMLResponse(render(template, **around, **context), status_code)


async def home(request: Request) -> Response:
    """`/`: the newest alerts, and every new one as it comes."""
    app_state = app_state_of(request)
    wanted, limit = alert_filter(request, SYSTEM_CLOCK.now()), limit_of(request, SHOWN)

    def read(connection: Connection) -> tuple[Any, ...]:
        records = alerts.listing(connection, wanted, limit=limit)
        return records, activity.now_in(connection, [record["story"]["id"] for record in records if record["story"].get("id")])

    records, members = await app_state.read(read)
    return page(
        request,
        "home.html",
        records=records,
        members=members,
        wanted=wanted,
        severities=list(reversed(Severity)),
        terms=_names(app_state),
        older=records[-1]["id"] if len(records) == limit else None,
        since=text_of(request, "since"),
        watching=_watching(app_state),
    )


def event_as_html(event: Event) -> dict[str, Any]:
    """What the page needs of an event: ready HTML, and what its filters look at."""
    if event.name == "alert":
        record = event.record
        return {
            "id": event.id,
            "severity": record["alert"]["severity"],
            "said": f"{record['alert']['severity']}: {record['alert']['term']}: {record['article']['title']}",
            "html": render("_alert_alone.html", record=record),
        }
    return {"id": event.id, "html": render("_deliveries_alone.html", deliveries=event.record["deliveries"])}


async def stories_(request: Request) -> Response:
    """`/stories`: what is being told, by how many, and where."""
    since, limit = since_of(request, SYSTEM_CLOCK.now()), limit_of(request, SHOWN)

    def read(connection: Connection) -> tuple[Any, ...]:
        found = stories.listing(connection, since=since, limit=limit)
        return found, stories.members(connection, [story.id for story in found])

    found, members = await app_state_of(request).read(read)
    more = min(4 * limit, 1000) if len(found) == limit and limit < 1000 else None
    return page(request, "stories.html", stories=found, members=members, more=more, since=text_of(request, "since"))


async def feeds_(request: Request) -> Response:
    """`/feeds`: the health of each source, what is broken first."""
    app_state = app_state_of(request)
    status = choice_of(request, "status", SourceStatus)

    records = await app_state.read(lambda connection: feed_records(connection, app_state.settings, SYSTEM_CLOCK.now()))
    counts = {one.value: sum(record["status"] == one for record in records) for one in SourceStatus}
    shown = [record for record in records if status in {None, record["status"]}]
    shown.sort(key=lambda record: (_ORDER[SourceStatus(record["status"])], record["name"].lower()))
    return page(request, "feeds.html", feeds=shown, counts=counts, status=status, folders=app_state.settings.folders)


async def search(request: Request) -> Response:
    """`/search`: stored articles that have all the words."""
    query, since, limit = text_of(request, "q"), since_of(request, SYSTEM_CLOCK.now()), limit_of(request, SHOWN)
    app_state = app_state_of(request)
    found = await app_state.read(lambda connection: list(archive.listing(connection, search=query, since=since, limit=limit)))
    more = min(4 * limit, 1000) if len(found) == limit and limit < 1000 else None
    for record in found:
        record["extract"] = _extract(record["text"], query)
    words = (query or "").split()
    return page(request, "search.html", found=found, q=query, words=words, more=more, since=text_of(request, "since"))


async def article(request: Request) -> Response:
    """`/articles/ID`: the text as it is stored, and what the watch list of today finds in it, whether or not it raised an alert."""
    app_state = app_state_of(request)
    article_id = ArticleId(printable(request.path_params["id"]))

    def read(connection: Connection) -> tuple[Any, ...]:
        found = articles.load(connection, [article_id])
        members = stories.members(connection, [found[0].story_id]) if found and found[0].story_id else {}
        return found, [member for group in members.values() for member in group]

    found, members = await app_state.read(read)
    if not found:
        raise HTTPException(404, "there is no such article, or retention has taken it")
    shown = found[0]
    hits = await run_in_threadpool(_hits, app_state, shown)
    title, body = (
        marked_at(text, [(match.start, match.end) for hit in hits for match in hit.matches if match.field is field])
        for field, text in ((Field.TITLE, shown.title), (Field.BODY, shown.text))
    )
    terms = [hit.term.name for hit in hits]
    return page(request, "article.html", article=shown, title=title, body=body, terms=terms, members=members)


def _hits(app_state: AppState, shown: Article) -> tuple[TermMatch, ...]:
    document = Document(
        title=shown.title, body=shown.text, source=shown.source, language=shown.language, tags=frozenset(shown.tags)
    )
    return app_state.matcher.match(document)


def _extract(text: str, query: str | None, width: int = 280) -> str:
    """Some characters around the first word of the query that the text has."""
    lowered = text.lower()
    places = [at for word in (query or "").lower().split() if (at := lowered.find(word)) >= 0]
    start = max(0, min(places, default=0) - width // 3)
    return ("… " if start else "") + text[start : start + width] + (" …" if start + width < len(text) else "")


def _names(app_state: AppState) -> list[str]:
    return [term.name for term in app_state.settings.terms[:_NAMED]]


def _watching(app_state: AppState) -> dict[str, int]:
    settings = app_state.settings
    return {"terms": len(settings.terms), **source_counts(settings)}
