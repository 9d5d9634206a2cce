"""Read tables of names: OpenSanctions' `targets.simple.csv`, OFAC's `sdn.csv`, the UN's consolidated list, and other tables with a column of names."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import Final

from workers.importing.imported import ImportedTerm, ImportResult

_NULL: Final = frozenset({"", "-0-", "-0- ", "na", "n/a", "null"})
_TYPES: Final = {
    "person": "person", "individual": "person", "individuals": "person", "organization": "organisation", "organisation": "organisation",
    "company": "organisation", "legalentity": "organisation", "publicbody": "organisation", "entity": "organisation", "": "organisation",
    "place": "place", "country": "place", "city": "place",
}  # fmt: skip
_NAME: Final = ("name", "caption", "sdn_name", "full_name", "entity_name", "security", "title")
_ALIASES: Final = ("aliases", "alias", "aka", "a.k.a.", "alias_name", "weak_alias", "alternative_names", "name_original_script")
_TYPE: Final = ("schema", "type", "sdn_type", "entity_type")
_PARTS: Final = ("first_name", "second_name", "third_name", "fourth_name")
_KNOWN_AS: Final = re.compile(r"[af]\.k\.a\. ['\"“]([^'\"”]+)['\"”]", re.IGNORECASE)
_SEPARATOR: Final = re.compile(r"[;|]")
_OFAC_COLUMNS: Final = 12
_LAST_FIRST: Final = re.compile(r"([^,]+),\s*([^,]+)")


def read_names(text: str) -> ImportResult:
    """Return an entity for each row. A row without a name, or of a kind that is no name, is left out with its line."""
    result = ImportResult(notes=["a name fires only where it is written as one; add `context:` to names that many bear"])
    kinds: dict[str, str] = {}
    known_as: dict[str, dict[str, None]] = {}
    turned = 0
    for name, kind, aliases in _rows(text, result):
        entity = _TYPES.get(kind.replace(" ", "").replace("_", ""), "other")
        straight = _first_last(name) if entity == "person" else name
        turned += straight != name
        kinds.setdefault(straight, entity)
        known = known_as.setdefault(straight, {})
        known.update(dict.fromkeys(_first_last(alias) if entity == "person" else alias for alias in aliases))
        known.pop(straight, None)
    if turned:
        result.notes.append(f"names in the order LAST, First are written First Last: {turned}")
    result.terms += [
        ImportedTerm({"name": name, "type": entity, "aliases": tuple(known_as[name])}) for name, entity in kinds.items()
    ]
    return result


def _rows(text: str, result: ImportResult) -> Iterator[tuple[str, str, list[str]]]:
    """Yield name, kind and aliases of each row."""
    delimiter = max(",", ";", "\t", key=text.split("\n", 1)[0].count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    rows = ((reader.line_num, row) for row in reader)
    first = next(rows, None)
    if first is None:
        return
    heads = [cell.strip().strip("\ufeff").lower() for cell in first[1]]
    ofac = bool(heads) and heads[0].isdigit() and len(heads) >= _OFAC_COLUMNS
    if not ofac and not _columns(heads, (*_NAME, *_PARTS)):
        result.left_out.append(f"line 1: no column holds names; expected one of {', '.join(_NAME)}")
        return
    for line, row in [first, *rows] if ofac else rows:
        cells = [" ".join(cell.split()) for cell in row]
        name, kind, aliases = _of_ofac(cells) if ofac else _of_table(heads, cells)
        if name.lower() in _NULL:
            if any(cells):
                result.left_out.append(f"line {line}: a row without a name")
        elif kind == "address":
            result.left_out.append(f"line {line}: {name} is an address, no name")
        else:
            yield name, kind, [alias for alias in aliases if alias.lower() not in _NULL]


def _of_ofac(cells: Sequence[str]) -> tuple[str, str, list[str]]:
    if len(cells) < 3:
        return "", "", []
    kind = "" if cells[2].lower() in _NULL else cells[2].lower()
    return cells[1], kind, _KNOWN_AS.findall(cells[-1])


def _of_table(heads: Sequence[str], cells: Sequence[str]) -> tuple[str, str, list[str]]:
    row = dict(zip(heads, cells, strict=False))
    parts = " ".join(row[part] for part in _PARTS if row.get(part, "").lower() not in _NULL)
    names = [row[column] for column in _columns(heads, _NAME) if row.get(column)]
    aliases = [part.strip() for column in _columns(heads, _ALIASES) for part in _SEPARATOR.split(row.get(column, ""))]
    kind = next((row[column].lower() for column in _columns(heads, _TYPE) if row.get(column)), "person" if parts else "other")
    return (names or [parts])[0], kind, aliases


def _columns(heads: Sequence[str], wanted: Sequence[str]) -> list[str]:
    return [column for column in wanted if column in heads]


def _first_last(name: str) -> str:
    found = _LAST_FIRST.fullmatch(name)
    if found is None:
        return name
    last = " ".join(word.title() if word.isupper() and len(word) > 1 else word for word in found[1].split())
    return f"{found[2].strip()} {last}"
