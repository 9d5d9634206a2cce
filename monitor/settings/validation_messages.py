"""Turn validation errors into messages for people; a value is quoted only where it cannot be a secret."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from pydantic_core import ErrorDetails

from monitor.settings.suggestion import did_you_mean

_PLAIN: Final = {
    "bool_parsing": "expected true or false",
    "bool_type": "expected true or false",
    "int_parsing": "expected a whole number",
    "int_parsing_size": "expected a smaller number",
    "int_type": "expected a whole number",
    "int_from_float": "expected a whole number",
    "float_parsing": "expected a number",
    "float_type": "expected a number",
    "finite_number": "expected a number",
    "string_type": "expected a text",
    "string_unicode": "expected a text without broken characters",
    "tuple_type": "expected a list",
    "mapping_type": "expected keys and values",
    "dict_type": "expected keys and values",
    "model_type": "expected keys and values",
    "time_delta_type": "expected a duration such as 30s, 5m, 2h or 1d",
}


def validation_message(error: ErrorDetails, *, written: str | None = None, known: Iterable[str] = ()) -> str:
    """Return the message for one error. `written` is the value's text in the file, `known` the keys that are allowed there."""
    kind, context = error["type"], error.get("ctx", {})
    key = error["loc"][-1] if error["loc"] else ""
    if kind == "missing":
        return f"missing key `{key}`"
    if kind == "extra_forbidden":
        return f"unknown key `{key}`{did_you_mean(str(key), known)}"
    if kind == "value_error":
        return str(context["error"])
    if kind in {"enum", "literal_error"}:
        return _choice(str(context["expected"]), written)
    if kind.startswith("datetime_"):
        return "expected a date and time such as 2026-01-31T12:00:00Z"
    return _PLAIN.get(kind) or _limit(kind, context) or "not a value that can stand here"


def _choice(expected: str, written: str | None) -> str:
    words = re.findall(r"'([^']*)'", expected)
    known = ", ".join(words)
    if written is None:
        return f"expected one of {known}"
    return f"`{written}` is not one of {known}{did_you_mean(written, words)}"


def _limit(kind: str, context: dict[str, Any]) -> str | None:
    if kind == "greater_than_equal":
        return f"expected at least {context['ge']}"
    if kind == "greater_than":
        return f"expected more than {context['gt']}"
    if kind == "less_than_equal":
        return f"expected at most {context['le']}"
    if kind == "too_short":
        return f"expected at least {context['min_length']} in the list"
    return None
