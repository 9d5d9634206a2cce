"""`news-monitor watch import`: take over the watch list of another tool."""

from __future__ import annotations

import csv
import io
import os
import re
from pathlib import Path
from typing import Final

import click

from monitor.cli.options import CONFIG, JSON, config_path
from monitor.cli.output import print_json
from monitor.cli.terms import check_terms
from monitor.domain.errors import MonitorError, UsageError
from monitor.domain.text import one_line
from monitor.settings.editing import add_items, watchlist_file
from monitor.settings.yaml_edit import ListItem, quote_yaml
from workers.importing.expressions import read_expressions
from workers.importing.imported import ImportedTerm, ImportResult
from workers.importing.name_lists import read_names
from workers.importing.word_groups import read_word_groups

FORMATS: Final = ("words", "google", "meltwater", "lucene", "names")
_SHOWN: Final = 30
_GROUPED: Final = re.compile(r"^[+!]|^@\d+$|^\[.+\]$|^/.+/|\s=>\s", re.MULTILINE)
_EXPRESSION: Final = re.compile(r"\b(?:AND|OR|NOT|O?NEAR/?\d+|AROUND)\b|\"|[()]|(?:^|\s)-\w|\b\w+:\S|&&|\|\|", re.IGNORECASE)


@click.command(name="import")
@CONFIG
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--format", "kind", type=click.Choice(FORMATS), help="What the file is; otherwise judged by its name and content.")
@click.option("--dry-run", is_flag=True, help="Only report what would be added.")
@JSON
def import_list(*, file: Path, kind: str | None, dry_run: bool, as_json: bool) -> int:
    """Add another tool's terms to the watch list, and report what changed its meaning.

    FILE has groups of words as TrendRadar has them, one expression of Lucene, Meltwater or Google Alerts on a line, or a table of names
    (OpenSanctions, OFAC, UN, or any CSV with a column `name`).
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: not UTF-8 text; save the file as UTF-8") from error
    chosen = kind or format_of(file, text)
    result = _read(text, chosen)
    into, present = (None, ()) if dry_run or not result.terms else _write(file, chosen, result)
    if as_json:
        print_json({"format": chosen, "file": None if into is None else str(into), **_record(result), "present": list(present)})
    else:
        _print(result, chosen, into, present)
    return 0 if result.terms else 1


def format_of(file: Path, text: str) -> str:
    """Return what a file most likely is, one of FORMATS."""
    if file.suffix.lower() in {".csv", ".tsv"}:
        return "names"
    if _GROUPED.search(text) or not _EXPRESSION.search(text):
        return "words"
    return "google"


def _read(text: str, kind: str) -> ImportResult:
    match kind:
        case "words":
            return read_word_groups(text)
        case "names":
            return read_names(text)
        case _:
            return read_expressions(text, beside_is_or=kind == "lucene")


def _write(file: Path, kind: str, result: ImportResult) -> tuple[Path, tuple[str, ...]]:
    """Add the terms; a table of names becomes a list of its own beside the watch list. Return the file, and what was on the list already."""
    if kind != "names":
        done = add_items(config_path(), [(term.name, _item(term)) for term in result.terms], os.environ, check_terms=check_terms)
        return done.file, done.present
    target = watchlist_file(config_path(), os.environ).with_name(f"{file.stem}.terms.csv")
    include = ListItem(lines=(f"include: {quote_yaml(target.name)}",), flow=f"{{include: {quote_yaml(target.name, flow=True)}}}")
    try:
        with target.open("x", encoding="utf-8") as list_file:
            list_file.write(_table(result))
    except FileExistsError as error:
        raise UsageError(f"{target} exists already; move it away, or import under another name") from error
    except OSError as error:
        raise MonitorError(f"{target}: cannot be written: {error.strerror}") from error
    try:
        add_items(config_path(), [("", include)], os.environ, check_terms=check_terms)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target, ()


def _table(result: ImportResult) -> str:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("name", "type", "aliases"))
    for term in result.terms:
        aliases = (alias for alias in term.keys.get("aliases", ()) if alias)
        rows.writerow((term.name, term.keys["type"], ";".join(aliases)))
    return out.getvalue()


def _item(term: ImportedTerm) -> ListItem:
    if set(term.keys) == {"name"}:
        return ListItem(lines=(quote_yaml(term.name),), flow=quote_yaml(term.name, flow=True))
    shown = {
        key: quote_yaml(value, flow=True)
        if isinstance(value, str)
        else f"[{', '.join(quote_yaml(one, flow=True) for one in value)}]"
        for key, value in term.keys.items()
    }
    lines = tuple(f"{key}: {value}" for key, value in shown.items())
    return ListItem(lines=lines, flow="{" + ", ".join(lines) + "}")


def _record(result: ImportResult) -> dict[str, object]:
    return {
        "terms": [{**term.keys, "changes": list(term.changes)} for term in result.terms],
        "notes": result.notes,
        "left_out": result.left_out,
    }


def _print(result: ImportResult, kind: str, into: Path | None, present: tuple[str, ...]) -> None:
    count = len(result.terms) - len(present)
    what = f"{count} {'term' if count == 1 else 'terms'}, read as {kind}"
    click.echo(f"{'would add' if into is None else 'added'} {what}{'' if into is None else f', to {into}'}")
    for note in result.notes:
        click.echo(f"  note: {one_line(note)}")
    changed = [term for term in result.terms if term.changes]
    for term in changed[:_SHOWN]:
        click.echo(f"  changed {one_line(term.name)!r}: {one_line('; '.join(term.changes))}")
    for name in present[:_SHOWN]:
        click.echo(f"  {one_line(name)!r} is on the list already")
    for line in result.left_out[:_SHOWN]:
        click.echo(f"  left out {one_line(line)}")
    more = sum(max(0, len(part) - _SHOWN) for part in (changed, present, result.left_out))
    if more:
        click.echo(f"  and {more} more; --json has all")
