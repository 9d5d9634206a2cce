"""What the answers of some services mean beyond their HTTP status."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson

from monitor.domain.delivery import AttemptResult, Outcome
from monitor.domain.retry import LONGEST_RETRY_AFTER

_SLACK_REFUSES = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text", "invalid_arguments"}
)


def understood(receipt: AttemptResult, answer: str, service: str | None) -> AttemptResult:
    """`receipt` after reading the body of the answer, for a service that says there what came of the message.

    Slack answers 200 with `ok: false`; Telegram tells in the body how long to wait. A reason is only given for what was not accepted.
    """
    if service is not None:
        reply = _json(answer)
        receipt = _slack(receipt, reply) if service == "slack" else _telegram(receipt, reply)
    return replace(receipt, reason=None) if receipt.outcome is Outcome.ACCEPTED else receipt


def _slack(receipt: AttemptResult, reply: dict[str, Any]) -> AttemptResult:
    if receipt.outcome is not Outcome.ACCEPTED:
        return receipt
    if reply.get("ok") is True:
        place, ts = reply.get("channel"), reply.get("ts")
        return replace(receipt, reference=f"{place}:{ts}" if place and ts else None)
    error = str(reply.get("error") or "an answer without ok")[:80]
    outcome = Outcome.REFUSED if error in _SLACK_REFUSES else Outcome.FAILED
    return replace(receipt, outcome=outcome, reason=f"Slack: {error}")


def _telegram(receipt: AttemptResult, reply: dict[str, Any]) -> AttemptResult:
    parameters = reply.get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if receipt.outcome is Outcome.ACCEPTED or not isinstance(wait, int | float):
        return receipt
    return replace(receipt, retry_after=timedelta(seconds=min(math.ceil(max(wait, 0)), LONGEST_RETRY_AFTER.total_seconds())))


def _json(text: str) -> dict[str, Any]:
    try:
        reply = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return reply if isinstance(reply, dict) else {}
