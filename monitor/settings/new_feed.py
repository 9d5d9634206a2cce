"""A feed that is to be written into the configuration."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.settings.yaml_edit import ListItem, quote_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFeed:
    """A feed to be added."""

    url: str
    name: str | None = None
    tags: tuple[str, ...] = ()


def feed_item(feed: NewFeed) -> ListItem:
    """Return a feed as an item of `feeds:`; the address alone where there is nothing more to say."""
    parts = [("url", quote_yaml(feed.url), quote_yaml(feed.url, flow=True))]
    if feed.name:
        parts.append(("name", quote_yaml(feed.name), quote_yaml(feed.name, flow=True)))
    if feed.tags:
        tags = f"[{', '.join(quote_yaml(tag, flow=True) for tag in feed.tags)}]"
        parts.append(("tags", tags, tags))
    if len(parts) == 1:
        return ListItem(lines=(parts[0][1],), flow=parts[0][2])
    return ListItem(
        lines=tuple(f"{key}: {value}" for key, value, _ in parts),
        flow="{" + ", ".join(f"{key}: {value}" for key, _, value in parts) + "}",
    )
