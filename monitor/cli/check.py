"""`news-monitor check`: whether the configuration is usable, what it says, and what in it is doubtful."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from typing import Any

import click

from monitor.cli.archive_evidence import archive_evidence, evidence_record, print_evidence
from monitor.cli.options import CONFIG, JSON, config_path
from monitor.cli.output import print_json
from monitor.cli.terms import check_terms
from monitor.domain.errors import ConfigError, Fault
from monitor.domain.text import one_line, printable
from monitor.settings.load import LoadResult, read_config
from monitor.settings.model import Settings
from monitor.sources.registry import source_counts
from workers.lint.finding import Finding
from workers.lint.registry import lint

SHOWN_OF_A_RULE = 20
"""Warnings of one rule in one file that are printed; a list from elsewhere may have thousands."""


@click.command()
@CONFIG
@click.option("--strict", is_flag=True, help="Fail if there is a warning.")
@click.option("--no-archive", is_flag=True, help="Do not hold the terms against the stored articles.")
@JSON
def check(*, strict: bool, no_archive: bool, as_json: bool) -> int:
    """Validate the configuration and print every error as FILE:LINE:COLUMN: message."""
    reading = read_config(config_path(), os.environ, check_terms=check_terms)
    settings = reading.settings
    if settings is None:
        if as_json:
            print_json({"ok": False, "errors": list(map(_record, reading.faults)), "warnings": []})
        else:
            _print(reading.faults)
        return ConfigError.exit_status
    warnings = _warnings(settings, reading)
    counts = _counts(settings)
    evidence = None if no_archive else archive_evidence(settings)
    if as_json:
        records = [{**_record(fault), "rule": finding.rule} for fault, finding in warnings]
        print_json({"ok": True, "errors": [], "warnings": records, **counts, "archive": evidence_record(evidence)})
    else:
        _print_warnings(warnings)
        click.echo(f"{config_path()}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
        print_evidence(evidence, reading.positions)
    return ConfigError.exit_status if strict and warnings else 0


def _warnings(settings: Settings, reading: LoadResult) -> list[tuple[Fault, Finding]]:
    """Return what is doubtful, in the order of the files."""
    found = [(reading.positions.fault(finding.place, finding.message), finding) for finding in lint(settings)]
    order = reading.files.order
    return sorted(found, key=lambda each: (order.get(each[0].file, len(order)), each[0].line, each[0].column, each[1].rule))


def _counts(settings: Settings) -> dict[str, int]:
    return {
        **source_counts(settings),
        "terms": len(settings.terms),
        "channels": len(settings.channels),
        "routes": len(settings.routes),
    }


def _record(fault: Fault) -> dict[str, Any]:
    return {"file": fault.file, "line": fault.line, "column": fault.column, "message": fault.message}


def _print(faults: Sequence[Fault]) -> None:
    for fault in faults:
        click.echo(printable(str(fault)))


def _print_warnings(warnings: Sequence[tuple[Fault, Finding]]) -> None:
    printed: Counter[tuple[str, str]] = Counter()
    for fault, finding in warnings:
        printed[fault.file, finding.rule] += 1
        if printed[fault.file, finding.rule] <= SHOWN_OF_A_RULE:
            click.echo(f"{printable(fault.file)}:{fault.line}:{fault.column}: warning: {one_line(fault.message)}")
    for (file, rule), count in printed.items():
        if count > SHOWN_OF_A_RULE:
            click.echo(f"{printable(file)}: {count - SHOWN_OF_A_RULE} more warnings of the kind `{rule}`; `check --json` has all")
