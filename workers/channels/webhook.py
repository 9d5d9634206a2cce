"""Webhooks: each alert as a signed POST of JSON, by the Standard Webhooks specification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

import orjson
from pydantic import BeforeValidator, Field

from monitor.domain.delivery import HELD_REPORT, ClaimedDelivery
from monitor.settings.channels import Event, HttpChannel
from monitor.settings.values import FromFile, HeaderValue, OneOrMany, SigningSecret, Text, one_or_many
from workers.channels.kind import ChannelKind, Limits
from workers.channels.post import Post, tls_of
from workers.rendering.alert_json import alert_json
from workers.rendering.report_as_alert import report_as_alert
from workers.rendering.signature import sign


class WebhookChannel(HttpChannel):
    """A receiver of Standard Webhooks; each `secret` signs. `template` is Jinja for a receiver that wants a body of its own shape.

    `events` None: alerts, the updates of terms with `repeat: update`, and reports of what was held back.
    """

    type: Literal["webhook"]
    secret: Annotated[tuple[SigningSecret, ...], BeforeValidator(one_or_many), OneOrMany()] = ()
    headers: Mapping[str, HeaderValue] = Field(default_factory=dict)
    template: Annotated[Text | None, FromFile()] = None
    content_type: Text = "application/json"
    events: Annotated[tuple[Event, ...] | None, OneOrMany(), Field(min_length=1)] = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every signing secret, the newest first as configured."""
        return tuple(secret.get_secret_value() for secret in self.secret)


def webhook_headers(
    delivery_id: str, body: bytes, *, secrets: Sequence[str], now: datetime, extra: Mapping[str, str], content_type: str
) -> dict[str, str]:
    """Return the headers of one attempt: `extra`, and those of Standard Webhooks, which win."""
    timestamp = int(now.timestamp())
    own = {"content-type": content_type, "webhook-id": delivery_id, "webhook-timestamp": str(timestamp)}
    if secrets:
        own["webhook-signature"] = sign(secrets, message_id=delivery_id, timestamp=timestamp, body=body)
    return {name: value for name, value in extra.items() if name.lower() not in own} | own


def render(channel: WebhookChannel, deliveries: Sequence[ClaimedDelivery], now: datetime) -> Post:
    """Return the POST of one alert."""
    (delivery,) = deliveries
    body = alert_json(delivery)
    if channel.template is not None:
        from workers.rendering.template import fill  # noqa: PLC0415 - Jinja is heavy, and few channels have a template

        payload = orjson.loads(body)
        if delivery.kind == HELD_REPORT:
            payload["data"] = report_as_alert(delivery) | payload["data"]
        body = fill(channel.template, payload)
    extra = {name: value.get_secret_value() for name, value in channel.headers.items()}
    headers = webhook_headers(delivery.id, body, secrets=channel.secrets, now=now, extra=extra, content_type=channel.content_type)
    proxy = None if channel.proxy is None else channel.proxy.get_secret_value()
    return Post(url=channel.url.get_secret_value(), headers=headers, body=body, proxy=proxy, tls=tls_of(channel))


KIND = ChannelKind(
    name="webhook",
    settings=WebhookChannel,
    limits=Limits(messages_per_claim=32, rate=None, digests=False, characters=20_000),
    render=render,
    leads_to=("url",),
    examples=(
        {"url": "https://receiver.example/hook"},
        {"url": "https://receiver.example/hook", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    ),
)
