"""One alert for a story, whichever workers scan it or are killed. $NEWS_MONITOR_STORY_RUNS sets the number of runs."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from monitor.domain.article import Entry, Origin
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.ids import ScanId
from monitor.domain.virtual_clock import VirtualClock
from monitor.domain.watch import Term, TermKind
from monitor.records import alert_record
from monitor.settings.model import Settings
from monitor.storage import alerts as alerts_in_storage
from monitor.storage import articles
from monitor.storage.engine import Database
from monitor.storage.tables import alerts, scans
from monitor.storage.tables import articles as article_table
from monitor.storage.tables import statements as statement_table
from monitor.storage.tables import stories as story_table
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.load import load_tasks
from workers.scanning.scan import scan_batch
from workers.scanning.statement_cache import StatementCache

HERE = Path(__file__).parent
RUNS = int(os.environ.get("NEWS_MONITOR_STORY_RUNS", "3"))
WORKERS = 4
KILLS = 3
COPIES = 40
TELLINGS = 2
"""A story is told this often at most: two variants that share too little begin one each, until a third shows that they are one."""
DRESSED_TELLINGS = 2
DEADLINE_S = 60
NOW = SYSTEM_CLOCK.now()

_spec = importlib.util.spec_from_file_location("variants", HERE / "variants.py")
assert _spec is not None
assert _spec.loader is not None
variants = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(variants)


@pytest.fixture(scope="module")
def reports(corpora: Path) -> list[dict[str, Any]]:
    """Real reports of at least 150 words, with a title of their own."""
    lines = (corpora / "articles" / "wikinews_2019.jsonl").read_text("utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    for report in found:
        title, _, text = report["text"].strip().partition("\n")
        report["title"], report["text"] = (report["title"] or title)[:120], text.strip() or title
    return [report for report in found if len(report["text"].split()) >= 150]


@contextmanager
def _workers(url: str, terms: Sequence[str], count: int = WORKERS) -> Iterator[list[subprocess.Popen[str]]]:
    command = [sys.executable, str(HERE / "scan_worker.py"), url, *terms]
    env = {**os.environ, "PYTHONPATH": str(HERE.parents[2])}
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env)
        for _ in range(count)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def _arrive(database: Database, entries: Sequence[tuple[str, Entry]]) -> list[ScanId]:
    ids: list[ScanId] = []
    with database.write() as connection:
        for outlet, entry in entries:
            origin = Origin(id=outlet, name=outlet, url=f"https://{outlet}.test/feed")
            ids += articles.ingest(connection, origin, [entry], now=NOW, alertable=lambda _: True).scans
    return ids


def _entry(run: int, outlet: int, title: str, text: str) -> tuple[str, Entry]:
    url = f"https://o{outlet}.test/{run}"
    return f"outlet {outlet}", Entry(key=url, title=title, text=text, url=url, published_at=NOW - timedelta(minutes=outlet))


def _scan_at_once(workers: Sequence[subprocess.Popen[str]], ids: Sequence[ScanId]) -> None:
    """Every worker gets its share, and all begin together."""
    for place, worker in enumerate(workers):
        assert worker.stdin is not None
        worker.stdin.write("".join(f"{one}\n" for one in ids[place :: len(workers)]))
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.flush()
    for place, worker in enumerate(workers):
        _answers(worker, len(ids[place :: len(workers)]))


def _scan_here(database: Database, ids: Sequence[ScanId]) -> None:
    """Scan in this process, in batches as the queue hands them out."""
    ready = CompiledSettings.build(Settings(terms=(Term(name="the", kind=TermKind.KEYWORD, phrases=("the",)),)))
    cache = StatementCache()
    for start in range(0, len(ids), 20):
        scan_batch(database, ready, load_tasks(database, ids[start : start + 20]), cache, clock=VirtualClock(NOW))


def _answers(worker: subprocess.Popen[str], count: int) -> None:
    assert worker.stdout is not None
    for _ in range(count):
        assert worker.stdout.readline() == "done\n"


@pytest.mark.timeout(600)
def test_forty_outlets_are_one_alert(database: Database, database_url: str, reports: list[dict[str, Any]]) -> None:
    """Forty variants scanned by four workers at the same time: one story with 39 further places, told once or, rarely, twice."""
    rng = random.Random(5)
    terms = ["of", "the"]
    with _workers(database_url, terms) as workers:
        for run in range(RUNS):
            report = reports[run % len(reports)]
            copies = [_entry(run, 0, report["title"], report["text"])]
            copies += [_entry(run, outlet, *variants.variant(rng, report["title"], report["text"])) for outlet in range(1, COPIES)]
            rng.shuffle(copies)
            ids = _arrive(database, copies)
            _scan_at_once(workers, ids)
            with database.read() as connection:
                found = connection.execute(
                    select(article_table.c.story_id).where(article_table.c.url.like(f"%/{run}")).distinct()
                ).scalars()
                (story,) = found
                told = [
                    alert_record(stored, SYSTEM_CLOCK.now())
                    for stored in alerts_in_storage.listing(connection)
                    if stored.story and stored.story.id == story
                ]
            assert {record["alert"]["term"] for record in told} == set(terms)
            assert len(told) <= TELLINGS * len(terms)
            assert {len(record["story"]["also_in"]) for record in told} == {COPIES - 1}
            with database.write() as connection:
                connection.execute(statement_table.update().values(dated=NOW - timedelta(days=30)))


def test_forty_dressed_up_copies_are_told_hardly_more_than_once(database: Database, reports: list[dict[str, Any]]) -> None:
    """Another headline, by-line, lead and end make no other event of a wire report: of two, at most one is told again."""
    rng = random.Random(5)
    told = 0
    for run, report in enumerate(reports[:2]):
        copies = [_entry(run, 0, report["title"], report["text"])]
        copies += [_entry(run, outlet, *variants.dressed(rng, report["title"], report["text"])) for outlet in range(1, COPIES)]
        rng.shuffle(copies)
        _scan_here(database, _arrive(database, copies))
        with database.read() as connection:
            told_now = connection.execute(select(func.count()).select_from(alerts)).scalar_one()
        assert told_now - told <= DRESSED_TELLINGS
        told = told_now
    assert told <= 1 + DRESSED_TELLINGS


def test_forty_different_reports_are_forty_stories(database: Database, reports: list[dict[str, Any]]) -> None:
    """Reports on one topic from one week stay apart."""
    topic = sorted(reports, key=lambda report: -report["text"].lower().count(" police"))[:COPIES]
    _scan_here(database, _arrive(database, [_entry(place, place, one["title"], one["text"]) for place, one in enumerate(topic)]))
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(story_table)).scalar_one() == COPIES
        assert connection.execute(select(func.count()).select_from(alerts)).scalar_one() == COPIES


@pytest.mark.timeout(300)
def test_a_kill_leaves_no_article_without_story_and_no_story_without_article(
    database: Database, database_url: str, reports: list[dict[str, Any]]
) -> None:
    """Workers are killed at random moments; afterwards every scanned article has its story, and the rest is scanned later."""
    rng = random.Random(9)
    entries = [
        _entry(number, outlet, *variants.variant(rng, report["title"], report["text"]))
        for number, report in enumerate(reports[:40])
        for outlet in range(5)
    ]
    _arrive(database, entries)
    for _ in range(KILLS):
        with database.read() as connection:
            waiting = list(connection.execute(select(scans.c.id)).scalars())
        with _workers(database_url, ["the"], 2) as workers:
            for place, worker in enumerate(workers):
                assert worker.stdin is not None
                worker.stdin.write("".join(f"{one}\n" for one in waiting[place::2]))
                worker.stdin.flush()
            _answers(workers[0], rng.randrange(12))
            for worker in workers:
                worker.send_signal(signal.SIGKILL)
                worker.wait(DEADLINE_S)
        _assert_whole(database)
    with database.read() as connection:
        waiting = list(connection.execute(select(scans.c.id)).scalars())
    _scan_here(database, waiting)
    _assert_whole(database)
    with database.read() as connection:
        assert connection.execute(select(func.count()).where(article_table.c.story_id.is_(None))).scalar_one() == 0


_LIVE = select(story_table.c.id, story_table.c.articles).where(story_table.c.merged_into.is_(None))


def _assert_whole(database: Database) -> None:
    with database.read() as connection:
        waiting = set(connection.execute(select(scans.c.article_id)).scalars())
        placed = connection.execute(select(article_table.c.id, article_table.c.story_id)).all()
        counts = {row.id: row.articles for row in connection.execute(_LIVE)}
        sketched = set(connection.execute(select(statement_table.c.article_id)).scalars())
    inside = [row.story_id for row in placed if row.story_id is not None]
    assert {row.id for row in placed if row.story_id is None} == waiting
    assert sketched == {row.id for row in placed} - waiting
    assert counts == {story: inside.count(story) for story in inside}
