"""The selectors that make a feed of a page: CSS, XPath or JSON paths."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from monitor.domain.selectors import SelectorKind, path_steps, selector_kind, split_attribute
from monitor.settings.values import Section, Text


class SelectSettings(Section):
    """Where the entries stand on a page. `item` says in which language all are: XPath begins with `/` or `(`, a JSON path with `$`, all else is CSS."""

    item: Text
    title: Text | None = None
    link: Text | None = None
    date: Text | None = None
    text: Text | None = None

    @model_validator(mode="after")
    def _readable(self) -> Self:
        kind = selector_kind(self.item)
        for name, selector in self.given().items():
            reason = _fault(kind, selector)
            if reason is not None:
                raise ValueError(f"`{name}: {selector}` is no {kind.value}: {reason} (`item` says that all are {kind.value})")
        return self

    def given(self) -> dict[str, str]:
        """Return the selectors that are set, by name."""
        return {name: value for name, value in self.model_dump().items() if value is not None}


def _fault(kind: SelectorKind, selector: str) -> str | None:
    """Return why a selector cannot be read; None if it can be."""
    try:
        if kind is SelectorKind.JSON:
            path_steps(selector)
        elif kind is SelectorKind.XPATH:
            return _xpath_fault(selector)
        elif css := split_attribute(selector)[0]:
            return _css_fault(css)
    except ValueError as error:
        return str(error)
    return None


def _xpath_fault(selector: str) -> str | None:
    from lxml import etree  # noqa: PLC0415 - few configurations have selectors, and every command reads the configuration

    try:
        etree.XPath(selector)
    except etree.XPathSyntaxError as error:
        return str(error)
    return None


def _css_fault(selector: str) -> str | None:
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError  # noqa: PLC0415 - as above

    try:
        LexborHTMLParser("<p>").css(selector)
    except SelectolaxError as error:
        return str(error).rstrip(".")
    return None
