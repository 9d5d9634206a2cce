"""The same event in other words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.domain.ids import StoryId
from monitor.domain.story import Report
from workers.stories.cluster_events import same_event_merges

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WINDOW = timedelta(hours=48)
STORM = "Storm Alma tore roofs from 40 houses in Porto Velo on Friday, the mayor Rita Campos said, and cut off power to the island."
STORM_AGAIN = (
    "Power failed on the island after Alma, a storm, hit Porto Velo on Friday; mayor Rita Campos counted 40 houses without a roof."
)
ELSEWHERE = (
    "Storm Bruno tore roofs from 12 houses in Marelle on Monday, the mayor Jean Dupin said, and cut off power to the island."
)
BACKGROUND = (
    "The central bank in Arden left its rate at 4 percent and said that prices would fall by the autumn.",
    "Hikers found the skeleton of a mammoth under a glacier in the Orland valley, said the museum of Tressa.",
    "The court of appeal in Lindholm freed the banker Otto Krans, who had served 3 years for fraud.",
    "Engineers opened the tunnel under the Sund, 11 kilometres long, and trains will run from Thursday.",
    "The football club Vesta dismissed its trainer Ivo Maric after 7 defeats in a row.",
    "A strike of bakers left Ostrava without bread for 2 days; the union wants higher wages.",
)


def _reports(texts: Sequence[str], dates: Sequence[datetime] | None = None) -> list[Report]:
    return [
        Report(story_id=StoryId(f"{place:04}"), dated_at=dates[place] if dates else NOW, title="", text=text, language="en")
        for place, text in enumerate(texts)
    ]


def test_two_accounts_of_one_event_become_one_story() -> None:
    """Other words, the same names, number and day: one event. The later story goes into the earlier."""
    assert same_event_merges(_reports([STORM, *BACKGROUND, STORM_AGAIN]), window=WINDOW) == ((StoryId("0007"), StoryId("0000")),)


def test_a_similar_event_elsewhere_stays_apart() -> None:
    """Nearly the same words, other names, number and day: another event."""
    assert same_event_merges(_reports([STORM, *BACKGROUND, ELSEWHERE]), window=WINDOW) == ()


def test_accounts_too_far_apart_in_time_stay_apart() -> None:
    """An anniversary tells the same event again, and is another story."""
    texts = [STORM, *BACKGROUND, STORM_AGAIN]
    assert same_event_merges(_reports(texts, [NOW] * 7 + [NOW + timedelta(hours=49)]), window=WINDOW) == ()


@pytest.mark.parametrize("texts", [(), (STORM,), (STORM, ELSEWHERE), ("", "", "")])
def test_few_reports_are_no_reason_to_merge(texts: tuple[str, ...]) -> None:
    """With nothing else to compare with, similar events stay apart all the same."""
    assert same_event_merges(_reports(texts), window=WINDOW) == ()


def test_the_figures_on_ecb_plus(corpora: Path) -> None:
    """Over 770 reports of 66 events, half of them twins of another: pair F1 at least 0.80, precision at least 0.90."""
    rows = [json.loads(line) for line in (corpora / "clusters" / "ecbplus_train_dev.jsonl").read_text("utf-8").splitlines()]
    story = {report.story_id: report.story_id for report in _reports([row["text"] for row in rows])}
    for merged, into in same_event_merges(_reports([row["text"] for row in rows]), window=WINDOW):
        story = {report: into if holder == merged else holder for report, holder in story.items()}
    precision, recall = _pairs(list(story.values()), [row["cluster"] for row in rows])
    assert precision >= 0.90
    assert 2 * precision * recall / (precision + recall) >= 0.80


def _pairs(found: Sequence[str], wanted: Sequence[str]) -> tuple[float, float]:
    def count(labels: Counter[str] | Counter[tuple[str, str]]) -> int:
        return sum(size * (size - 1) // 2 for size in labels.values())

    both = count(Counter(zip(found, wanted, strict=True)))
    return both / count(Counter(found)), both / count(Counter(wanted))


def test_a_year_of_reports_is_not_merged(corpora: Path) -> None:
    """Wikinews of a whole year, each report with its date: none are merged."""
    rows = [json.loads(line) for line in (corpora / "articles" / "wikinews_2019.jsonl").read_text("utf-8").splitlines()]
    reports = [
        Report(
            story_id=StoryId(f"{place:04}"),
            dated_at=datetime.fromisoformat(row["date"][:10]).replace(tzinfo=UTC),
            title=row["title"],
            text=row["text"].strip().partition("\n")[2],
            language="en",
        )
        for place, row in enumerate(rows)
    ]
    assert same_event_merges(reports, window=WINDOW) == ()
