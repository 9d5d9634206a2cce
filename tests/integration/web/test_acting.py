"""Acknowledge and silence: by the API, by a page's forms, and by the links of messages."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from monitor.domain.action_link import LinkAction, LinkSigner
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.ids import AlertId, StoryId
from monitor.storage import link_secrets
from monitor.storage.engine import Database
from monitor.storage.tables import alerts, articles, stories
from tests.integration.web.scenes import HOSTILE, add_alert
from tests.integration.web.serving import Answer, Site, serving

STORY = StoryId("0190c8b4-7a00-7000-8000-00000000000a")


def _link(site: Site, action: LinkAction, alert_id: str, *, ago: timedelta = timedelta()) -> str:
    with site.database.write() as connection:
        key = link_secrets.signing_key(connection)
    return LinkSigner(key=key).path(action, AlertId(alert_id), SYSTEM_CLOCK.now() - ago)


def _seen(site: Site, alert_id: str) -> Any:
    return site.get(f"/api/alerts/{alert_id}").json["acknowledged"]


def _form(site: Site, path: str, **fields: str) -> Answer:
    return site.post(path, urlencode(fields).encode())


def test_an_alert_is_acknowledged_through_the_api(site: Site) -> None:
    """Once: whoever comes later finds it taken. It is shown on the page, escaped, after what nobody has seen."""
    taken, other = add_alert(site.database, title="Taken"), add_alert(site.database, title="Other", severity="low")
    answer = site.post(f"/api/alerts/{taken}/acknowledge", {"by": HOSTILE})
    assert answer.json["acknowledged"]["by"].startswith("<script>")
    assert site.post(f"/api/alerts/{taken}/acknowledge", {"by": "Ola"}).json["acknowledged"] == answer.json["acknowledged"]
    assert (_seen(site, taken), _seen(site, other)) == (answer.json["acknowledged"], None)
    text = site.page("/").text
    assert text.index("Other") < text.index("Taken")
    assert "<script>alert" not in text
    assert site.post("/api/alerts/none/acknowledge", {"by": "Mona"}).status == 404
    assert site.post(f"/api/alerts/{other}/acknowledge", {"who": "Mona"}).status == 422


def test_the_page_of_an_alert_acts_by_forms(site: Site) -> None:
    """It says why the alert was raised; its buttons acknowledge, and silence the term."""
    alert_id = add_alert(site.database, title="Crossing reopens")
    text = site.page(f"/alerts/{alert_id}").text
    assert 'id="why"' in text
    assert _form(site, f"/alerts/{alert_id}/acknowledge", by="Mona").headers["location"] == f"/alerts/{alert_id}"
    assert _seen(site, alert_id)["by"] == "Mona"
    assert _form(site, f"/alerts/{alert_id}/silence", what="term", **{"for": "lifted"}).status == 303
    (silence,) = site.get("/api/silences").json
    assert (silence["term"], silence["until"]) == ("Rafah", None)
    assert "1 silence in force" in site.page("/").text
    assert _form(site, f"/silences/{silence['id']}/lift").headers["location"] == "/"
    assert site.get("/api/silences").json == []
    assert _form(site, f"/alerts/{alert_id}/silence", what="story", **{"for": "2h"}).status == 422
    assert site.page("/alerts/none").status == 404


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"term": "Rafah", "for": "2h"}, 201),
        ({"term": "Rafah", "until": "tomorrow", "reason": "known"}, 201),
        ({"story": STORY, "until": "lifted"}, 201),
        ({"term": "Raffah", "for": "2h"}, 422),
        ({"tag": "none", "for": "2h"}, 422),
        ({"story": "none", "for": "2h"}, 422),
        ({"term": "Rafah"}, 422),
        ({"term": "Rafah", "for": "2h", "until": "tomorrow"}, 422),
        ({"term": "Rafah", "tag": "gaza", "for": "2h"}, 422),
        ({"term": "Rafah", "for": "-2h"}, 422),
        ({"term": "Rafah", "until": "2001-01-01"}, 422),
        ({"term": "Rafah", "for": 2}, 422),
        ({"terms": "Rafah", "for": "2h"}, 422),
    ],
)
def test_a_silence_is_set_and_lifted(site: Site, asked: dict[str, Any], status: int) -> None:
    """What makes no sense is refused with what was expected, and nothing is silenced."""
    alert_id = add_alert(site.database)
    with site.database.write() as connection:
        now = SYSTEM_CLOCK.now()
        connection.execute(stories.insert().values(id=STORY, title="t", created_at=now, last_article_at=now))
        connection.execute(alerts.update().where(alerts.c.id == alert_id).values(story_id=STORY))
        article_id = connection.execute(alerts.select()).one().article_id
        connection.execute(articles.update().where(articles.c.id == article_id).values(story_id=STORY))
    answer = site.post("/api/silences", asked)
    assert answer.status == status, answer.text
    if status == 422:
        assert answer.headers["content-type"] == "application/problem+json"
        assert site.get("/api/silences").json == []
        return
    assert site.get("/api/silences").json == [answer.json]
    assert site.delete(f"/api/silences/{answer.json['id']}").status == 204
    assert site.delete(f"/api/silences/{answer.json['id']}").status == 404


def test_a_link_acts_once_and_only_when_somebody_confirms(tmp_path: Path, store: Database, redis_url: str) -> None:
    """Without a login. A program that opens it, in whatever way, changes nothing; neither does whoever sends its form again."""
    with serving(tmp_path, store, redis_url, web={"token": "a-long-enough-token"}) as site:
        bearer = {"Authorization": "Bearer a-long-enough-token"}
        alert_id = add_alert(site.database, title=HOSTILE)
        link = _link(site, LinkAction.ACKNOWLEDGE, alert_id)
        for _ in range(2):
            shown = site.page(link)
            assert (shown.status, "Acknowledge" in shown.text, "<script>alert" in shown.text) == (200, True, False)
        assert site.get(f"/api/alerts/{alert_id}", **bearer).json["acknowledged"] is None
        assert _form(site, link, by="Mona").status == 200
        assert site.get(f"/api/alerts/{alert_id}", **bearer).json["acknowledged"]["by"] == "Mona"
        assert (_form(site, link, by="Ola").status, site.page(link).status) == (410, 410)
        silence = _link(site, LinkAction.SILENCE, alert_id)
        assert _form(site, silence, what="story", **{"for": "2h"}).status == 422
        assert _form(site, silence, what="term", **{"for": "2h"}).status == 200
        (made,) = site.get("/api/silences", **bearer).json
        site.delete(f"/api/silences/{made['id']}", **bearer)
        assert _form(site, silence, what="term", **{"for": "2h"}).status == 410
        assert site.get("/api/silences", **bearer).json == []


def test_a_link_that_was_changed_or_has_expired_does_nothing(site: Site) -> None:
    """Whatever part of it is changed: the action, the alert, the time, the signature; so does one that a page of another site sends."""
    alert_id, other = add_alert(site.database), add_alert(site.database)
    link = _link(site, LinkAction.ACKNOWLEDGE, alert_id)
    _, _, action, _, expires, signature = link.split("/")
    altered = (
        f"/act/silence/{alert_id}/{expires}/{signature}",
        f"/act/{action}/{other}/{expires}/{signature}",
        f"/act/{action}/{alert_id}/{int(expires) + 1}/{signature}",
        f"/act/{action}/{alert_id}/0{expires}/{signature}",
        f"/act/{action}/{alert_id}/{expires}/{signature[:-1]}",
        f"/act/{action}/{alert_id}/{expires}/{'A' * len(signature)}",
        f"/act/{action}/{alert_id}/%D9%A1/{signature}",
    )
    for path in altered:
        assert (site.page(path).status, _form(site, path, by="Eve").status) == (403, 403), path
    expired = _link(site, LinkAction.ACKNOWLEDGE, alert_id, ago=timedelta(days=8))
    assert (site.page(expired).status, _form(site, expired, by="Late").status) == (410, 410)
    assert site.page("/act/else").status == 404
    assert site.post(link, b"by=Eve", Origin="https://evil.example").status == 403
    assert (_seen(site, alert_id), _seen(site, other)) == (None, None)
