"""Options that several commands share, and the types of their values."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import click

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.times import parse_duration

Command = TypeVar("Command", bound=Callable[..., Any])

DEFAULT_CONFIG = Path("config/monitor.yaml")


def _remember_config(ctx: click.Context, _option: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.find_root().meta["config"] = value


CONFIG = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    expose_value=False,
    callback=_remember_config,
    help="The configuration file; otherwise $NEWS_MONITOR_CONFIG, else config/monitor.yaml.",
)

JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def chosen_config() -> Path | None:
    """The configuration file that the command line or the environment names."""
    chosen = click.get_current_context().find_root().meta.get("config") or os.environ.get("NEWS_MONITOR_CONFIG")
    return Path(chosen) if chosen else None


def config_path() -> Path:
    """The configuration file of this call."""
    return chosen_config() or DEFAULT_CONFIG


class Since(click.ParamType[datetime]):
    """A moment in the past: a duration such as `30m` or `7d`, or a date or time in ISO 8601 (UTC if it names no zone)."""

    name = "since"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """To an aware UTC time."""
        if isinstance(value, datetime):
            return value
        duration = parse_duration(value)
        if duration is not None:
            return _before(duration)
        try:
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except ValueError:
            self.fail(f"{value!r} is neither a duration such as 30m, 2h, 7d nor a date such as 2024-03-21", param, ctx)
        except OverflowError:
            self.fail(f"{value!r} lies beyond what a calendar holds", param, ctx)


def _before(duration: timedelta) -> datetime:
    try:
        return SYSTEM_CLOCK.now() - duration
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


SINCE = click.option("--since", type=Since(), help="Only from then on: 30m, 2h, 7d, or 2024-03-21.")


def choice(words: type[StrEnum]) -> click.Choice[str]:
    """One of the words as they stand in records; click itself would offer the names that Python gives them."""
    return click.Choice([word.value for word in words])


class Duration(click.ParamType[timedelta]):
    """A length of time such as `30m`, `2h` or `1d`."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """To a timedelta."""
        duration = value if isinstance(value, timedelta) else parse_duration(value)
        if duration is None or duration <= timedelta():
            self.fail(f"{value!r} is not a duration such as 30m, 2h, 1d", param, ctx)
        return duration
