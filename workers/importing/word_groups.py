"""Read lists of word groups, as TrendRadar's `frequency_words.txt` has them.

A blank line ends a group. In a group a plain word is an alternative, `+word` must occur, `!word` must not, `@3` limits how many are shown,
`/pattern/ => name` is a regular expression, `[name]` gives the group a name; the section `[GLOBAL_FILTER]` lists words that no hit may have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from workers.importing.imported import ImportedTerm, ImportResult

_NOTES: Final = (
    "there a word is also found inside longer words and only in headlines; here it is a whole word, with its plural and other spellings, in title and text",
)
_HEADING: Final = re.compile(r"\[(.+)\]")
_PATTERN: Final = re.compile(r"/(.+)/[a-z]*")
_ALTERNATIVES: Final = re.compile(r"\(?(?:\?:)?([\w\s&'-]+(?:\|[\w\s&'-]+)*)\)?")
_LIMIT: Final = re.compile(r"@(\d+)")
_PLAIN: Final = re.compile(r"\w+")
_OPERATORS: Final = frozenset({"AND", "OR", "NOT"})


@dataclass(slots=True)
class _Group:
    line: int
    name: str = ""
    words: list[str] = field(default_factory=list)
    required: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    patterns: list[tuple[str, str]] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)


def read_word_groups(text: str) -> ImportResult:
    """Return the terms of a list of word groups, one for each group."""
    result = ImportResult(notes=list(_NOTES))
    groups, filters = _groups(text, result)
    for group in groups:
        if filters:
            group.changes.append(f"leaves out {', '.join(filters)}, as the global filter there does")
            group.excluded += filters
        result.terms += _terms(group)
        if not (group.words or group.required or group.patterns) and group.excluded:
            result.left_out.append(f"line {group.line}: a group that only leaves out words finds nothing")
    return result


def _groups(text: str, result: ImportResult) -> tuple[list[_Group], list[str]]:
    groups: list[_Group] = []
    filters: list[str] = []
    current: _Group | None = None
    filtering = False
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if not line:
            current = None
        elif line.startswith("#"):
            continue
        elif (section := _HEADING.fullmatch(line)) is not None and section[1].upper() in {"GLOBAL_FILTER", "WORD_GROUPS"}:
            filtering, current = section[1].upper() == "GLOBAL_FILTER", None
        elif filtering:
            filters.append(line.lstrip("!"))
        else:
            if current is None:
                current = _Group(line=number)
                groups.append(current)
            _read_line(line, number, current, result)
    return groups, filters


def _read_line(line: str, number: int, group: _Group, result: ImportResult) -> None:
    body, _, shown = (part.strip() for part in line.partition("=>"))
    mark, word = (body[0], body[1:].strip()) if body[:1] in {"+", "!"} else ("", body)
    if (heading := _HEADING.fullmatch(line)) is not None:
        group.name = heading[1]
    elif (limit := _LIMIT.fullmatch(body)) is not None:
        group.changes.append(f"the limit of {limit[1]} hits is left out: every story is told")
    elif (pattern := _PATTERN.fullmatch(word)) is not None:
        _read_pattern(pattern[1], mark, shown, number, group, result)
    elif word:
        {"+": group.required, "!": group.excluded, "": group.words}[mark].append(word)
        group.name = group.name or shown


def _read_pattern(pattern: str, mark: str, shown: str, number: int, group: _Group, result: ImportResult) -> None:
    plain = _ALTERNATIVES.fullmatch(pattern.replace(r"\b", ""))
    if plain is not None:
        words = [word.strip() for word in plain[1].split("|") if word.strip()]
        if mark == "+":
            group.required.append("|".join(words))
        else:
            (group.excluded if mark else group.words).extend(words)
        group.name = group.name or shown
        group.changes.append(f"the pattern /{pattern}/ became the words {', '.join(words)}")
    elif mark:
        result.left_out.append(f"line {number}: {mark}/{pattern}/: a pattern cannot be required or left out here")
    else:
        group.patterns.append((shown or pattern, pattern))


def _terms(group: _Group) -> Iterator[ImportedTerm]:
    name = group.name or " ".join((group.words or group.required)[:3])
    changes = tuple(group.changes)
    words = tuple(dict.fromkeys(group.words))
    if group.required or (words and group.excluded):
        yield ImportedTerm({"name": name, "query": _query(group)}, changes)
    elif words == (name,):
        yield ImportedTerm({"name": name}, changes)
    elif words:
        yield ImportedTerm({"name": name, "any": words}, changes)
    for shown, pattern in group.patterns:
        note = "its required and excluded words do not hold for the pattern" if group.required or group.excluded else ""
        yield ImportedTerm({"name": shown, "regex": f"(?i){pattern}"}, (*((note,) if note else ()), *(() if words else changes)))


def _query(group: _Group) -> str:
    either = [_operand(word) for word in dict.fromkeys(group.words)]
    parts = [either[0] if len(either) == 1 else f"({' OR '.join(either)})"] if either else []
    parts += [_either(word) for word in dict.fromkeys(group.required)]
    left_out = [f"NOT {_operand(word)}" for word in dict.fromkeys(group.excluded)]
    return " ".join([" AND ".join(parts), *left_out])


def _either(words: str) -> str:
    operands = [_operand(word) for word in words.split("|")]
    return operands[0] if len(operands) == 1 else f"({' OR '.join(operands)})"


def _operand(word: str) -> str:
    return word if _PLAIN.fullmatch(word) and word not in _OPERATORS else '"' + word.replace('"', "") + '"'
