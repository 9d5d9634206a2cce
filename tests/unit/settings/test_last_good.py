"""A start with a broken configuration goes on with the last one that worked."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.domain.errors import ConfigError
from monitor.settings.last_good import NAME
from monitor.settings.live import LiveSettings

MAIN = "data_dir: state\ninclude: ['parts/*.yaml']\nwatch: [{include: words.txt}]\n"


def _write(folder: Path, main: str = MAIN, part: str = "backfill: 3h\n") -> Path:
    (folder / "parts").mkdir(exist_ok=True)
    (folder / "state").mkdir(exist_ok=True)
    (folder / "words.txt").write_text("Rafah\nceasefire\n")
    (folder / "parts" / "a.yaml").write_text(part)
    (folder / "monitor.yaml").write_text(main)
    return folder / "monitor.yaml"


@pytest.mark.parametrize(
    "broken", ["data_dir: state\nwach: [x]\n", "data_dir: state\nwatch: [\n", "data_dir: state\ninclude: [missing.yaml]\n"]
)
def test_the_files_of_the_last_good_one_are_used(tmp_path: Path, broken: str) -> None:
    """With what it included and listed, whatever is wrong now; the fault is known, and a repair is taken up."""
    path = _write(tmp_path)
    good = LiveSettings(path, {})
    assert len(good.current.terms) == 2
    good.keep_as_good()
    _write(tmp_path, broken, part="backfill: never\n")
    with pytest.raises(ConfigError):
        LiveSettings(path, {})
    started = LiveSettings(path, {}, or_last_good=True)
    assert started.current == good.current
    assert started.faults
    assert "broken" in (started.problem or "")
    _write(tmp_path, part="backfill: 4h\n")
    for _ in range(3):
        started.refresh()
    assert not started.problem
    assert started.current.backfill.total_seconds() == 4 * 3600


def test_a_broken_one_is_never_kept(tmp_path: Path) -> None:
    """What has changed since it was read is not taken for what worked."""
    path = _write(tmp_path)
    live = LiveSettings(path, {})
    _write(tmp_path, "wach: [x]\n")
    live.keep_as_good()
    assert not (tmp_path / "state" / NAME).exists()


def test_secrets_stay_in_their_files(tmp_path: Path) -> None:
    """What `*_file` names is not copied, and nobody else may read the copy."""
    (tmp_path / "token").write_text("a-token-of-enough-characters")
    path = _write(tmp_path, MAIN + "web: {token_file: token}\n")
    LiveSettings(path, {}).keep_as_good()
    kept = tmp_path / "state" / NAME
    assert "token-of" not in kept.read_text()
    assert str(tmp_path / "token") not in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0


def test_the_files_of_another_configuration_are_not_used(tmp_path: Path) -> None:
    """Two configurations may share a data directory."""
    LiveSettings(_write(tmp_path), {}).keep_as_good()
    other = tmp_path / "other.yaml"
    other.write_text("data_dir: state\nwach: [x]\n")
    with pytest.raises(ConfigError):
        LiveSettings(other, {}, or_last_good=True)
