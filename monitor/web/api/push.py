"""Accept articles that programs push, store each once and have it scanned at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from monitor.domain.article import Entry, Origin
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.ids import ArticleId
from monitor.domain.text import one_line
from monitor.domain.urls import is_http
from monitor.parse.dates import parse_date
from monitor.parse.entries import language_tag, to_entries
from monitor.parse.items import Item, Markup
from monitor.parse.json_documents import guess_markup
from monitor.relay import hand_over
from monitor.storage import articles
from monitor.storage.engine import Connection
from monitor.web.app_state import AppState, app_state_of
from monitor.web.endpoint import Endpoint
from monitor.web.responses import ApiError, json_of, json_response

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


_Line: TypeAlias = Annotated[str, StringConstraints(max_length=5000)]
_Date: TypeAlias = Annotated[str | None, BeforeValidator(_date)]
_Url: TypeAlias = Annotated[str | None, BeforeValidator(_web_address)]


class PushedArticle(BaseModel):
    """The body of a push. A title or a text is needed; every other field may be left out."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

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


Status: TypeAlias = Literal["new", "revised", "known"]


async def _push(request: Request) -> Response:
    document = await json_of(request)
    pushed = pushed_article(document)
    app_state = app_state_of(request)
    article_id, status = await run_in_threadpool(_store, app_state, pushed, SYSTEM_CLOCK.now())
    ignored = sorted(set(document) - PushedArticle.model_fields.keys())
    return json_response(
        {"id": article_id, "status": status, **({"ignored": ignored} if ignored else {})}, 201 if status == "new" else 200
    )


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


def pushed_origin(pushed: PushedArticle) -> Origin:
    """Return the origin within which the article is identified: the API and the source that the article names."""
    name = one_line(pushed.source or "") or DEFAULT_SOURCE
    return Origin(id=f"api:{name}", name=name)


def entry_of(pushed: PushedArticle, now: datetime) -> Entry:
    """Return the article as an entry of a feed would be read: HTML becomes text, implausible dates are dropped."""
    item = Item(
        title=Markup(value=pushed.title or ""),
        summary=guess_markup(pushed.summary or ""),
        content=guess_markup(pushed.text or ""),
        link=pushed.url,
        guid=pushed.guid,
        authors=(pushed.author,) if pushed.author else (),
        tags=tuple(pushed.tags or ()),
        language=pushed.language,
        published=pushed.published_at or "",
        updated=pushed.updated_at or "",
    )
    return to_entries((item,), language=None, now=now)[0]


def _store(app_state: AppState, pushed: PushedArticle, now: datetime) -> tuple[ArticleId, Status]:
    origin, entry = pushed_origin(pushed), entry_of(pushed, now)
    with app_state.database.write(durable=True) as connection:
        stored = articles.ingest(connection, origin, (entry,), now=now, alertable=lambda _entry: True)
        article_id = _id(connection, origin, entry)
    hand_over(app_state.database, app_state.relay, stored.scans, now)
    return article_id, "new" if stored.new else "revised" if stored.revised else "known"


def _id(connection: Connection, origin: Origin, entry: Entry) -> ArticleId:
    found = articles.find_by_entry(connection, origin, entry)
    assert found is not None, "an ingested entry has an appearance"
    return found


ENDPOINTS: Final = (
    Endpoint(
        method="POST", path="/api/articles", handler=_push, takes="an article as JSON; see [Push an article](#push-an-article)"
    ),
)
