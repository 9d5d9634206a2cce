"""Ask an address once before it is written into the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.daemon.parser_client import Parse, ParserPool
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import UsageError
from monitor.domain.platforms import platform_source
from monitor.fetching.fetcher import Fetcher
from monitor.fetching.outcome import UNREACHED, FetchFailure
from monitor.polling.diagnose import explain_poll
from monitor.polling.poll import FeedPollSettings
from monitor.settings.feeds import FeedSettings, HttpSettings, PollingSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFeed:
    """What a feed answered: the address to write (that of the feed which a page names), why it cannot be read, or why it was not reached."""

    url: str
    written: str
    fault: str | None
    unreached: str | None


def feed_of(url: str) -> FeedSettings:
    """Return the feed of an address or a name. Raises UsageError."""
    try:
        platform_source(url)
        return FeedSettings(url=url)
    except ValueError as error:
        reason = str(error) if str(error).startswith("`") else "expected http:// or https://, or a name such as telegram:channel"
        raise UsageError(f"{url!r} is not the address of a feed; {reason}") from error


async def ask_feeds(
    polling: PollingSettings, http: HttpSettings, urls: Sequence[str], feeds: Sequence[FeedSettings]
) -> list[AskedFeed]:
    """Poll each feed once, or the feed that its page names."""
    parse = ParserPool()
    try:
        async with Fetcher(polling, http) as fetcher:
            return [await ask_feed(url, feed, polling, http, fetcher, parse) for url, feed in zip(urls, feeds, strict=True)]
    finally:
        parse.close()


async def ask_feed(
    url: str, feed: FeedSettings, polling: PollingSettings, http: HttpSettings, fetcher: Fetcher, parse: Parse
) -> AskedFeed:
    """Poll a feed once, or the feed that its page names."""
    found = feed if feed.select else feed.model_copy(update={"discover": True})
    diagnosis = await explain_poll(FeedPollSettings(feed=found, polling=polling, http=http), fetcher, parse, clock=SYSTEM_CLOCK)
    state, outcome = diagnosis.result.update.state, diagnosis.result.outcome
    away = isinstance(outcome, FetchFailure) and outcome.problem in UNREACHED
    return AskedFeed(
        url=url,
        written=url if platform_source(url) is not None or state.moved_to is None else str(state.moved_to),
        fault=state.reason if diagnosis.failed and not away else None,
        unreached=outcome.reason if isinstance(outcome, FetchFailure) and away else None,
    )
