"""The page of one stored article."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from monitor.domain.article import Article
from monitor.domain.ids import ArticleId
from monitor.domain.match import Document, Field, TermMatch
from monitor.domain.story import StoryMember
from monitor.domain.text import one_line, printable
from monitor.storage import articles, stories
from monitor.storage.engine import Connection
from monitor.web.app_state import AppState, app_state_of
from monitor.web.page import Context, Page
from monitor.web.rendering import mark_spans


async def _load(request: Request) -> Context:
    app_state = app_state_of(request)
    article_id = ArticleId(printable(request.path_params["id"]))
    found = await app_state.read(lambda connection: _read(connection, article_id))
    if found is None:
        raise HTTPException(404, "there is no such article; it may have been deleted by retention")
    article, members = found
    matches = await run_in_threadpool(_matches, app_state, article)
    heading, body = (
        mark_spans(text, [(match.start, match.end) for one in matches for match in one.matches if match.field is field])
        for field, text in ((Field.TITLE, article.title), (Field.BODY, article.text))
    )
    return {
        "title": one_line(article.title) or "Article",
        "article": article,
        "heading": heading,
        "body": body,
        "terms": [one.term.name for one in matches],
        "members": members,
    }


def _read(connection: Connection, article_id: ArticleId) -> tuple[Article, tuple[StoryMember, ...]] | None:
    found = articles.load(connection, [article_id])
    if not found:
        return None
    story_id = found[0].story_id
    return found[0], stories.members(connection, [story_id]).get(story_id, ()) if story_id else ()


def _matches(app_state: AppState, article: Article) -> tuple[TermMatch, ...]:
    document = Document(
        title=article.title,
        body=article.text,
        asides=article.asides,
        source=article.source,
        language=article.language,
        tags=frozenset(article.tags),
        url=article.url,
        author=article.author,
    )
    return app_state.matcher.match(document)


PAGE: Final = Page(
    path="/articles/{id}",
    title="Article",
    template="article.html",
    shows="one article as it is stored, with every match of the present watch list marked",
    position=70,
    load=_load,
)
