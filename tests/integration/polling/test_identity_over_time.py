"""Publishers that change what identifies their entries, over several polls: nothing is stored or told twice, and nothing new is taken for old."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web

from monitor.maintenance.retention import prune
from monitor.settings.model import RetentionSettings
from monitor.storage import scans
from tests.integration.polling.world import START, PollerHarness, Site

MakeDesk = Callable[..., Awaitable[PollerHarness]]
POLLS = 6
TEXT = "The convoy left before dawn and reached the border three hours later, after long talks of both sides about the road."
SUBJECTS = (
    "Harbour strike",
    "Dam nears completion",
    "Minister resigns",
    "Harvest fails",
    "Old bridge reopens",
    "Zoo welcomes a tapir",
)


@dataclass(frozen=True, kw_only=True)
class Made:
    """An item as its publisher writes it; `age` is at START, None for no date."""

    title: str
    guid: str | None = None
    link: str | None = None
    age: timedelta | None = timedelta(hours=2)
    text: str = ""

    def xml(self) -> str:
        """Return the item in RSS."""
        parts = [f"<title>{self.title}</title>", f"<description>{self.text}</description>"]
        parts += [f"<guid isPermaLink='false'>{self.guid}</guid>"] if self.guid else []
        parts += [f"<link>{self.link}</link>"] if self.link else []
        parts += [f"<pubDate>{format_datetime(START - self.age)}</pubDate>"] if self.age is not None else []
        return f"<item>{''.join(parts)}</item>"


Document = Callable[[int, datetime], Sequence[Made]]
BESIDE = [Made(title=f"Trade and weather, part {n}", guid=f"beside-{n}", link=f"http://a.example/beside/{n}") for n in range(4)]


def many(age: timedelta | None, form: str, scheme: str = "http", text: str = "") -> list[Made]:
    """Six articles whose guids and links have this form."""
    return [
        Made(
            title=f"{subject} in the north of the country",
            guid=form.format(n),
            link=f"{scheme}://a.example/{form.format(n)}",
            age=None if age is None else age + timedelta(minutes=n),
            text=text,
        )
        for n, subject in enumerate(SUBJECTS)
    ]


def random_guids(n: int, _: datetime) -> Sequence[Made]:
    """Every guid differs in every answer."""
    return [Made(title=f"{one} today", guid=f"{one}-{n}", link=f"http://a.example/{one}") for one in ("flood", "quake", "fire")]


def random_guids_and_counted_comments(n: int, _: datetime) -> Sequence[Made]:
    """The guid differs in every answer, and the title counts comments."""
    return [Made(title=f"Strip of the day ({n * 7} comments)", guid=f"r{n}", link="http://a.example/strip"), *BESIDE]


def random_guids_dated_now(n: int, now: datetime) -> Sequence[Made]:
    """The guid differs in every answer, and the date is always that of the answer."""
    return [Made(title="Plant leaks", guid=f"r{n}", link="http://a.example/leak", age=START - now), *BESIDE]


def counted_links(n: int, _: datetime) -> Sequence[Made]:
    """No guid, and a counter in each link."""
    return [Made(title=f"{one} vote today", link=f"http://a.example/{one}?rnd={n}") for one in ("Early", "Late")] + BESIDE


def counted_links_without_dates(n: int, _: datetime) -> Sequence[Made]:
    """The same without dates."""
    return [Made(title="The vote is today", link=f"http://a.example/vote?rnd={n}", age=None), *BESIDE]


def random_guids_and_links(n: int, _: datetime) -> Sequence[Made]:
    """Guid and link differ in every answer."""
    return [Made(title="Talks resume", guid=f"g{n}", link=f"http://a.example/{n}/talks"), *BESIDE]


def to_https(n: int, _: datetime) -> Sequence[Made]:
    """Guids and links turn to https."""
    scheme = "http" if n < 3 else "https"
    return [
        Made(title=f"Port {one} closed", guid=f"{scheme}://a.example/{one}", link=f"{scheme}://a.example/{one}") for one in range(5)
    ]


def new_system(n: int, _: datetime) -> Sequence[Made]:
    """Another publishing system gives all entries other guids and links."""
    return many(timedelta(hours=3), "old/{}" if n < 3 else "new/{}.html")


def new_system_in_another_zone(n: int, _: datetime) -> Sequence[Made]:
    """It also shifts the dates by some hours and gives longer texts."""
    return many(timedelta(hours=9 if n < 3 else 4), "old/{}" if n < 3 else "new/{}.html", text="" if n < 3 else TEXT)


def new_system_without_dates(n: int, _: datetime) -> Sequence[Made]:
    """There never was a date."""
    return many(None, "old/{}" if n < 3 else "new/{}.html")


def flickering_copies(n: int, _: datetime) -> Sequence[Made]:
    """Every second answer comes from a copy with the old identifiers."""
    return many(timedelta(hours=3), "old/{}" if n % 2 else "new/{}.html")


@pytest.mark.parametrize(
    ("document", "stored"),
    [
        (random_guids, 3),
        (random_guids_and_counted_comments, 5),
        (random_guids_dated_now, 5),
        (counted_links, 6),
        (counted_links_without_dates, 5),
        (random_guids_and_links, 5),
        (to_https, 5),
        (new_system, 6),
        (new_system_in_another_zone, 6),
        (new_system_without_dates, 6),
        (flickering_copies, 6),
    ],
)
async def test_nothing_is_stored_twice(document: Document, stored: int, site: Site, make_harness: MakeDesk) -> None:
    """However often its identifiers change, an article is one article."""
    harness = await polled(site, make_harness, document)
    assert len(harness.titles()) == stored


def all_new_issue(n: int, now: datetime) -> Sequence[Made]:
    """Every third answer is a new issue with the same rubrics."""
    issue = n // 3
    return [
        Made(
            title=rubric,
            guid=f"{issue}-{rubric}",
            link=f"http://a.example/{issue}/{rubric}",
            age=START - now,
            text=f"{rubric} {issue} {TEXT}",
        )
        for rubric in ("Editorial", "Letters", "Markets")
    ]


def all_new_articles(n: int, now: datetime) -> Sequence[Made]:
    """All entries are replaced with other articles."""
    return [
        Made(
            title=f"{subject} {'for the first time' if n < 3 else 'once again'}",
            guid=f"{n // 3}/{k}",
            link=f"http://a.example/{n // 3}/{k}",
            age=START - now,
        )
        for k, subject in enumerate(SUBJECTS)
    ]


def one_guid(n: int, now: datetime) -> Sequence[Made]:
    """One item whose guid never changes, with other news in every third answer."""
    return [Made(title=SUBJECTS[n // 3], guid="latest", link=f"http://a.example/{n // 3}", age=timedelta(hours=-6 * (n // 3)))]


def one_guid_and_address(n: int, now: datetime) -> Sequence[Made]:
    """The address never changes either."""
    return [Made(title=SUBJECTS[n // 2], guid="latest", link="http://a.example/now", age=timedelta(hours=-6 * (n // 2)))]


def repeated_guid(n: int, _: datetime) -> Sequence[Made]:
    """A later entry takes the guid of an earlier one, which leaves the document then."""
    first = Made(title="Port closed", guid="X", link="http://a.example/1")
    second = Made(title="Strike spreads to rail yards", guid="X", link="http://a.example/2", age=timedelta(hours=1))
    return [[first], [first], [second, first], [second, first], [second], [second]][n] + BESIDE


def live_page(n: int, _: datetime) -> Sequence[Made]:
    """Entries that share an address, and whose dates are days."""
    age = timedelta(hours=12)
    shown = [Made(title=f"{SUBJECTS[k]} now", guid=f"live-{k}", link="http://a.example/live", age=age) for k in range(n // 2 + 1)]
    return shown[-2:] + BESIDE


@pytest.mark.parametrize(
    ("document", "stored"),
    [
        (all_new_issue, 6),
        (all_new_articles, 12),
        (one_guid, 2),
        (one_guid_and_address, 3),
        (repeated_guid, 6),
        (live_page, 7),
    ],
)
async def test_what_is_new_is_stored(document: Document, stored: int, site: Site, make_harness: MakeDesk) -> None:
    """Equal guids, addresses or headlines alone do not make one article of two."""
    harness = await polled(site, make_harness, document)
    assert len(harness.titles()) == stored
    assert "under new ids" not in (harness.feed(site.url + "/feed").reason or "")


async def test_a_new_system_is_reported_once(site: Site, make_harness: MakeDesk) -> None:
    """The health of the feed says it for a week."""
    harness = await polled(site, make_harness, new_system)
    reason = harness.feed(site.url + "/feed").reason or ""
    assert reason.count("under new ids") == 1
    harness.clock.advance(days=8)
    await harness.poll()
    assert "under new ids" not in (harness.feed(site.url + "/feed").reason or "")


@pytest.mark.parametrize("form", ["a/{}", "b/{}.html"])
async def test_an_archive_stays_known_when_retention_has_run(form: str, site: Site, make_harness: MakeDesk) -> None:
    """A long document without dates, of which retention deletes all again and again: only what is new is stored, also after a move."""
    shown = [Made(title=f"Piece {n} of the archive", guid=f"a/{n}", link=f"http://a.example/a/{n}", age=None) for n in range(450)]
    document = shown

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(text=feed(document))

    site.pages["/feed"] = answer
    harness = await make_harness(site.url + "/feed")
    await harness.poll()
    for number in range(3):
        with harness.database.write() as connection:
            scans.finish(connection, [one.id for one in scans.unqueued(connection, harness.clock.now(), 10_000)])
        harness.clock.advance(days=100)
        prune(harness.database, RetentionSettings(), harness.clock.now(), window=timedelta(days=3))
        assert harness.titles() == []
        moved = [
            Made(title=one.title, guid=form.format(n), link=f"http://a.example/{form.format(n)}", age=None)
            for n, one in enumerate(shown)
        ]
        document = [Made(title=f"News of today {number}", guid=f"new-{number}", age=None), *moved]
        await harness.poll()
        assert harness.titles() == [f"News of today {number}"]


def feed(items: Sequence[Made]) -> str:
    """Return an RSS document."""
    return f"<rss version='2.0'><channel><title>A</title>{''.join(item.xml() for item in items)}</channel></rss>"


async def polled(site: Site, make_harness: MakeDesk, document: Document) -> PollerHarness:
    """Poll a server that answers so, six times, some hours apart."""
    harness: PollerHarness | None = None

    async def answer(_: web.Request) -> web.StreamResponse:
        assert harness is not None
        return web.Response(text=feed(document(len(site.requests) - 1, harness.clock.now())))

    site.pages["/feed"] = answer
    harness = await make_harness(site.url + "/feed")
    for _ in range(POLLS):
        assert await harness.poll() == 1
        harness.clock.advance(hours=7)
    return harness
