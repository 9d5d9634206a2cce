"""Where alerts go: one model per type of channel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, model_validator

from monitor.domain.watch import Severity
from monitor.settings.values import (
    ClockTime,
    Duration,
    FromFile,
    HeaderValue,
    HttpUrl,
    OneOrMany,
    Secret,
    SecretAddress,
    SecretHttpUrl,
    Section,
    SigningSecret,
    Text,
    ZoneName,
    one_or_many,
)

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class QuietHours(Section):
    """When a channel is not to be disturbed. `from` after `to` runs over midnight; `days` names the days it begins on.

    Alerts of severity `breakthrough` and above are sent all the same; None lets nothing through.
    """

    start: ClockTime = Field(alias="from")
    end: ClockTime = Field(alias="to")
    zone: ZoneName = "UTC"
    days: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    breakthrough: Severity | None = Severity.CRITICAL


class DigestEvery(Section):
    """A channel that is told at regular times only: one message for all that came since. `breakthrough` goes out at once."""

    shorthand: ClassVar[str | None] = "every"

    every: Duration
    breakthrough: Severity | None = None


class ChannelBase(Section):
    """What every channel can have.

    `rate` is messages a second. A backlog of more than `digest_over` messages is sent as one digest. `fallback` names the channel that
    takes over when this one has been failing for longer than `fallback_after`.
    """

    rate: Annotated[float, Field(gt=0)] | None = None
    digest_over: Annotated[int, Field(ge=1)] = 20
    digest: DigestEvery | None = None
    quiet_hours: QuietHours | None = None
    fallback: Text | None = None
    fallback_after: Duration = timedelta(minutes=15)
    timeout: Duration = timedelta(seconds=15)


class HttpChannel(ChannelBase):
    """A channel that is one address to post to."""

    url: SecretHttpUrl
    proxy: SecretAddress | None = None
    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None


class WebhookChannel(HttpChannel):
    """A receiver of Standard Webhooks; each `secret` signs. `template` is Jinja for a receiver that wants a body of its own shape."""

    type: Literal["webhook"]
    secret: Annotated[tuple[SigningSecret, ...], BeforeValidator(one_or_many), OneOrMany()] = ()
    headers: Mapping[str, HeaderValue] = Field(default_factory=dict)
    template: Annotated[Text | None, FromFile()] = None
    content_type: Text = "application/json"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every signing secret, the newest first as configured."""
        return tuple(secret.get_secret_value() for secret in self.secret)


class SlackChannel(ChannelBase):
    """Slack, by an incoming webhook (`url`) or as a bot (`token` and `channel`), which can answer in threads."""

    type: Literal["slack"]
    url: SecretHttpUrl | None = None
    token: Secret | None = None
    channel: Text | None = None
    api: HttpUrl = "https://slack.com/api"
    proxy: SecretAddress | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.url is None) == (self.token is None):
            raise ValueError("a slack channel needs either `url` (incoming webhook), or `token` and `channel` (bot)")
        if self.token is not None and self.channel is None:
            raise ValueError("a slack channel with a `token` needs a `channel`, such as C0123456789")
        return self


class DiscordChannel(HttpChannel):
    """Discord by a channel webhook."""

    type: Literal["discord"]


class TeamsChannel(HttpChannel):
    """Microsoft Teams by a workflow webhook that takes Adaptive Cards."""

    type: Literal["teams"]


class AppriseChannel(ChannelBase):
    """Any of Apprise's services, named by its address."""

    type: Literal["apprise"]
    url: SecretAddress


class TelegramChannel(ChannelBase):
    """A Telegram bot and the chat it writes to."""

    type: Literal["telegram"]
    token: Secret
    chat_id: Text
    api: HttpUrl = "https://api.telegram.org"
    proxy: SecretAddress | None = None


class FileChannel(ChannelBase):
    """Webhook bodies in a file, one line each."""

    type: Literal["file"]
    path: Path


class LogChannel(ChannelBase):
    """The program's own log."""

    type: Literal["log"]


class Encryption(StrEnum):
    """How a mail server is spoken to."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class EmailChannel(ChannelBase):
    """E-mail through an SMTP server. `port` None means the usual one of the encryption."""

    type: Literal["email"]
    host: Text
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    encryption: Encryption = Encryption.STARTTLS
    username: Text | None = None
    password: SecretStr | None = None
    sender: Text = Field(alias="from")
    to: Annotated[tuple[Text, ...], OneOrMany(), Field(min_length=1)]


Channel = Annotated[
    WebhookChannel
    | SlackChannel
    | DiscordChannel
    | TeamsChannel
    | AppriseChannel
    | TelegramChannel
    | EmailChannel
    | FileChannel
    | LogChannel,
    Field(discriminator="type"),
]
