"""The page and the endpoint of bursts."""

from __future__ import annotations

from pathlib import Path

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.trend import Series, SeriesKind, StoredBurst
from monitor.storage import bursts
from monitor.storage.engine import Database
from tests.integration.web.scenes import HOSTILE
from tests.integration.web.serving import serving
from tests.integration.web.test_pages import is_clean


def test_bursts_are_shown_with_their_hours(tmp_path: Path, store: Database, redis_url: str) -> None:
    """A name from the net is text; what goes on is marked."""
    now = SYSTEM_CLOCK.now()
    burst = StoredBurst(
        id="b-1",
        series=Series(kind=SeriesKind.TERM, name=HOSTILE),
        started_at=now,
        hours=1,
        stories=14,
        usual=2.13,
        score=20.0,
        peak=14,
        peak_at=now,
        shown=14,
        shown_at=now,
    )
    with store.write() as connection:
        bursts.begin(connection, burst)
    with serving(tmp_path, store, redis_url) as site:
        page = site.page("/trends").text
        is_clean(page)
        assert "14 in 1 h, usually 2.13" in page
        assert "goes on" in page
        assert [one["rise"] for one in site.get("/api/trends").json["bursts"]] == [6.6]
