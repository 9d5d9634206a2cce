"""Tell a watched name of one word from another thing of that name, by what the recognizer reads there: Jordan the man."""

from __future__ import annotations

from monitor.domain.match import Document, Match
from monitor.domain.watch import EntityType, Term
from workers.naming.article_names import ArticleName
from workers.naming.document_names import names_in

_ENGLISH = (None, "en")


def may_be_another(term: Term, document: Document, match: Match) -> bool:
    """Whether the recognizer reads an occurrence of an entity as a person and the term does not, or the other way round. Only English can be read so closely."""
    if not _can_be_read(term, document, match):
        return False
    read = _read_at(document, match)
    return read is not None and read.certain and EntityType.PERSON in {read.type, term.type} and read.type is not term.type


def is_agreed(term: Term, document: Document, match: Match) -> bool:
    """Whether the recognizer reads an occurrence of an entity as the term says, or cannot read it."""
    if not _can_be_read(term, document, match):
        return True
    read = _read_at(document, match)
    return read is not None and read.type is term.type


def _can_be_read(term: Term, document: Document, match: Match) -> bool:
    language = document.language.split("-")[0].lower() if document.language else None
    return term.type not in {None, EntityType.OTHER} and language in _ENGLISH and match.text.isalpha()


def _read_at(document: Document, match: Match) -> ArticleName | None:
    return next(
        (
            name
            for name, place in names_in(document)
            if place.field is match.field and place.start == match.start and place.end == match.end
        ),
        None,
    )
