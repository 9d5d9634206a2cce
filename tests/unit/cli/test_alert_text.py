"""How an alert reads in a terminal."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.cli.alert_text import alert_text
from tests.alerting import EPOCH, alert_data

HELD = {"held": True, "held_until": "2024-03-21T08:30:00Z", "reported_at": None}


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"suppressed": "cooldown", **HELD}, "(held until 2024-03-21 08:30:00 UTC: cooldown)"),
        ({"suppressed": "silenced", **HELD, "held_until": None}, "(held until the silence is lifted)"),
        (
            {"suppressed": "budget", **HELD, "held": False, "reported_at": "2024-03-21T08:30:01Z"},
            "(held back: budget; told at 2024-03-21 08:30:01 UTC)",
        ),
        ({"suppressed": "cooldown"}, "(not sent: cooldown)"),
    ],
)
def test_an_alert_that_was_not_told_at_once_says_so(changes: dict[str, Any], shown: str) -> None:
    """Until when it is held, or when it was told; what an older version suppressed was never sent."""
    record = {**alert_data(), "created_at": "2024-03-21T08:00:00Z", "suppressed": None, **changes}
    assert shown in alert_text(record, EPOCH).plain
