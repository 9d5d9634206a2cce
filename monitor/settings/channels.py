"""The settings of a channel: one model per type. `*_file` keys are resolved by the loader before these models see them."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from monitor.domain.watch import Severity

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(s|m|h|d)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _span(value: object) -> object:
    """`90s`, `5m`, `2h` or `1d` as a timedelta; anything else is left for pydantic to refuse."""
    if isinstance(value, str):
        match = _DURATION.fullmatch(value.strip())
        if match is None:
            raise ValueError("expected a duration such as 30s, 5m, 2h or 1d")
        return timedelta(**{_UNITS[match[2]]: float(match[1])})
    return value


def _clock(value: object) -> object:
    """`22:00` as a time; YAML 1.1 readers make 1320 of it, which is refused."""
    if isinstance(value, str) and (match := _CLOCK.fullmatch(value.strip())):
        return time(int(match[1]), int(match[2]))
    if isinstance(value, time):
        return value
    raise ValueError('expected a time such as "22:00"')


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone such as Europe/London") from error
    return name


def _http(url: SecretStr) -> SecretStr:
    if not re.match(r"https?://[^/\s]+", url.get_secret_value()):
        raise ValueError("expected a URL that begins with https:// or http://")
    return url


Span = Annotated[timedelta, BeforeValidator(_span)]
HttpUrl = Annotated[SecretStr, AfterValidator(_http)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True)


class QuietHours(_Frozen):
    """When a channel is not to be disturbed. `from` after `to` runs over midnight; `days` names the days it begins on."""

    start: Annotated[time, BeforeValidator(_clock), Field(alias="from")]
    end: Annotated[time, BeforeValidator(_clock), Field(alias="to")]
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    days: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    breakthrough: Severity | None = Severity.CRITICAL


class DigestEvery(_Frozen):
    """A channel that is told at regular times only: one message for all that came since. `breakthrough` goes out at once."""

    every: Span
    breakthrough: Severity | None = None


class _Channel(_Frozen):
    rate: float | None = Field(default=None, gt=0)
    digest_over: int = Field(default=20, ge=1)
    digest: DigestEvery | None = None
    quiet_hours: QuietHours | None = None
    fallback: str | None = None
    fallback_after: Span = timedelta(minutes=15)
    timeout: Span = timedelta(seconds=15)


class _Http(_Channel):
    url: HttpUrl
    proxy: HttpUrl | None = None
    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None


class WebhookChannel(_Http):
    """A receiver of Standard Webhooks. `template` is a Jinja template for a receiver that wants a body of its own shape."""

    type: Literal["webhook"]
    secret: SecretStr | tuple[SecretStr, ...] | None = None
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    template: str | None = None
    content_type: str = "application/json"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every signing secret, the newest first as configured."""
        if self.secret is None:
            return ()
        several = self.secret if isinstance(self.secret, tuple) else (self.secret,)
        return tuple(one.get_secret_value() for one in several)


class SlackChannel(_Channel):
    """Slack, by an incoming webhook (`url`) or as a bot (`token` and `channel`), which can answer in threads."""

    type: Literal["slack"]
    url: HttpUrl | None = None
    token: SecretStr | None = None
    channel: str | None = None
    api: str = "https://slack.com/api"
    proxy: HttpUrl | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.url is None) == (self.token is None):
            raise ValueError("a slack channel needs either url (incoming webhook) or token and channel (bot)")
        if self.token is not None and self.channel is None:
            raise ValueError("a slack channel with a token needs channel, such as C0123456789")
        return self


class DiscordChannel(_Http):
    """Discord by a channel webhook."""

    type: Literal["discord"]


class TeamsChannel(_Http):
    """Microsoft Teams by a workflow webhook that takes Adaptive Cards."""

    type: Literal["teams"]


class AppriseChannel(_Channel):
    """Any of Apprise's services, named by its URL."""

    type: Literal["apprise"]
    url: SecretStr


class FileChannel(_Channel):
    """Webhook bodies in a file, one line each."""

    type: Literal["file"]
    path: Path


class LogChannel(_Channel):
    """The program's own log."""

    type: Literal["log"]


Channel = Annotated[
    WebhookChannel | SlackChannel | DiscordChannel | TeamsChannel | AppriseChannel | FileChannel | LogChannel,
    Field(discriminator="type"),
]
