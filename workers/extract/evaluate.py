"""What of a compiled watch list holds in one document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.domain.match import Document, Field
from monitor.domain.watch import TermKind
from workers.extract import entities
from workers.extract.automaton import Search, is_certain, leaf_of, owner_of
from workers.extract.index import Index, leaf_key, options_of
from workers.extract.layout import Layout
from workers.extract.near import Reach, Spot, chain
from workers.extract.phrase import Option, phrase_of
from workers.extract.query.syntax import (
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
from workers.extract.spellings import occurrence


class Evaluation:
    """One document against one index. Nothing is worked out before it is asked for, and nothing twice."""

    def __init__(self, index: Index, document: Document) -> None:
        self.index = index
        self.document = document
        self.layout = Layout(document)
        self._language = (document.language or "").split("-")[0].lower() or None
        self._spots: dict[int, list[Spot]] = {}
        self._fired: dict[int, bool] = {}
        self._evidence: dict[int, list[Spot]] = {}
        self._held: dict[tuple[int, Field | None], bool] = {}
        self._entities: dict[int, list[Spot]] | None = None
        self._found: dict[int, list[int]] = {}
        self._scan(index.watchful)
        self._triggered = list(self._found)
        self._asleep = True

    def _scan(self, search: Search) -> None:
        found = self._found
        for automaton in search.automata:
            owners = automaton.owners
            for pattern, start, _ in automaton.find(self.layout.flat):
                owner = owners[pattern]
                if owner in found:
                    found[owner].append(start)
                else:
                    found[owner] = [start]

    def _hits(self, owner: int) -> Sequence[int]:
        """Where the patterns of an owner begin. Leaves that trigger nothing are looked for when one is first asked for."""
        hits = self._found.get(owner)
        if hits is None and self._asleep and not self.index.triggers.of(leaf_of(owner)):
            self._asleep = False
            self._scan(self.index.dormant)
            hits = self._found.get(owner)
        return hits or ()

    def called(self) -> list[int]:
        """The terms of which a trigger stands in the document, in the order of the watch list."""
        of, followers = self.index.triggers.of, self.index.followers
        called = {number for owner in self._triggered for number in of(leaf_of(owner))}
        waiting = list(called) if followers else []
        while waiting:
            further = [number for number in followers.get(waiting.pop(), ()) if number not in called]
            called.update(further)
            waiting += further
        return sorted(called)

    def fired(self) -> list[int]:
        """The terms that fire on the document, in the order of the watch list."""
        of, plain = self.index.triggers.of, self.index.plain
        sure = {number for owner in self._triggered if is_certain(owner) for number in of(leaf_of(owner)) if plain[number]}
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
            index, leaves = self.index, map(leaf_of, self._triggered)
            found = {leaf for leaf in leaves if index.options[leaf] & Option.ENTITY and index.triggers.of(leaf)}
            self._entities = entities.resolve(self.index, self.layout, {leaf: self.spots(leaf) for leaf in found})
        return self._in_context(number, self._entities.get(number, []))

    def named(self, number: int) -> bool:
        """Whether an entity occurs at all, in whatever context."""
        self.entity(number)
        return bool(self._entities and self._entities.get(number))

    def sighted(self, leaf: int) -> bool:
        """Whether the letters of a leaf, or some of them, were found."""
        return bool(self._hits(owner_of(leaf, certain=False)) or self._hits(owner_of(leaf, certain=True)))

    def spots(self, leaf: int) -> list[Spot]:
        """The occurrences of a leaf, in the order of the text."""
        if leaf not in self._spots:
            self._spots[leaf] = self._find(leaf)
        return self._spots[leaf]

    def entities_called(self) -> list[int]:
        """The entities that may occur."""
        return [number for number in self.called() if self.index.terms[number].kind is TermKind.ENTITY]

    def _find(self, leaf: int) -> list[Spot]:
        word_at = self.layout.word_at
        certain = self._hits(owner_of(leaf, certain=True))
        doubtful = self._hits(owner_of(leaf, certain=False))
        if not doubtful and len(certain) == 1:
            word = word_at(certain[0])
            return [(word, word)]
        spots = {(word := word_at(start), word) for start in certain}
        if doubtful:
            phrase = phrase_of(self.index.texts[leaf], self.index.options[leaf])
            for first in {word_at(start) for start in doubtful}:
                if (first, first) not in spots:
                    last = occurrence(phrase, self.layout, first, self._language)
                    if last is not None:
                        spots.add((first, last))
        return sorted(spots)

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
            spots = self.spots(own[0])
            return spots if len(spots) < 2 else entities.longest(spots)
        return entities.longest(list({spot for leaf in own for spot in self.spots(leaf)}))

    def _present(self, leaf: int) -> bool:
        return bool(self._hits(owner_of(leaf, certain=True)) or self.spots(leaf))

    def holds(self, node: Node, number: int, field: Field | None) -> bool:
        """Whether a part of a term's query holds, looking only at `field` if one is given."""
        known = self._held.get((id(node), field))
        if known is None:
            known = self._held[id(node), field] = self._decide(node, number, field)
        return known

    def _decide(self, node: Node, number: int, field: Field | None) -> bool:  # noqa: C901, PLR0911 - one line for each kind of node
        match node:
            case Word() | Prefix() | Phrase():
                leaf = self.index.leaf(*leaf_key(node, options_of(self.index.terms[number])))
                return self._present(leaf) if field is None else bool(self.hits(node, number, field))
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
                found = self.spots(self.index.leaf(*leaf_key(node, options_of(self.index.terms[number]))))
            case EntityRef(name=name):
                found = self.entity(self.index.names[name])
            case Or(children=below):
                found = sorted({spot for child in below for spot in self.hits(child, number, field)})
            case Near(operands=operands, gaps=gaps):
                found = chain([self.hits(child, number, field) for child in operands], gaps, self.layout.border)
            case _:
                found = []
        return found if field is None else [spot for spot in found if self.layout.field(spot[0]) is field]

    def part_evidence(self, node: Node, number: int, field: Field | None) -> Iterable[Spot]:  # noqa: PLR0911 - as above
        """The occurrences by which a part of a query holds; none if it does not."""
        if not self.holds(node, number, field):
            return ()
        match node:
            case And(children=below) | Or(children=below):
                return [spot for child in below for spot in self.part_evidence(child, number, field)]
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

    def _in_context(self, number: int, spots: list[Spot]) -> list[Spot]:
        context = self.index.terms[number].context
        if context is None or not spots:
            return spots
        if context.forbid:
            forbidden = Reach(self._words_of_context(context.forbid), self.layout.border)
            spots = [spot for spot in spots if not forbidden.around(spot, context.within)]
        if context.require:
            required = Reach(self._words_of_context(context.require), self.layout.border)
            spots = [spot for spot in spots if required.around(spot, context.within)]
        return spots

    def _words_of_context(self, phrases: tuple[str, ...]) -> list[Spot]:
        return sorted({spot for phrase in phrases for spot in self.spots(self.index.leaf(phrase, Option.NONE))})
