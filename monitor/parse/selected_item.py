"""What selectors have found of one item of a page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedItem:
    """The parts of an item as they stand on the page; `html` says whether its text is HTML."""

    title: str = ""
    link: str = ""
    date: str = ""
    text: str = ""
    html: bool = True
