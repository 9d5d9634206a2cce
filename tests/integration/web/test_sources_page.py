"""The page and the endpoint of who was first."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import update

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.storage.engine import Database
from monitor.storage.ids import new_id
from monitor.storage.tables import alerts, articles, stories
from tests.integration.web.scenes import HOSTILE, add_alert
from tests.integration.web.serving import serving
from tests.integration.web.test_pages import is_clean


def test_sources_are_shown_with_what_they_had(tmp_path: Path, store: Database, redis_url: str) -> None:
    """A source's name is text; what cannot be told is said to be so; `since` is checked."""
    add_alert(store, source=HOSTILE)
    now, story_id = SYSTEM_CLOCK.now(), new_id()
    with store.write() as connection:
        connection.execute(stories.insert().values(id=story_id, title="t", created_at=now, last_article_at=now, articles=1))
        connection.execute(update(articles).values(story_id=story_id))
        connection.execute(update(alerts).values(story_id=story_id))
    with serving(tmp_path, store, redis_url) as site:
        page = site.page("/sources").text
        is_clean(page)
        assert "cannot tell which part of the stories on Rafah was seen: 1 stories, 30 are needed" in page
        assert "1 (100 %)" in page
        found = site.get("/api/sources?since=2d").json
        assert [(one["term"], one["stories"]) for one in found["terms"]] == [("Rafah", 1)]
        assert found["sources"][0]["first"] == 1
        assert site.get("/api/sources?since=soon").status == 400
