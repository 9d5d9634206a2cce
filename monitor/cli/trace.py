"""`news-monitor trace`: all that is known of an article, link, story or alert."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

from monitor.app import open_database
from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON
from monitor.cli.output import print_json
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.text import one_line
from workers.analysis.trace import Tracer
from workers.scanning.compiled_settings import CompiledSettings

_SHOWN_STATEMENTS = 40


@click.command()
@CONFIG
@click.argument("wanted", metavar="URL|ID")
@JSON
@click.pass_context
def trace(ctx: click.Context, *, wanted: str, as_json: bool) -> None:
    """Show all that is known of an article, link, story or alert, and why a message did or did not come."""
    settings = load_settings()
    matcher = CompiledSettings.build(settings).matcher
    with open_database(settings).read() as connection:
        record = Tracer(connection=connection, settings=settings, matcher=matcher, now=SYSTEM_CLOCK.now()).trace(wanted)
    if as_json:
        print_json(record)
    else:
        for line in lines_of_trace(record):
            click.echo(line)
    if not record["received"]:
        ctx.exit(1)


def lines_of_trace(record: Mapping[str, Any]) -> Iterable[str]:
    """Return a trace in lines; text from the net is stripped of control characters."""
    yield one_line(f"{record['query']}: {record['summary']}")
    for source in record["sources"]:
        yield _line(
            1, "source", source["name"], source["status"], source["reason"], f"last polled {source['last_polled_at'] or '-'}"
        )
    for source in record["carried_by"]:
        yield _line(1, "carried by", source["source"], f"{source['articles']} articles", f"last {source['last_fetched_at']}")
    for article in record["articles"]:
        yield ""
        yield from _article(article)
    for story in record["stories"]:
        yield ""
        yield from _story(story)


def _article(article: Mapping[str, Any]) -> Iterable[str]:
    yield _line(0, "ARTICLE", article["title"] or "(no title)")
    yield _line(1, "id", article["id"])
    yield _line(1, "link", article["url"] or "-")
    yield _line(1, "source", article["source"], article["feed_url"])
    yield _line(1, "published", article["published_at"] or "without a date that can be believed")
    yield _line(1, "fetched", article["fetched_at"], f"revision {article['revision']}")
    yield _line(1, "scanned", article["scanned_at"] or "not yet")
    if waiting := article["waiting"]:
        yield _line(1, "waiting", f"to be scanned since {waiting['since']}", waiting["error"])
    yield _line(1, "language", article["language"] or "unknown")
    yield _line(1, "page", article["page"], f"{article['page_tries']} tries" if article["page_tries"] else None)
    if not article["alertable"]:
        yield _line(1, "archive", "it was too old to raise an alert when it came")
    for seen in article["appearances"][1:]:
        yield _line(1, "also seen", seen["source"], seen["url"], seen["seen_at"])
    yield from _relation(article["relation"])
    for term in article["terms"]:
        yield _line(1, "term", term["term"], term["verdict"])
        hits = dict.fromkeys(hit["text"] for hit in (*term["matches"], *term["passed_over"]))
        yield _line(2, "found", ", ".join(hits))
    if not article["terms"]:
        yield _line(1, "term", "no term of the watch list occurs in it")
    for alert in article["alerts"]:
        yield from _alert(alert)


def _relation(relation: Mapping[str, Any] | None) -> Iterable[str]:
    if relation is None:
        yield _line(1, "relation", "none is stored")
        return
    likely = relation["probability"]
    yield _line(1, "relation", relation["kind"], f"probability {likely}" if likely is not None else None)
    if near := relation["nearest"]:
        yield _line(2, "nearest", near["source"], near["title"], near["id"])
    for change in relation["changes"]:
        yield _line(2, "new", change)
    for evidence in relation["evidence"]:
        yield _line(2, "evidence", evidence)
    if maybe := relation["maybe"]:
        yield _line(2, "maybe the same as", maybe["id"], maybe["title"])


def _alert(alert: Mapping[str, Any]) -> Iterable[str]:
    held = f"not sent: {alert['suppressed']}" if alert["suppressed"] else None
    stale = f"no longer holds since {alert['lapsed_at']}" if alert["lapsed_at"] else None
    said = alert["alert"]
    yield _line(1, "alert", said["term"], said["severity"], said["reason"], alert["created_at"], alert["id"], held, stale)
    for delivery in alert["deliveries"]:
        yield _line(2, "delivery", delivery["channel"], delivery["status"], delivery["last_error"])
        for result in delivery["results"]:
            status = f"HTTP {result['http_status']}" if result["http_status"] else None
            yield _line(3, "attempt", result["at"], result["outcome"], status, result["answer"])


def _story(story: Mapping[str, Any]) -> Iterable[str]:
    yield _line(0, "STORY", story["title"] or "(no title)")
    yield _line(1, "id", story["id"], f"{len(story['statements'])} articles", f"{len(story['alerts'])} alerts")
    for one in story["statements"][:_SHOWN_STATEMENTS]:
        kind = one["relation"]["kind"] if one["relation"] else "-"
        yield _line(1, kind, one["source"], one["title"], one["fetched_at"], one["id"])
    if len(story["statements"]) > _SHOWN_STATEMENTS:
        yield _line(1, "and", f"{len(story['statements']) - _SHOWN_STATEMENTS} more")
    for other in story["maybe"]:
        yield _line(1, "maybe the same as", other["id"], other["title"])
    for other in story["split_from"]:
        yield _line(1, "split from", other["id"], other["title"])


def _line(depth: int, name: str, *values: object) -> str:
    text = " · ".join(one_line(str(value)) for value in values if value is not None and value != "")
    return f"{'  ' * depth}{name.ljust(12) if depth else name}  {text}".rstrip()
