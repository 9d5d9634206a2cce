"""The program as a user runs it: a folder with a configuration, its commands, its processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from tests.waiting import until


class Program:
    """A folder with `monitor.yaml`. JSON is YAML, so the configuration is given as data."""

    def __init__(self, folder: Path, config: Mapping[str, Any]) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.configure(config)
        self._env = {
            name: value for name, value in os.environ.items() if name not in {"REDIS_URL", "DATABASE_URL", "NEWS_MONITOR_CONFIG"}
        }

    def configure(self, config: Mapping[str, Any]) -> None:
        """Write the configuration."""
        (self.folder / "monitor.yaml").write_text(json.dumps({"data_dir": "data", **config}, ensure_ascii=False))

    def command(self, *arguments: str, within_s: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run(
            self._argv(*arguments), env=self._env, capture_output=True, text=True, timeout=within_s, check=False, cwd=self.folder
        )

    def bare(self, *arguments: str, cwd: Path, within_s: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Run one command in another folder, without a configuration."""
        argv = [sys.executable, "-m", "monitor", *arguments]
        return subprocess.run(
            argv, env=self._env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=within_s, check=False, cwd=cwd
        )

    def records(self, *arguments: str) -> Any:
        """What a command prints with --json; it must succeed."""
        done = self.command(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    @contextmanager
    def running(self, *arguments: str) -> Iterator[psutil.Process]:
        """`news-monitor run` in the background until the end of the block, then stopped as an operator would."""
        with self.role("run", *arguments) as process:
            yield process

    @contextmanager
    def role(self, *arguments: str) -> Iterator[psutil.Process]:
        """A command in the background until the end of the block, then stopped as an operator would, if it still runs."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                self._argv(*arguments), env=self._env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder
            )
            try:
                yield psutil.Process(process.pid)
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(30)

    def events(self, name: str) -> list[dict[str, Any]]:
        """The log lines of one event so far."""
        if not self.log.exists():
            return []
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in (json.loads(one) for one in lines if one.startswith("{")) if line.get("event") == name]

    def _argv(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "monitor", *arguments, "--config", str(self.folder / "monitor.yaml")]


def kill(parent: psutil.Process, *words: str) -> int:
    """Kill -9 one child of `parent` whose command line has all `words`; its pid."""

    def found() -> psutil.Process | None:
        for child in parent.children(recursive=True):
            try:
                if all(any(word in part for part in child.cmdline()) for word in words):
                    return child
            except psutil.NoSuchProcess:
                continue
        return None

    victim = until(found, within_s=60)
    assert victim is not None
    victim.kill()
    return int(victim.pid)
