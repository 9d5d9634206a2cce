"""Slow down who guesses tokens: after a few failures for everybody together, and for a while not at all."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable

from monitor.logs import get_logger
from monitor.web.responses import ApiError

FREE = 3
"""Wrong tokens within a minute after which the next are judged only one at a time."""
BETWEEN_S = 0.5
LOCKED_AFTER = 10
"""Wrong tokens within a minute after which none is judged for LOCKED_S."""
LOCKED_S = 8.0
_MINUTE_S = 60.0


class LoginGuard:
    """Counts the wrong tokens of all clients. `seconds` is a clock that never goes back."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._wrong: deque[float] = deque(maxlen=LOCKED_AFTER)
        self._free_at = -math.inf

    def check(self) -> None:
        """Raise ApiError with 429 if a token cannot be judged now."""
        left = self._free_at - self._seconds()
        if left > 0:
            raise ApiError(
                429, "too many wrong tokens; no token is judged for a moment", headers={"retry-after": str(math.ceil(left))}
            )

    def failed(self, client: str) -> None:
        """Count a wrong token, and log it."""
        now = self._seconds()
        while self._wrong and self._wrong[0] <= now - _MINUTE_S:
            self._wrong.popleft()
        self._wrong.append(now)
        locked = len(self._wrong) >= LOCKED_AFTER
        if locked or len(self._wrong) >= FREE:
            self._free_at = now + (LOCKED_S if locked else BETWEEN_S)
        get_logger().warning("login.failed", client=client, failures=len(self._wrong), locked_for_s=LOCKED_S if locked else None)

    def worked(self) -> None:
        """Forget the failures: somebody had the token."""
        self._wrong.clear()
