"""Files: the JSON of each alert in one line, byte for byte what the webhook sends."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from monitor.domain.delivery import AttemptResult, ClaimedDelivery, Outcome
from monitor.settings.channels import ChannelBase, Event
from monitor.settings.values import OneOrMany
from workers.channels.kind import ChannelKind, Limits
from workers.rendering.alert_json import alert_json

_LONGEST_LINE = 64 * 1024


class FileChannel(ChannelBase):
    """Webhook bodies in a file, one line each. `events` None: alerts, the updates of terms with `repeat: update`, and reports of what was held back."""

    type: Literal["file"]
    path: Path
    events: Annotated[tuple[Event, ...] | None, OneOrMany(), Field(min_length=1)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLines:
    """Whole lines for the end of a file."""

    path: Path
    lines: bytes


def render(channel: FileChannel, deliveries: Sequence[ClaimedDelivery], _now: datetime) -> FileLines:
    """Return one line for each alert."""
    return FileLines(path=channel.path, lines=b"".join(alert_json(delivery) + b"\n" for delivery in deliveries))


def send(message: FileLines, at: datetime, _within: timedelta) -> AttemptResult:
    """Append whole lines to a file; they are on the disk before this returns, all of them or none. Raises OSError.

    If a crash left only a part of an alert at the end, that part is removed: the alert was never settled and comes again.
    """
    message.path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(message.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
    try:
        separator = _end_torn_line(handle, os.fstat(handle).st_size)
        size = os.fstat(handle).st_size
        try:
            _write(handle, separator + message.lines)
            os.fsync(handle)
        except OSError:
            with suppress(OSError):
                os.ftruncate(handle, size)
            raise
    finally:
        os.close(handle)
    return AttemptResult(outcome=Outcome.ACCEPTED, at=at)


def _end_torn_line(handle: int, size: int) -> bytes:
    """Remove a torn alert from the end, and return the line break that is needed after a torn line of another program, which stays."""
    if size == 0 or os.pread(handle, 1, size - 1) == b"\n":
        return b""
    start = max(0, size - _LONGEST_LINE)
    tail = os.pread(handle, size - start, start)
    line = tail.rfind(b"\n") + 1
    if not tail[line:].startswith(b'{"type":"'):
        return b"\n"
    os.ftruncate(handle, start + line)
    return b""


def _write(handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]


KIND = ChannelKind(
    name="file",
    settings=FileChannel,
    limits=Limits(alerts_per_message=100, rate=None, digests=False),
    render=render,
    send=send,
    leads_to=("path",),
    examples=({"path": "alerts.jsonl"},),
)
