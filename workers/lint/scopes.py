"""Find sources, tags and languages to which a term is limited and that nothing here has."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from monitor.domain.watch import Term
from monitor.settings.config_positions import Place
from monitor.settings.model import Settings
from monitor.settings.suggestion import did_you_mean
from workers.language.detector import detectable
from workers.lint.finding import Doubt, LintSubject, query_place
from workers.query.syntax import Attribute, AttributeName, walk_nodes

_PUSHED: Final = "only an article pushed with it would count"


@dataclass(frozen=True, slots=True)
class _Known:
    """What the sources of a configuration are called; `all_named` tells whether none of them takes its name from what it reads."""

    names: frozenset[str]
    tags: frozenset[str]
    languages: frozenset[str]
    all_named: bool


def unknown_scopes(subject: LintSubject) -> Iterator[Doubt]:
    """Yield the parts of `only`, and the fields of queries, that no source here satisfies."""
    known = _known(subject.settings)
    for term in subject.terms:
        for key, values in (("sources", term.scope.sources), ("tags", term.scope.tags), ("languages", term.scope.languages)):
            for value in sorted(values):
                if (message := _doubt(key, value, known)) is not None:
                    yield Place(term=term.where, key=("only", key), value=value), f"{term.name!r}: {message}"
        yield from _in_query(term, subject, known)


def _in_query(term: Term, subject: LintSubject, known: _Known) -> Iterator[Doubt]:
    tree = subject.trees.get(term.name)
    kinds = {AttributeName.SOURCE: "sources", AttributeName.TAG: "tags", AttributeName.LANG: "languages"}
    for node in walk_nodes(tree) if tree is not None else ():
        if isinstance(node, Attribute) and node.name in kinds:
            folded = _Known(_fold(known.names), _fold(known.tags), known.languages, known.all_named)
            shown = node.value if node.value.casefold() in folded.names | folded.tags else None
            message = None if shown else _doubt(kinds[node.name], node.value, known)
            if message is not None:
                yield query_place(term, node.span[0]), f"{term.name!r}: {message}"


def _fold(names: AbstractSet[str]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)


def _known(settings: Settings) -> _Known:
    names = {feed.name for feed in settings.listed_feeds if feed.name} | set(settings.sources)
    named = all(feed.name for feed in settings.listed_feeds) and not settings.sources
    folders = {folder.path.name for folder in settings.folders}
    return _Known(
        names=frozenset(names | folders),
        tags=frozenset(tag for feed in settings.listed_feeds for tag in feed.tags),
        languages=frozenset(feed.language.split("-")[0].lower() for feed in settings.listed_feeds if feed.language),
        all_named=named,
    )


def _doubt(key: str, value: str, known: _Known) -> str | None:
    if key == "languages":
        code = value.split("-", maxsplit=1)[0].lower()
        if code in known.languages or code in detectable():
            return None
        return f"no article is known to be in `{value}`: no feed has it as `language`, and it is none of the languages that are recognized"
    names: Collection[str] = known.names if key == "sources" else known.tags
    if value in names:
        return None
    near = did_you_mean(value, names)
    if key == "sources" and not known.all_named and not near:
        return None
    noun = "source is called" if key == "sources" else "source has the tag"
    return f"no {noun} `{value}`{near or f'; {_PUSHED}'}"
