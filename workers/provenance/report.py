"""Read where one report comes from."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.domain.article import Article
from workers.provenance.credits import credited_agencies
from workers.provenance.owner import owner_of
from workers.provenance.wording import sample_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadProvenance:
    """Where a report comes from as far as it says so itself: whose outlet, which agencies it credits, and a sample of its words."""

    owner: str
    agencies: tuple[str, ...] = ()
    sample: frozenset[int] = field(default=frozenset(), repr=False)


def read_provenance(article: Article, family: str | None = None) -> ReadProvenance:
    """Return where an article comes from; `family` is that of its feed, as configured."""
    text = article.own_text or article.summary
    return ReadProvenance(
        owner=owner_of(source=article.source, url=article.url, feed_url=article.feed_url, family=family),
        agencies=credited_agencies(article.author, text),
        sample=sample_of(text),
    )
