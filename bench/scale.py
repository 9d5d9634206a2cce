"""What scanning, a tick, an exchange with a channel and the pages cost beside many stored articles.

    python bench/scale.py [--sizes 1000 100000] [--articles 500] [--workers 1 4] [--database URL]

Each size is made first (articles in stories of their own, a fifth as many alerts, two fifths deliveries, the newest 100 000 articles in the index),
in SQLite or, with --database, in an empty PostgreSQL database whose tables are dropped between sizes. A million takes minutes and 10 GB. Then
articles of made words are scanned in batches of 50 by one worker after another number of them: articles a second of wall-clock time, and the CPU
milliseconds an article of loading, examining, reading, relating (before the lock) and recording (under it). The other figures are the slowest questions
of each kind, best of three.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from monitor.domain.ids import ScanId
from monitor.domain.watch import Term, TermKind
from monitor.settings.model import Settings
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import metadata
from tests.made_rows import Size, fill
from tests.made_text import Writer, made_statement
from tests.often_asked import EXCHANGE, PAGES, TICK, Question, stored
from workers.language import detector
from workers.scanning.background import read_statements
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.examine import examine
from workers.scanning.load import load_tasks
from workers.scanning.record import record
from workers.scanning.relate_statement import StoryPlacer
from workers.scanning.statement_cache import StatementCache

MODELS = 300
BATCH = 50
TERMS = 1000
STEPS = ("load", "examine", "read", "relate", "record")


def main() -> None:
    """Make each size in turn and print what it costs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 100_000])
    parser.add_argument("--articles", type=int, default=500)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--database")
    options = parser.parse_args()
    writer = Writer(1)
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            url = options.database or sqlite_url(Path(folder) / "news.db")
            database = Database(url)
            now = datetime.now(UTC)
            began = time.perf_counter()
            fill(database, Size.of(size), [made_statement(*writer.report(), now) for _ in range(MODELS)], now)
            print(f"{size} articles on {database.dialect}, made in {time.perf_counter() - began:.0f} s", flush=True)
            for workers in options.workers:
                _scan(database, url, [writer.report() for _ in range(options.articles)], workers)
            for kind, questions in {"tick": TICK, "exchange": EXCHANGE, "pages": PAGES}.items():
                _ask(database, kind, questions, now)
            if options.database:
                metadata.drop_all(database.engine)
            database.close()


def _scan(database: Database, url: str, reports: Sequence[tuple[str, str]], workers: int) -> None:
    ids = stored(database, reports, datetime.now(UTC), prefix=f"{workers} workers")
    context = multiprocessing.get_context("spawn")
    ready, start = context.Barrier(workers + 1), context.Event()
    costs = context.Queue()
    shares = [ids[place::workers] for place in range(workers)]
    children = [context.Process(target=_work, args=(url, share, ready, start, costs)) for share in shares]
    for child in children:
        child.start()
    ready.wait()
    began = time.perf_counter()
    start.set()
    spent = [costs.get() for _ in children]
    wall = time.perf_counter() - began
    for child in children:
        child.join()
    each = {step: 1000 * sum(cost[step] for cost in spent) / len(ids) for step in STEPS}
    shown = ", ".join(f"{step} {ms:.2f}" for step, ms in each.items())
    print(
        f"  {workers} workers: {len(ids) / wall:5.0f} articles/s; ms of CPU an article: {shown}, in all {sum(each.values()):.2f}",
        flush=True,
    )


def _work(url: str, ids: Sequence[ScanId], ready: object, start: object, costs: object) -> None:
    """Scan as a worker does, and put on the queue `costs` what each step has cost."""
    database, cache = Database(url), StatementCache()
    terms = tuple(Term(name=f"name {n}", kind=TermKind.KEYWORD, phrases=(f"Person{n} Name{n}",)) for n in range(TERMS))
    compiled = CompiledSettings.build(Settings(terms=terms))
    detector.load_model()
    ready.wait()  # type: ignore[attr-defined]
    start.wait()  # type: ignore[attr-defined]
    spent = dict.fromkeys(STEPS, 0.0)
    for at in range(0, len(ids), BATCH):
        with _timed(spent, "load"):
            tasks = load_tasks(database, ids[at : at + BATCH])
        with _timed(spent, "examine"):
            batch = [examine(compiled, task) for task in tasks]
        with database.read() as connection:
            with _timed(spent, "read"):
                read = read_statements(connection, [examined.article for examined in batch])
            with _timed(spent, "relate"):
                pairs = [(examined.article, read[examined.article.id]) for examined in batch]
                placer = StoryPlacer(connection, pairs, cache, compiled.settings.stories)
        with _timed(spent, "record"), database.write() as connection:
            record(connection, compiled, batch, read, placer, now=datetime.now(UTC))
    costs.put(spent)  # type: ignore[attr-defined]
    database.close()


@contextmanager
def _timed(spent: dict[str, float], step: str) -> Iterator[None]:
    began = time.process_time()
    yield
    spent[step] += time.process_time() - began


def _ask(database: Database, kind: str, questions: Mapping[str, Question], now: datetime) -> None:
    took = {name: min(_ask_once(database, question, now) for _ in range(3)) for name, question in questions.items()}
    slowest = sorted(took.items(), key=lambda one: -one[1])[:4]
    shown = ", ".join(f"{name} {ms:.1f}" for name, ms in slowest)
    print(f"  {kind}: {sum(took.values()):.1f} ms in all; slowest: {shown}", flush=True)


def _ask_once(database: Database, question: Callable[..., object], now: datetime) -> float:
    with database.write() as connection:
        began = time.perf_counter()
        question(connection, now)
        return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
