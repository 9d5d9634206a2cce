"""Read what a feed's entry says of a warning in the Common Alerting Protocol: what happens, where, how bad, and until when."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.parse.items import Markup

NAMESPACE = "urn:oasis:names:tc:emergency:cap:"
"""The namespaces of all versions begin so."""

NAMES = ("event", "areadesc", "severity", "expires")
_TAGS = ("event", "severity")


def warning_texts(values: Mapping[str, str]) -> tuple[Markup, ...]:
    """Return the texts of a warning from its elements by lower-case local name."""
    texts = (f"Expires: {values[name]}" if name == "expires" else values[name] for name in NAMES if values.get(name))
    return tuple(Markup(value=text) for text in texts)


def warning_tags(values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the tags of a warning."""
    return tuple(values[name] for name in _TAGS if values.get(name))
