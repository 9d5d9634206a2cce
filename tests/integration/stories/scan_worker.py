"""A worker process for tests: `scan_worker.py DATABASE_URL TERM…` scans each line of comma-separated ids it is given, and answers."""

from __future__ import annotations

import sys

from monitor import logs
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.ids import ScanId
from monitor.domain.watch import Term, TermKind
from monitor.settings.model import Settings
from monitor.storage.engine import Database
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.load import load_tasks
from workers.scanning.scan import scan_batch
from workers.scanning.statement_cache import StatementCache


def main() -> None:
    """Scan until the input ends."""
    logs.configure(stream=sys.stderr)
    url, *words = sys.argv[1:]
    terms = tuple(Term(name=word, kind=TermKind.KEYWORD, phrases=(word,)) for word in words)
    ready = CompiledSettings.build(Settings(terms=terms))
    database, cache = Database(url), StatementCache()
    print("ready", flush=True)  # noqa: T201 - the answer
    for line in sys.stdin:
        scan_batch(
            database, ready, load_tasks(database, [ScanId(one) for one in line.strip().split(",")]), cache, clock=SYSTEM_CLOCK
        )
        print("done", flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
