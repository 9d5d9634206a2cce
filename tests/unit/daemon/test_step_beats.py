"""The signs of life of the steps of a process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.daemon import systemd
from monitor.daemon.pulse import HUNG_STATUS
from monitor.daemon.step_beats import StepBeats
from monitor.domain.step_beat import StepBeat, hung_after_s

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_step_hangs_when_it_is_silent_for_too_long() -> None:
    """A beat makes it well again, be it one of a failure; nothing is expected of a step that is forgotten."""
    time = 0.0
    beats = StepBeats(monotonic=lambda: time, now=lambda: NOW + timedelta(seconds=time))
    beats.expect("poll", every_s=1)
    beats.expect("prune", every_s=1, within_s=500)
    time = hung_after_s(1)
    assert beats.hung() == ()
    time += 1
    assert beats.hung() == ("poll",)
    beats.beat("poll", OSError("no disk"))
    assert beats.hung() == ()
    assert beats.snapshot()["poll"] == StepBeat(at=NOW + timedelta(seconds=time), every_s=1, error="no disk")
    time += 1000
    beats.forget("poll")
    assert beats.hung() == ("prune",)


@pytest.mark.parametrize(("silent_s", "late"), [(12, False), (13, True)])
def test_a_step_is_late_long_before_it_counts_as_hanging(silent_s: float, *, late: bool) -> None:
    """Whoever asks hears of it before the process is ended for it."""
    assert StepBeat(at=NOW, every_s=1).is_late(NOW + timedelta(seconds=silent_s)) is late
    assert silent_s < hung_after_s(1)


def test_a_process_whose_step_hangs_ends_itself() -> None:
    """Its main thread waits for ever, as in a deadlock; the exit status and the log say why it ended."""
    program = """
import threading
from monitor.daemon.pulse import Pulse
from monitor.daemon.step_beats import StepBeats
beats = StepBeats()
beats.expect("relay", every_s=0, within_s=0.05)
Pulse(beats, every_s=0.02).start()
threading.Event().wait()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == HUNG_STATUS
    assert "process.hung" in done.stdout + done.stderr
    assert "relay" in done.stdout + done.stderr


def test_systemd_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state goes to the socket in the environment; without one, or with one that is gone, nothing happens."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    systemd.notify(systemd.READY)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        name = f"\0news-monitor-test-{os.getpid()}"
        receiver.bind(name)
        monkeypatch.setenv("NOTIFY_SOCKET", name.replace("\0", "@"))
        systemd.notify(systemd.READY)
        assert receiver.recv(100) == b"READY=1"
    systemd.notify(systemd.WATCHDOG)
