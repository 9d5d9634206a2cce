"""Make the files of a new installation from what its user answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from monitor.settings.new_feed import NewFeed, feed_item
from monitor.settings.yaml_edit import ListItem, quote_yaml

_CONFIG = PurePosixPath("config")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What `init` asked. What is empty is taken from the samples; `channel` is the address of a Slack or other webhook."""

    words: tuple[str, ...] = ()
    feeds: tuple[NewFeed, ...] = ()
    channel: str = ""
    zone: str = ""


def answered_files(samples: Mapping[PurePosixPath, str], answers: Answers) -> dict[PurePosixPath, str]:
    """Return the files with the answers in the place of the samples, whose comments are kept."""
    changed = dict(samples)
    if answers.words:
        items = [ListItem(lines=(quote_yaml(word),), flow=quote_yaml(word, flow=True)) for word in answers.words]
        changed[_CONFIG / "watchlist.yaml"] = _with_list(samples[_CONFIG / "watchlist.yaml"], "watch:", items)
    if answers.feeds:
        items = [feed_item(feed) for feed in answers.feeds]
        changed[_CONFIG / "feeds.yaml"] = _with_list(samples[_CONFIG / "feeds.yaml"], "feeds:", items)
    if answers.channel:
        changed[_CONFIG / "channels.yaml"] = _with_channel(samples[_CONFIG / "channels.yaml"], answers.channel, answers.zone)
    return changed


def _with_list(text: str, key: str, items: list[ListItem]) -> str:
    """Return the comments above `key`, and a list of `items` in the place of what stands below it."""
    above = text[: text.index(f"\n{key}") + 1]
    return (
        above
        + key
        + "".join(f"\n  - {line}" if not at else f"\n    {line}" for item in items for at, line in enumerate(item.lines))
        + "\n"
    )


def _with_channel(text: str, address: str, zone: str) -> str:
    """Return the text with the channel `desk` behind the file that every alert is written to."""
    place = text.index("\n", text.index("\n  log: ") + 1) + 1
    quiet = f', quiet_hours: {{from: "22:00", to: "07:00", zone: {zone}}}' if zone else ""
    return (
        f"{text[:place]}\n  desk: {{type: {channel_type(address)}, url: {quote_yaml(address, flow=True)}{quiet}}}\n{text[place:]}"
    )


def channel_type(address: str) -> str:
    """Return the type of the channel with this address: that of a service known by its host, else `webhook`."""
    host = urlsplit(address).hostname or ""
    services = {"hooks.slack.com": "slack", "discord.com": "discord", "discordapp.com": "discord"}
    return services.get(host) or ("teams" if host.endswith((".webhook.office.com", ".logic.azure.com")) else "webhook")
