"""Decide whom an alert that nobody acknowledges is told to, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from monitor.domain.watch import EscalateTo, Severity, Term
from monitor.settings.model import Settings

REPEATED_FOR: Final = timedelta(days=1)
"""How long the last step is repeated."""


def steps_for(settings: Settings, terms: Mapping[str, Term], term: str, severity: Severity) -> tuple[EscalateTo, ...]:
    """Return the escalation of an alert: that of its term, else that of its severity, as far as the channels exist."""
    own = terms[term].escalate if term in terms else ()
    of_severity = getattr(settings.escalate, severity.value) or ()
    steps = own or tuple(EscalateTo(after=step.after, to=step.to) for step in of_severity)
    return tuple(step for step in steps if step.to in settings.channels)


def step_of(steps: Sequence[EscalateTo], told: int) -> EscalateTo:
    """Return the step that comes after `told` ones: the last is repeated."""
    return steps[min(told, len(steps) - 1)]


def step_due(steps: Sequence[EscalateTo], told: int, raised_at: datetime) -> datetime | None:
    """Return when the next step is due after `told` ones; None once the last has been repeated for a day."""
    if told < len(steps):
        return raised_at + steps[told].after
    wait = steps[-1].after
    repeated = (told - len(steps) + 1) * wait
    return None if repeated > REPEATED_FOR else raised_at + wait + repeated
