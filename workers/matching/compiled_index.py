"""Define a compiled watch list, in which terms and atoms are numbered."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from monitor.domain.watch import EntityType, Term, TermKind
from workers.matching import normalize
from workers.matching.automaton import AtomSearch
from workers.matching.compact_multimap import CompactMultimap
from workers.matching.phrase import Option, Options
from workers.matching.watched_name import WatchedName
from workers.naming.asked_names import spellings_inside, spellings_of
from workers.query.syntax import NamedRef, NameField, Node, Phrase, Prefix, Wildcard, Word

Atom: TypeAlias = int
"""The number of a word or phrase of the watch list with the options by which it is found."""


@dataclass(slots=True)
class CompiledIndex:
    """A compiled watch list.

    terms             the watch terms; a term's number is its place here
    texts, options    the phrase of each atom, and how it is found
    term_atoms        the atoms of a keyword's or an entity's phrases, by the number of the term
    unconditional     1 for a keyword without scope and context, which fires wherever it occurs
    atoms_by_text     the atoms of the words of queries and contexts
    trees             the queries, by the number of the term
    numbers           the numbers of the terms, by name
    terms_by_trigger  the terms that may fire where an atom occurs
    referring_terms   the terms that may fire where another term fires
    regexes           the numbers of the terms that are regular expressions; each is searched for in every article
    sounds            the entities whose names may be transliterated, by the skeletons of their last and first word (see name_sound)
    names             the names of entities that may be found in other spellings, by number, as far as they have been needed
    trigger_search    finds the atoms that are triggers, in every article
    lazy_search       finds the other atoms, when the first of them is needed
    """

    terms: tuple[Term, ...]
    texts: list[str] = field(default_factory=list)
    options: array[int] = field(default_factory=lambda: array("B"))
    term_atoms: list[tuple[Atom, ...]] = field(default_factory=list)
    unconditional: bytearray = field(default_factory=bytearray)
    atoms_by_text: dict[tuple[str, Options], Atom] = field(default_factory=dict)
    trees: Mapping[int, Node] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    terms_by_trigger: CompactMultimap = field(default_factory=CompactMultimap)
    referring_terms: dict[int, list[int]] = field(default_factory=dict)
    regexes: tuple[int, ...] = ()
    sounds: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    names: dict[int, tuple[WatchedName, ...]] = field(default_factory=dict)
    trigger_search: AtomSearch = field(default_factory=AtomSearch)
    lazy_search: AtomSearch = field(default_factory=AtomSearch)

    def atom(self, text: str, options: Options) -> Atom:
        """Return the atom of a word or phrase of a query or context. Raises KeyError for one that was not compiled."""
        return self.atoms_by_text[text, options]


def options_of(term: Term) -> Options:
    """Return the options by which the phrases of a term are found."""
    return (
        (Option.EXACT if term.exact else Option.NONE)
        | (Option.CASE if term.case else Option.NONE)
        | (Option.STEM if term.stem else Option.NONE)
        | (Option.ENTITY if term.kind is TermKind.ENTITY else Option.NONE)
    )


def atom_key(node: Word | Prefix | Wildcard | Phrase, options: Options) -> tuple[str, Options]:
    """Return the text and options of the atom of a query node."""
    if isinstance(node, Phrase):
        parts = [atom_key(word, options) for word in node.words]
        return " ".join(text for text, _ in parts), max(option for _, option in parts)
    if isinstance(node, Wildcard):
        return node.text, (options & Option.CASE) | Option.WILDCARD
    if isinstance(node, Prefix):
        return f"{node.text}*", options | Option.PREFIX
    return node.text, options | Option.CASE if node.exact_case else options


NAME_TYPES: Final = {
    NameField.PERSON: EntityType.PERSON,
    NameField.ORG: EntityType.ORGANISATION,
    NameField.PLACE: EntityType.PLACE,
    NameField.IN: EntityType.PLACE,
}
_CYRILLIC: Final = ("\u0400", "\u04ff")


def named_keys(node: NamedRef) -> list[tuple[str, Options]]:
    """Return the text and options of atoms of which one occurs wherever the name of a query node is recognized."""
    inside = node.kind is NameField.IN
    texts = spellings_inside(node.name) if inside else spellings_of(node.name, NAME_TYPES[node.kind])
    return [
        (text, Option.STEM if _CYRILLIC[0] <= text[0] <= _CYRILLIC[1] else Option.NONE) for text in texts if normalize.words(text)
    ]
