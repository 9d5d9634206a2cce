"""Log an outage once: when it begins, not again at every attempt that fails."""

from __future__ import annotations

from monitor.domain.errors import MonitorError
from monitor.logs import get_logger


class OutageLog:
    """Remembers which steps are failing, each by its name."""

    def __init__(self) -> None:
        self._failing: set[str] = set()

    def failed(self, step: str, error: Exception) -> None:
        """Log `error` as `tick.failed`, unless the step has failed before and not worked since."""
        if step not in self._failing:
            get_logger().error("tick.failed", step=step, error=_described(error))
        self._failing.add(step)

    def worked(self, step: str) -> None:
        """Note that the step works, so that its next failure is logged."""
        self._failing.discard(step)


def _described(error: Exception) -> str:
    """Return our own errors and the system's as they read, others with their class: they are bugs."""
    return str(error) if isinstance(error, (MonitorError, OSError)) else repr(error)[:500]
