"""Find the items of a JSON document by paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from monitor.domain.selectors import Step, path_steps
from monitor.parse.json_documents import guess_markup
from monitor.parse.json_feed import decode_json
from monitor.parse.selected_item import SelectedItem


def items_by_path(page: str, select: Mapping[str, str]) -> list[SelectedItem] | None:
    """Return what the paths find, those of an item's parts with `$` for the item; None if the document is not JSON.

    A path that ends at a list means its members.
    """
    value = decode_json(page.encode("utf-8", "replace"))
    if value is None:
        return None
    found = list(_values(value, path_steps(select["item"])))
    records = found[0] if len(found) == 1 and isinstance(found[0], list) else found
    return [_item(record, select) for record in records if isinstance(record, dict | list)]


def _values(value: Any, steps: Sequence[Step]) -> Iterator[Any]:
    """Yield the values at a path."""
    if not steps:
        yield value
        return
    step, rest = steps[0], steps[1:]
    if step is None:
        members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for member in members:
            yield from _values(member, rest)
    elif _has(value, step):
        yield from _values(value[step], rest)


def _has(value: Any, step: str | int) -> bool:
    if isinstance(step, str):
        return isinstance(value, dict) and step in value
    return isinstance(value, list) and step < len(value)


def _item(record: Any, select: Mapping[str, str]) -> SelectedItem:
    texts = {
        name: list(filter(None, map(_text, _values(record, path_steps(path))))) for name, path in select.items() if name != "item"
    }
    markup = guess_markup("\n\n".join(texts.get("text", ())))
    return SelectedItem(
        title=next(iter(texts.get("title", ())), ""),
        link=next(iter(texts.get("link", ())), ""),
        date=next(iter(texts.get("date", ())), ""),
        text=markup.value,
        html=markup.html,
    )


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return "\n\n".join(filter(None, map(_text, value))) if isinstance(value, list) else ""
