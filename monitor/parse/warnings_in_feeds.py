"""Read what a feed's entry says of a warning in the Common Alerting Protocol: what happens, where, how bad, and until when."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.domain.article import CANCELLED
from monitor.parse.items import Markup

NAMESPACE = "urn:oasis:names:tc:emergency:cap:"
"""The namespaces of all versions begin so."""

_TEXTS = ("event", "areadesc", "severity", "expires")
_KINDS = ("msgtype", "message_type")
NAMES = (*_TEXTS, *_KINDS, "identifier", "references")
_MAX_REFERENCES, _MAX_VERSIONS = 1000, 20


def warning_texts(values: Mapping[str, str]) -> tuple[Markup, ...]:
    """Return the texts of a warning from its elements by lower-case local name."""
    texts = (f"Expires: {values[name]}" if name == "expires" else values[name] for name in _TEXTS if values.get(name))
    return tuple(Markup(value=text) for text in (*(("Cancelled",) if _is_cancelled(values) else ()), *texts))


def warning_tags(values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the tags of a warning."""
    return (*((CANCELLED,) if _is_cancelled(values) else ()), *(values[name] for name in _TEXTS if values.get(name)))


def warning_identity(values: Mapping[str, str]) -> str | None:
    """Return the identifier of a warning, for an update or a cancellation that of the first; None if the entry names none."""
    return original_of(values.get("references", "")) or values.get("identifier") or None


def warning_versions(values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the identifiers of a warning and of those that it replaces."""
    return versions_of(values.get("identifier", ""), values.get("references", ""))


def original_of(references: str) -> str:
    """Return the identifier of the oldest message in the `references` of another (`sender,identifier,sent …`); empty if there is none."""
    return next((identifier for _, identifier in _referred(references)), "")


def versions_of(identifier: str, references: str) -> tuple[str, ...]:
    """Return the identifiers of a message and of the newest of those in its `references`."""
    before = [one for _, one in _referred(references)][-_MAX_VERSIONS:]
    return tuple(dict.fromkeys(filter(None, (identifier, *reversed(before)))))


def _referred(references: str) -> list[tuple[str, str]]:
    """Return when each message in `references` was sent, and its identifier, oldest first."""
    parts = [part.split(",") for part in references.split()[:_MAX_REFERENCES]]
    return sorted((part[2], part[1]) for part in parts if len(part) == 3 and part[1])


def _is_cancelled(values: Mapping[str, str]) -> bool:
    return any(values.get(name, "").strip().lower() == "cancel" for name in _KINDS)
