"""What of a compiled watch list holds in one document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.domain.match import Document, Field
from monitor.domain.watch import TermKind
from workers.matching import entities
from workers.matching.automaton import Search, atom_of, atom_ref, is_certain
from workers.matching.compiled_index import Index, atom_key, options_of
from workers.matching.phrase import Option, phrase_of
from workers.matching.proximity import Reach, Spot, chain
from workers.matching.spellings import occurrence
from workers.matching.tokenized_document import TokenizedDocument
from workers.query.syntax import (
    And,
    AtLeast,
    Attribute,
    AttributeName,
    EntityRef,
    InField,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    TermRef,
    Word,
)


class Evaluation:
    """One document against one index. Nothing is worked out before it is asked for, and nothing twice."""

    def __init__(self, index: Index, document: Document) -> None:
        self.index = index
        self.document = document
        self.tokens = TokenizedDocument(document)
        self._language = (document.language or "").split("-")[0].lower() or None
        self._spots: dict[int, list[Spot]] = {}
        self._fired: dict[int, bool] = {}
        self._evidence: dict[int, list[Spot]] = {}
        self._held: dict[tuple[int, Field | None], bool] = {}
        self._entities: dict[int, list[Spot]] | None = None
        self._found: dict[int, list[int]] = {}
        self._scan(index.trigger_search)
        self._triggered = list(self._found)
        self._asleep = True

    def _scan(self, search: Search) -> None:
        found = self._found
        for automaton in search.automata:
            owners = automaton.owners
            for pattern, start, _ in automaton.find(self.tokens.flat):
                owner = owners[pattern]
                if owner in found:
                    found[owner].append(start)
                else:
                    found[owner] = [start]

    def _hits(self, owner: int) -> Sequence[int]:
        """Where the patterns of an owner begin. Leaves that trigger nothing are looked for when one is first asked for."""
        hits = self._found.get(owner)
        if hits is None and self._asleep and not self.index.triggers.of(atom_of(owner)):
            self._asleep = False
            self._scan(self.index.lazy_search)
            hits = self._found.get(owner)
        return hits or ()

    def called(self) -> list[int]:
        """The terms of which a trigger stands in the document, in the order of the watch list."""
        of, followers = self.index.triggers.of, self.index.followers
        called = {number for owner in self._triggered for number in of(atom_of(owner))}
        waiting = list(called) if followers else []
        while waiting:
            further = [number for number in followers.get(waiting.pop(), ()) if number not in called]
            called.update(further)
            waiting += further
        return sorted(called)

    def fired(self) -> list[int]:
        """The terms that fire on the document, in the order of the watch list."""
        of, plain = self.index.triggers.of, self.index.plain
        sure = {number for owner in self._triggered if is_certain(owner) for number in of(atom_of(owner)) if plain[number]}
        return [number for number in self.called() if number in sure or self.fires(number)]

    def fires(self, number: int) -> bool:
        """Whether a term fires on the document."""
        known = self._fired.get(number)
        if known is None:
            known = self._fired[number] = (
                self._occurs(number) if self.index.plain[number] else self._admitted(number) and self._holds_at_all(number)
            )
        return known

    def evidence(self, number: int) -> list[Spot]:
        """The occurrences that made a term fire."""
        known = self._evidence.get(number)
        if known is None:
            known = self._evidence[number] = self._gather(number)
        return known

    def _gather(self, number: int) -> list[Spot]:
        if self.index.plain[number]:
            return self._occurrences(number)
        tree = self.index.trees.get(number)
        if tree is not None:
            return self._in_context(number, sorted(set(self.part_evidence(tree, number, None))))
        if self.index.terms[number].kind is TermKind.ENTITY:
            return self.entity(number)
        return self._in_context(number, self._occurrences(number))

    def entity(self, number: int) -> list[Spot]:
        """The occurrences of an entity that stand in the right context."""
        if self._entities is None:
            index, atoms = self.index, map(atom_of, self._triggered)
            found = {atom for atom in atoms if index.options[atom] & Option.ENTITY and index.triggers.of(atom)}
            self._entities = entities.resolve(self.index, self.tokens, {atom: self.word_ranges(atom) for atom in found})
        return self._in_context(number, self._entities.get(number, []))

    def named(self, number: int) -> bool:
        """Whether an entity occurs at all, in whatever context."""
        self.entity(number)
        return bool(self._entities and self._entities.get(number))

    def sighted(self, atom: int) -> bool:
        """Whether the letters of a leaf, or some of them, were found."""
        return bool(self._hits(atom_ref(atom, certain=False)) or self._hits(atom_ref(atom, certain=True)))

    def word_ranges(self, atom: int) -> list[Spot]:
        """The occurrences of a leaf, in the order of the text."""
        if atom not in self._spots:
            self._spots[atom] = self._find(atom)
        return self._spots[atom]

    def entities_called(self) -> list[int]:
        """The entities that may occur."""
        return [number for number in self.called() if self.index.terms[number].kind is TermKind.ENTITY]

    def _find(self, atom: int) -> list[Spot]:
        word_at = self.tokens.word_at
        certain = self._hits(atom_ref(atom, certain=True))
        doubtful = self._hits(atom_ref(atom, certain=False))
        if not doubtful and len(certain) == 1:
            word = word_at(certain[0])
            return [(word, word)]
        word_ranges = {(word := word_at(start), word) for start in certain}
        if doubtful:
            phrase = phrase_of(self.index.texts[atom], self.index.options[atom])
            for first in {word_at(start) for start in doubtful}:
                if (first, first) not in word_ranges:
                    last = occurrence(phrase, self.tokens, first, self._language)
                    if last is not None:
                        word_ranges.add((first, last))
        return sorted(word_ranges)

    def _admitted(self, number: int) -> bool:
        document = self.document
        return self.index.terms[number].scope.admits(source=document.source, tags=document.tags, language=self._language)

    def _holds_at_all(self, number: int) -> bool:
        term = self.index.terms[number]
        tree = self.index.trees.get(number)
        if tree is not None:
            return self.holds(tree, number, None) and (term.context is None or bool(self.evidence(number)))
        return bool(self.evidence(number))

    def _occurs(self, number: int) -> bool:
        return any(map(self._present, self.index.own[number]))

    def _occurrences(self, number: int) -> list[Spot]:
        own = self.index.own[number]
        if len(own) == 1:
            word_ranges = self.word_ranges(own[0])
            return word_ranges if len(word_ranges) < 2 else entities.longest(word_ranges)
        return entities.longest(list({word_range for atom in own for word_range in self.word_ranges(atom)}))

    def _present(self, atom: int) -> bool:
        return bool(self._hits(atom_ref(atom, certain=True)) or self.word_ranges(atom))

    def holds(self, node: Node, number: int, field: Field | None) -> bool:
        """Whether a part of a term's query holds, looking only at `field` if one is given."""
        known = self._held.get((id(node), field))
        if known is None:
            known = self._held[id(node), field] = self._decide(node, number, field)
        return known

    def _decide(self, node: Node, number: int, field: Field | None) -> bool:  # noqa: C901, PLR0911 - one line for each kind of node
        match node:
            case Word() | Prefix() | Phrase():
                atom = self.index.atom(*atom_key(node, options_of(self.index.terms[number])))
                return self._present(atom) if field is None else bool(self.hits(node, number, field))
            case And(children=below):
                return all(self.holds(child, number, field) for child in below)
            case Or(children=below):
                return any(self.holds(child, number, field) for child in below)
            case Not(child=child):
                return not self.holds(child, number, field)
            case Near(operands=operands):
                return all(self.holds(child, number, field) for child in operands) and bool(self.hits(node, number, field))
            case AtLeast(count=count, child=child):
                return len({first for first, _ in self.hits(child, number, field)}) >= count
            case InField(name=name, child=child):
                return self.holds(child, number, name)
            case Attribute():
                return self._attribute(node)
            case EntityRef():
                return bool(self.hits(node, number, field))
            case TermRef(name=name):
                return self.fires(self.index.names[name])

    def hits(self, node: Node, number: int, field: Field | None) -> list[Spot]:
        """The occurrences of an operand; of a Near, those that belong to a chain."""
        match node:
            case Word() | Prefix() | Phrase():
                found = self.word_ranges(self.index.atom(*atom_key(node, options_of(self.index.terms[number]))))
            case EntityRef(name=name):
                found = self.entity(self.index.names[name])
            case Or(children=below):
                found = sorted({word_range for child in below for word_range in self.hits(child, number, field)})
            case Near(operands=operands, gaps=gaps):
                found = chain([self.hits(child, number, field) for child in operands], gaps, self.tokens.border)
            case _:
                found = []
        return found if field is None else [word_range for word_range in found if self.tokens.field(word_range[0]) is field]

    def part_evidence(self, node: Node, number: int, field: Field | None) -> Iterable[Spot]:  # noqa: PLR0911 - as above
        """The occurrences by which a part of a query holds; none if it does not."""
        if not self.holds(node, number, field):
            return ()
        match node:
            case And(children=below) | Or(children=below):
                return [word_range for child in below for word_range in self.part_evidence(child, number, field)]
            case AtLeast(child=child):
                return self.hits(child, number, field)
            case InField(name=name, child=child):
                return self.part_evidence(child, number, name)
            case TermRef(name=name):
                return self.evidence(self.index.names[name])
            case Not() | Attribute():
                return ()
            case _:
                return self.hits(node, number, field)

    def _attribute(self, node: Attribute) -> bool:
        wanted = node.value.casefold()
        match node.name:
            case AttributeName.SOURCE:
                return self.document.source.casefold() == wanted
            case AttributeName.TAG:
                return wanted in {tag.casefold() for tag in self.document.tags}
            case AttributeName.LANG:
                language = (self.document.language or "").casefold()
                return language == wanted or language.startswith(f"{wanted}-")

    def _in_context(self, number: int, word_ranges: list[Spot]) -> list[Spot]:
        context = self.index.terms[number].context
        if context is None or not word_ranges:
            return word_ranges
        if context.forbid:
            forbidden = Reach(self._words_of_context(context.forbid), self.tokens.border)
            word_ranges = [word_range for word_range in word_ranges if not forbidden.around(word_range, context.within)]
        if context.require:
            required = Reach(self._words_of_context(context.require), self.tokens.border)
            word_ranges = [word_range for word_range in word_ranges if required.around(word_range, context.within)]
        return word_ranges

    def _words_of_context(self, phrases: tuple[str, ...]) -> list[Spot]:
        return sorted({word_range for phrase in phrases for word_range in self.word_ranges(self.index.atom(phrase, Option.NONE))})
