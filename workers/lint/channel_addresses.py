"""Find addresses of channels that their service cannot have, as each kind of channel knows them."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.settings.config_positions import Place
from workers.channels.registry import kind_of
from workers.lint.finding import Doubt, LintSubject


def impossible_addresses(subject: LintSubject) -> Iterator[Doubt]:
    """Yield what the kinds of channel doubt of their settings."""
    for name, channel in subject.settings.channels.items():
        for key, message in kind_of(channel).doubts(channel):
            yield Place(key=("channels", name, key)), message
