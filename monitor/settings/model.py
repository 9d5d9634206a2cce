"""The settings model: everything a configuration can say, checked and immutable."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, ClassVar, Final, Self

from pydantic import Field, SecretStr, SkipValidation, field_validator, model_validator

from monitor.domain.watch import Severity, Term
from monitor.settings.channels import Channel
from monitor.settings.escalation_steps import EscalateSettings
from monitor.settings.feeds import FeedSettings, HttpSettings, PollingSettings, WebSubSettings
from monitor.settings.secret_strength import weakness
from monitor.settings.sources import FolderSettings, SourceSettings
from monitor.settings.values import (
    DatabaseAddress,
    Duration,
    HttpUrl,
    Moment,
    OneOrMany,
    RedisAddress,
    SecretHttpUrl,
    Section,
    Text,
    Wait,
)


class RouteSettings(Section):
    """Alerts that fit every given part go to `channels`; the first route that fits wins. An empty list of channels notifies nobody."""

    min_severity: Severity | None = None
    tags: tuple[Text, ...] = ()
    terms: tuple[Text, ...] = ()
    channels: tuple[Text, ...]


class StoriesSettings(Section):
    """How articles become one story: a copy joins within `window` of another article's date; `same_event` joins reports in other words, too."""

    removed: ClassVar[Mapping[str, str]] = MappingProxyType({"event_window": "`window` counts for reports in other words, too"})

    window: Duration = timedelta(hours=72)
    same_event: bool = True


class SilenceSettings(Section):
    """A time from `since` until `until` in which alerts of `term`, with `tag`, or of `story` (its id) are held back and told at its end."""

    term: Text | None = None
    tag: Text | None = None
    story: Text | None = None
    since: Moment | None = None
    until: Moment | None = None
    reason: Text | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.term is None and self.tag is None and self.story is None:
            raise ValueError("a silence needs a `term`, a `tag` or a `story`")
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise ValueError("`since` is not before `until`")
        return self


class EntitiesSettings(Section):
    """How entities are recognized: `engine` names a registered recognizer, used besides the watch list."""

    shorthand: ClassVar[str | None] = "engine"

    engine: Text = "rules"


class NotifyOperatorSettings(Section):
    """The channels that are told when monitoring itself is broken, and after how long."""

    shorthand: ClassVar[str | None] = "channels"

    channels: Annotated[tuple[Text, ...], OneOrMany()]
    feed_after: Duration = timedelta(days=1)
    channel_after: Duration = timedelta(hours=1)
    queue_after: Duration = timedelta(minutes=10)


class TrendsSettings(Section):
    """The channels that are told of every burst, whatever the terms say, and how important it is."""

    shorthand: ClassVar[str | None] = "notify"

    notify: Annotated[tuple[Text, ...], OneOrMany()] = ()
    severity: Severity = Severity.MEDIUM


class HeartbeatSettings(Section):
    """The address that is asked for every `every` while canaries come through, so that somebody outside notices when they do not."""

    shorthand: ClassVar[str | None] = "url"

    url: SecretHttpUrl
    every: Duration = timedelta(minutes=1)


class WebSettings(Section):
    """Where the dashboard listens. An address that others can reach needs a `token` of 16 characters or more; an empty one counts as none."""

    host: Text = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8765
    token: SecretStr | None = None

    @field_validator("token")
    @classmethod
    def _good_or_none(cls, token: SecretStr | None) -> SecretStr | None:
        if token is None or not token.get_secret_value().strip():
            return None
        if (problem := weakness(token.get_secret_value().strip())) is not None:
            raise ValueError(f"a `token` {problem}")
        return token

    @property
    def loopback(self) -> bool:
        """Return whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        if not self.loopback and self.token is None:
            raise ValueError("a `host` other than 127.0.0.1 needs a `token`")
        return self


class WorkersSettings(Section):
    """The number of processes of each kind. `scan` None: as many as the machine has cores."""

    shorthand: ClassVar[str | None] = "scan"

    scan: Annotated[int, Field(ge=1, le=256)] | None = None
    deliver: Annotated[int, Field(ge=1, le=64)] = 1


class RetentionSettings(Section):
    """How long articles, alerts and deliveries are kept."""

    shorthand: ClassVar[str | None] = "articles"

    articles: Duration = timedelta(days=90)
    alerts: Duration = timedelta(days=365)
    deliveries: Duration = timedelta(days=90)


class LogLevel(StrEnum):
    """The least important log line that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogSettings(Section):
    """What is logged."""

    shorthand: ClassVar[str | None] = "level"

    level: LogLevel = LogLevel.INFO


class Settings(Section):
    """Everything the configuration says. `terms` is what `watch:` holds. `redis_url` None: embedded; `database_url` None: SQLite.

    `public_url` is where others reach the pages; messages then link to them. `listed_feeds` is what `feeds:` holds.
    """

    data_dir: Path = Path("data")
    redis_url: RedisAddress | None = None
    database_url: DatabaseAddress | None = None
    public_url: HttpUrl | None = None
    polling: PollingSettings = PollingSettings()
    http: HttpSettings = HttpSettings()
    websub: WebSubSettings | None = None
    backfill: Wait = timedelta(hours=24)
    max_age: Duration = timedelta(days=3)
    listed_feeds: tuple[FeedSettings, ...] = Field(default=(), alias="feeds")
    folders: tuple[FolderSettings, ...] = ()
    sources: Mapping[str, SourceSettings] = {}
    terms: SkipValidation[tuple[Term, ...]] = Field(default=(), repr=False)
    channels: Mapping[str, Channel] = {}
    routes: tuple[RouteSettings, ...] = ()
    entities: EntitiesSettings = EntitiesSettings()
    stories: StoriesSettings = StoriesSettings()
    silences: tuple[SilenceSettings, ...] = ()
    escalate: EscalateSettings = EscalateSettings()
    notify_operator: NotifyOperatorSettings | None = None
    heartbeat: HeartbeatSettings | None = None
    trends: TrendsSettings = TrendsSettings()
    web: WebSettings = WebSettings()
    workers: WorkersSettings = WorkersSettings()
    retention: RetentionSettings = RetentionSettings()
    log: LogSettings = LogSettings()

    @cached_property
    def feeds(self) -> tuple[FeedSettings, ...]:
        """The items of `feeds:` that are polled over HTTP."""
        return tuple(feed for feed in self.listed_feeds if feed.imap is None)

    @cached_property
    def mailboxes(self) -> tuple[FeedSettings, ...]:
        """The items of `feeds:` that are mailboxes."""
        return tuple(feed for feed in self.listed_feeds if feed.imap is not None)


NOT_WRITTEN: Final = frozenset({"terms"})
"""Fields of Settings that no key of the YAML file sets."""
