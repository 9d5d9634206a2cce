"""What is kept out of everything that the program shows."""

from __future__ import annotations

import html
import io
import json
from pathlib import Path
from urllib.parse import quote

import click
import orjson
import pytest

from monitor.logs import configure, get_logger
from monitor.masking import mask, mask_bytes, masked_output
from monitor.settings.load import load_config

KEY, TOKEN, PATH, FILED = 'Ke&y"4711-é-planted', "tok3n-planted-9x8w7v6u", "Pl4ntedHookPath77", "f1led-planted-secret"
CONFIG = """
public_url: ${PUBLIC}
web: {token: "${TOKEN}", host: "${HOST}"}
feeds:
  - https://news.example/rss?key=${KEY}
  - https://search.example/find?q=Rafah+crossing&hl=en
channels:
  hook: {type: webhook, url: "https://hook.example/in/${HOOK}", secret_file: secret}
watch: [ceasefire]
"""
ENV = {"KEY": KEY, "TOKEN": TOKEN, "HOOK": PATH, "PUBLIC": "https://desk.example", "HOST": "127.0.0.11"}
PLANTED = (KEY, TOKEN, PATH, FILED)


@pytest.fixture(autouse=True)
def loaded(tmp_path: Path) -> None:
    """A configuration with planted secrets is in force."""
    (tmp_path / "secret").write_text(FILED)
    (tmp_path / "monitor.yaml").write_text(CONFIG)
    load_config(tmp_path / "monitor.yaml", ENV)


@pytest.mark.parametrize("secret", PLANTED)
def test_a_secret_is_masked_however_it_is_written(secret: str) -> None:
    """As it stands, in JSON, HTML and addresses, and within other text."""
    for written in (
        secret,
        json.dumps(secret),
        html.escape(secret),
        quote(secret, safe=""),
        quote(secret),
        f"Cannot POST /in/{secret}/x",
    ):
        assert mask(written) != written
        assert secret not in mask(written)
    body = orjson.dumps({"error": secret, "kept": "Rafah"})
    assert orjson.loads(mask_bytes(body)) == {"error": "***", "kept": "Rafah"}


def test_the_query_of_a_feed_is_masked_only_in_its_address() -> None:
    """The words that it looks for are news, too."""
    assert mask("GET https://search.example/find?q=Rafah+crossing&hl=en: 500") == "GET https://search.example/find?***: 500"
    assert mask("https://other.example/story?q=Rafah+crossing&hl=en") == "https://other.example/story?q=Rafah+crossing&hl=en"


@pytest.mark.parametrize(
    ("segment", "secret"),
    [
        ("all-the-news-100~rss2.xml", False),
        ("world_2024-03-21_part2.rss", False),
        ("0d5e7a1c-9f3b-4c2d-8e6f-1a2b3c4d5e6f", True),
        ("b7Kq2xYw9ZtR4mNc", True),
        ("feed-b7kq2xyw9ztr4mnc.xml", True),
    ],
)
def test_what_an_editor_has_called_a_page_is_no_secret(segment: str, *, secret: bool, tmp_path: Path) -> None:
    """Long names with digits are, where no word explains them."""
    (tmp_path / "feeds.yaml").write_text(f"feeds: ['https://paper.example/rss/{segment}']")
    load_config(tmp_path / "feeds.yaml", {})
    assert (segment not in mask(f"GET /rss/{segment}")) == secret


def test_what_the_configuration_says_openly_is_no_secret() -> None:
    """The address under which others reach the pages may come from a variable, and is in every message."""
    assert mask("https://desk.example/articles/1 on 127.0.0.11") == "https://desk.example/articles/1 on 127.0.0.11"


def test_nothing_printed_or_logged_shows_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands and the log go through the same mask, and the streams are given back afterwards."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="utf-8")
    monkeypatch.setattr("sys.stdout", stream)
    with masked_output():
        click.echo(" ".join(PLANTED))
    log = io.StringIO()
    configure(stream=log)
    get_logger().warning("feed.failed", feed=f"https://news.example/rss?key={KEY}", reason=[PATH, {"token": TOKEN}])
    configure(strict=True)
    stream.flush()
    shown = raw.getvalue().decode() + log.getvalue()
    assert "feed.failed" in shown
    assert [secret for secret in PLANTED if secret in shown or json.dumps(secret)[1:-1] in shown] == []
