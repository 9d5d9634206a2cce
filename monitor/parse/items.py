"""The items and documents that every format is parsed to, before they become entries."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.domain.fingerprint import NO_SOURCE_HASH, Fingerprint
from monitor.parse.html import ReadText, html_to_text, plain_text, read_html
from monitor.parse.result import PollHints


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """A text of a feed, and whether it is HTML."""

    value: str = ""
    html: bool = False

    @property
    def text(self) -> str:
        """The plain text with paragraph breaks."""
        return html_to_text(self.value) if self.html else plain_text(self.value)

    def read(self) -> ReadText:
        """As `text`, with what in it is not the article."""
        return read_html(self.value) if self.html else ReadText(text=plain_text(self.value))


NOTHING = Markup()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a document: links are absolute, dates and texts unchanged.

    `further` are texts beside summary and content, such as the subtitle of an episode or the event and the places of a warning.
    `source` is who published it, where that is not whom the document is from.
    `identified`: its guid names it in any document, so that another item with it is another version of it.
    `versions` are the identifiers of this and of earlier versions that it names.
    `source_hash` is that of its fingerprint, or NO_SOURCE_HASH if it cannot be recognized by its bytes.
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
    further: tuple[Markup, ...] = ()
    source: str = ""
    identified: bool = False
    versions: tuple[str, ...] = ()
    source_hash: bytes = field(default=NO_SOURCE_HASH, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDocument:
    """A feed with its items. Links are absolute; `recognized`, `hints`, `hubs`, `self_url`, `children`, `cut` and `older` are as in ParsedFeed."""

    format: str
    title: Markup = NOTHING
    link: str | None = None
    language: str | None = None
    items: tuple[Item, ...] = ()
    recognized: tuple[Fingerprint, ...] = ()
    hints: PollHints = field(default_factory=PollHints)
    hubs: tuple[str, ...] = ()
    self_url: str | None = None
    children: tuple[str, ...] = ()
    cut: bool = False
    older: str | None = None
