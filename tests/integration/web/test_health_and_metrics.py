"""What machines ask: is it alive, is it ready, how is it doing."""

from __future__ import annotations

import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.storage import heartbeats, source_states
from monitor.storage.engine import Database
from monitor.storage.ids import new_id
from monitor.web.api.metrics import METRICS, PREFIX
from tests.integration.web.scenes import add_alert, add_article
from tests.integration.web.serving import Site, serving
from tests.waiting import until

DOCS = Path(__file__).parents[3] / "docs" / "web.md"
DEAD_REDIS = "redis://127.0.0.1:9/0"


def _beat(database: Database, role: str) -> None:
    now = SYSTEM_CLOCK.now()
    with database.write() as connection:
        heartbeats.beat(connection, new_id(), role, "here", 1, now, now)


def test_ready_only_when_every_part_is_there(site: Site) -> None:
    """The answer turns from 503 to 200 as the parts come to life, and says which are missing."""
    first = site.get("/readyz")
    assert first.status == 503
    assert first.json["status"] == "down"
    assert {name for name, part in first.json["parts"].items() if not part["ok"]} == {"scheduler", "workers"}
    assert first.json["degraded"].keys() == {"scheduler", "workers"}
    _beat(site.database, "scheduler")
    _beat(site.database, "scan")
    until(lambda: site.get("/readyz").json["degraded"].keys() == {"workers"}, within_s=10)
    half = site.get("/readyz")
    assert half.status == 503
    assert "deliver" in half.json["parts"]["workers"]["reason"]
    assert f'{PREFIX}part_up{{part="workers"}} 0.0' in site.get("/metrics").text
    assert "No alerts flow: workers" in site.page("/").text
    _beat(site.database, "deliver")
    until(lambda: site.get("/readyz").status == 200, within_s=10)
    assert site.get("/readyz").json["status"] == "ready"
    assert site.get("/readyz").json["degraded"] == {}


def test_a_feed_that_cannot_be_read_needs_a_person_and_stops_nothing(site: Site) -> None:
    """Degraded is still 200, and says which."""
    for role in ("scheduler", "scan", "deliver"):
        _beat(site.database, role)
    with site.database.write() as connection:
        source_states.record(connection, "folder", {str(site.folder / "in"): "no such folder"}, SYSTEM_CLOCK.now())
    (site.folder / "monitor.yaml").write_text("folders: [in]\n")
    until(lambda: site.get("/readyz").json["status"] == "degraded", within_s=15)
    ready = site.get("/readyz")
    assert ready.status == 200
    assert "no such folder" in ready.json["degraded"]["sources"]


def test_a_broken_configuration_is_seen_everywhere_until_it_is_repaired(site: Site) -> None:
    """The old one goes on; the page, the metric and the readiness say that it is not the one on disk."""
    file = next(iter(site.folder.glob("*.yaml")))
    good = file.read_text()
    file.write_text("wach: [Rafah]\n")
    until(lambda: f"{PREFIX}config_last_reload_successful 0.0" in site.get("/metrics").text, within_s=15)
    until(lambda: "configuration" in site.get("/readyz").json["degraded"], within_s=5)
    assert "unknown key `wach`" in site.page("/feeds").text
    file.write_text(good)
    until(lambda: f"{PREFIX}config_last_reload_successful 1.0" in site.get("/metrics").text, within_s=15)
    assert "wach" not in site.page("/feeds").text


def test_without_redis_it_is_alive_but_not_ready(tmp_path: Path, store: Database) -> None:
    """Redis out of reach: healthy, not ready, and metrics say so; a pushed article is stored all the same."""
    with serving(tmp_path, store, DEAD_REDIS) as site:
        assert site.get("/healthz").status == 200
        ready = site.get("/readyz")
        assert (ready.status, ready.json["checks"]["redis"]["ok"], ready.json["checks"]["database"]["ok"]) == (503, False, True)
        assert "redis" in ready.json["degraded"]
        assert f"{PREFIX}redis_up 0.0" in site.get("/metrics").text
        assert site.post("/api/articles", {"title": "Kept all the same"}).status == 201
        assert f"{PREFIX}articles_waiting 1.0" in site.get("/metrics").text


def test_without_a_database_it_is_alive_but_not_ready(tmp_path: Path, redis_url: str) -> None:
    """The database out of reach: healthy, not ready, and everything else says 503 instead of hanging."""
    gone = Database("postgresql://nobody@127.0.0.1:9/none")
    with serving(tmp_path, gone, redis_url) as site:
        assert site.get("/healthz").status == 200
        ready = site.get("/readyz")
        assert (ready.status, ready.json["checks"]["database"]["ok"]) == (503, False)
        refused = site.get("/api/alerts")
        assert (refused.status, "database" in refused.json["error"]) == (503, True)
        assert site.page("/").status == 503
    gone.close()


def test_metrics_count_what_is_stored(site: Site) -> None:
    """The numbers of Prometheus are those of the database."""
    add_article(site.database)
    add_alert(site.database, severity="critical", channels=("desk",))
    families = {family.name: family for family in text_string_to_metric_families(site.get("/metrics").text)}
    values = {
        (family.name.removeprefix(PREFIX), *sample.labels.values()): sample.value
        for family in families.values()
        for sample in family.samples
    }
    assert values["articles",] == 2
    assert values["alerts", "critical"] == 1
    assert values["deliveries", "pending"] == 1
    assert values["queue_jobs", "scan"] == 0
    assert values["redis_up",] == 1
    assert values["watch_terms",] == 3
    assert values["oldest_undelivered_seconds",] > 0
    assert values["fetch_to_alert_seconds", "0.5"] == 0.02


def test_every_metric_is_documented_and_no_other(site: Site) -> None:
    """The page of documentation names each metric with its labels, and none that is not there."""
    exposed = set(re.findall(r"^# HELP (\S+)", site.get("/metrics").text, re.MULTILINE))
    documented = dict(re.findall(r"^\| `(news_monitor_\w+)` \| ([^|]*) \|", DOCS.read_text("utf-8"), re.MULTILINE))
    assert exposed == {PREFIX + name for name in METRICS} == set(documented)
    for name, (_, labels) in METRICS.items():
        assert set(re.findall(r"`(\w+)`", documented[PREFIX + name])) == set(labels), name
