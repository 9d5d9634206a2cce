"""Examine an article: what matches in it and whom it mentions. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from monitor.domain.article import Article
from monitor.domain.aside import Aside
from monitor.domain.match import Document, Mention, TermMatch
from workers.language.detector import detect
from workers.provenance.report import ReadProvenance, read_provenance
from workers.recognition.recognizer import most_telling, recognize_all
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.load import ScanTask

MOST_MENTIONS: Final = 40
"""Names of an article that are stored and told, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedArticle:
    """What an article says, before its story is known. `matched_before` names the terms that its previous revision matched."""

    task: ScanTask
    article: Article
    matches: tuple[TermMatch, ...]
    mentions: tuple[Mention, ...]
    matched_before: frozenset[str]
    provenance: ReadProvenance


def examine(compiled: CompiledSettings, task: ScanTask) -> ExaminedArticle:
    """Return what an article says."""
    language = task.article.language or detect(f"{task.article.title}\n{task.article.text}")
    article = replace(task.article, language=language)
    document = document_of(article, article.title, article.text, article.asides)
    before = compiled.matcher.match(document_of(article, *task.earlier)) if task.earlier else ()
    return ExaminedArticle(
        task=task,
        article=article,
        matches=tuple(match.computed() for match in compiled.matcher.match(document)),
        mentions=most_telling(recognize_all(compiled.recognizers, document), limit=MOST_MENTIONS),
        matched_before=frozenset(match.term.name for match in before),
        provenance=read_provenance(article, compiled.families.get(article.feed_url or "")),
    )


def document_of(article: Article, title: str, text: str, asides: tuple[Aside, ...]) -> Document:
    """Return a document of the article with the title, the text and the asides of one of its revisions."""
    return Document(
        title=title,
        body=text,
        asides=asides,
        source=article.source,
        language=article.language,
        tags=frozenset(article.tags),
        url=article.url,
        author=article.author,
    )
