"""What a watch list demands of a query besides its grammar: that it can be triggered by a word of the article."""

from __future__ import annotations

from monitor.domain.errors import QueryError
from workers.query.format import format_query
from workers.query.lexer import fail, shown
from workers.query.syntax import And, Attribute, InField, Node, Not, Or


def require_trigger(node: Node) -> None:
    """Refuse a query that some article could satisfy with none of its words, so that it would have to be evaluated on every article.

    Raises QueryError at the part that lets such an article through. A query that passes has, in every alternative, a word, a phrase,
    an entity or another term that must occur; only what stands outside every NOT counts.
    """
    loose = _loose(node)
    if loose is not None:
        raise _refusal(loose, node)


def _loose(node: Node) -> Node | None:
    """The first part of `node` through which it could hold without a word of its own, or None if there is none."""
    match node:
        case Not() | Attribute():
            return node
        case And(children=nodes):
            parts = [_loose(child) for child in nodes]
            return parts[0] if all(parts) else None
        case Or(children=nodes):
            return next((part for part in map(_loose, nodes) if part is not None), None)
        case InField(child=child):
            return _loose(child)
        case _:
            return None


def _refusal(loose: Node, query: Node) -> QueryError:
    text = shown(format_query(loose))
    alone = "alone" if loose is query else "in this place"
    if isinstance(loose, Not):
        reason = f"{text} {alone} would fire on nearly every article"
        advice = f"expected a word that must occur beside it, as in: ceasefire {text}"
    else:
        reason = f"{text} {alone} would fire whatever the article says"
        advice = f"expected a word that must occur beside it, as in: {text} ceasefire"
    return fail(f"{reason}: {advice}", loose.span[0])
