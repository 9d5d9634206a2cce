"""What the stored articles say of the watch list, for `news-monitor check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from monitor.app import database_url
from monitor.domain.errors import MonitorError
from monitor.domain.text import one_line, printable
from monitor.settings.config_positions import ConfigPositions, Place
from monitor.settings.model import Settings

if TYPE_CHECKING:
    from workers.analysis.term_evidence import TermEvidence

    Evidence = tuple[int, tuple[TermEvidence, ...]]

_SHOWN: Final = 30


def archive_evidence(settings: Settings) -> Evidence | None:
    """Return how often the terms fire on the newest stored articles; None where there is no archive, or none of this program's schema."""
    if not settings.terms or (settings.database_url is None and not (settings.data_dir / "news.db").is_file()):
        return None
    from monitor.storage import schema  # noqa: PLC0415 - only where there is an archive
    from monitor.storage.engine import Database  # noqa: PLC0415 - only where there is an archive
    from workers.analysis.term_evidence import term_evidence  # noqa: PLC0415 - only where there is an archive

    try:
        database = Database(database_url(settings))
        try:
            schema.require(database)
            return term_evidence(database, settings.terms)
        finally:
            database.close()
    except MonitorError:
        return None


def evidence_record(evidence: Evidence | None) -> dict[str, Any] | None:
    """Return `articles terms`; each term has `term articles near near_articles`."""
    if evidence is None:
        return None
    count, found = evidence
    terms = [
        {"term": one.term.name, "articles": one.articles, "near": one.near, "near_articles": one.near_articles} for one in found
    ]
    return {"articles": count, "terms": terms}


def print_evidence(evidence: Evidence | None, positions: ConfigPositions) -> None:
    """Print how often each term fires, and a note at the place of each that never does."""
    if evidence is None or not evidence[0]:
        return
    count, found = evidence
    firing = sorted((one for one in found if one.articles), key=lambda one: -one.articles)
    silent = [one for one in found if not one.articles]
    more = f" and {len(firing) - _SHOWN} more" if len(firing) > _SHOWN else ""
    listed = ", ".join(f"{one_line(one.term.name)} {one.articles}" for one in firing[:_SHOWN])
    click.echo(f"on the newest {count} stored articles fire: {listed or 'none'}{more}")
    for one in sorted(silent, key=lambda one: -one.near_articles)[:_SHOWN]:
        at = positions.fault(Place(term=one.term.where), "")
        near = f"; in {one.near_articles} of them: {one_line(one.near)}" if one.near else ""
        click.echo(
            f"{printable(at.file)}:{at.line}:{at.column}: note: {one_line(one.term.name)!r} fires on none of these articles{near}"
        )
    if len(silent) > _SHOWN:
        click.echo(f"{len(silent) - _SHOWN} more terms fire on none of them; `check --json` has all")
