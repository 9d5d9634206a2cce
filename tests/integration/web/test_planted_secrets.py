"""Secrets planted in the configuration and in all that comes from outside appear in no answer and in no stored error."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.delivery import AttemptResult, DeliveryStatus, DeliveryUpdate, Outcome
from monitor.domain.ids import AlertId
from monitor.domain.lease import Lease
from monitor.domain.source import SourceStatus
from monitor.settings.feeds import FeedSettings
from monitor.storage import attempts, deliveries
from monitor.storage.engine import Database
from monitor.storage.feeds import sync
from monitor.storage.tables import attempts as attempts_table
from monitor.storage.tables import deliveries as deliveries_table
from monitor.storage.tables import feeds as feeds_table
from monitor.web.registry import endpoints, pages
from tests.integration.web.scenes import add_alert
from tests.integration.web.serving import serving

FEED_KEY, HOOK_KEY, TOKEN = "pl4nted-feed-key", "Pl4ntedHookKey77", "pl4nted-token-0x7f"
FEED = f"https://news.example/rss?key={FEED_KEY}"


def _plant(database: Database) -> None:
    """A feed and a receiver that say their own secrets when they fail."""
    now = SYSTEM_CLOCK.now()
    alert_id = add_alert(database, channels=("hook",))
    echo = f"Cannot POST /in/{HOOK_KEY}"
    failed = DeliveryUpdate(status=DeliveryStatus.DEAD, next_attempt_at=None, error=echo)
    with database.write() as connection:
        (delivery,) = deliveries.listing(connection, alert_ids=[AlertId(alert_id)])
        deliveries.claim(connection, [delivery.id], Lease(owner="o", until=now))
        attempts.record(connection, [(delivery.id, AttemptResult(outcome=Outcome.REFUSED, at=now, answer=echo))])
        assert deliveries.settle(connection, [delivery.id], failed, owner="o", now=now, began=now)
        connection.execute(feeds_table.update().values(status=SourceStatus.FAILING, reason=f"GET {FEED}: 500"))


def test_planted_secrets_are_in_no_answer_and_in_no_stored_error(tmp_path: Path, store: Database, redis_url: str) -> None:
    """Every page and every endpoint that reads, as HTML and as JSON; and what the database keeps of failures."""
    config = {
        "web": {"token": TOKEN},
        "feeds": [FEED],
        "channels": {"hook": {"type": "webhook", "url": f"https://hook.example/in/{HOOK_KEY}"}},
    }
    with serving(tmp_path, store, redis_url, **config) as site:
        with store.write() as connection:
            sync(connection, [FeedSettings(url=FEED)], SYSTEM_CLOCK.now())
        _plant(store)
        paths = {
            *(page.path for page in pages() if "{" not in page.path),
            *(one.path for one in endpoints() if one.method == "GET" and "{" not in one.path and one.path != "/api/events"),
        }
        answers = {path: site.get(path, authorization=f"Bearer {TOKEN}", accept="text/html").text for path in paths}
    assert "***" in answers["/feeds"]
    assert "***" in answers["/api/deliveries"]
    shown = {path for path, text in answers.items() for secret in (FEED_KEY, HOOK_KEY, TOKEN) if secret in text}
    assert shown == set()
    with store.read() as connection:
        kept = [
            *connection.execute(select(deliveries_table.c.last_error)).scalars(),
            *connection.execute(select(attempts_table.c.answer)).scalars(),
            *connection.execute(select(feeds_table.c.reason)).scalars(),
        ]
    assert [text for text in kept if text and (FEED_KEY in text or HOOK_KEY in text)] == []
