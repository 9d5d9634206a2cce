"""The types of values in a configuration file: durations, sizes, secrets, texts that may come from a file."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from typing import Annotated, ClassVar, Final, Protocol
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from monitor.domain import times
from monitor.settings.secret_strength import weakness

_SIZES: Final = {"": 1, "B": 1, "KB": 1000, "MB": 1000**2, "GB": 1000**3, "KIB": 1024, "MIB": 1024**2, "GIB": 1024**3}
_LONGEST: Final = timedelta(days=36500)


class Marker:
    """An annotation of a field that the loader follows before the model sees the value."""


class OneOrMany(Marker):
    """A single value is allowed where a list is expected."""


class FromFile(Marker):
    """`KEY_file` beside the key reads the value from a file, as it does for every secret."""


class ModelSource(Protocol):
    """Says which model reads a place of the configuration, by the value of its `type:`."""

    def names(self) -> tuple[str, ...]:
        """Return every value that `type:` can have. Raises PluginError if they cannot be told."""

    def model(self, name: str) -> type[Section]:
        """Return the model for one of them. Raises PluginError if it cannot be used, with what to do about it."""


@dataclass(frozen=True, slots=True)
class SelectedByType(Marker):
    """The key `type` selects the model that reads the value."""

    models: ModelSource


class Section(BaseModel):
    """A part of the settings: immutable, without unknown keys, and without values in its errors.

    `shorthand` names the key that is meant when a plain value (or a list, if that key takes one) is written instead of a mapping.
    `removed` says, of keys that earlier versions took, what to do about them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, hide_input_in_errors=True, defer_build=True)
    shorthand: ClassVar[str | None] = None
    removed: ClassVar[Mapping[str, str]] = MappingProxyType({})


def read_duration(value: object) -> object:
    """Return `30s`, `5m`, `2h`, `1d`, or a sum such as `1h30m` as a timedelta, and other types unchanged.

    Raises ValueError for a text that is no duration.
    """
    if not isinstance(value, str):
        return value
    duration = times.parse_duration(value)
    if duration is None:
        raise ValueError("expected a duration such as 30s, 5m, 2h or 1d")
    if duration > _LONGEST:
        raise ValueError("a duration of more than 100 years")
    return duration


def read_size(value: object) -> object:
    """Return `10MB`, `512KiB` or a number as bytes, and other types unchanged. Raises ValueError for a text that is no size."""
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"(\d{1,12}(?:\.\d{1,3})?) ?([KMG]I?B|B)?", value.strip().upper(), re.ASCII)
    if found is None:
        raise ValueError("expected a size such as 500KB or 10MB")
    return int(float(found[1]) * _SIZES[found[2] or ""])


def read_per_hour(value: object) -> object:
    """Return `50/h` as 50. Raises ValueError for anything else that stands in a file."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = re.fullmatch(r"(\d{1,9}) ?/ ?h", value.strip(), re.ASCII) if isinstance(value, str) else None
    if found is None:
        raise ValueError("expected a number an hour such as 50/h")
    return int(found[1])


def _positive(value: timedelta) -> timedelta:
    if value <= timedelta():
        raise ValueError("expected a duration of more than 0s")
    return value


def _not_negative(value: timedelta) -> timedelta:
    if value < timedelta():
        raise ValueError("expected a duration of 0s or more")
    return value


def http_url(value: str) -> str:
    """Return `value` if it is an http or https address with a host. Raises ValueError without the value in it."""
    if re.search(r"[\s\x00-\x1f]", value):
        raise ValueError("an address has no white space in it")
    try:
        parts = urlsplit(value)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        raise ValueError("not a valid address") from None
    if parts.scheme.lower() not in {"http", "https"}:
        raise ValueError("expected an address that starts with http:// or https://")
    if not host:
        raise ValueError("the address names no host")
    return value


def _secret_http_url(value: SecretStr) -> SecretStr:
    http_url(value.get_secret_value())
    return value


def _with_scheme(value: SecretStr) -> SecretStr:
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:/", value.get_secret_value()):
        raise ValueError("expected an address such as scheme://…")
    return value


def _one_of_schemes(*schemes: str, expected: str) -> Callable[[SecretStr], SecretStr]:
    """Return a check that an address begins with one of `schemes`, ignoring a driver's name after a plus."""

    def check(value: SecretStr) -> SecretStr:
        if value.get_secret_value().partition(":")[0].partition("+")[0].lower() not in schemes:
            raise ValueError(f"expected {expected}")
        return value

    return check


def _not_empty(value: str) -> str:
    if not value.strip():
        raise ValueError("expected a text, found nothing")
    return value


def _aware(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def known_zone(value: str) -> str:
    """Return the name of a time zone. Raises ValueError for one that is not known."""
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError):
        raise ValueError("not a known time zone; expected a name such as UTC or Europe/Berlin") from None
    return value


def _clock(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", value.strip(), re.ASCII)
    if found is None:
        raise ValueError('expected a time of day such as "22:00"')
    return time(int(found[1]), int(found[2]))


def one_or_many(value: object) -> object:
    """Return a single text or secret as a list of one, and anything else unchanged."""
    return (value,) if isinstance(value, str | SecretStr) else value


def _secret(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().strip():
        raise ValueError("expected a secret, found nothing")
    return value


def _header(value: SecretStr) -> SecretStr:
    if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value.get_secret_value()):
        raise ValueError("a header cannot hold line breaks or control characters")
    return value


def _signing(value: SecretStr) -> SecretStr:
    """See the Standard Webhooks specification for the two prefixes; any other text is a key as it stands."""
    prefix, found, rest = _secret(value).get_secret_value().strip().partition("_")
    if not found or prefix not in {"whsec", "whsk"}:
        return _unguessable(value, value.get_secret_value().strip())
    try:
        key = b64decode(rest + "=" * (-len(rest) % 4), validate=True)
    except ValueError:
        raise ValueError(f"what follows `{prefix}_` is not base64") from None
    if not key or (prefix == "whsk" and len(key) not in {32, 64}):
        raise ValueError("a `whsk_` secret holds 32 or 64 bytes" if prefix == "whsk" else "expected a secret, found nothing")
    return _unguessable(value, rest)


def _unguessable(value: SecretStr, secret: str) -> SecretStr:
    if (problem := weakness(secret)) is not None:
        raise ValueError(f"a secret {problem}")
    return value


def _language(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*", value):
        raise ValueError("expected the code of a language, such as en or ar")
    return value


Duration = Annotated[timedelta, BeforeValidator(read_duration), AfterValidator(_positive)]
Wait = Annotated[timedelta, BeforeValidator(read_duration), AfterValidator(_not_negative)]
Size = Annotated[int, BeforeValidator(read_size), Field(gt=0)]
PerHour = Annotated[int, BeforeValidator(read_per_hour), Field(gt=0)]
Text = Annotated[str, AfterValidator(_not_empty)]
Language = Annotated[str, AfterValidator(_language)]
Secret = Annotated[SecretStr, AfterValidator(_secret)]
SigningSecret = Annotated[SecretStr, AfterValidator(_signing)]
HeaderValue = Annotated[SecretStr, AfterValidator(_header)]
HttpUrl = Annotated[str, AfterValidator(http_url)]
SecretHttpUrl = Annotated[SecretStr, AfterValidator(_secret_http_url)]
SecretAddress = Annotated[SecretStr, AfterValidator(_with_scheme)]
RedisAddress = Annotated[
    SecretStr, AfterValidator(_one_of_schemes("redis", "rediss", "unix", expected="redis://…, rediss://… or unix://…"))
]
DatabaseAddress = Annotated[
    SecretStr, AfterValidator(_one_of_schemes("postgresql", "postgres", "sqlite", expected="postgresql://… or sqlite:///FILE"))
]
Moment = Annotated[datetime, AfterValidator(_aware)]
ZoneName = Annotated[str, AfterValidator(known_zone)]
ClockTime = Annotated[time, BeforeValidator(_clock)]
