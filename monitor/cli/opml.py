"""`news-monitor feeds import` and `feeds export`: subscription lists both ways."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG, JSON, config_path
from monitor.cli.output import print_json
from monitor.domain.errors import MonitorError
from monitor.domain.text import printable
from monitor.parse.opml import OpmlFeed, Repair, read_opml
from monitor.parse.opml_writer import to_opml
from monitor.parse.subscriptions import to_subscriptions
from monitor.settings.editing import add_feeds
from monitor.settings.new_feed import NewFeed


@click.command(name="import")
@CONFIG
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@JSON
def import_opml(*, file: Path, as_json: bool) -> None:
    """Add the feeds of an OPML file to the configuration; folders become tags, feeds that are there already are left alone."""
    try:
        opml = read_opml(file.read_bytes())
    except OSError as error:
        raise MonitorError(f"{file}: {error.strerror}") from error
    found = to_subscriptions(opml)
    remarks: list[Repair] = sorted((*opml.repairs, *found.problems), key=lambda remark: remark.line)
    if not found.feeds:
        raise MonitorError("\n".join([f"{file}: no feeds in it", *(printable(f"{file}: {remark}") for remark in remarks)]))
    done = add_feeds(config_path(), [NewFeed(url=one.url, name=one.title, tags=one.folders) for one in found.feeds], os.environ)
    if as_json:
        print_json(
            {
                "file": str(done.file),
                "added": list(done.added),
                "present": list(done.present),
                "remarks": [{"line": remark.line, "message": remark.message} for remark in remarks],
            }
        )
        return
    for remark in remarks:
        click.echo(printable(f"{file}: {remark}"), err=True)
    click.echo(f"{len(done.added)} feeds added to {done.file}, {len(done.present)} were there already")


@click.command()
@CONFIG
def export() -> None:
    """Print the configured feeds as OPML, with their whole addresses; tags become folders."""
    feeds = [OpmlFeed(url=feed.url, title=feed.name, folders=feed.tags) for feed in load_settings().feeds]
    sys.stdout.buffer.write(to_opml(feeds, title="news-monitor").encode())
