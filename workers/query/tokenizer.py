"""Cut the text of a query into tokens, in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from workers.query.fields import NAME, field_or_reference
from workers.query.syntax import Span
from workers.query.tokens import (
    CLOSERS,
    CLOSING,
    COUNTED_OPERATORS,
    OPENING,
    RUN,
    Token,
    TokenKind,
    query_error,
    quoted_token,
    skip_space,
)

_COUNTED: Final = re.compile(rf"({'|'.join(COUNTED_OPERATORS)})(?:/(.*))?", re.IGNORECASE | re.DOTALL)
_SINGLE_QUOTED: Final = re.compile(r"['‘][^\s'‘’]+(?:\s+(?!(?:AND|OR|NOT)\s)[^\s'‘’()]+){1,5}['’](?![^\s()])")
_MINUS: Final = "-−–"
_FOREIGN_OPERATORS: Final = {
    "&&": "AND",
    "&": "AND",
    "||": "OR",
    "|": "OR",
    "!": "NOT",
    "-": "NOT",
    "−": "NOT",
    "–": "NOT",
    "—": "NOT",
}


def tokenize(query: str) -> Iterator[Token]:
    """Yield the tokens of `query` in order. Raises QueryError at the first that cannot be read; linear in the length of `query`."""
    at = skip_space(query, 0)
    while at < len(query):
        token = _next(query, at + _joins(query, at))
        yield token
        at = skip_space(query, token.span[1])


def _next(query: str, at: int) -> Token:
    head = query[at]
    if head in OPENING:
        return Token(kind=TokenKind.OPEN, span=(at, at + 1))
    if head in CLOSING:
        return Token(kind=TokenKind.CLOSE, span=(at, at + 1))
    after = query[at + 1 : at + 2]
    if head in _MINUS and after and not after.isspace() and after not in CLOSING + _MINUS:
        return Token(kind=TokenKind.NOT, span=(at, at + 1))
    if head == "=" and after and after in CLOSERS:
        return quoted_token(query, at, exact=True)
    if head in CLOSERS:
        return quoted_token(query, at, exact=False)
    return _run(query, at)


def _joins(query: str, at: int) -> bool:
    """Whether a plus stands before a word, phrase or group, where it says nothing: words side by side must all occur anyway."""
    if query[at] != "+":
        return False
    after = query[at + 1 : at + 2]
    outside = at == 0 or query[at - 1].isspace() or query[at - 1] in OPENING
    return outside and bool(after) and (after.isalpha() or after in OPENING or after in CLOSERS or after in "=#@")


def _run(query: str, at: int) -> Token:
    if name := NAME.match(query, at):
        token = field_or_reference(query, name)
        if token is not None:
            return token
    found = RUN.match(query, at)
    if found is None:
        raise query_error(f"a closing {query[at]} without its opening mark", at)
    if _SINGLE_QUOTED.match(query, at):
        raise query_error('expected double quotes " around a phrase', at)
    text = found.group()
    span = (at, found.end())
    if text in (TokenKind.AND, TokenKind.OR, TokenKind.NOT):
        return Token(kind=TokenKind(text), span=span)
    if text in _FOREIGN_OPERATORS:
        raise query_error(_foreign_operator_message(text), at)
    if counted := _COUNTED.fullmatch(text):
        token = _counted(counted, span)
        if token is not None:
            return token
    exact = text.startswith("=") and len(text) > 1
    return Token(kind=TokenKind.WORD, span=span, text=text[exact:], exact=exact, content_start=at + exact)


def _foreign_operator_message(text: str) -> str:
    if text in _MINUS:
        return f"expected the word to leave out directly after {text}, without a space"
    return f"{text} is no operator here: write {_FOREIGN_OPERATORS[text]}"


def _counted(found: re.Match[str], span: Span) -> Token | None:
    """Return the operator with a number, or None where it is only a word such as `near` or `near/far`."""
    name, number = found.group(1), found.group(2)
    digits = number is not None and number.isascii() and number.isdigit()
    if name != name.upper():
        if digits:
            raise query_error(f"operators are written in capitals: expected {name.upper()}/{number}", span[0])
        return None
    kind, example, limit = COUNTED_OPERATORS[name]
    if not digits:
        raise query_error(
            f'{name} needs a number: expected for example {name}/{example} (for the word itself, write "{name}" in quotes)', span[0]
        )
    if len(number) > len(str(limit)) or not 1 <= int(number) <= limit:
        raise query_error(f"expected a number from 1 to {limit} after {name}/", span[0] + len(name) + 1)
    return Token(kind=kind, span=span, text=name, number=int(number), ordered=name == "ONEAR")
