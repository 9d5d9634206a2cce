"""Whether a term is quiet because nothing happened, or because nothing was watched."""

from __future__ import annotations

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.storage import canary_progress, heartbeats, source_states
from monitor.storage.ids import new_id
from tests.integration.web.scenes import add_article
from tests.integration.web.serving import Site
from tests.waiting import until


def _all_well(site: Site) -> None:
    now = SYSTEM_CLOCK.now()
    with site.database.write() as connection:
        for role in ("scheduler", "scan", "deliver"):
            heartbeats.beat(connection, new_id(), role, "here", 1, now, now)
        source_states.record(connection, "folder", {str(site.folder / "in"): None}, now)
        for stage in ("stored", "scanned", "received"):
            canary_progress.passed(connection, stage, "r", now)
    (site.folder / "in").mkdir()
    config = (site.folder / "monitor.yaml").read_text()
    (site.folder / "monitor.yaml").write_text(config.replace('"watch"', '"folders": ["in"], "watch"', 1))
    until(lambda: site.get("/api/quiet").json["watched"]["sources"]["configured"] == 1, within_s=15)


def test_nothing_was_watched_so_silence_proves_nothing(site: Site) -> None:
    """Every reason is named; an empty list would look like peace."""
    watched = site.get("/api/quiet?term=ceasefire").json["watched"]
    assert watched["summary"].startswith("cannot tell: ")
    assert any("scheduler" in reason for reason in watched["cannot_tell"])
    assert "no source is configured" in watched["cannot_tell"]
    assert "cannot tell" in site.page("/terms").text


def test_a_quiet_term_is_shown_with_what_was_watched_and_what_it_almost_matched(site: Site) -> None:
    """From when to when, by how many sources, and the article that lacks one word."""
    add_article(site.database, title="Rafah crossing reopens", text="Lorries cross at Rafah.")
    _all_well(site)
    until(lambda: not site.get("/api/quiet").json["watched"]["cannot_tell"], within_s=15)
    answer = site.get("/api/quiet?term=Rafah+offensive").json
    assert answer["watched"]["sources"] == {"alive": 1, "configured": 1, "not_alive": []}
    assert "1 of 1 sources alive, canary ok at" in answer["watched"]["summary"]
    assert (answer["state"], answer["last_alert_at"]) == ("never", None)
    (near,) = answer["nearly"]
    assert near["article"]["title"] == "Rafah crossing reopens"
    assert "Rafah" in near["held"]
    assert near["missing"]
    page = site.page("/terms?quiet=Rafah+offensive").text
    assert "Rafah crossing reopens" in page
    assert {record["term"] for record in site.get("/api/quiet").json["terms"]} == {"Rafah", "ceasefire", "Rafah offensive"}


def test_an_unknown_term_is_named_with_the_nearest(site: Site) -> None:
    """As everywhere."""
    refused = site.get("/api/quiet?term=ceasefir")
    assert (refused.status, "did you mean `ceasefire`" in refused.text) == (404, True)
