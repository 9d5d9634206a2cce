"""What the program relies on of every kind of source, run over every kind that is registered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.ids import ScanId
from monitor.domain.source import SourceHealth, SourceStatus
from monitor.settings.load import load_config
from monitor.settings.model import Settings
from monitor.sources.registry import SOURCES
from monitor.sources.source import HealthRequest, Schedule, Source, SourceContext, SourceKind, Step
from monitor.storage.engine import Database
from monitor.storage.tables import appearances, articles, scans
from tests.contract.sources.scenes import SCENES, Scene

WITHIN_S = 30.0


@dataclass
class Stage:
    """One source of a kind, a database, and what was announced to the queue."""

    kind: SourceKind
    scene: Scene
    database: Database
    settings: Settings
    announced: list[ScanId] = field(default_factory=list)

    def open(self) -> Source:
        """Open the kind, as the scheduler does; a second time as after the first was killed."""
        return self.kind.open(SourceContext(database=self.database, on_stored=self.announced.extend))

    @asynccontextmanager
    async def source(self) -> AsyncIterator[Source]:
        """Open the kind and configure it; close it at the end."""
        source = self.open()
        try:
            await source.configure(self.settings)
            yield source
        finally:
            await source.close()

    async def read_once(self) -> None:
        """Read everything once, as `run --once` does."""
        async with self.source() as source, asyncio.timeout(WITHIN_S):
            await source.run_once(asyncio.Event())

    def titles_and_texts(self) -> list[str]:
        """Return the text of every article, or the title of one without."""
        with self.database.read() as connection:
            rows = connection.execute(select(articles.c.title, articles.c.text)).all()
        return sorted(row.text or row.title for row in rows)

    def health(self, *, only_failing: bool = False) -> Sequence[SourceHealth]:
        """Return the health as another process sees it."""
        request = HealthRequest(settings=self.settings, now=SYSTEM_CLOCK.now(), only_failing=only_failing)
        with self.database.read() as connection:
            return self.kind.health_of(connection, request)

    def count(self, table: str) -> int:
        """Return how many rows one of the tables has that a stored article adds to."""
        counted = {"appearances": appearances, "scans": scans}[table]
        with self.database.read() as connection:
            return connection.execute(select(func.count()).select_from(counted)).scalar_one()


@pytest.fixture(params=SOURCES.names())
def stage(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Iterator[Stage]:
    """Each registered kind in turn, with two articles to read."""
    with SCENES[request.param](tmp_path) as scene:
        (tmp_path / "monitor.yaml").write_text(json.dumps(scene.configuration))
        settings = load_config(tmp_path / "monitor.yaml", {})
        scene.publish("The first article")
        scene.publish("The second article")
        yield Stage(kind=SOURCES.load(request.param), scene=scene, database=database, settings=settings)


async def test_everything_is_stored_and_announced_once(stage: Stage) -> None:
    """However often it is configured and read, each article is stored once and its scan is put on the queue once."""
    async with stage.source() as source:
        await source.configure(stage.settings)
        await source.run_once(asyncio.Event())
    await stage.read_once()
    assert stage.titles_and_texts() == ["The first article", "The second article"]
    assert (stage.count("appearances"), stage.count("scans"), len(set(stage.announced)), len(stage.announced)) == (2, 2, 2, 2)


async def test_what_is_published_later_is_read_later(stage: Stage) -> None:
    """A second reading brings what is new, and nothing else."""
    await stage.read_once()
    stage.scene.publish("The third article")
    await stage.read_once()
    assert stage.titles_and_texts() == ["The first article", "The second article", "The third article"]
    assert stage.count("scans") == 3


async def test_a_started_source_reads_what_is_there_and_what_comes(stage: Stage) -> None:
    """`start` returns at once; from then on its steps and tasks read everything."""
    async with stage.source() as source, repeating() as schedule:
        await source.start(schedule)
        await until(lambda: len(stage.titles_and_texts()) == 2)
        stage.scene.publish("The third article")
        await until(lambda: len(stage.titles_and_texts()) == 3)
    assert stage.count("scans") == 3


async def test_health_follows_what_happens(stage: Stage) -> None:
    """Never read, read, and failing: with the time of the last success, which the watchdog needs, kept."""
    assert stage.kind.count_in(stage.settings) == 1
    assert [(health.kind, health.status) for health in stage.health()] == [(stage.kind.name, SourceStatus.NEW)]
    await stage.read_once()
    (well,) = stage.health()
    assert (well.status, well.reason, well.articles) == (SourceStatus.OK, None, 2)
    assert well.name
    assert well.last_success_at is not None
    assert list(stage.health(only_failing=True)) == []
    stage.scene.break_it()
    await stage.read_once()
    (failing,) = stage.health(only_failing=True)
    assert (failing.status, failing.failing, bool(failing.reason)) == (SourceStatus.FAILING, True, True)
    assert failing.last_success_at == well.last_success_at
    assert failing.last_polled_at is not None
    assert failing.last_polled_at > well.last_success_at
    assert [health.articles for health in stage.health()] == [2]


async def test_closing_in_the_middle_loses_and_doubles_nothing(stage: Stage) -> None:
    """Wherever reading is cut off, the next source of the kind reads the rest."""
    for steps in (0, 1, 2, 5, 20):
        source = stage.open()
        await source.configure(stage.settings)
        reading = asyncio.ensure_future(source.run_once(asyncio.Event()))
        for _ in range(steps):
            await asyncio.sleep(0)
        async with asyncio.timeout(WITHIN_S):
            await source.close()
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading
    await stage.read_once()
    assert stage.titles_and_texts() == ["The first article", "The second article"]
    assert (stage.count("appearances"), stage.count("scans")) == (2, 2)


async def test_a_source_that_is_asked_to_stop_returns(stage: Stage) -> None:
    """With `stop` set, reading once ends at once; nothing is half stored."""
    stop = asyncio.Event()
    stop.set()
    async with stage.source() as source, asyncio.timeout(WITHIN_S):
        await source.run_once(stop)
    assert stage.count("appearances") == stage.count("scans")


async def test_a_source_that_was_never_configured_can_be_closed(stage: Stage) -> None:
    """The scheduler closes whatever it has opened, also when its start fails."""
    await stage.open().close()


async def test_a_source_of_which_nothing_is_configured_reads_nothing(stage: Stage) -> None:
    """What was removed from the configuration is not read any more, and has no health."""
    async with stage.source() as source, asyncio.timeout(WITHIN_S):
        await source.configure(Settings())
        await source.run_once(asyncio.Event())
    assert stage.titles_and_texts() == []
    nothing = HealthRequest(settings=Settings(), now=SYSTEM_CLOCK.now())
    with stage.database.read() as connection:
        assert list(stage.kind.health_of(connection, nothing)) == []
    assert stage.kind.count_in(Settings()) == 0


@asynccontextmanager
async def repeating() -> AsyncIterator[Schedule]:
    """Repeat the scheduled steps until the end of the block, quicker than they ask for."""
    tasks: list[asyncio.Task[None]] = []

    async def repeat(step: Step, every_s: float) -> None:
        while True:
            await step()
            await asyncio.sleep(min(every_s, 0.05))

    def schedule(name: str, step: Step, every_s: float) -> None:
        tasks.append(asyncio.create_task(repeat(step, every_s), name=name))

    yield schedule
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results), results


async def until(holds: Callable[[], bool]) -> None:
    """Wait until `holds`."""
    async with asyncio.timeout(WITHIN_S):
        while not await asyncio.to_thread(holds):  # noqa: ASYNC110 - what is waited for is in the database, which sends no event
            await asyncio.sleep(0.02)
