"""What a program pushes: an article as a JSON object, checked field by field, and as an entry of its source."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from monitor.domain.article import Entry, Origin
from monitor.domain.text import one_line
from monitor.domain.urls import is_http
from monitor.parse.dates import parse_date
from monitor.parse.entries import language_tag, to_entries
from monitor.parse.items import Item, Markup
from monitor.parse.json_documents import guess_markup
from monitor.parse.ninjs import is_ninjs, item_of_ninjs
from monitor.web.responses import ApiError

MAX_TEXT: Final = 2_000_000
DEFAULT_SOURCE: Final = "api"


def _date(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or parse_date(value) is None:
        raise ValueError("not a date; expected RFC 3339 such as 2024-03-21T08:00:00Z")
    return value


def _web_address(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not is_http(value):
        raise ValueError("not a web address; expected http://… or https://…")
    return value.strip()


def _language(value: Any) -> str | None:
    if value is None or value == "":
        return None
    tag = language_tag(value) if isinstance(value, str) else None
    if tag is None:
        raise ValueError("not a language tag; expected one such as en or pt-BR")
    return tag


def _identifier(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


_Line: TypeAlias = Annotated[str, StringConstraints(max_length=5000)]
_Date: TypeAlias = Annotated[str | None, BeforeValidator(_date)]
_Url: TypeAlias = Annotated[str | None, BeforeValidator(_web_address)]


class PushedArticle(BaseModel):
    """An article that is pushed. A title or a text is needed; every other field may be left out. `id` or `guid` identifies it within its source."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    id: Annotated[_Line | None, BeforeValidator(_identifier)] = None
    title: _Line | None = None
    text: Annotated[str, StringConstraints(max_length=MAX_TEXT)] | None = None
    summary: Annotated[str, StringConstraints(max_length=MAX_TEXT)] | None = None
    url: _Url = None
    guid: _Line | None = None
    source: _Line | None = None
    author: _Line | None = None
    language: Annotated[str | None, BeforeValidator(_language)] = None
    published_at: _Date = None
    updated_at: _Date = None
    tags: Annotated[list[_Line], Field(max_length=50)] | None = None

    @model_validator(mode="after")
    def _has_content(self) -> PushedArticle:
        if not any(part and part.strip() for part in (self.title, self.text, self.summary)):
            raise ValueError("a `title` or a `text` is needed")
        return self


def pushed_article(document: Mapping[str, Any]) -> PushedArticle:
    """Return the article in a JSON object. Raises ApiError with 422 and every fault."""
    try:
        return PushedArticle.model_validate(document)
    except ValidationError as error:
        faults = [
            {"field": ".".join(map(str, fault["loc"])), "message": fault["msg"].removeprefix("Value error, ")}
            for fault in error.errors(include_url=False, include_input=False)
        ]
        message = "; ".join(f"{fault['field']}: {fault['message']}" if fault["field"] else fault["message"] for fault in faults)
        raise ApiError(422, message, faults) from error


def origin_of(source: str | None) -> Origin:
    """Return the origin within which an article is identified: the API and the source that the article names."""
    name = one_line(source or "") or DEFAULT_SOURCE
    return Origin(id=f"api:{name}", name=name)


def read_article(document: Mapping[str, Any], now: datetime) -> tuple[Origin, Entry]:
    """Return the source and the entry of an object: an article as described in docs/web.md, or an item in ninjs. Raises ApiError with 422."""
    if is_ninjs(document):
        item = item_of_ninjs(dict(document))
        if item is None:
            raise ApiError(422, "an item in ninjs without a headline or a text")
        source = document.get("source")
        return origin_of(source if isinstance(source, str) else None), to_entries((item,), language=None, now=now)[0]
    pushed = pushed_article(document)
    return origin_of(pushed.source), entry_of(pushed, now)


def ignored_fields(document: Mapping[str, Any]) -> list[str]:
    """Return the fields of an object that mean nothing, as a misspelled one does."""
    return [] if is_ninjs(document) else sorted(set(document) - PushedArticle.model_fields.keys())


def entry_of(pushed: PushedArticle, now: datetime) -> Entry:
    """Return the article as an entry of a feed would be read: HTML becomes text, implausible dates are dropped."""
    item = Item(
        title=Markup(value=pushed.title or ""),
        summary=guess_markup(pushed.summary or ""),
        content=guess_markup(pushed.text or ""),
        link=pushed.url,
        guid=pushed.id or pushed.guid,
        authors=(pushed.author,) if pushed.author else (),
        tags=tuple(pushed.tags or ()),
        language=pushed.language,
        published=pushed.published_at or "",
        updated=pushed.updated_at or "",
    )
    return to_entries((item,), language=None, now=now)[0]
