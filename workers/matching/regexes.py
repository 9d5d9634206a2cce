"""Regular expressions in the syntax of RE2, whose search takes time linear in the text whatever the expression."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from monitor.domain.errors import QueryError
from monitor.domain.match import Document, Field

_MAX_MEMORY: Final = 1 << 20
"""Bytes that one expression may take when compiled."""
_MAX_FOUND: Final = 100
"""Occurrences that are looked for in one field."""


def check_regex(pattern: str) -> None:
    """Raise QueryError where RE2 refuses an expression, and for one that matches nothing at all."""
    try:
        import re2  # noqa: PLC0415 - for terms that ask for it
    except ImportError as error:
        raise QueryError(
            f"`regex` needs the package google-re2, which cannot be loaded here ({error}): install it", column=0
        ) from None
    try:
        compiled = compiled_regex(pattern)
    except re2.error as error:
        reason = error.args[0] if error.args else error
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        fragment = text.rpartition(": ")[2]
        at = pattern.find(fragment) if ": " in text and fragment else -1
        raise QueryError(f"no regular expression of RE2: {text}", column=max(0, at) + 1) from None
    if compiled.search("") is not None:
        raise QueryError(
            "this expression also matches nothing at all, and so every article: expected one that needs a letter", column=1
        )


@lru_cache(maxsize=1_000)
def compiled_regex(pattern: str) -> Any:
    """Return a compiled expression. Raises an exception of RE2."""
    import re2  # noqa: PLC0415 - as above

    options = re2.Options()
    options.max_mem = _MAX_MEMORY
    options.log_errors = False
    return re2.compile(pattern, options)


def regex_spans(pattern: str, document: Document) -> Iterator[tuple[Field, int, int]]:
    """Yield where an expression matches in title and body, outside of what is not the article."""
    compiled = compiled_regex(pattern)
    for field, text in ((Field.TITLE, document.title), (Field.BODY, document.body)):
        for number, found in enumerate(compiled.finditer(text)):
            start, end = found.span()
            if number == _MAX_FOUND:
                break
            asides = document.asides if field is Field.BODY else ()
            if end > start and not any(aside.start < end and start < aside.end for aside in asides):
                yield field, start, end
