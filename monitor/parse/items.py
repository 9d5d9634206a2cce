"""What every feed format holds, before it becomes entries."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.domain.fingerprint import NO_SOURCE_HASH, Fingerprint
from monitor.parse.html import ReadText, html_to_text, plain_text, read_html
from monitor.parse.result import PollHints


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """A piece of a feed's text, and whether it is HTML."""

    value: str = ""
    html: bool = False

    @property
    def text(self) -> str:
        """As plain text with paragraph breaks."""
        return html_to_text(self.value) if self.html else plain_text(self.value)

    def read(self) -> ReadText:
        """As `text`, with what in it is not the article."""
        return read_html(self.value) if self.html else ReadText(text=plain_text(self.value))


NOTHING = Markup()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item as its format holds it: links absolute, dates and texts as they stand there.

    `piece` is that of its imprint, if it can be recognised by it.
    """

    title: Markup = NOTHING
    summary: Markup = NOTHING
    content: Markup = NOTHING
    link: str | None = None
    guid: str | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str | None = None
    published: str = ""
    updated: str = ""
    image: str | None = None
    piece: bytes = field(default=NO_SOURCE_HASH, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDocument:
    """A feed as its format holds it. `recognised`, `hints`, `hubs`, `self_url` and `children` as in ParsedFeed; links are absolute."""

    format: str
    title: Markup = NOTHING
    link: str | None = None
    language: str | None = None
    items: tuple[Item, ...] = ()
    recognised: tuple[Fingerprint, ...] = ()
    hints: PollHints = field(default_factory=PollHints)
    hubs: tuple[str, ...] = ()
    self_url: str | None = None
    children: tuple[str, ...] = ()
