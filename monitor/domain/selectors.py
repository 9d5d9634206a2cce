"""The languages of selectors: which one a selector is in, and how JSON paths and attributes are written."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TypeAlias

_ATTRIBUTE = re.compile(r"\A(.*?)\s*(?:@([\w:-]+)|::attr\(\s*([\w:-]+)\s*\))\Z", re.DOTALL)
_STEP = re.compile(r"\.?\[(?:(\d{1,6})|(\*)|'([^']*)'|\"([^\"]*)\")\]|\.?(\*)|\.?([^.\[\]'\"\s*$]+)")

Step: TypeAlias = str | int | None
"""A member by name or number; None for all members."""


class SelectorKind(StrEnum):
    """A language of selectors, by the name that is shown."""

    CSS = "CSS selector"
    XPATH = "XPath"
    JSON = "JSON path"


def selector_kind(item: str) -> SelectorKind:
    """Return the language of the selector of the items, in which all others are, too."""
    if item.startswith("$"):
        return SelectorKind.JSON
    return SelectorKind.XPATH if item.startswith(("/", "(", "./")) else SelectorKind.CSS


def split_attribute(selector: str) -> tuple[str, str | None]:
    """Return a CSS selector and the attribute that it asks for, as in `a@href` or `a::attr(href)`."""
    found = _ATTRIBUTE.match(selector)
    return (found[1], found[2] or found[3]) if found else (selector, None)


def path_steps(path: str) -> tuple[Step, ...]:
    """Return the steps of a JSON path such as `$.data[*]['title'].text`; `$` alone has none. Raises ValueError."""
    rest = path.strip().removeprefix("$")
    steps: list[Step] = []
    position = 0
    while position < len(rest):
        found = _STEP.match(rest, position)
        if found is None or not found[0]:
            raise ValueError(f"cannot be read from `{rest[position:]}` on; expected `.name`, `['name']`, `[0]` or `[*]`")
        number, every, single, double, star, name = found.groups()
        steps.append(
            int(number) if number else None if every or star else next(one for one in (single, double, name) if one is not None)
        )
        position = found.end()
    return tuple(steps)
