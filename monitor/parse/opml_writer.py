"""Writing OPML."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from monitor.domain.text import one_line
from monitor.parse.opml import OpmlFeed


def to_opml(feeds: Iterable[OpmlFeed], *, title: str) -> str:
    """A subscription list that every reader takes; folders become nested outlines, so that reading it back gives the same feeds."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"  <head><title>{_escaped(title)[1:-1]}</title></head>",
        "  <body>",
    ]
    open_folders: tuple[str, ...] = ()
    filed = ((tuple(name for folder in feed.folders if (name := _clean(folder))), feed) for feed in feeds)
    for folders, feed in sorted(filed, key=lambda pair: pair[0]):
        lines += _moved(open_folders, folders)
        open_folders = folders
        name = _escaped(_clean(feed.title or "") or feed.url)
        lines.append(f'{_indent(len(open_folders))}<outline type="rss" text={name} title={name} xmlUrl={_escaped(feed.url)}/>')
    return "\n".join([*lines, *_moved(open_folders, ()), "  </body>", "</opml>", ""])


def _moved(old: tuple[str, ...], new: tuple[str, ...]) -> list[str]:
    """The tags that lead from one folder to another."""
    common = next((index for index, (one, two) in enumerate(zip(old, new, strict=False)) if one != two), min(len(old), len(new)))
    closed = [f"{_indent(level)}</outline>" for level in range(len(old) - 1, common - 1, -1)]
    return closed + [f"{_indent(level)}<outline text={_escaped(new[level])}>" for level in range(common, len(new))]


def _indent(level: int) -> str:
    return "  " * (level + 2)


def _escaped(text: str) -> str:
    """`text` as an attribute's value in double quotation marks."""
    return quoteattr(_clean(text).replace('"', "\0")).replace("\0", "&quot;")


def _clean(text: str) -> str:
    """`text` on one line, without the characters that XML cannot hold."""
    return one_line(text.replace("\ufffe", "").replace("\uffff", ""))
