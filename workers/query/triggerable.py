"""Refuse queries that no word of an article can trigger."""

from __future__ import annotations

from monitor.domain.errors import QueryError
from workers.query.format import format_query
from workers.query.syntax import EntityRef, NamedRef, Node, Not, Or, Phrase, Prefix, TermRef, Wildcard, Word, required_children
from workers.query.tokens import query_error, shorten


def require_trigger(node: Node) -> None:
    """Raise QueryError for a query that an article could satisfy without any of its words.

    Such a query would have to be evaluated on every article. The error points at the part that needs no word. A query that passes has
    in every alternative a word, a phrase, an entity or another term that must occur; what is inside a NOT does not count.
    """
    untriggered = _untriggered_part(node)
    if untriggered is not None:
        raise _refusal(untriggered, node)


def _untriggered_part(node: Node) -> Node | None:
    """Return the first part of `node` that lets it hold without a word of its own, or None if there is none."""
    match node:
        case Word() | Prefix() | Wildcard() | Phrase() | EntityRef() | NamedRef() | TermRef():
            return None
        case Or(children=nodes):
            return next((part for part in map(_untriggered_part, nodes) if part is not None), None)
        case _:
            required = required_children(node)
            if not required:
                return node
            parts = [_untriggered_part(child) for child in required]
            return parts[0] if all(parts) else None


def _refusal(untriggered: Node, query: Node) -> QueryError:
    text = shorten(format_query(untriggered))
    alone = "alone" if untriggered is query else "in this place"
    if isinstance(untriggered, Not):
        reason = f"{text} {alone} would fire on nearly every article"
        advice = f"expected a word that must occur beside it, as in: ceasefire {text}"
    else:
        reason = f"{text} {alone} would fire whatever the article says"
        advice = f"expected a word that must occur beside it, as in: {text} ceasefire"
    return query_error(f"{reason}: {advice}", untriggered.span[0])
