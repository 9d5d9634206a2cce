"""Replace `${VAR}`, `${VAR:-default}` and `$$` in the values of a configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

_DOLLAR: Final = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<inside>[^}]*)(?P<close>\}?))")
_INSIDE: Final = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class InterpolationProblem:
    """A variable that cannot be replaced, and the character of the text at which it starts."""

    offset: int
    message: str


def interpolate(text: str, env: Mapping[str, str]) -> tuple[str, tuple[InterpolationProblem, ...]]:
    """Return `text` with its variables replaced from `env`, and a problem for every variable that could not be."""
    if "$" not in text:
        return text, ()
    problems: list[InterpolationProblem] = []

    def replaced(found: re.Match[str]) -> str:
        if found["dollar"]:
            return "$"
        inside = _INSIDE.fullmatch(found["inside"])
        if inside is None or not found["close"] or "${" in found["inside"]:
            problems.append(
                InterpolationProblem(
                    offset=found.start(), message="expected ${NAME} or ${NAME:-default}; a plain dollar is written $$"
                )
            )
            return ""
        value = env.get(inside["name"])
        if value is None or (not value and inside["default"] is not None):
            value = inside["default"]
        if value is None:
            problems.append(InterpolationProblem(offset=found.start(), message=_missing(inside["name"], env)))
            return ""
        return value

    return _DOLLAR.sub(replaced, text), tuple(problems)


def variables_in(text: str) -> frozenset[str]:
    """Return the names of the variables that `text` takes values from."""
    found = (_INSIDE.fullmatch(one["inside"]) for one in _DOLLAR.finditer(text) if one["inside"])
    return frozenset(inside["name"] for inside in found if inside is not None)


def _missing(name: str, env: Mapping[str, str]) -> str:
    near = get_close_matches(name, env, n=1, cutoff=0.8)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"the environment variable {name} is not set{hint}"
