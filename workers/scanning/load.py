"""Load the articles of a batch of scans, with the pages behind their links where a feed asks for full text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.domain.article import Article
from monitor.domain.aside import Aside
from monitor.domain.ids import ScanId
from monitor.storage import articles, scans
from monitor.storage.engine import Connection, Database
from workers.scanning.full_text import FullTextReader, PageResult


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanTask:
    """A scan to do: the newest revision of an article, and title, text and asides of the revision before, if there is one.

    `loaded` is the revision that was in the database; `page_result` is the result of reading the page behind its link, if it was read.
    """

    scan: scans.Scan
    article: Article
    earlier: tuple[str, str, tuple[Aside, ...]] | None
    loaded: int
    page_result: PageResult | None = None

    @property
    def page_came_late(self) -> bool:
        """Whether the page was read after the summary had been scanned, which made it the next revision."""
        return self.page_result is not None and self.page_result.read and self.article.revision != self.loaded


def load_tasks(database: Database, ids: Sequence[ScanId]) -> list[ScanTask]:
    """Return the tasks of these scans, without those that are done already."""
    with database.read() as connection:
        waiting = scans.load(connection, ids)
        found = {article.id: article for article in articles.load(connection, [scan.article_id for scan in waiting])}
        return [_task(connection, scan, found[scan.article_id]) for scan in waiting if scan.article_id in found]


def read_pages(reader: FullTextReader, tasks: Sequence[ScanTask]) -> list[ScanTask]:
    """Return the tasks with the pages behind their links, as far as these can be read in time."""
    results = reader.read([task.article for task in tasks])
    return [_with_page(task, result) for task, result in zip(tasks, results, strict=True)]


def _task(connection: Connection, scan: scans.Scan, article: Article) -> ScanTask:
    return ScanTask(scan=scan, article=article, earlier=articles.earlier(connection, article), loaded=article.revision)


def _with_page(task: ScanTask, result: PageResult) -> ScanTask:
    """Return the task with its page. A page that came late is a new revision, and the text matched before is the one before it."""
    before = task.article
    late = result.article.revision != before.revision
    return replace(
        task,
        article=result.article,
        page_result=result,
        earlier=(before.title, before.text, before.asides) if late else task.earlier,
    )
