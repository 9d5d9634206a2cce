"""docs/configuration.md tells every key that the program takes, no other, and the right default; its examples load."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from monitor.settings import channels, escalation_steps, feeds, mailboxes, model, page_selectors, sources, watch_item
from monitor.settings.list_files import COLUMNS
from monitor.settings.load import load_config
from monitor.settings.schema_walker import fields_of
from monitor.settings.values import Section, read_duration, read_per_hour, read_size

DOCUMENT = (Path(__file__).parents[3] / "docs" / "configuration.md").read_text()
TYPES: dict[str, type[Section]] = {name: kind.settings for name, kind in channels.CHANNEL_TYPES.all().items()}
EVERY_TYPE = set(fields_of(channels.ChannelBase))
SOURCES: dict[str, type[Section]] = {name: kind.settings for name, kind in sources.SOURCE_TYPES.all().items() if kind.settings}
MODELS: dict[str, type[Section]] = {
    "polling": feeds.PollingSettings,
    "http": feeds.HttpSettings,
    "websub": feeds.WebSubSettings,
    "feeds": feeds.FeedSettings,
    "feeds: imap": mailboxes.ImapSettings,
    "feeds: auth": feeds.FeedAuth,
    "feeds: select": page_selectors.SelectSettings,
    "sources": sources.SourceBase,
    "watch": watch_item.WatchItem,
    "watch: context": watch_item.ContextSettings,
    "watch: only": watch_item.OnlySettings,
    "watch: burst": watch_item.BurstSettings,
    "channels": channels.ChannelBase,
    "channels: quiet_hours": channels.QuietHours,
    "channels: digest": channels.DigestEvery,
    "routes": model.RouteSettings,
    "escalate": escalation_steps.EscalateSettings,
    "escalate: steps": escalation_steps.EscalationStep,
    "entities": model.EntitiesSettings,
    "stories": model.StoriesSettings,
    "silences": model.SilenceSettings,
    "notify_operator": model.NotifyOperatorSettings,
    "heartbeat": model.HeartbeatSettings,
    "trends": model.TrendsSettings,
    "web": model.WebSettings,
    "workers": model.WorkersSettings,
    "retention": model.RetentionSettings,
    "log": model.LogSettings,
    **{f"channels: {name}": kind for name, kind in TYPES.items()},
    **{f"sources: {name}": kind for name, kind in SOURCES.items()},
}


def documented() -> dict[str, dict[str, str]]:
    """Each heading's keys and the defaults that stand beside them."""
    found: dict[str, dict[str, str]] = {}
    heading = ""
    for line in DOCUMENT.splitlines():
        if title := re.fullmatch(r"##+ (.+)", line):
            heading = title[1]
            found[heading] = {}
        elif row := re.match(r"\| `(\w+)` \|[^|]*\| ([^|]*) \|", line):
            found[heading][row[1]] = row[2]
    return found


def test_the_top_level_is_documented() -> None:
    """Every key of the main file, `include` and `watch` among them."""
    assert set(documented()["Top level"]) == {*fields_of(model.Settings, without=model.NOT_WRITTEN), "include", "watch"}


@pytest.mark.parametrize("heading", MODELS)
def test_every_key_is_documented(heading: str) -> None:
    """What the model takes is what the document says, key by key."""
    known = set(fields_of(MODELS[heading]))
    if heading.removeprefix("channels: ") in TYPES:
        known -= EVERY_TYPE
    if heading.removeprefix("sources: ") in SOURCES:
        known -= set(fields_of(sources.SourceBase))
    assert set(documented()[heading]) == known


@pytest.mark.parametrize("heading", MODELS)
def test_the_documented_defaults_are_true(heading: str) -> None:
    """Where a default stands in the document as code, it is the program's; where none is given, a key is required or may be absent."""
    stated = documented()[heading]
    for key, info in fields_of(MODELS[heading]).items():
        if key not in stated:
            continue
        assert (stated[key] == "required") == info.is_required(), key
        if code := re.fullmatch(r"`([^`]+)`", stated[key]):
            assert meant(code[1], info.default) == info.default, key
        else:
            assert info.is_required() or not isinstance(info.default, timedelta | bool | int), key


def meant(text: str, default: Any) -> Any:
    """The documented default as the model holds it."""
    if isinstance(default, timedelta):
        return read_duration(text)
    if isinstance(default, bool):
        return text == "true"
    if isinstance(default, int):
        return read_per_hour(text) if text.endswith("/h") else read_size(text)
    if isinstance(default, Enum):
        return type(default)(text)
    return text


def test_every_section_of_the_document_is_known() -> None:
    """No table is left over from a key that is gone."""
    tables = {heading for heading, keys in documented().items() if keys}
    assert tables <= {*MODELS, "Top level", "watch: include"}


def test_the_columns_of_lists_are_documented() -> None:
    """The document names every column that a list can have."""
    assert " ".join(COLUMNS) in " ".join(DOCUMENT.split())


def test_the_examples_load_config(tmp_path: Path) -> None:
    """All examples of the document together are a configuration that loads."""
    for name in ("feeds.yaml", "watchlist.yaml", "channels.yaml", "team.yaml"):
        (tmp_path / name).write_text("watch:\n")
    (tmp_path / "teams").mkdir()
    (tmp_path / "teams" / "one.yaml").write_text("watch:\n")
    (tmp_path / "cities.csv").write_text("name\nGaza\n")
    (tmp_path / "secret").write_text("k1-7f3k9xq2mz8w4tn")
    examples = re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL)
    assert len(examples) == 18
    text = "\n".join(examples).replace("/run/secrets/example", "secret").replace("/run/secrets/hook", "secret")
    (tmp_path / "monitor.yaml").write_text(text)
    env = {
        "DB_PASSWORD": "x",
        "TOKEN": "x",
        "WEB_TOKEN": "w1-7f3k9xq2mz8w4tn",
        "SLACK_WEBHOOK_URL": "https://hooks.slack.example/x",
    }
    settings = load_config(tmp_path / "monitor.yaml", env)
    assert len(settings.terms) == 5
    assert len(settings.channels) == 4
