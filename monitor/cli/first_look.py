"""What the watch list would have raised in the documents that the feeds show now, for `news-monitor init`."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import click

from monitor.daemon.parser_client import ParserPool
from monitor.domain.article import Entry
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.match import Document
from monitor.domain.text import one_line
from monitor.fetching.fetcher import Fetcher
from monitor.polling.diagnose import Diagnosis, explain_poll
from monitor.polling.poll import FeedPollSettings
from monitor.settings.feeds import FeedSettings
from monitor.settings.model import Settings
from workers.language.detector import detect
from workers.scanning.compiled_settings import CompiledSettings

_WITHIN_S = 20.0
"""How long the feeds may take together; those that have not answered by then are read once the daemon runs."""
_SHOWN_REASONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLook:
    """How many feeds were read, of how many; how often each reason stood against one; entries in all, and those of each term."""

    feeds: int
    read: int
    reasons: Counter[str]
    entries: int
    by_term: Counter[str]


async def first_look(settings: Settings) -> FirstLook:
    """Poll every feed once, store nothing, and match what they show."""
    polled = await _polled(settings)
    found = [one for one in polled if one is not None and not one.failed]
    reasons = Counter(
        "it did not answer in time" if one is None else one.result.update.state.reason or "it cannot be read"
        for one in polled
        if one is None or one.failed
    )
    entries = [(entry, one) for one in found for entry in one.result.entries]
    matcher = CompiledSettings.build(settings).matcher
    names = {feed.url: feed.name or "" for feed in settings.feeds}
    by_term = Counter(
        match.term.name for entry, one in entries for match in matcher.match(_document(entry, names.get(one.url, "")))
    )
    return FirstLook(feeds=len(polled), read=len(found), reasons=reasons, entries=len(entries), by_term=by_term)


def print_first_look(look: FirstLook) -> None:
    """Print it in a few lines: what cannot be read and why, and what each term would have raised."""
    if look.feeds > look.read:
        shown = "; ".join(one_line(reason) for reason, _ in look.reasons.most_common(_SHOWN_REASONS))
        hint = " Behind a proxy? Set `http: {proxy: …}`." if not look.read else ""
        click.echo(f"{look.feeds - look.read} of {look.feeds} feeds could not be read: {shown}.{hint}", err=True)
    if look.entries:
        click.echo(f"the {look.read} feeds show {look.entries} entries now; these terms are in them:")
        for term, count in look.by_term.most_common():
            click.echo(f"  {count:5}  {one_line(term)}")
        if not look.by_term:
            click.echo("      0  none of them")


async def _polled(settings: Settings) -> Sequence[Diagnosis | None]:
    """Return the poll of each feed; None for one that did not end in time."""
    parse = ParserPool()
    try:
        async with Fetcher(settings.polling, settings.http) as fetcher:
            tasks = [asyncio.create_task(_poll(feed, settings, fetcher, parse)) for feed in settings.feeds]
            if tasks:
                _, late = await asyncio.wait(tasks, timeout=_WITHIN_S)
                for task in late:
                    task.cancel()
                await asyncio.gather(*late, return_exceptions=True)
            return [None if task.cancelled() else task.result() for task in tasks]
    finally:
        parse.close()


async def _poll(feed: FeedSettings, settings: Settings, fetcher: Fetcher, parse: ParserPool) -> Diagnosis:
    poll_settings = FeedPollSettings(feed=feed, polling=settings.polling, http=settings.http)
    return await explain_poll(poll_settings, fetcher, parse, clock=SYSTEM_CLOCK)


def _document(entry: Entry, source: str) -> Document:
    return Document(
        title=entry.title,
        body=entry.text,
        asides=entry.asides,
        source=source,
        language=entry.language or detect(f"{entry.title}\n{entry.text}"),
        tags=frozenset(entry.tags),
        url=entry.url,
        author=entry.author,
    )
