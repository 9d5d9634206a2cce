"""Fill a channel's own template, in a sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment


@lru_cache(maxsize=64)
def _compiled(source: str) -> Template:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
    return environment.from_string(source)


def fill(source: str, payload: Mapping[str, Any]) -> bytes:
    """Return the body that a Jinja template makes of an alert's JSON; it sees `type`, `timestamp`, `data`, and `alert`, `article`, `story` and so on.

    Raises ValueError for a template that is wrong or asks for what is not there.
    """
    try:
        return _compiled(source).render({**payload["data"], **payload}).encode()
    except (TemplateError, TypeError, ArithmeticError, LookupError, AttributeError) as error:
        raise ValueError(f"the channel's template failed: {type(error).__name__}: {error}") from error
