"""Put a running daemon into states in which something does not work, and measure how soon it says so and how soon all is well again.

    python bench/states.py [STATE …] [--list] [--patience 90]

Prints a row for each state: the seconds until `/readyz` is no longer `ready`, until the metric `news_monitor_part_up` shows it, until the operator's channel
has a notice, until the heartbeat has missed three pings, and from the end of the trouble until `/readyz` is `ready` again. Everything runs on this machine, in a temporary
folder; processes are stopped with SIGSTOP and killed with SIGKILL. `disk full` needs root, to mount a small disk; `clock jumps …` a C compiler.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.beside.surroundings import Outside, own_clock, set_offset, small_disk

PING_EVERY_S = 5.0


@dataclass
class Stage:
    """A running daemon and its surroundings."""

    folder: Path
    outside: Outside
    daemon: subprocess.Popen[bytes]
    port: int

    def ready(self) -> str:
        """Return what `/readyz` says: its status, or `no answer`."""
        return str(json.loads(self.get("/readyz") or '{"status": "no answer"}')["status"])

    def get(self, path: str) -> str:
        """Return the body of an answer, empty without one."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=8) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return error.read().decode()
        except OSError:
            return ""

    def pids(self, role: str) -> list[int]:
        """Return the processes whose title or command names `role`."""
        listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        rows = [line.split(None, 2) for line in listed.splitlines()]
        ours, grew = {self.daemon.pid}, True
        while grew:
            more = {int(pid) for pid, parent, _ in rows if int(parent) in ours} - ours
            ours |= more
            grew = bool(more)
        return [int(pid) for pid, _, command in rows if int(pid) in ours and role in command]


@contextlib.contextmanager
def stage(begin: Callable[[Stage], Callable[[], None]]) -> Iterator[Stage]:
    """Start a daemon with what the state needs, and wait until it is ready; end it afterwards."""
    with contextlib.ExitStack() as stack:
        folder, outside = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="states-"))), Outside()
        if begin is disk_full:
            stack.enter_context(small_disk(folder / "data"))
        environment = os.environ | (own_clock(folder) if begin is clock_jump else {})
        outside.start()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        here = f"http://127.0.0.1:{outside.port}"
        settings = {
            "data_dir": "data",
            "feeds": [{"url": f"{here}/feed{n}", "every": "1s"} for n in range(3)],
            "polling": {"min": "1s", "max": "2s", "host_gap": "0s"},
            "watch": ["Rafah"],
            "channels": {"ops": {"type": "webhook", "url": f"{here}/ops"}},
            "notify_operator": {"channels": ["ops"], "feed_after": "10s", "channel_after": "10s", "queue_after": "10s"},
            "heartbeat": {"url": f"{here}/ping", "every": f"{PING_EVERY_S:g}s"},
            "web": {"port": port},
            "workers": {"scan": 1},
        }
        (folder / "monitor.yaml").write_text(json.dumps(settings))
        with (folder / "log").open("wb") as log:
            command = [sys.executable, "-m", "monitor", "run", "--config", str(folder / "monitor.yaml")]
            daemon = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, env=environment)
        running = Stage(folder=folder, outside=outside, daemon=daemon, port=port)
        try:
            if until(lambda: running.ready() == "ready" and len(outside.pings) >= 2, 90) is None:
                raise SystemExit(f"the daemon does not get ready: {running.get('/readyz')}")
            yield running
        finally:
            daemon.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                daemon.wait(30)
            if daemon.poll() is None:
                os.killpg(daemon.pid, signal.SIGKILL)


def until(condition: Callable[[], object], seconds: float) -> float | None:
    """Return the seconds until the condition held; None if it did not in time."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if condition():
            return time.monotonic() - began
        time.sleep(0.25)
    return None


def _signal(running: Stage, role: str, number: signal.Signals) -> None:
    for pid in running.pids(role):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def stopped(role: str) -> Callable[[Stage], Callable[[], None]]:
    """Return a state in which the processes of a role hang."""

    def begin(running: Stage) -> Callable[[], None]:
        _signal(running, role, signal.SIGSTOP)
        return lambda: _signal(running, role, signal.SIGCONT)

    return begin


def killed(role: str) -> Callable[[Stage], Callable[[], None]]:
    """Return a state in which the processes of a role have died."""

    def begin(running: Stage) -> Callable[[], None]:
        _signal(running, role, signal.SIGKILL)
        return lambda: None

    return begin


def feeds_down(running: Stage) -> Callable[[], None]:
    """All feeds refuse, as when our own line is down."""
    running.outside.feeds_up = False

    def end() -> None:
        running.outside.feeds_up = True

    return end


def configuration_broken(running: Stage) -> Callable[[], None]:
    """The file on disk has an unknown key."""
    file = running.folder / "monitor.yaml"
    good = file.read_text()
    file.write_text(good.replace('"watch"', '"wach"'))

    def end() -> None:
        file.write_text(good)

    return end


def disk_full(running: Stage) -> Callable[[], None]:
    """The disk of `data_dir` has not a byte left. Needs root: the daemon then runs on a small disk of its own."""
    filler = running.folder / "data" / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        for size in (65536, 512):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * size)
    return filler.unlink


def clock_jump(running: Stage) -> Callable[[], None]:
    """The clock of the whole daemon is two hours ahead."""
    offset = running.folder / "offset"
    set_offset(offset, 7200.0)

    def end() -> None:
        set_offset(offset, 0.0)

    return end


def database_locked(running: Stage) -> Callable[[], None]:
    """Somebody holds the write lock of the database."""
    code = f"import sqlite3,time\nc=sqlite3.connect({str(running.folder / 'data' / 'news.db')!r},60)\nc.execute('BEGIN IMMEDIATE')\ntime.sleep(600)"
    holder = subprocess.Popen([sys.executable, "-c", code])

    def end() -> None:
        holder.kill()
        holder.wait()

    return end


STATES: dict[str, Callable[[Stage], Callable[[], None]]] = {
    "scheduler hangs": stopped("scheduler"),
    "scheduler dies": killed("scheduler"),
    "scan worker hangs": stopped("scan-worker"),
    "scan worker dies": killed("scan-worker"),
    "deliver worker hangs": stopped("deliver-worker"),
    "deliver worker dies": killed("deliver-worker"),
    "pages hang": stopped(": web"),
    "parser hangs": stopped("parser_process"),
    "Redis hangs": stopped("valkey-server"),
    "database cannot be written": database_locked,
    "all feeds fail": feeds_down,
    "configuration broken": configuration_broken,
    "disk full": disk_full,
    "clock jumps two hours ahead": clock_jump,
}


def measure(begin: Callable[[Stage], Callable[[], None]], patience: float) -> list[str]:
    """Return the five figures of one state as text."""
    with stage(begin) as running:
        outside, began = running.outside, time.monotonic()
        outside.notices.clear()
        end = begin(running)
        seen: dict[str, float] = {}
        signs: dict[str, Callable[[], bool]] = {
            "readyz": lambda: running.ready() != "ready",
            "metric": lambda: 'part_up{part="' not in (text := running.get("/metrics")) or "} 0.0" in _parts(text),
            "operator": lambda: bool(outside.notices),
            "heartbeat": lambda: time.monotonic() - max([began, *outside.pings]) > 3 * PING_EVERY_S,
        }
        while time.monotonic() - began < patience and len(seen) < len(signs):
            for name, holds in signs.items():
                if name not in seen and holds():
                    seen[name] = time.monotonic() - began
            time.sleep(0.25)
        end()
        well = until(lambda: running.ready() == "ready", patience)
    return [f"{seen[name]:.0f}" if name in seen else "–" for name in signs] + ["–" if well is None else f"{well:.0f}"]


def lacking(begin: Callable[[Stage], Callable[[], None]]) -> str | None:
    """Return why a state cannot be made here; None if it can."""
    if begin is disk_full and os.geteuid() != 0:
        return "not measured: needs root"
    return "not measured: needs a C compiler" if begin is clock_jump and shutil.which("cc") is None else None


def _parts(metrics: str) -> str:
    return "\n".join(line for line in metrics.splitlines() if "part_up{" in line)


def main() -> None:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("states", nargs="*")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--patience", type=float, default=60.0)
    options = parser.parse_args()
    if options.list:
        print("\n".join(STATES))
        return
    print("| state | `/readyz` | metric | operator | heartbeat | well again |\n|---|---|---|---|---|---|", flush=True)
    for name in options.states or STATES:
        if (lacks := lacking(STATES[name])) is not None:
            print(f"| {name} | {lacks} |", flush=True)
            continue
        print(f"| {name} | {' | '.join(measure(STATES[name], options.patience))} |", flush=True)


if __name__ == "__main__":
    main()
