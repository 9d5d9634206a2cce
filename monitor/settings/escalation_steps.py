"""Whom an alert is told to when nobody has acknowledged it."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field

from monitor.settings.values import Duration, Section, Text


class EscalationStep(Section):
    """The channel `to` is told `after` this long, counted from the alert."""

    after: Duration
    to: Text


def _in_order(steps: tuple[EscalationStep, ...]) -> tuple[EscalationStep, ...]:
    if any(later.after < earlier.after for earlier, later in pairwise(steps)):
        raise ValueError("`escalate` counts each `after` from the alert, so none may be shorter than the one before it")
    return steps


Escalation = Annotated[tuple[EscalationStep, ...], Field(min_length=1), AfterValidator(_in_order)]
"""The steps of an escalation, in the order in which they come."""


class EscalateSettings(Section):
    """The escalation of alerts of each severity, where their term has none of its own."""

    info: Escalation | None = None
    low: Escalation | None = None
    medium: Escalation | None = None
    high: Escalation | None = None
    critical: Escalation | None = None
