"""Turn the items of any format into entries: text, title, dates and identity are decided here for all formats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.domain.article import Entry
from monitor.domain.aside import own_text, shifted
from monitor.domain.hashing import hash_parts
from monitor.domain.text import one_line
from monitor.parse.dates import discard_implausible, parse_date
from monitor.parse.html import ReadText, first_image, html_to_text
from monitor.parse.items import Item
from monitor.parse.sentences import first_sentence

MAX_TITLE = 1000
"""Characters of a title; some feeds repeat the whole text there."""
MAX_TAGS = 50

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*\Z")
_MAX_LANGUAGE = 35
_MAIL_AND_NAME = re.compile(r"\S+@\S+\s*\((.+)\)\Z")
_NAME_AND_MAIL = re.compile(r"([^()<>]+?)\s*[(<]\s*\S+@\S+\s*[)>]\Z")


def to_entries(items: Iterable[Item], *, language: str | None, now: datetime) -> tuple[Entry, ...]:
    """Return one entry for each item, in order. `language` is the feed's, for items that name none."""
    return _with_unique_keys([_with_plausible_dates(_entry(item, language), now) for item in items])


def have_own_keys(entries: Iterable[Entry]) -> bool:
    """Return whether each key depends on its entry alone, because no two entries of the document had the same one."""
    return all(entry.key == _own_key(entry.guid, entry.url, entry.title, entry.own_text) for entry in entries)


def language_tag(text: str | None) -> str | None:
    """Return a language tag with its primary part in lower case (`en-GB`), or None if `text` is no language tag."""
    tag = (text or "").strip().replace("_", "-")
    if len(tag) > _MAX_LANGUAGE or not _LANGUAGE.match(tag):
        return None
    primary, dash, rest = tag.partition("-")
    return primary.lower() + dash + rest


def _join_text(summary: ReadText, content: ReadText) -> ReadText:
    """Return the content, preceded by the summary if the content does not contain it."""
    if not content.text:
        return summary
    beginning = summary.text.rstrip(" .…[]").removesuffix("...").strip()
    if not beginning or " ".join(beginning.split()) in " ".join(content.text.split()):
        return content
    head = f"{summary.text}\n\n"
    return ReadText(text=head + content.text, asides=(*summary.asides, *shifted(content.asides, len(head))))


def _with_further(body: ReadText, item: Item) -> ReadText:
    """Return the text, followed by what `item.further` adds to it and to the title."""
    said = " ".join(f"{item.title.text} {body.text}".split())
    added = [text for markup in item.further if (text := markup.text) and " ".join(text.split()) not in said]
    return ReadText(text="\n\n".join(filter(None, (body.text, *added))), asides=body.asides)


def _with_plausible_dates(entry: Entry, now: datetime) -> Entry:
    updated = entry.updated_at and discard_implausible(entry.updated_at, now=now)
    published = (entry.published_at and discard_implausible(entry.published_at, now=now)) or updated
    if (published, updated) == (entry.published_at, entry.updated_at):
        return entry
    ahead = published is None and any(moment is not None and moment > now for moment in (entry.published_at, entry.updated_at))
    return replace(entry, published_at=published, updated_at=updated, dated_ahead=ahead)


def _entry(item: Item, language: str | None) -> Entry:
    """Return the entry of an item, with its dates unchecked and a key that does not consider other items."""
    summary = item.summary.read()
    body = _join_text(summary, summary if item.content == item.summary else item.content.read())
    if item.further:
        body = _with_further(body, item)
    text, own = body.text, own_text(body.text, body.asides)
    image = item.image or (
        first_image(item.content.value or item.summary.value) if item.content.html or item.summary.html else None
    )
    title = (one_line(item.title.text) or one_line(first_sentence(own)) or item.link or "")[:MAX_TITLE]
    return Entry(
        key=_own_key(item.guid, item.link, title, own),
        title=title,
        text=text,
        asides=body.asides,
        summary=summary.text,
        url=item.link or None,
        guid=item.guid or None,
        author=", ".join(dict.fromkeys(filter(None, map(_person_name, item.authors)))) or None,
        language=language_tag(item.language) or language,
        published_at=parse_date(item.published) if item.published else None,
        updated_at=parse_date(item.updated) if item.updated else None,
        tags=tuple(dict.fromkeys(filter(None, map(one_line, item.tags))))[:MAX_TAGS],
        image=image,
        source=one_line(item.source)[:MAX_TITLE] or None,
        versions=item.versions,
    )


def _person_name(text: str) -> str:
    """Return the name in `mail (name)`, `name <mail>` or HTML."""
    text = one_line(html_to_text(text))
    found = _MAIL_AND_NAME.match(text) or _NAME_AND_MAIL.match(text)
    return found[1].strip() if found else text


def _with_unique_keys(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the entries with keys that differ unless entries are equal.

    The key is the guid; guid and URL if the guid repeats; without a guid the URL; without both, or if that repeats too, a hash of the
    text is added. Miniflux uses the same order.
    """
    if len({entry.key for entry in entries}) == len(entries):
        return tuple(entries)
    guids = Counter(entry.guid for entry in entries)
    keys = [f"{entry.guid} {entry.url or ''}" if entry.guid and guids[entry.guid] > 1 else entry.key for entry in entries]
    counts = Counter(keys)
    return tuple(
        replace(entry, key=key if counts[key] == 1 else f"{key} {_digest(entry.title, entry.own_text)}")
        for entry, key in zip(entries, keys, strict=True)
    )


def _own_key(guid: str | None, url: str | None, title: str, own: str) -> str:
    return guid or url or _digest(title, own)


def _digest(title: str, text: str) -> str:
    return f"sha256:{hash_parts(title, text).hex()}"
