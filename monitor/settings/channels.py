"""Where alerts go: one model per type of channel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, SecretStr, model_validator

from monitor.domain.watch import Severity
from monitor.settings.values import ClockTime, Duration, FromFile, OneOrMany, SecretAddress, SecretHttpUrl, Section, Text, ZoneName


class Day(StrEnum):
    """A day of the week, Monday first."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class QuietHours(Section):
    """When a channel is not to be disturbed: from `start` to `end` (past midnight if `end` is earlier) on the `days` it starts on.

    Alerts of severity `break_through` and above are sent all the same; None lets nothing through.
    """

    start: ClockTime = Field(alias="from")
    end: ClockTime = Field(alias="to")
    zone: ZoneName = "UTC"
    days: tuple[Day, ...] = tuple(Day)
    break_through: Severity | None = Severity.CRITICAL

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if self.start == self.end and self.start != time(0):
            raise ValueError("`from` and `to` are the same time")
        return self


class DigestSettings(Section):
    """Alerts are gathered and sent as one message `every` so often."""

    shorthand: ClassVar[str | None] = "every"

    every: Duration


class FallbackSettings(Section):
    """The channel that takes over when this one has been failing for longer than `after`."""

    shorthand: ClassVar[str | None] = "channel"

    channel: Text
    after: Duration = timedelta(minutes=15)


class Channel(Section):
    """What every channel can have. `digest_over`: a backlog of more messages than this is sent as one digest."""

    timeout: Duration = timedelta(seconds=10)
    digest: DigestSettings | None = None
    digest_over: Annotated[int, Field(ge=1)] = 20
    quiet_hours: QuietHours | None = None
    fallback: FallbackSettings | None = None


class HttpChannel(Channel):
    """A channel reached over HTTP, through `proxy` if one is given."""

    proxy: SecretAddress | None = None


class SlackChannel(HttpChannel):
    """Slack: an incoming webhook's `url`, or a bot's `token` and the `channel` it posts to."""

    type: Literal["slack"]
    url: SecretHttpUrl | None = None
    token: SecretStr | None = None
    channel: Text | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.url is None) == (self.token is None):
            raise ValueError("expected either `url` (an incoming webhook), or `token` and `channel` (a bot)")
        if self.token is not None and self.channel is None:
            raise ValueError("a bot's `token` needs the `channel` to post to")
        return self


class WebhookChannel(HttpChannel):
    """A Standard Webhooks receiver. Every one of the `secret`s signs; none: unsigned. `template` (Jinja) replaces the body."""

    type: Literal["webhook"]
    url: SecretHttpUrl
    secret: Annotated[tuple[SecretStr, ...], OneOrMany()] = ()
    headers: Mapping[str, SecretStr] = {}
    template: Annotated[Text, FromFile()] | None = None
    client_cert: Path | None = None
    client_key: Path | None = None


class FileChannel(Channel):
    """A file that gets the webhook's body, one line per alert."""

    type: Literal["file"]
    path: Path


class AppriseChannel(HttpChannel):
    """Any service that Apprise knows, by its address."""

    type: Literal["apprise"]
    url: SecretAddress


class DiscordChannel(HttpChannel):
    """A Discord webhook."""

    type: Literal["discord"]
    url: SecretHttpUrl


class TeamsChannel(HttpChannel):
    """A Microsoft Teams workflow webhook."""

    type: Literal["teams"]
    url: SecretHttpUrl


class TelegramChannel(HttpChannel):
    """A Telegram bot and the chat it writes to."""

    type: Literal["telegram"]
    token: SecretStr
    chat_id: Text


class Encryption(StrEnum):
    """How a mail server is spoken to."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class EmailChannel(Channel):
    """E-mail through an SMTP server. `port` None means the usual one of the encryption."""

    type: Literal["email"]
    host: Text
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    encryption: Encryption = Encryption.STARTTLS
    username: Text | None = None
    password: SecretStr | None = None
    sender: Text = Field(alias="from")
    to: Annotated[tuple[Text, ...], OneOrMany(), Field(min_length=1)]


ChannelSettings = Annotated[
    SlackChannel | WebhookChannel | FileChannel | AppriseChannel | DiscordChannel | TeamsChannel | TelegramChannel | EmailChannel,
    Field(discriminator="type"),
]
