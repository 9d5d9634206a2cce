"""What brings a process down ends up in quarantine, on every database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from monitor.domain.article import Entry, Origin
from monitor.domain.ids import ScanId
from monitor.domain.quarantined import FIRST_PART, Quarantined, QuarantineKind, quarantine_incidents
from monitor.domain.virtual_clock import VirtualClock
from monitor.storage import articles, files, quarantine, scans
from monitor.storage.engine import Database
from monitor.storage.files import KnownFile
from workers.scanning.cpu_budget import OutOfCpuTime, cpu_budget
from workers.scanning.dangerous import DangerousScans, is_dangerous
from workers.scanning.load import ScanTask, load_tasks

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLOCK = VirtualClock(NOW)
DEAD = "000000000000-1-abc"
"""An owner on a machine of which nothing is known."""


def stored(database: Database, *texts: str) -> list[ScanId]:
    """Articles to be scanned."""
    entries = [Entry(key=text[:20], title=f"About {text[:5]}", text=text, summary=text[:10]) for text in texts]
    with database.write() as connection:
        return list(articles.ingest(connection, Origin(id="o", name="O"), entries, now=NOW, alertable=lambda _: True).scans)


def held(kind: QuarantineKind, subject: str, number: int = 1) -> Quarantined:
    """Something in quarantine."""
    return Quarantined(
        id=f"{number:032}", kind=kind, subject=subject, title=f"T{number}", source="S", url=None, reason="too much", since=NOW
    )


def attempts(database: Database, ids: list[ScanId], scan: Callable[[ScanTask], None]) -> None:
    """Scan these as a job does."""
    DangerousScans(database, scan, clock=CLOCK).run(load_tasks(database, ids))


def test_an_article_that_takes_too_long_twice_is_matched_in_part(database: Database) -> None:
    """First as a whole, then its first part, then its summary, then only its title: so something of it is always matched."""
    ids = stored(database, "dear " * FIRST_PART)
    seen: list[int] = []

    def give_up(task: ScanTask) -> None:
        seen.append(len(task.article.text))
        raise OutOfCpuTime

    for _ in range(7):
        attempts(database, ids, give_up)
    assert seen == [5 * FIRST_PART] * 2 + [FIRST_PART] * 2 + [10] * 2 + [0]
    with database.read() as connection:
        (found,) = quarantine.listing(connection)
    assert (found.kind, found.title) == (QuarantineKind.ARTICLE, "About dear ")


def test_a_process_that_is_gone_is_a_strike(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its mark outlives it; the mark of one that is alive keeps others away."""
    (scan_id,) = stored(database, "large " * FIRST_PART)
    seen: list[int] = []
    for dead, expected in ((False, 0), (True, 2)):
        monkeypatch.setattr("workers.scanning.dangerous.is_dead", lambda _, dead=dead: dead)
        with database.write() as connection:
            scans.begin(connection, scan_id, DEAD, NOW, strikes=1)
        attempts(database, [scan_id], lambda task: seen.append(len(task.article.text)))
        with database.read() as connection:
            (scan,) = scans.load(connection, [scan_id])
        assert len(seen) == dead
        assert not dead or scan.strikes == expected
    assert seen == [FIRST_PART]


def test_an_outage_is_no_strike(database: Database) -> None:
    """What ends a job for another reason is not blamed on the article."""
    ids = stored(database, "large " * FIRST_PART)
    scanning = DangerousScans(database, _fail, clock=CLOCK)
    for _ in range(3):
        with pytest.raises(ConnectionError):
            scanning.run(load_tasks(database, ids))
    with database.read() as connection:
        assert [scan.strikes for scan in scans.load(connection, ids)] == [0]
        assert quarantine.listing(connection) == ()


def _fail(_task: ScanTask) -> None:
    raise ConnectionError


def test_small_articles_are_scanned_together_at_first(database: Database) -> None:
    """Only large ones, and those that were not finished, are scanned alone."""
    ids = stored(database, "small", "large " * FIRST_PART)
    small, large = sorted(load_tasks(database, ids), key=lambda task: len(task.article.text))
    assert (is_dangerous(small), is_dangerous(large)) == (False, True)
    for _ in range(2):
        with database.write() as connection:
            scans.mark_enqueued(connection, [small.scan.id], NOW)
    assert all(map(is_dangerous, load_tasks(database, ids)))


def test_retry_lets_out_and_drop_takes_off_the_list(database: Database) -> None:
    """A document is read again, an article scanned again; what was dropped does not come back."""
    ids = stored(database, "one")
    with database.write() as connection:
        (task,) = scans.load(connection, ids)
        scans.finish(connection, ids)
        files.record(connection, [KnownFile(path="/in/a.html", size=1, mtime_ns=1, digest=b"x" * 32, error="too much")], NOW)
        assert quarantine.add(connection, held(QuarantineKind.DOCUMENT, "/in/a.html", 1))
        assert quarantine.add(connection, held(QuarantineKind.ARTICLE, task.article_id, 2))
        assert quarantine.add(connection, held(QuarantineKind.PAGE, task.article_id, 3))
        assert not quarantine.add(connection, held(QuarantineKind.ARTICLE, task.article_id, 2))
        assert quarantine.counts(connection) == dict.fromkeys(QuarantineKind, 1)
        assert quarantine.drop(connection, f"{3:032}")
        assert not quarantine.drop(connection, f"{3:032}")
        assert not quarantine.add(connection, held(QuarantineKind.PAGE, task.article_id, 3))
        assert [one.title for one in quarantine.listing(connection)] == ["T1", "T2"]
        assert quarantine.release(connection, f"{1:032}", NOW) == ()
        assert files.known(connection, ["/in/a.html"]) == {}
        assert len(quarantine.release(connection, f"{2:032}", NOW) or ()) == 1
        assert quarantine.release(connection, f"{2:032}", NOW) is None
        assert quarantine.listing(connection) == ()


def test_a_document_that_has_changed_is_let_out(database: Database) -> None:
    """Nobody need decide about what is gone."""
    with database.write() as connection:
        quarantine.add(connection, held(QuarantineKind.DOCUMENT, "/in/a.html"))
        quarantine.forget(connection, ["/in/a.html"])
        assert quarantine.listing(connection) == ()


def test_the_operator_hears_of_a_few_and_that_there_are_more() -> None:
    """A flood is no flood of notices."""
    told = quarantine_incidents([held(QuarantineKind.PAGE, "a", number) for number in range(50)])
    assert len(told) == 11
    assert f"quarantine retry {0:032}" in told[0].problem


def test_a_budget_counts_cpu_time() -> None:
    """Work is stopped, and what comes after it has no limit."""
    with pytest.raises(OutOfCpuTime), cpu_budget(0.05):
        _work_on()
    assert sum(range(3_000_000)) > 0


def _work_on() -> None:
    while True:
        pass
