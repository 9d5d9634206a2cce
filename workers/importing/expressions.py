"""Translate search expressions of Lucene, Meltwater and Google Alerts into queries, and report what changes its meaning. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from monitor.domain.errors import QueryError
from workers.importing.imported import ImportedTerm, ImportResult
from workers.query.parser import parse_query

_LONGEST_NAME: Final = 80

_TOKEN: Final = re.compile(
    r'(?P<quoted>"[^"]*"|“[^”]*”)(?P<slop>~\d+)?(?P<boost>\^[\d.]+)?'
    r"|(?P<range>[\[{][^\]}]*\bTO\b[^\]}]*[\]}])|(?P<exact>\{[^{}]+\})|(?P<regex>/(?:[^/\s]|\\/)+/)(?=[\s)]|$)"
    r"|(?P<around>AROUND\s*\(\s*\d+\s*\))|(?P<paren>[()])|(?P<field>[A-Za-z_]+:)(?=\S)|(?P<mark>[+!-](?=[\w\"“({]))"
    r"|(?P<word>(?:[^\s()\"“]|\\.)+)"
)
_NEAR: Final = re.compile(
    r"(?P<near>NEAR|W|N|ADJ|WITHIN)[/~]?(?P<n>\d{1,3})|(?P<ordered>PRE|ONEAR|P)/(?P<m>\d{1,3})", re.IGNORECASE
)
_OPERATORS: Final = {"AND": "AND", "&&": "AND", "&": "AND", "OR": "OR", "||": "OR", "|": "OR", "NOT": "NOT", "ANDNOT": "NOT"}
_FIELDS: Final = {
    "title": "title", "intitle": "title", "allintitle": "title", "headline": "title", "body": "body", "intext": "body", "text": "body",
    "content": "body", "opening": "body", "ingress": "body", "site": "site", "inurl": "url", "url": "url", "source": "source",
    "sourcename": "source", "author": "author", "lang": "lang", "language": "lang", "tag": "tag", "link": "link",
}  # fmt: skip


@dataclass(slots=True)
class Translation:
    """A query and what changed its meaning on the way; `error` says why there is none."""

    query: str = ""
    changes: list[str] = field(default_factory=list)
    error: str | None = None


def translate_query(expression: str, *, beside_is_or: bool = False) -> Translation:
    """Return our query for an expression. `beside_is_or`: words side by side are alternatives, as in Lucene, unless one is marked with + or -."""
    found = Translation()
    parts = [part for token in _TOKEN.finditer(expression) for part in _part(token, found)]
    if beside_is_or and not any(part in {"-", "+"} or part.startswith(("+", "-")) for part in parts):
        joined = _with_or(parts)
        if joined != parts:
            found.changes.append("words side by side are alternatives there: OR is written between them")
        parts = joined
    found.query = _spaced(parts)
    try:
        parse_query(found.query)
    except QueryError as error:
        found.error = f"{error} (column {error.column} of {found.query!r})"
    return found


def read_expressions(text: str, *, beside_is_or: bool = False) -> ImportResult:
    """Return a query for each line; a line may begin with a name for it, apart by a tab. Lines that begin with # are comments."""
    result = ImportResult()
    for number, raw in enumerate(text.split("\n"), 1):
        name, tab, expression = raw.strip().partition("\t")
        if not tab:
            name, expression = "", name
        if not expression.strip() or (name or expression).startswith("#"):
            continue
        found = translate_query(expression.strip(), beside_is_or=beside_is_or)
        if found.error is not None:
            result.left_out.append(f"line {number}: {expression.strip()}: {'; '.join([*found.changes, found.error])}")
            continue
        shown = name.strip() or expression.strip()
        result.terms.append(ImportedTerm({"name": shown[:_LONGEST_NAME], "query": found.query}, tuple(found.changes)))
    return result


def _part(token: re.Match[str], found: Translation) -> list[str]:  # noqa: PLR0911 - one line for each kind of token
    match token.lastgroup, token[0]:
        case _, text if token["quoted"] is not None:
            return _quoted(token, text, found)
        case "range", text:
            found.changes.append(f"the range {text} is left out: there are no ranges here")
            return []
        case "exact", text:
            return [f'="{text[1:-1]}"']
        case "regex", text:
            found.changes.append(f"the pattern {text} is left out: it belongs under `regex:`")
            return []
        case "around", text:
            return [f"NEAR/{re.sub(r'[^0-9]', '', text)}"]
        case "paren", text:
            return [text]
        case "field", text:
            return _field(text[:-1], found)
        case "mark", text:
            return ["NOT"] if text != "+" else []
        case _, text:
            return _word(text, found)


def _quoted(token: re.Match[str], _text: str, found: Translation) -> list[str]:
    words = token["quoted"][1:-1].split()
    if token["boost"]:
        found.changes.append(f"the weight {token['boost']} is left out: every hit counts alike")
    if not token["slop"]:
        return [f'"{" ".join(words)}"'] if words else []
    near = f" NEAR/{int(token['slop'][1:]) + 1} "
    found.changes.append(f"{token['quoted']}{token['slop']} became {near.strip()}, in which each word is near the one before it")
    return ["(" + near.join(words) + ")"]


def _field(name: str, found: Translation) -> list[str]:
    ours = _FIELDS.get(name.lower())
    if ours is None:
        found.changes.append(f"the field {name}: is left out, and what stands behind it is searched everywhere")
        return []
    if name.lower() in {"opening", "ingress"}:
        found.changes.append(f"{name}: became body:, the whole text and not its beginning alone")
    return [f"{ours}:"]


def _word(text: str, found: Translation) -> list[str]:
    if (
        operator := _OPERATORS.get(text) or _OPERATORS.get(text.upper() if text.lower() in {"and", "or", "not", "andnot"} else "")
    ) is not None:
        return [operator]
    if (near := _NEAR.fullmatch(text)) is not None:
        return [f"NEAR/{near['n']}" if near["near"] else f"ONEAR/{near['m']}"]
    if (fuzzy := re.fullmatch(r"(.+?)(~[\d.]*)", text)) is not None:
        found.changes.append(f"{text} finds only {fuzzy[1]}: there is no search for similar words; add spellings with OR")
        text = fuzzy[1]
    if (boost := re.fullmatch(r"(.+?)\^[\d.]+", text)) is not None:
        found.changes.append(f"the weight of {text} is left out: every hit counts alike")
        text = boost[1]
    return [text.rstrip(",;").replace("\\", "")] if text.strip(",;") else []


def _with_or(parts: list[str]) -> list[str]:
    """Return the parts with OR between operands that nothing else joins."""
    joined: list[str] = []
    for part in parts:
        if joined and not _joins(joined[-1]) and not _joins(part) and part != ")" and joined[-1] != "(":
            joined.append("OR")
        joined.append(part)
    return joined


def _joins(part: str) -> bool:
    return part in {"AND", "OR", "NOT"} or part.endswith(":") or "NEAR/" in part


def _spaced(parts: list[str]) -> str:
    text = " ".join(parts)
    return re.sub(r"(?<=:) | (?=\))|(?<=\() ", "", re.sub(r"\bAND NOT\b|\bNOT NOT\b", "NOT", text))
