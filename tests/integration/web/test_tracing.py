"""Tracing and splitting, through the API, the pages and the command."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select, text

from monitor.cli import main
from monitor.domain.article import Entry, Origin
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.delivery import AttemptResult, Outcome
from monitor.domain.ids import ArticleId, StoryId
from monitor.domain.relation import Relation, RelationKind
from monitor.domain.virtual_clock import VirtualClock
from monitor.storage import alerts, articles, attempts, relations, scans, schema, stories
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import articles as articles_table
from tests.integration.web.scenes import HOSTILE
from tests.integration.web.serving import TERMS, Site, serving
from tests.integration.web.test_pages import is_clean
from tests.placing import join
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.load import load_tasks
from workers.scanning.scan import scan_batch
from workers.scanning.statement_cache import StatementCache

WIRE = (
    "Negotiators for the two sides met for a third day in Rafah on Sunday to settle how aid would cross the northern border. "
    "Officials who asked not to be named said that most of the text was agreed and that only the order of the first steps was open. "
    "The mediators hope to present a full draft before the end of the week, after talks with the neighbouring governments."
)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _read(site: Site, outlet: str, *, title: str = "Talks near their end", link: str = "", alertable: bool = True) -> ArticleId:
    """An outlet's article, stored and scanned with the site's own settings."""
    origin = Origin(id=outlet, name=outlet, url="https://wire.example/feed")
    link = link or f"https://{outlet}.example/world/talks-near-end?id=7&utm_source=rss"
    entry = Entry(key="1", title=title, text=WIRE, url=link, published_at=NOW)
    with site.database.write() as connection:
        before = connection.execute(select(func.count()).select_from(articles_table)).scalar_one()
        now = NOW + timedelta(microseconds=before)
        taken = articles.ingest(connection, origin, [entry], now=now, alertable=lambda _: alertable)
    _scan(site)
    return taken.new[0]


def _scan(site: Site) -> None:
    from monitor.settings.load import load_config  # noqa: PLC0415 - the configuration is there once the site is

    compiled = CompiledSettings.build(load_config(site.folder / "monitor.yaml", {}))
    with site.database.read() as connection:
        ids = [scan.id for scan in scans.outstanding(connection, SYSTEM_CLOCK.now() + timedelta(days=1), 100)]
    scan_batch(site.database, compiled, load_tasks(site.database, ids), StatementCache(), clock=VirtualClock(NOW))


def _trace(site: Site, query: str) -> dict[str, Any]:
    answer = site.get(f"/api/trace?{urlencode({'q': query})}")
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


@pytest.mark.parametrize(
    "form",
    [
        "http://www.alpha.example/world/talks-near-end?id=7",
        "https://alpha.example:443/world/talks-near-end/?utm_medium=x&id=7#top",
        "https://m.alpha.example/world/%74alks-near-end?id=7",
    ],
)
def test_a_link_is_found_in_any_form(site: Site, form: str) -> None:
    """Scheme, www, port, tracking parameters and escapes make no difference; another parameter does."""
    article = _read(site, "alpha")
    (found,) = _trace(site, form)["articles"]
    assert found["id"] == article
    assert _trace(site, form.replace("id=7", "id=8"))["received"] is False


def test_an_article_is_traced_with_all_that_followed(site: Site) -> None:
    """Times, relation with evidence, terms with the reason, alerts with deliveries and what the receiver said; by story and alert as well."""
    site.configure(channels={"desk": {"type": "webhook", "url": "https://hook.example/"}})
    first, copy = _read(site, "alpha"), _read(site, "beta")
    (delivery,) = site.get("/api/deliveries").json
    with site.database.write() as connection:
        attempts.record(
            connection, [(delivery["id"], AttemptResult(outcome=Outcome.FAILED, at=NOW, http_status=503, answer="later"))]
        )
    record = _trace(site, copy)
    (article,) = record["articles"]
    assert (record["kind"], article["source"], article["language"]) == ("article", "beta", "en")
    assert article["published_at"] == article["scanned_at"] == "2026-03-01T12:00:00Z"
    assert article["fetched_at"] == "2026-03-01T12:00:00.000001Z"
    assert article["relation"]["kind"] == "copy"
    assert article["relation"]["nearest"]["id"] == first
    assert article["relation"]["evidence"]
    (term,) = article["terms"]
    assert (term["term"], term["alert"]) == ("Rafah", None)
    assert "told already by alpha" in term["verdict"]
    (story,) = record["stories"]
    assert [one["id"] for one in story["statements"]] == [first, copy]
    (alert,) = story["alerts"]
    assert alert["deliveries"][0]["results"][0]["http_status"] == 503
    assert _trace(site, alert["id"])["kind"] == "alert"
    assert _trace(site, story["id"])["kind"] == "story"


def test_what_was_never_received_says_so(tmp_path: Path, store: Database, redis_url: str) -> None:
    """With what is read of its site: a configured feed, a source that has carried the site, or nothing."""
    with serving(tmp_path, store, redis_url, feeds=[{"url": "https://news.example/rss", "name": "Example"}]) as site:
        _read(site, "carrier", link="https://carried.example/a")
        summaries = {
            host: _trace(site, f"https://{host}/never") for host in ("news.example", "carried.example", "unheard.example")
        } | {"id": _trace(site, "0190-nothing")}
        assert not any(one["received"] for one in summaries.values())
        assert "Example" in summaries["news.example"]["summary"]
        assert [one["source"] for one in summaries["carried.example"]["carried_by"]] == ["carrier"]
        assert "No source of unheard.example is configured" in summaries["unheard.example"]["summary"]
        assert "never received" in summaries["id"]["summary"]
        assert "never received" in site.page("/trace?q=0190-nothing").text


@pytest.mark.parametrize("address", ["/api/trace", "/api/trace?q=", f"/api/trace?q={'x' * 9000}", "/api/trace?query=a"])
def test_a_wrong_question_is_refused(still: Site, address: str) -> None:
    """No question, one that is too long, or a misspelled parameter."""
    assert still.get(address).status == 422


def test_a_wrong_join_is_undone_over_the_api(site: Site) -> None:
    """The article has its own story and alert, and the refusals have their reasons."""
    first, copy = _read(site, "alpha"), _read(site, "beta")
    (story,) = site.get("/api/stories").json
    path = f"/api/stories/{story['id']}/split"
    assert site.post(path, {"article": 3}).status == 422
    assert site.post(path, {}).status == 409
    assert site.post("/api/stories/nothing/split", {}).status == 404
    answer = site.post(path, {"article": copy})
    assert answer.status == 200
    (done,) = answer.json["split"]
    assert (done["from_story"], done["articles"]) == (story["id"], [copy])
    _scan(site)
    with site.database.read() as connection:
        assert {one.alert.article_id for one in alerts.listing(connection)} == {first, copy}
    split = site.get(f"/api/stories/{done['story_id']}").json
    assert split["statements"][0]["relation"]["evidence"][0] == "split by hand"
    assert [one["id"] for one in split["split_from"]] == [story["id"]]
    assert site.post(path, {"article": copy}).status == 409


def test_the_page_of_a_story_shows_and_splits_it(site: Site) -> None:
    """Every statement with outlet, relation, evidence and what developed; alerts; stories it may be one with; the button splits."""
    first, second = _read(site, "alpha"), _read(site, "beta")
    with site.database.write() as connection:
        story_id = stories.current(connection, [first])[first]
        assert story_id is not None
        maybe = stories.begin(connection, articles.load(connection, [first])[0], now=NOW)
        relation = Relation(
            kind=RelationKind.DEVELOPMENT,
            nearest=first,
            changes=("dead 12 → 14",),
            evidence=("same place",),
            probability=0.91,
            maybe=maybe,
        )
        relations.add(connection, second, story_id, relation, now=NOW)
        join(connection, articles.load(connection, [first])[0], story_id)
    assert f'href="/stories/{story_id}"' in site.page("/stories").text
    shown = site.page(f"/stories/{story_id}").text
    for part in (
        "alpha",
        "beta",
        "development",
        "probability 0.91",
        "dead 12 → 14",
        "same place",
        f'href="/stories/{maybe}"',
        "Rafah",
    ):
        assert part in shown, part
    assert f'href="/trace?q={first}"' in site.page(f"/articles/{first}").text
    done = site.post(f"/stories/{story_id}/split", urlencode({"article": second}).encode())
    assert done.status == 303
    new = StoryId(done.headers["location"].removeprefix("/stories/"))
    assert "split by hand" in site.page(f"/stories/{new}").text
    assert site.page("/stories/nothing").status == 404


def test_hostile_text_stays_text(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """Markup, control characters and overrides act neither on the pages nor on a terminal."""
    title = f"{HOSTILE} \x1b]0;owned\x07\x1b[31m\x9b31m"
    first = _read(site, HOSTILE + "\x1b[2J", title=title, link="javascript:alert(1)")
    with site.database.write() as connection:
        story_id = stories.current(connection, [first])[first]
        assert story_id is not None
        relation = Relation(kind=RelationKind.OTHER, evidence=(title,), changes=(title,), maybe=story_id)
        relations.add(connection, first, story_id, relation, now=NOW)
    for path in (f"/stories/{story_id}", f"/trace?q={first}", f"/trace?{urlencode({'q': title})}"):
        shown = site.page(path).text
        is_clean(shown)
        assert "&lt;script&gt;" in shown
        assert "\x1b" not in shown
    for query in (first, story_id, "javascript:alert(1)"):
        for extra in ((), ("--json",)):
            assert _command(site, "trace", query, *extra) == 0
            printed = capsys.readouterr().out
            assert not set(printed) & {"\x1b", "\x07", "\x9b", "\u202e"}
    assert _command(site, "trace", f"https://x.example/{title}") == 1
    assert not set(capsys.readouterr().out) & {"\x1b", "\x07", "\x9b", "\u202e"}


def test_the_commands_trace_and_split(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """`trace` exits with 1 for what never came; `stories split` prints what it made, and refuses with a reason."""
    first, copy = _read(site, "alpha"), _read(site, "beta")
    assert _command(site, "trace", "https://www.beta.example/world/talks-near-end?id=7", "--json") == 0
    assert json.loads(capsys.readouterr().out)["articles"][0]["id"] == copy
    assert _command(site, "trace", copy) == 0
    assert "told already by alpha" in capsys.readouterr().out
    assert _command(site, "trace", "https://nowhere.example/", "--json") == 1
    assert json.loads(capsys.readouterr().out)["received"] is False
    assert _command(site, "stories", "split", copy, "--json") == 0
    assert json.loads(capsys.readouterr().out)[0]["articles"] == [copy]
    assert _command(site, "stories", "split", first) == 1
    assert "alone in its story" in capsys.readouterr().err


def _command(site: Site, *arguments: str) -> int:
    """The exit status of a command on the database of the site, whose tables were made without the migrations."""
    config = site.folder / "command.yaml"
    if not config.exists():
        config.write_text(json.dumps({"database_url": sqlite_url(site.folder / "news.db"), "data_dir": "data", "watch": TERMS}))
        with site.database.write() as connection:
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": schema.HEAD})
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--config", str(config)])
    return int(ended.value.code or 0)
