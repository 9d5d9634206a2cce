"""Variables of the environment stand over the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.domain.errors import ConfigError
from monitor.settings.load import load_config
from monitor.settings.model import Settings


def loaded(folder: Path, text: str, **env: str) -> Settings:
    """The settings of a file with variables set."""
    (folder / "monitor.yaml").write_text(text)
    return load_config(folder / "monitor.yaml", {f"NEWS_MONITOR__{name}": value for name, value in env.items()})


def test_a_variable_wins_over_the_file(tmp_path: Path) -> None:
    """At any depth, beside keys that stay, for names with a hyphen, and where the file says nothing."""
    text = "web: {port: 1000, host: 127.0.0.1}\nchannels: {the-desk: {type: slack, url: 'https://hooks.slack.com/a'}}\n"
    found = loaded(
        tmp_path, text, WEB__PORT="8080", POLLING__MIN="2m", MAX_AGE="5d", CHANNELS__THE_DESK__DIGEST_OVER="7", DATA_DIR="elsewhere"
    )
    assert (found.web.port, found.web.host) == (8080, "127.0.0.1")
    assert (found.polling.min.total_seconds(), found.max_age.days) == (120, 5)
    assert found.channels["the-desk"].digest_over == 7
    assert found.data_dir == tmp_path / "elsewhere"


def test_a_secret_comes_from_a_file_in_the_place_of_what_is_written(tmp_path: Path) -> None:
    """`KEY_FILE` takes the place of `KEY`, and the other way round."""
    (tmp_path / "token").write_text("a-token-of-thirty-characters-xx\n")
    text = "web: {token: another-token-of-thirty-characters}\n"
    found = loaded(tmp_path, text, WEB__TOKEN_FILE="token")
    assert found.web.token is not None
    assert found.web.token.get_secret_value() == "a-token-of-thirty-characters-xx"
    found = loaded(tmp_path, "web: {token_file: nowhere}\n", WEB__TOKEN="third-token-of-thirty-characters")
    assert found.web.token is not None
    assert found.web.token.get_secret_value() == "third-token-of-thirty-characters"


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("WBE__PORT", "1", "unknown key `wbe`"),
        ("WEB__PORT", "many", "$NEWS_MONITOR__WEB__PORT:1:1: "),
        ("RETENTION", "never", "$NEWS_MONITOR__RETENTION:1:1: "),
    ],
)
def test_a_fault_names_the_variable(tmp_path: Path, name: str, value: str, fault: str) -> None:
    """What is wrong with it is said as for a file."""
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, "web: {port: 1000}\n", **{name: value})
    assert fault in str(refused.value)
