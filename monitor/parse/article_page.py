"""Extract the article from a web page. Takes about 15 ms, and the library 90 MB of memory, so only workers import it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from lxml.etree import LxmlError

from monitor.domain.aside import Aside, AsideReason, own_text
from monitor.domain.text import one_line, printable
from monitor.parse.aside_words import AUTHOR_LABEL, FOLLOW, LABEL, ORIGIN, SHARE_LABEL, SUBSCRIBE
from monitor.parse.asides import MAX_INVITATION, MIN_ITEMS, SENTENCE_ENDS
from monitor.parse.charset import decode_bytes
from monitor.parse.dear_html import is_dear
from monitor.parse.html import read_html
from monitor.parse.page_data import article_in_scripts
from monitor.parse.page_parts import captions, next_page
from monitor.parse.result import ExtractedArticle, NoArticle

MAX_PAGE = 3_000_000
MIN_CHARACTERS = 250
"""A shorter text is a teaser, a caption or a notice, not an article."""

LONG_ENOUGH = 2_500
"""A page that shows this much is not behind a paywall, whatever it says."""

_LONGER = 1.3

_WALL = re.compile(
    r"subscribe (?:now )?to (?:continue|read|keep reading)|to (?:continue|keep) reading|already a subscriber|subscribers? only"
    r"|this (?:article|content|story) is (?:for|only for|reserved for|available to) (?:our )?(?:subscribers|members)|register to continue"
    r"|create (?:a free|an) account to (?:continue|read)|sign in to (?:continue|read)|nur für abonnenten|jetzt weiterlesen|réservé aux abonnés"
    r"|pour lire la suite|solo para suscriptores|contenuto riservato agli abbonati",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"before you continue|we (?:and our partners )?(?:use|value|store).{0,40}(?:cookies|your privacy|personal data)|accept (?:all )?cookies"
    r"|manage (?:my |your )?(?:cookies|choices|consent)|wir und unsere partner|avant d.accéder|continuer sans accepter|your privacy choices",
    re.IGNORECASE,
)
_CONSENT_HOST = re.compile(r"^(?:consent|cmp|privacy)[.-]|^(?:www\.)?consent\.")
_ROBOT = re.compile(
    r"verify (?:that )?you are (?:a )?human|are you a robot|enable javascript and cookies|checking your browser|unusual traffic|access denied",
    re.IGNORECASE,
)
_SIGNS_OF_ASIDES = (LABEL, AUTHOR_LABEL, SHARE_LABEL, SUBSCRIBE, FOLLOW, ORIGIN)
_NOT_FREE = re.compile(rb"""["']?isAccessibleForFree["']?\s*:\s*["']?false""", re.IGNORECASE)


def extract_article(
    html: bytes, url: str, *, title: str = "", first: str | None = None, number: int = 1
) -> ExtractedArticle | NoArticle:
    """Return the article of the page `html` at `url`, without a first line that repeats `title`.

    It is page `number` of the article whose first page is `first`.
    Consent pages, paywalls and robot checks are failures: a teaser stored as the full text would be matched instead of the summary.
    """
    if _CONSENT_HOST.search(urlsplit(url).hostname or ""):
        return NoArticle(reason="the page asks for consent instead of showing the article")
    if is_dear(html[:MAX_PAGE].decode("utf-8", "replace")):
        return NoArticle(reason="the page is built to cost more than it says")
    import trafilatura  # noqa: PLC0415 - an optional extra, and heavy

    try:
        found = trafilatura.bare_extraction(html[:MAX_PAGE], url=url, fast=True, include_comments=False)
    except (ValueError, LxmlError, RecursionError, AssertionError, TypeError, AttributeError):
        return NoArticle(reason="the page cannot be parsed")
    page = decode_bytes(html[:MAX_PAGE])
    text = _or_in_scripts(_paragraphs(getattr(found, "text", None) or "", title), page, title)
    obstacle = _obstacle(html, text)
    if obstacle is not None and not (first and text):
        return NoArticle(reason=obstacle)
    asides = _asides(text, page)
    whole = "\n\n".join((text, *captions(page, text)))
    return ExtractedArticle(text=whole, asides=asides, next_page=next_page(page, first or url, number))


def _or_in_scripts(text: str, page: str, title: str) -> str:
    """Return the text that the page shows, or where it shows little, what its scripts hold of it."""
    if len(text) >= LONG_ENOUGH:
        return text
    held = _paragraphs(article_in_scripts(page, linked_only=len(text) >= MIN_CHARACTERS), title)
    return held if len(held) >= max(MIN_CHARACTERS, _LONGER * len(text)) else text


def _paragraphs(text: str, title: str) -> str:
    lines = [line.strip() for line in printable(text).splitlines() if line.strip()]
    if lines and title and one_line(lines[0]) == one_line(title):
        lines = lines[1:]
    return "\n\n".join(lines)


def _asides(text: str, html: str) -> tuple[Aside, ...]:
    """Return the paragraphs of the extracted `text` that stand on the page only in what is not the article."""
    paragraphs = text.split("\n\n")
    if not _may_hold_asides(paragraphs):
        return ()
    page = read_html(html)
    reasons: dict[str, AsideReason] = {}
    for aside in page.asides:
        reasons |= dict.fromkeys(map(one_line, page.text[aside.start : aside.end].split("\n")), aside.reason)
    if not reasons:
        return ()
    own = set(map(one_line, own_text(page.text, page.asides).split("\n")))
    found: list[Aside] = []
    at = 0
    for paragraph in paragraphs:
        end = at + len(paragraph)
        line = one_line(paragraph.lstrip("-–• "))
        if (reason := reasons.get(line)) is not None and line and line not in own:
            joins = bool(found) and found[-1].reason is reason and found[-1].end + 2 == at
            found.append(Aside(found.pop().start if joins else at, end, reason))
        at = end + 2
    return tuple(found) if len(own_text(text, found)) >= MIN_CHARACTERS else ()


def _may_hold_asides(paragraphs: Sequence[str]) -> bool:
    """Return whether some paragraphs look like asides; to look for them in the page costs as much as extracting its text."""
    short = [line for line in (paragraph.strip() for paragraph in paragraphs) if 0 < len(line) <= MAX_INVITATION]
    open_ended = sum(line[-1] not in SENTENCE_ENDS for line in short)
    return open_ended >= MIN_ITEMS or any(pattern.match(line) for line in short for pattern in _SIGNS_OF_ASIDES)


def _obstacle(html: bytes, text: str) -> str | None:
    """Return what hides the article, such as a paywall, as a sentence; None if nothing does."""
    if len(text) >= LONG_ENOUGH:
        return None
    whole = html[:MAX_PAGE].decode("utf-8", "replace") if len(text) < MIN_CHARACTERS else text
    little = len(text) < MIN_CHARACTERS
    if _WALL.search(text) or (little and (_NOT_FREE.search(html) or _WALL.search(whole))):
        return "the article is behind a paywall"
    if len(text) < 2 * MIN_CHARACTERS and _CONSENT.search(whole):
        return "the page asks for consent instead of showing the article"
    if len(text) < 2 * MIN_CHARACTERS and _ROBOT.search(whole):
        return "the page wants to know whether we are a robot"
    return "the page holds no article text" if len(text) < MIN_CHARACTERS else None
