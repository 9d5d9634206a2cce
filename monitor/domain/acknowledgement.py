"""Who has seen an alert and takes care of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.domain.times import rfc3339

NAME_LENGTH = 100
"""Characters of the name under which somebody acknowledges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Somebody has seen an alert. `by` is the name that was given."""

    by: str
    at: datetime

    def record(self) -> dict[str, str]:
        """Return it as JSON shows it."""
        return {"by": self.by, "at": rfc3339(self.at)}
