"""The settings of feeds and of how they are polled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Self
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, model_validator

from monitor.domain.platforms import platform_source
from monitor.settings.mailboxes import ImapSettings
from monitor.settings.page_selectors import SelectSettings
from monitor.settings.values import (
    Duration,
    HeaderValue,
    HttpUrl,
    Language,
    PerHour,
    Secret,
    SecretAddress,
    Section,
    Size,
    Text,
    Wait,
)


class PollingSettings(Section):
    """How often and how politely feeds are polled. `max_body` is in bytes after decompression."""

    min: Duration = timedelta(minutes=1)
    max: Duration = timedelta(hours=6)
    host_gap: Wait = timedelta(seconds=1)
    host_connections: Annotated[int, Field(ge=1, le=100)] = 2
    timeout: Duration = timedelta(seconds=30)
    max_body: Size = 10_000_000

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min > self.max:
            raise ValueError("`min` is more than `max`")
        return self


class HttpSettings(Section):
    """The User-Agent of requests and the proxy they go through. `contact` is an address or a page for webmasters."""

    user_agent: Text | None = None
    contact: Text | None = None
    proxy: SecretAddress | None = None


class WebSubSettings(Section):
    """Where hubs reach us: `public_url` leads to the web role, which answers everything below it to hubs."""

    shorthand: ClassVar[str | None] = "public_url"

    public_url: HttpUrl


class FeedAuth(Section):
    """The credentials of a feed: `username` and `password`, or a `bearer` token."""

    username: Text | None = None
    password: SecretStr | None = None
    bearer: Secret | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.bearer is None) == (self.username is None):
            raise ValueError("expected either `username` and `password`, or `bearer`")
        return self


class FeedSettings(Section):
    """One feed, or with `select` a page that is none, or with `imap` a mailbox, which has no `url`. `every` None means adaptive. Outlets of one `family` count as one origin. More alerts an hour than `budget` are held back and told as one line. A user name and password in the address are moved to `auth`, so `url` can be shown. `ca_file` holds the certificates to trust instead of the system's; without `verify` any is. Only a `private` feed may have a host whose name leads to an address inside our network."""

    shorthand: ClassVar[str | None] = "url"

    url: HttpUrl = ""
    imap: ImapSettings | None = None
    name: Text | None = None
    every: Duration | None = None
    tags: tuple[Text, ...] = ()
    language: Language | None = None
    full_text: bool = False
    family: Text | None = None
    budget: PerHour = 200
    headers: Mapping[str, HeaderValue] = {}
    cookies: Mapping[str, HeaderValue] = {}
    auth: FeedAuth | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    ca_file: Path | None = None
    verify: bool = True
    proxy: SecretAddress | None = None
    private: bool = False
    select: SelectSettings | None = None
    discover: bool = False

    @property
    def address(self) -> str:
        """What identifies the source: the `url`, or the address of the mailbox."""
        return self.url if self.imap is None else self.imap.address

    @model_validator(mode="after")
    def _feed_or_mailbox(self) -> Self:
        if self.imap is None and not self.url:
            raise ValueError("missing key `url`")
        foreign = sorted(self.model_fields_set - _OF_MAILBOXES) if self.imap is not None else ()
        if foreign:
            raise ValueError(
                f"`{foreign[0]}` means nothing for a mailbox; `imap` goes with {', '.join(sorted(_OF_MAILBOXES - {'imap'}))}"
            )
        return self

    @model_validator(mode="before")
    @classmethod
    def _of_platform(cls, data: object) -> object:
        if not isinstance(data, Mapping) or not isinstance(data.get("url"), str):
            return data
        found = platform_source(data["url"])
        return {**data, **{name: value for name, value in found.items() if name == "url" or name not in data}} if found else data

    @model_validator(mode="before")
    @classmethod
    def _credentials_apart(cls, data: object) -> object:
        if not isinstance(data, Mapping) or not isinstance(data.get("url"), str):
            return data
        url, auth = credentials_apart(data["url"])
        return {"auth": auth, **data, "url": url} if auth else data


_OF_MAILBOXES = frozenset({"imap", "name", "tags", "language", "budget", "full_text"})


def credentials_apart(url: str) -> tuple[str, dict[str, str] | None]:
    """Return `url` without the user name and password in it, and the two apart."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url, None
    userinfo, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, None
    username, _, password = userinfo.partition(":")
    return parts._replace(netloc=host).geturl(), {"username": unquote(username), "password": unquote(password)}
