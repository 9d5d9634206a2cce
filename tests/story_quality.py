"""Relate reports of known events as scan workers do, and compare the stories with the events: shared by tests and bench/relations.py."""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from monitor.domain.article import Article, Entry, Origin
from monitor.domain.ids import ArticleId, StoryId
from monitor.domain.relation import RelationKind
from monitor.settings.model import StoriesSettings
from monitor.storage import articles
from monitor.storage.engine import Database
from monitor.storage.tables import articles as article_rows
from monitor.storage.tables import metadata
from tests import placing
from workers.scanning.statement_cache import StatementCache

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OUTLETS = 24
TFIDF_LEAST = 0.25
Timer = Callable[[], float]


@dataclass(frozen=True, kw_only=True)
class Report:
    """One report of a known event."""

    id: str
    event: str
    outlet: str
    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Quality:
    """How one order was told. `told` counts alerts, `lost` names events none of whose reports raised one, `ms` is the time a report took."""

    told: int
    developments: int
    lost: tuple[str, ...]
    events: int
    precision: float
    recall: float
    b_cubed: float
    ms: float

    @property
    def f1(self) -> float:
        """The harmonic mean of pair precision and recall."""
        return _f1(self.precision, self.recall)


def untimed() -> float:
    """A timer for those who want none."""
    return 0.0


def load(path: Path) -> list[Report]:
    """Return the reports of a file. Where no outlet is known, the k-th report of every event is given to the k-th of 24 outlets."""
    seen: Counter[str] = Counter()
    reports = []
    for row in map(json.loads, path.read_text("utf-8").splitlines()):
        seen[row["cluster"]] += 1
        title, _, text = ("", "", row["text"]) if "title" in row else row["text"].partition("\n")
        title = row.get("title") or (title if text else " ".join(title.split()[:10]))
        outlet = row.get("source_name") or f"outlet-{seen[row['cluster']] % OUTLETS:02}"
        reports.append(Report(id=str(row["id"]), event=str(row["cluster"]), outlet=outlet, title=title, text=text or row["text"]))
    return reports


def run(reports: Sequence[Report], *, batch: int, timer: Timer = untimed) -> Quality:
    """Relate `reports` in this order."""
    database = Database("sqlite://")
    with database.write() as connection:
        metadata.create_all(connection)
        of_report = {_ingest(connection, report): report for report in reports}
        stored = {article.id: article for some in _parts(list(of_report), 500) for article in articles.load(connection, some)}
    told: set[str] = set()
    kinds: Counter[RelationKind] = Counter()
    cache, started = StatementCache(), timer()
    for some in _parts(list(of_report), batch):
        _relate(database, [stored[one] for one in some], cache, of_report, told, kinds)
    elapsed = timer() - started
    with database.read() as connection:
        label = {
            of_report[row.id].id: row.story_id for row in connection.execute(select(article_rows.c.id, article_rows.c.story_id))
        }
    database.close()
    return _quality(reports, told, label, kinds[RelationKind.DEVELOPMENT], elapsed)


def _relate(
    database: Database,
    some: Sequence[Article],
    cache: StatementCache,
    of_report: dict[ArticleId, Report],
    told: set[str],
    kinds: Counter[RelationKind],
) -> None:
    with database.write() as connection:
        placements = placing.place(connection, some, cache, now=NOW, settings=StoriesSettings())
    for article, placement in zip(some, placements, strict=True):
        if placement.relation is not None:
            kinds[placement.relation.kind] += 1
            told |= {of_report[article.id].id} if placement.relation.kind is RelationKind.OTHER else set()


def _ingest(connection: object, report: Report) -> ArticleId:
    entry = Entry(
        key=report.id, title=report.title, text=report.text, url=f"https://{report.outlet}.example/{report.id}", language="en"
    )
    origin = Origin(id=report.outlet, name=report.outlet)
    return articles.ingest(connection, origin, [entry], now=NOW, alertable=lambda _: True).new[0]  # type: ignore[arg-type]


def tfidf(reports: Sequence[Report], *, timer: Timer = untimed) -> Quality:
    """Join each report to the story of the most similar earlier one if the cosine of their first 90 words is .25 or more."""
    started = timer()
    words = [Counter(re.findall(r"\w+", f"{one.title} {' '.join(one.text.split()[:90])}".lower())) for one in reports]
    frequency = Counter(word for one in words for word in one)
    index: dict[str, list[tuple[int, float]]] = defaultdict(list)
    label: dict[str, StoryId] = {}
    told: set[str] = set()
    for place, (report, counts) in enumerate(zip(reports, words, strict=True)):
        vector = {
            word: (1 + math.log(count)) * (1 + math.log((1 + len(reports)) / (1 + frequency[word])))
            for word, count in counts.items()
            if frequency[word] <= 0.3 * len(reports) + 5
        }
        size = math.sqrt(sum(x * x for x in vector.values())) or 1.0
        near: Counter[int] = Counter()
        for word, weight in vector.items():
            for other, theirs in index[word]:
                near[other] += weight / size * theirs  # type: ignore[assignment]
            index[word].append((place, weight / size))
        best = max(near, key=lambda one: near[one], default=None)
        if best is not None and near[best] >= TFIDF_LEAST:
            label[report.id] = label[reports[best].id]
        else:
            label[report.id] = StoryId(report.id)
            told.add(report.id)
    return _quality(reports, told, label, 0, timer() - started)


def _quality(reports: Sequence[Report], told: set[str], label: dict[str, StoryId], developments: int, elapsed: float) -> Quality:
    events: dict[str, set[str]] = defaultdict(set)
    for one in reports:
        events[one.event].add(one.id)
    gold, said = Counter(one.event for one in reports), Counter(label[one.id] for one in reports)
    both = Counter((one.event, label[one.id]) for one in reports)
    joint = _pairs(both.values())
    b_precision = sum(both[one.event, label[one.id]] / said[label[one.id]] for one in reports) / len(reports)
    b_recall = sum(both[one.event, label[one.id]] / gold[one.event] for one in reports) / len(reports)
    return Quality(
        told=len(told),
        developments=developments,
        lost=tuple(event for event, ids in events.items() if not ids & told),
        events=len(events),
        precision=joint / (_pairs(said.values()) or 1),
        recall=joint / (_pairs(gold.values()) or 1),
        b_cubed=_f1(b_precision, b_recall),
        ms=elapsed * 1000 / len(reports),
    )


def _pairs(sizes: object) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)  # type: ignore[attr-defined]


def _f1(first: float, second: float) -> float:
    return 2 * first * second / (first + second) if first + second else 0.0


def _parts(values: Sequence[ArticleId], size: int) -> list[Sequence[ArticleId]]:
    return [values[start : start + size] for start in range(0, len(values), size)]
