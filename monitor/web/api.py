"""The API that reads: the records of the commands, newest first."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.delivery import DeliveryStatus
from monitor.domain.ids import DeliveryId
from monitor.domain.source import SourceStatus
from monitor.domain.text import printable
from monitor.records import delivery_record, feed_records, status_record, story_record
from monitor.storage import alerts, archive, deliveries, stories
from monitor.storage.engine import Connection
from monitor.web.app_state import AppState, app_state_of
from monitor.web.parameters import alert_filter, choice_of, expect_only, limit_of, since_of, text_of
from monitor.web.responses import ApiError, json_of, json_response


async def alerts_(request: Request) -> Response:
    """`GET /api/alerts?since=&term=&severity=&before=&limit=`."""
    expect_only(request, ("since", "term", "severity", "before", "limit"))
    wanted, limit = alert_filter(request, SYSTEM_CLOCK.now()), limit_of(request)
    return json_response(await app_state_of(request).read(lambda connection: alerts.listing(connection, wanted, limit=limit)))


async def articles_(request: Request) -> Response:
    """`GET /api/articles?search=&since=&limit=`."""
    expect_only(request, ("search", "since", "limit"))
    search, since, limit = text_of(request, "search"), since_of(request, SYSTEM_CLOCK.now()), limit_of(request)
    return json_response(
        await app_state_of(request).read(
            lambda connection: list(archive.listing(connection, search=search, since=since, limit=limit))
        )
    )


async def stories_(request: Request) -> Response:
    """`GET /api/stories?since=&limit=`."""
    expect_only(request, ("since", "limit"))
    since, limit = since_of(request, SYSTEM_CLOCK.now()), limit_of(request)
    found = await app_state_of(request).read(lambda connection: stories.listing(connection, since=since, limit=limit))
    return json_response([story_record(story) for story in found])


async def feeds_(request: Request) -> Response:
    """`GET /api/feeds?status=&search=&limit=`; without a limit every configured feed."""
    expect_only(request, ("status", "search", "limit"))
    status, search = choice_of(request, "status", SourceStatus), (text_of(request, "search") or "").lower()
    limit = limit_of(request) if text_of(request, "limit") else None
    app_state = app_state_of(request)
    records = await app_state.read(lambda connection: feed_records(connection, app_state.settings, SYSTEM_CLOCK.now()))
    chosen = [
        record
        for record in records
        if (status is None or record["status"] == status) and search in f"{record['name']} {record['url']}".lower()
    ]
    return json_response(chosen[:limit])


async def deliveries_(request: Request) -> Response:
    """`GET /api/deliveries?status=&channel=&limit=`."""
    expect_only(request, ("status", "channel", "limit"))
    status, channel, limit = choice_of(request, "status", DeliveryStatus), text_of(request, "channel"), limit_of(request)

    def read(connection: Connection) -> list[dict[str, Any]]:
        wanted = DeliveryStatus(status) if status else None
        return [delivery_record(one) for one in deliveries.listing(connection, status=wanted, channel=channel, limit=limit)]

    return json_response(await app_state_of(request).read(read))


async def retry(request: Request) -> Response:
    """`POST /api/deliveries/retry` with `{"ids": […]}` or `{"dead": true}`: what is now due, and the ids that cannot be retried."""
    document = await json_of(request)
    ids, dead = document.get("ids"), document.get("dead", False)
    if dead is True and ids is None:
        chosen = None
    elif dead is False and isinstance(ids, list) and ids and all(isinstance(one, str) for one in ids) and len(ids) <= 1000:
        chosen = [DeliveryId(printable(one)) for one in ids]
    else:
        raise ApiError(422, 'expected {"ids": ["…"]} with up to 1000 ids, or {"dead": true}')
    due = await run_in_threadpool(retry_now, app_state_of(request), chosen)
    return json_response({"due": due, "refused": sorted(set(chosen or ()) - set(due))})


async def status(request: Request) -> Response:
    """`GET /api/status`: what `news-monitor status --json` prints."""
    expect_only(request, ())
    app_state = app_state_of(request)
    now = SYSTEM_CLOCK.now()
    return json_response(await app_state.read(lambda connection: status_record(connection, app_state.settings, now)))


def retry_now(app_state: AppState, ids: list[DeliveryId] | None) -> list[DeliveryId]:
    """Make deliveries due again, or every dead letter, and have their channels woken at once."""
    with app_state.database.write() as connection:
        due = deliveries.retry(connection, ids, now=SYSTEM_CLOCK.now())
    with app_state.database.read() as connection:
        channels = deliveries.due_channels(connection, SYSTEM_CLOCK.now()) if due else ()
    for channel in channels:
        if not app_state.relay.deliver(channel):
            break
    return list(due)
