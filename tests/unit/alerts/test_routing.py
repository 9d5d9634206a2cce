"""The channels of an alert."""

from __future__ import annotations

import pytest

from monitor.domain.watch import Severity
from monitor.settings.model import RouteSettings
from workers.alerts.routing import channels_for

ALL = ("desk", "audit", "phone")
HIGH = RouteSettings(min_severity=Severity.HIGH, channels=("desk", "phone"))
GAZA = RouteSettings(tags=("gaza", "sinai"), channels=("audit",))
RAFAH = RouteSettings(terms=("Rafah",), channels=("phone",))


@pytest.mark.parametrize(
    ("severity", "tags", "own", "routes", "expected"),
    [
        (Severity.LOW, (), None, (), ALL),
        (Severity.LOW, (), ("audit", "audit"), (HIGH,), ("audit",)),
        (Severity.LOW, (), (), (), ()),
        (Severity.HIGH, ("gaza",), None, (HIGH, GAZA), ("desk", "phone")),
        (Severity.CRITICAL, (), None, (HIGH, GAZA), ("desk", "phone")),
        (Severity.LOW, ("gaza", "x"), None, (HIGH, GAZA), ("audit",)),
        (Severity.LOW, ("x",), None, (HIGH, GAZA), ()),
        (Severity.LOW, (), None, (RAFAH, HIGH), ("phone",)),
    ],
)
def test_channels(
    severity: Severity,
    tags: tuple[str, ...],
    own: tuple[str, ...] | None,
    routes: tuple[RouteSettings, ...],
    expected: tuple[str, ...],
) -> None:
    """The term's own channels, else the first route that fits, else (without routes) every channel."""
    assert channels_for(severity, tags, own, routes, ALL, term="Rafah") == expected
