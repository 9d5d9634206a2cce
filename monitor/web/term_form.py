"""Turn a watch item into the fields of a form and back, and find what has been changed in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from monitor.domain.text import printable
from monitor.domain.watch import Context, Scope, Severity, Spellings, Term, TermKind

Item = Mapping[str, Any]
"""An item of `watch:` as plain data."""
_UNITS: Final = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
_DOTS: Final = frozenset({"new", ".", ".."})
_OF_KINDS: Final = {
    TermKind.KEYWORD: ("any", "exact", "case", "stem", "context"),
    TermKind.ENTITY: ("type", "aliases", "spellings", "context"),
    TermKind.QUERY: ("query", "exact", "case", "stem"),
    TermKind.REGEX: ("regex", "context"),
}
_ONLY_OF_SOME: Final = frozenset(key for keys in _OF_KINDS.values() for key in keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class TermForm:
    """What somebody has typed into the form of a term; lists are one entry a line, tags apart by commas."""

    name: str = ""
    kind: str = TermKind.KEYWORD
    any: str = ""
    type: str = "person"
    aliases: str = ""
    pattern: str = ""
    without: str = ""
    require: str = ""
    forbid: str = ""
    severity: str = Severity.MEDIUM
    tags: str = ""
    channels: tuple[str, ...] = ()
    cooldown: str = ""


def term_path(name: str) -> str:
    """Return the address of the page on which a term is changed; a space before some names keeps browsers from reading them as something else."""
    return f"/terms/{'%20' if name in _DOTS else ''}{quote(name, safe='')}"


def item_of(term: Term) -> dict[str, Any]:
    """Return the item of `watch:` that defines a term, without keys that have their default."""
    named = term.phrases == (term.name,)
    item = {
        "name": term.name,
        "any": None if term.kind is not TermKind.KEYWORD or named else list(term.phrases),
        "query": term.query,
        "regex": term.regex,
        "type": None if term.type is None else str(term.type),
        "aliases": list(term.phrases[1:]) if term.kind is TermKind.ENTITY else [],
        "spellings": None if term.spellings is Spellings.USUAL else str(term.spellings),
        "not": list(term.without),
        "exact": term.exact,
        "case": term.case,
        "stem": term.stem,
        "context": None if term.context is None else context_item(term.context),
        "severity": None if term.severity is Severity.MEDIUM else str(term.severity),
        "channels": None if term.channels is None else list(term.channels),
        "cooldown": None if term.cooldown is None else duration_text(term.cooldown),
        "repeat": None if term.repeat == "story" else str(term.repeat),
        "escalate": [{"after": duration_text(step.after), "to": step.to} for step in term.escalate],
        "tags": list(term.tags),
        "only": only_item(term.scope),
    }
    kept = {key: value for key, value in item.items() if value or (key == "channels" and value is not None)}
    return kept if term.burst is None else kept | {"burst": _burst_item(term)}


def context_item(context: Context) -> dict[str, Any]:
    """Return the value of `context:`."""
    lists = {"require": list(context.require), "forbid": list(context.forbid)}
    return {key: value for key, value in lists.items() if value} | ({"within": context.within} if context.within != 30 else {})


def only_item(scope: Scope) -> dict[str, Any]:
    """Return the value of `only:`; empty for a scope that admits everything."""
    lists = {"sources": sorted(scope.sources), "tags": sorted(scope.tags), "languages": sorted(scope.languages)}
    return {key: value for key, value in lists.items() if value} | ({"origins": scope.origins} if scope.origins > 1 else {})


def _burst_item(term: Term) -> dict[str, Any]:
    assert term.burst is not None
    channels = None if term.burst.channels is None else list(term.burst.channels)
    severity = None if term.burst.severity is None else str(term.burst.severity)
    return {key: value for key, value in (("channels", channels), ("severity", severity)) if value is not None}


def duration_text(length: timedelta) -> str:
    """Return a length of time as the configuration writes it: `1h30m`."""
    left, text = int(length.total_seconds()), ""
    for size, unit in _UNITS:
        text += f"{left // size}{unit}" if left >= size else ""
        left %= size
    return text or "0s"


def form_of_item(item: Item) -> TermForm:
    """Return the form that shows an item."""
    context = item.get("context") or {}
    return TermForm(
        name=item["name"],
        kind=_kind_of(item),
        any=_lines(item.get("any") or ()),
        type=item.get("type", "person"),
        aliases=_lines(item.get("aliases", ())),
        pattern=item.get("query") or item.get("regex") or "",
        without=_lines(item.get("not", ())),
        require=_lines(context.get("require", ())),
        forbid=_lines(context.get("forbid", ())),
        severity=item.get("severity", Severity.MEDIUM),
        tags=", ".join(item.get("tags", ())),
        channels=tuple(item.get("channels") or ()),
        cooldown=item.get("cooldown", ""),
    )


def form_of_fields(fields: Mapping[str, Sequence[str]]) -> TermForm:
    """Return the form as it has been sent."""
    one = {name: printable(values[0].replace("\r\n", "\n")) for name, values in fields.items() if name in _TEXTS}
    return TermForm(**one, channels=tuple(map(printable, fields.get("channels", ()))))


def item_of_form(form: TermForm, before: Item) -> dict[str, Any]:
    """Return the item that a form asks for; what the form does not show stays as in the item `before`. Only keys of its kind are kept."""
    kind = TermKind(form.kind) if form.kind in set(TermKind) else TermKind.KEYWORD
    context = {key: value for key, value in (before.get("context") or {}).items() if key not in {"require", "forbid"}}
    words = {key: value for key, value in (("require", _entries(form.require)), ("forbid", _entries(form.forbid))) if value}
    shown: dict[str, Any] = {
        "any": _entries(form.any),
        "query": form.pattern.strip(),
        "regex": form.pattern.strip(),
        "type": form.type,
        "aliases": _entries(form.aliases),
        "not": _entries(form.without),
        "context": words | context if words else None,
        "severity": None if form.severity == Severity.MEDIUM else form.severity,
        "tags": [tag.strip() for tag in form.tags.split(",") if tag.strip()],
        "channels": list(form.channels),
        "cooldown": form.cooldown.strip(),
    }
    foreign = _ONLY_OF_SOME - set(_OF_KINDS[kind])
    said = {key: value for key, value in shown.items() if value}
    if before.get("channels") == []:
        said.setdefault("channels", [])
    if kind in {TermKind.QUERY, TermKind.REGEX}:
        said.setdefault(str(kind), "")
    kept = {key: value for key, value in before.items() if key not in shown}
    item = {"name": " ".join(form.name.split()), **{key: value for key, value in kept.items() if key != "name"}, **said}
    return {key: value for key, value in item.items() if key not in foreign}


def changed_keys(before: Item, after: Item) -> dict[str, Any]:
    """Return the keys to be set, with their new value, and those to be taken out, with None."""
    keys = dict.fromkeys((*before, *after))
    return {key: after.get(key) for key in keys if before.get(key) != after.get(key)}


def _kind_of(item: Item) -> TermKind:
    kinds = (("query", TermKind.QUERY), ("regex", TermKind.REGEX), ("type", TermKind.ENTITY))
    return next((kind for key, kind in kinds if item.get(key) is not None), TermKind.KEYWORD)


def _lines(entries: Iterable[str]) -> str:
    return "\n".join(entries)


def _entries(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.split("\n") if line.strip()))


_TEXTS: Final = frozenset(
    {"name", "kind", "any", "type", "aliases", "pattern", "without", "require", "forbid", "severity", "tags", "cooldown"}
)
