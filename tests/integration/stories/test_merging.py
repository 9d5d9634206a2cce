"""Merging beside the work."""

from __future__ import annotations

from monitor.daemon.periodic_task import PeriodicTask
from monitor.domain.article import Entry, Origin
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.settings.model import Settings
from monitor.storage import articles, stories
from monitor.storage.engine import Database
from workers.scanning.assign_story import assign_story
from workers.scanning.merge_stories import StoryMerger
from workers.stories.near_duplicates import features_of

ACCOUNTS = (
    "Storm Alma tore roofs from 40 houses in Porto Velo on Friday, the mayor Rita Campos said, and cut off power to the island.",
    "Power failed on the island after Alma, a storm, hit Porto Velo on Friday; mayor Rita Campos counted 40 houses without a roof.",
    "The central bank in Arden left its rate at 4 percent and said that prices would fall by the autumn.",
    "Hikers found the skeleton of a mammoth under a glacier in the Orland valley, said the museum of Tressa.",
    "The court of appeal in Lindholm freed the banker Otto Krans, who had served 3 years for fraud.",
)


def test_a_short_run_merges_before_it_ends(database: Database) -> None:
    """`run --once` is over within seconds; what it read is merged all the same."""
    now = SYSTEM_CLOCK.now()
    with database.write() as connection:
        origin = Origin(id="api", name="api")
        entries = [Entry(key=str(place), title=f"Report {place}", text=text) for place, text in enumerate(ACCOUNTS)]
        stored = articles.ingest(connection, origin, entries, now=now, alertable=lambda _: True).new
        for article in sorted(articles.load(connection, stored), key=lambda one: one.title):
            assign_story(connection, article, features_of(article), now=now, settings=Settings().stories)
    merger = StoryMerger(database, Settings)
    PeriodicTask("stories", merger.merge_if_changed, every_s=60, at_end=merger.merge_if_changed).start().stop()
    with database.read() as connection:
        assert sorted(story.articles for story in stories.listing(connection)) == [1, 1, 1, 2]
