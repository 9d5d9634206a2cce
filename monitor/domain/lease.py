"""A lease: who works on something, and until when it is theirs alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The claim of one process, `owner`, that ends by itself at `until` if the process dies."""

    owner: str
    until: datetime
