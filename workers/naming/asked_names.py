"""Find the names of a document for which a query asks: a person, an organisation or a place in any spelling, or a place inside another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from monitor.domain.match import Match
from monitor.domain.watch import EntityType
from workers.gazetteer.gazetteer import ANY_PLACE, gazetteer
from workers.naming.article_names import ArticleName


def spellings_of(name: str, type_: EntityType) -> tuple[str, ...]:
    """Return texts of which one occurs wherever a name is recognized: itself, its listed spellings, of a person the last word."""
    listed = _spellings().get(gazetteer().preferred(name), ())
    alone = (name.rpartition(" ")[2],) if type_ is EntityType.PERSON else ()
    return tuple(dict.fromkeys((name, *listed, *alone)))


@cache
def spellings_inside(place: str) -> tuple[str, ...]:
    """Return the spellings of a place and of all that lie in it; none for a place in which nothing is known to lie."""
    known = gazetteer()
    outer = known.preferred(place)
    if outer not in known.around.values():
        return ()
    inside = [name for name in {outer, *known.around} if known.lies_in(name, outer)]
    listed = _spellings()
    return tuple(sorted({text for name in inside for text in (name, *listed.get(name, ()))}))


def find_named(found: Sequence[tuple[ArticleName, Match]], name: str, type_: EntityType) -> list[Match]:
    """Return where a name of a type is recognized, under every name that the article joins to it."""
    asked, preferred = name.casefold(), gazetteer().preferred(name)
    joined = {
        one.name
        for one, match in found
        if one.type is type_ and (one.name == preferred or asked in {one.name.casefold(), match.text.casefold()})
    }
    return [match for one, match in found if one.type is type_ and one.name in joined]


def find_inside(found: Sequence[tuple[ArticleName, Match]], place: str) -> list[Match]:
    """Return where a place is recognized that is another, or lies in it."""
    known = gazetteer()
    return [match for one, match in found if one.type is EntityType.PLACE and known.lies_in(one.name, place)]


@cache
def _spellings() -> dict[str, list[str]]:
    """Return the listed spellings of places, organisations and persons by the name under which they are counted."""
    known, found = gazetteer(), defaultdict(list)
    for text, name in known.canonical.items():
        found[name].append(text)
    for text, kind in known.kinds.items():
        if kind & ANY_PLACE and text not in known.canonical:
            found[text].append(text)
    return dict(found)
