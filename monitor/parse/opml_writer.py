"""Write OPML."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from monitor.domain.text import one_line
from monitor.parse.opml import OpmlFeed


def to_opml(feeds: Iterable[OpmlFeed], *, title: str) -> str:
    """Return a subscription list with folders as nested outlines, which `read_opml` reads back to the same feeds."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"  <head><title>{_escaped(title)[1:-1]}</title></head>",
        "  <body>",
    ]
    open_folders: tuple[str, ...] = ()
    filed = ((tuple(name for folder in feed.folders if (name := _clean(folder))), feed) for feed in feeds)
    for folders, feed in sorted(filed, key=lambda pair: pair[0]):
        lines += _folder_tags(open_folders, folders)
        open_folders = folders
        name = _escaped(_clean(feed.title or "") or feed.url)
        lines.append(f'{_indent(len(open_folders))}<outline type="rss" text={name} title={name} xmlUrl={_escaped(feed.url)}/>')
    return "\n".join([*lines, *_folder_tags(open_folders, ()), "  </body>", "</opml>", ""])


def _folder_tags(old: tuple[str, ...], new: tuple[str, ...]) -> list[str]:
    """Return the tags that close the folders of `old` and open those of `new`."""
    common = next((index for index, (one, two) in enumerate(zip(old, new, strict=False)) if one != two), min(len(old), len(new)))
    closed = [f"{_indent(level)}</outline>" for level in range(len(old) - 1, common - 1, -1)]
    return closed + [f"{_indent(level)}<outline text={_escaped(new[level])}>" for level in range(common, len(new))]


def _indent(level: int) -> str:
    return "  " * (level + 2)


def _escaped(text: str) -> str:
    """Return `text` as an attribute value in double quotation marks."""
    return quoteattr(_clean(text).replace('"', "\0")).replace("\0", "&quot;")


def _clean(text: str) -> str:
    """Return `text` on one line, without the characters that XML does not allow."""
    return one_line(text.replace("\ufffe", "").replace("\uffff", ""))
