"""Evaluate the parts of watch queries on one document."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

from monitor.domain.match import Document, Field
from workers.matching.addresses import has_words, is_on_site
from workers.matching.atom_occurrences import AtomOccurrences
from workers.matching.compiled_index import NAME_TYPES, CompiledIndex, atom_key, options_of
from workers.matching.proximity import WordRange, far_from, near_chain
from workers.matching.tokenized_document import TokenizedDocument
from workers.naming.asked_names import find_inside, find_named
from workers.naming.document_names import names_in
from workers.query.syntax import (
    And,
    AtLeast,
    Attribute,
    AttributeName,
    EntityRef,
    InField,
    NamedRef,
    NameField,
    Near,
    Node,
    Not,
    NotNear,
    Or,
    Phrase,
    Prefix,
    TermRef,
    Wildcard,
    Word,
)


class QueryEvaluator(ABC):
    """Query nodes evaluated on one document, each once. What is known of terms and entities comes from the subclass."""

    def __init__(self, index: CompiledIndex, document: Document) -> None:
        self.index = index
        self.document = document
        self.language = (document.language or "").split("-")[0].lower() or None
        self.tokens = TokenizedDocument(document)
        self.atoms = AtomOccurrences(index, self.tokens, self.language)
        self._holding: dict[tuple[int, Field | None], bool] = {}

    @abstractmethod
    def fires(self, number: int) -> bool:
        """Whether a term fires on the document."""

    @abstractmethod
    def evidence(self, number: int) -> list[WordRange]:
        """Return the occurrences that make a term fire."""

    @abstractmethod
    def without_excluded(self, number: int, word_ranges: list[WordRange]) -> list[WordRange]:
        """Return those of some occurrences that are in no phrase that term `number` excludes (`not:`)."""

    @abstractmethod
    def entity_occurrences(self, number: int) -> list[WordRange]:
        """Return the occurrences of an entity."""

    def holds(self, node: Node, number: int, field: Field | None) -> bool:
        """Whether `node`, a part of the query of term `number`, holds in `field`, or in title and body for None."""
        known = self._holding.get((id(node), field))
        if known is None:
            known = self._holding[id(node), field] = self._decide(node, number, field)
        return known

    def _decide(self, node: Node, number: int, field: Field | None) -> bool:  # noqa: C901, PLR0911 - one line for each kind of node
        match node:
            case Word() | Prefix() | Wildcard() | Phrase():
                if field is None and not self.index.terms[number].without:
                    return self.atoms.occurs(self.index.atom(*atom_key(node, options_of(self.index.terms[number]))))
                return bool(self.operand_occurrences(node, number, field))
            case And(children=nodes):
                return all(self.holds(child, number, field) for child in nodes)
            case Or(children=nodes):
                return any(self.holds(child, number, field) for child in nodes)
            case Not(child=child):
                return not self.holds(child, number, field)
            case Near(operands=operands):
                all_hold = all(self.holds(child, number, field) for child in operands)
                return all_hold and bool(self.operand_occurrences(node, number, field))
            case AtLeast(count=count, child=child):
                return len({first for first, _ in self.operand_occurrences(child, number, field)}) >= count
            case InField(name=name, child=child):
                return self.holds(child, number, name)
            case Attribute():
                return self._has_attribute(node)
            case EntityRef() | NamedRef() | NotNear():
                return bool(self.operand_occurrences(node, number, field))
            case TermRef(name=name):
                return self.fires(self.index.numbers[name])

    def operand_occurrences(self, node: Node, number: int, field: Field | None) -> list[WordRange]:
        """Return the occurrences of an operand in `field`; of a Near, those that belong to a chain."""
        match node:
            case Word() | Prefix() | Wildcard() | Phrase():
                found = self.without_excluded(
                    number, self.atoms.of(self.index.atom(*atom_key(node, options_of(self.index.terms[number]))))
                )
            case EntityRef(name=name):
                found = self.without_excluded(number, self.entity_occurrences(self.index.numbers[name]))
            case NamedRef():
                found = self.without_excluded(number, self._named(node))
            case NotNear(child=child, excluded=excluded, words=words):
                occurrences = [self.operand_occurrences(operand, number, None) for operand in (child, excluded)]
                found = far_from(occurrences[0], occurrences[1], words, self.tokens.field_border)
            case Or(children=nodes):
                found = sorted({word_range for child in nodes for word_range in self.operand_occurrences(child, number, field)})
            case Near(operands=operands, gaps=gaps):
                occurrences = [self.operand_occurrences(child, number, field) for child in operands]
                found = near_chain(occurrences, gaps, self.tokens.field_border)
            case _:
                found = []
        return found if field is None else [word_range for word_range in found if self.tokens.field(word_range[0]) is field]

    def node_evidence(self, node: Node, number: int, field: Field | None) -> Iterable[WordRange]:  # noqa: PLR0911 - as above
        """Return the occurrences that make `node` hold in `field`; none if it does not hold."""
        if not self.holds(node, number, field):
            return ()
        match node:
            case And(children=nodes) | Or(children=nodes):
                return [word_range for child in nodes for word_range in self.node_evidence(child, number, field)]
            case AtLeast(child=child):
                return self.operand_occurrences(child, number, field)
            case InField(name=name, child=child):
                return self.node_evidence(child, number, name)
            case TermRef(name=name):
                return self.evidence(self.index.numbers[name])
            case Not() | Attribute():
                return ()
            case Word() | Prefix() | Wildcard() | Phrase() | Near() | NotNear() | EntityRef() | NamedRef():
                return self.operand_occurrences(node, number, field)

    def _named(self, node: NamedRef) -> list[WordRange]:
        """Return the words of the names for which a query asks, without those in asides."""
        found = names_in(self.document)
        if node.kind is NameField.IN:
            matches = find_inside(found, node.name)
        else:
            matches = find_named(found, node.name, NAME_TYPES[node.kind])
        places = [self.tokens.words_at(match.field, match.start, match.end) for match in matches]
        return sorted({place for place in places if place is not None})

    def _has_attribute(self, node: Attribute) -> bool:
        wanted = node.value.casefold()
        match node.name:
            case AttributeName.SOURCE:
                return self.document.source.casefold() == wanted
            case AttributeName.TAG:
                return wanted in {tag.casefold() for tag in self.document.tags}
            case AttributeName.LANG:
                language = (self.document.language or "").casefold()
                return language == wanted or language.startswith(f"{wanted}-")
            case AttributeName.SITE:
                return is_on_site(self.document.url, wanted)
            case AttributeName.URL:
                return wanted in (self.document.url or "").casefold()
            case AttributeName.AUTHOR:
                return has_words(self.document.author or "", node.value)
