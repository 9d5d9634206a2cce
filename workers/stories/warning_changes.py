"""Tell what the next version of an official warning has changed: its lines of facts say how bad it is, where, and until when. Pure."""

from __future__ import annotations

import re
from typing import Final

_FACT: Final = re.compile(r"^(Severity|Urgency|Certainty|Areas|Onset|Expires): (\S.{0,200})$", re.MULTILINE)


def warning_changes(before: str, after: str) -> tuple[str, ...]:
    """Return `Severity: Moderate → Extreme` and the like for each fact that both texts state differently."""
    old, new = dict(_FACT.findall(before)), dict(_FACT.findall(after))
    return tuple(f"{name}: {old[name]} → {value}" for name, value in new.items() if name in old and old[name] != value)
