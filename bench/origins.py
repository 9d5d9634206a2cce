"""How well the independent origins of stories are counted: a made week of which the truth is known.

    python bench/origins.py [--stories 2000] [--seed 7] [--runs 1]

Forty outlets of nine families (and some of none) and three wires. Of each story one to three wires and up to four outlets write a text of their own, some
with a common quotation; the other outlets print one of these texts: cut, with a new beginning, in another order, with words changed, under another title,
with the wire's credit in one of the usual places or without any. A story is exact if as many origins are counted as there are.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.domain.article import Article
from monitor.domain.ids import ArticleId
from monitor.domain.story import StoryMember
from monitor.domain.story_origins import story_origins
from tests.made_text import Writer
from workers.provenance.report import read_provenance
from workers.provenance.wording import same_words_among

START = datetime(2026, 3, 2, tzinfo=UTC)
WIRES = ("AP", "Reuters", "AFP")
LEAST_EXACT = 0.98
_CREDITS = {
    "AP": (
        "GAZA CITY (AP) — {text}",
        "{text}\n(With material from AP)",
        "{text}\nThe Associated Press contributed to this report.",
        "{text} (AP)",
    ),
    "Reuters": (
        "LONDON, March 2 (Reuters) - {text}",
        "{text}\n— Reuters",
        "{text}\nReporting by Ann Lee; Editing by Ed Ray",
        "{text}\nSource: Reuters",
    ),
    "AFP": ("PARIS (AFP) – {text}", "{text}\n(avec AFP)", "{text}\nmit Material von AFP", "{text}\n© 2026 AFP"),
}
_CREDITED = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An outlet; `family` is the owner that it shares with others."""

    name: str
    family: str | None

    @property
    def owner(self) -> str:
        """Whose it is."""
        return self.family or self.name


def outlets() -> tuple[Outlet, ...]:
    """Return forty outlets, thirty of them in nine families."""
    return tuple(
        Outlet(name=f"outlet{number}.example", family=f"Family {number % 9}" if number < 30 else None) for number in range(40)
    )


def dressed(rng: random.Random, writer: Writer, text: str) -> str:
    """Return a text as another outlet prints it."""
    sentences = text.split(". ")
    sentences = sentences[: max(6, int(len(sentences) * rng.uniform(0.35, 1)))]
    if rng.random() < 0.5:
        sentences[: rng.randint(1, 2)] = writer.report()[1].split(". ")[: rng.randint(1, 2)]
    if rng.random() < 0.2:
        place = rng.randrange(len(sentences))
        sentences = sentences[place:] + sentences[:place]
    if rng.random() < 0.5:
        sentences = [" ".join("also" if rng.random() < 0.04 else word for word in sentence.split()) for sentence in sentences]
    return ". ".join(sentences)


def made_story(
    rng: random.Random, writer: Writer, everybody: tuple[Outlet, ...]
) -> tuple[list[Article], int, dict[str, str | None]]:
    """Return the reports of one story, how many origins they have, and the family of each source."""
    sources = rng.sample(everybody, rng.randint(2, 25))
    wires = rng.sample(WIRES, rng.randint(1, 3))
    texts: dict[str, str] = {wire: writer.report()[1] for wire in wires}
    quotation = ". ".join(writer.report()[1].split(". ")[:2])
    reports, truth, first = [], set(), START + timedelta(minutes=rng.randrange(7 * 1440))
    own = set(rng.sample(sources, min(len(sources), rng.randint(0, 4))))
    for place, outlet in enumerate(sources):
        at, author = first + timedelta(minutes=place * rng.randint(1, 9)), None
        if outlet in own:
            text, origin = f"{writer.report()[1]} {quotation if rng.random() < 0.5 else ''}", outlet.owner
        else:
            origin = rng.choice(wires)
            text = dressed(rng, writer, texts[origin])
            if rng.random() < _CREDITED:
                text = rng.choice(_CREDITS[origin]).format(text=text)
            elif rng.random() < 0.3:
                author = f"{origin} and staff"
        truth.add(origin)
        reports.append(_article(writer, outlet, text, author, at))
    return reports, len(truth), {outlet.name: outlet.family for outlet in sources}


def counted(reports: list[Article], families: dict[str, str | None]) -> int:
    """Return how many origins the program counts."""
    samples: dict[ArticleId, frozenset[int]] = {}
    members = []
    for article in sorted(reports, key=lambda one: one.fetched_at):
        found = read_provenance(article, families[article.source])
        members.append(
            StoryMember(
                article_id=article.id,
                title=article.title,
                source=article.source,
                url=article.url,
                published_at=None,
                seen_at=article.fetched_at,
                owner=found.owner,
                agencies=found.agencies,
                same_words_as=same_words_among(found.sample, samples),
            )
        )
        samples[article.id] = found.sample
    return len(story_origins(members))


def _article(writer: Writer, outlet: Outlet, text: str, author: str | None, at: datetime) -> Article:
    return Article(
        id=ArticleId(f"{outlet.name} {at}"),
        title=writer.report()[0],
        url=f"https://{outlet.name}/{at:%H%M}",
        guid=None,
        source=outlet.name,
        feed_url=None,
        author=author,
        language="en",
        published_at=at,
        updated_at=None,
        fetched_at=at,
        summary="",
        text=text,
        revision=1,
        story_id=None,
    )


def main() -> None:
    """Count the origins of every story, and fail if too few are exact."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    rng, writer, everybody = random.Random(options.seed), Writer(options.seed), outlets()
    wrong: Counter[int] = Counter()
    reports_read, spent = 0, 0.0
    for _ in range(options.stories):
        reports, truth, families = made_story(rng, writer, everybody)
        began = time.process_time()
        wrong[counted(reports, families) - truth] += 1
        spent += time.process_time() - began
        reports_read += len(reports)
    exact = wrong[0] / options.stories
    off = ", ".join(f"{difference:+d}: {number}" for difference, number in sorted(wrong.items()) if difference)
    print(
        f"{options.stories} stories, {reports_read} reports: exact {exact:.1%}; off by {off or 'nothing'}; {spent / reports_read * 1e6:.0f} µs a report"
    )
    sys.exit(exact < LEAST_EXACT)


if __name__ == "__main__":
    main()
