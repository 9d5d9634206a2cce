"""A watch item becomes a form and comes back as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from monitor.settings.watch_item import WatchItem
from monitor.web.term_form import changed_keys, form_of_item, item_of, item_of_form

ITEMS: list[dict[str, Any]] = [
    {"name": "ceasefire"},
    {"name": "Truce talks", "any": ["truce", "talks"], "stem": True, "exact": False, "not": ["truce bar"]},
    {"name": "Rafah", "type": "place", "aliases": ["Rafiah"], "spellings": "strict", "severity": "high", "cooldown": "1h30m"},
    {"name": "Gap", "type": "other", "context": {"require": ["shop"], "forbid": ["year"], "within": 9}, "tags": ["a", "b"]},
    {"name": "Offensive", "query": "Rafah NEAR/10 offensive", "case": True, "channels": [], "repeat": "update"},
    {"name": "Number", "regex": r"\d{4}", "channels": ["desk"], "burst": {"severity": "low"}},
    {"name": "Far", "only": {"sources": ["b"], "languages": ["en"], "origins": 2}, "escalate": [{"after": "10m", "to": "desk"}]},
    {"name": "Told", "burst": {}},
]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["name"])
def test_what_nobody_has_changed_is_not_written(item: dict[str, Any]) -> None:
    """Through the term, the form and back, nothing differs, and the item means the same term."""
    term = WatchItem.model_validate(item).term("here")
    shown = item_of(term)
    assert WatchItem.model_validate(shown).term("here") == term
    assert changed_keys(shown, item_of_form(form_of_item(shown), shown)) == {}


def test_another_kind_takes_out_what_is_not_of_it() -> None:
    """An entity that becomes a query loses its type and aliases; what every kind has stays."""
    before = {"name": "Rafah", "type": "place", "aliases": ["Rafiah"], "severity": "high"}
    form = replace(form_of_item(before), kind="query", pattern="Rafah AND crossing")
    assert changed_keys(before, item_of_form(form, before)) == {"type": None, "aliases": None, "query": "Rafah AND crossing"}
