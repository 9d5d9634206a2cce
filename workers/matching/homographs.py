"""Tell a watched name of one word from another thing of that name, by what the recognizer reads there: Jordan the man."""

from __future__ import annotations

from monitor.domain.match import Document, Match
from monitor.domain.watch import EntityType, Term
from workers.naming.document_names import names_in

_ENGLISH = (None, "en")


def may_be_another(term: Term, document: Document, match: Match) -> bool:
    """Whether the recognizer reads an occurrence of an entity as something of another type. Only English can be read so closely."""
    if not _can_be_read(term, document, match):
        return False
    read = _type_at(document, match)
    return read is not None and read is not term.type


def is_agreed(term: Term, document: Document, match: Match) -> bool:
    """Whether the recognizer reads an occurrence of an entity as the term says, or cannot read it."""
    return not _can_be_read(term, document, match) or _type_at(document, match) is term.type


def _can_be_read(term: Term, document: Document, match: Match) -> bool:
    language = document.language.split("-")[0].lower() if document.language else None
    return term.type not in {None, EntityType.OTHER} and language in _ENGLISH and match.text.isalpha()


def _type_at(document: Document, match: Match) -> EntityType | None:
    return next(
        (
            name.type
            for name, place in names_in(document)
            if place.field is match.field and place.start == match.start and place.end == match.end
        ),
        None,
    )
