"""Measure an installation: memory of an idle daemon, time until it is ready, CPU of small commands, size on disk.

    python bench/footprint.py [--bin VENV/bin] [--beside OTHER_VENV/bin] [--workers 2] [--idle 10] [--rounds 5]

The daemon gets a scratch configuration: 20 terms, one feed with 50 entries served over loopback, one webhook to the same server. So every
role has done some of its work, the parser's process among them, before memory is read: PSS of every process, which counts a page that
n processes share as 1/n in each. Linux only. `--beside` measures another installation in the same run, turn by turn, and prints ratios.
The size on disk is that of the packages which a plain `pip install news-monitor` would bring, whatever else the environment holds.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket

from bench.beside.weighing import ProcessWeight, cpu_times, environment, installed_size, least_cpu, measure_processes, site_packages

MB = 1_000_000
ENTRIES = 50
TERMS = (
    "Berlin, Reuters, energy, earthquake, Angela Merkel, United Nations, strike, Siemens, hydrogen, central bank, ferry, wildfire, "
    "Lagos, São Paulo, inflation, cyber attack, vaccine, copper, drought, ceasefire"
).split(", ")
TEXT = "The United Nations said on Monday that a strike at the port of Lagos had delayed shipments of copper."
READY_WITHIN_S, WORK_WITHIN_S, STOP_WITHIN_S = 60.0, 60.0, 20.0


@dataclass(slots=True)
class Weight:
    """The figures of one installation; times are the best of all rounds, since other work on the machine only makes them worse."""

    first_ready_s: float = float("inf")
    next_ready_s: float = float("inf")
    help_cpu_s: float = float("inf")
    match_cpu_s: float = float("inf")
    installed: int = 0
    processes: list[ProcessWeight] = field(default_factory=list)

    @property
    def pss(self) -> int:
        """The sum over all processes."""
        return sum(process.pss for process in self.processes)


class _Net(BaseHTTPRequestHandler):
    """Serves the feed and receives the webhook."""

    received = 0

    def do_GET(self) -> None:
        self._answer(_feed(), "application/rss+xml")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        type(self).received += 1
        self._answer(b"{}", "application/json")

    def log_message(self, *_arguments: object) -> None:
        """Log nothing."""

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _feed() -> bytes:
    now = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime())
    items = "".join(
        f"<item><title>{TERMS[number % len(TERMS)]}: report {number}</title><link>http://news.example/{number}</link>"
        f"<guid>{number}</guid><pubDate>{now}</pubDate><description>{TEXT} This is report number {number}.</description></item>"
        for number in range(ENTRIES)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed</title>{items}</channel></rss>'.encode()


@contextmanager
def _net() -> Iterator[int]:
    """Run the server and yield its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Net)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def _configure(folder: Path, net: int) -> tuple[Path, int]:
    """Write a configuration to `folder`; return its path and the dashboard's port."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    config = {
        "data_dir": str(folder / "data"),
        "feeds": [f"http://127.0.0.1:{net}/feed"],
        "watch": list(TERMS),
        "channels": {"hook": {"type": "webhook", "url": f"http://127.0.0.1:{net}/hook"}},
        "web": {"port": port},
    }
    path = folder / "monitor.yaml"
    path.write_text(json.dumps(config, ensure_ascii=False), "utf-8")  # JSON is YAML
    return path, port


@contextmanager
def _running(program: Path, config: Path, workers: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run the daemon outside the checkout, which its processes would otherwise import; stop it at the end."""
    with (config.parent / "log").open("ab") as log:
        command = [str(program), "run", "--config", str(config), "--workers", str(workers)]
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment(), cwd=config.parent)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until(condition: Callable[[], bool], process: subprocess.Popen[bytes], within_s: float, log: Path) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"the daemon is not ready or not working:\n{log.read_text('utf-8')[-2000:]}")
        time.sleep(0.01)


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _daemon(program: Path, weight: Weight, net: int, *, workers: int, idle_s: float) -> None:
    """Start the daemon, measure it when it is idle, and start it once more on what it has stored."""
    with tempfile.TemporaryDirectory(prefix="footprint-") as scratch:
        folder = Path(scratch)
        config, port = _configure(folder, net)
        before = _Net.received
        began = time.monotonic()
        with _running(program, config, workers) as process:
            _until(lambda: _ready(port), process, READY_WITHIN_S, folder / "log")
            weight.first_ready_s = min(weight.first_ready_s, time.monotonic() - began)
            _until(lambda: _Net.received > before, process, WORK_WITHIN_S, folder / "log")
            time.sleep(2)
            at_first = cpu_times(process.pid)
            time.sleep(idle_s)
            processes = measure_processes(process.pid, at_first, idle_s)
            if not weight.processes or sum(one.pss for one in processes) < weight.pss:
                weight.processes = processes
        began = time.monotonic()
        with _running(program, config, workers) as process:
            _until(lambda: _ready(port), process, READY_WITHIN_S, folder / "log")
            weight.next_ready_s = min(weight.next_ready_s, time.monotonic() - began)


def _commands(program: Path, weight: Weight, net: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="footprint-") as scratch:
        config, _ = _configure(Path(scratch), net)
        weight.help_cpu_s = min(weight.help_cpu_s, least_cpu([str(program), "--help"], rounds, folder=config.parent))
        match = [str(program), "match", "--config", str(config), "--text", TEXT]
        weight.match_cpu_s = min(weight.match_cpu_s, least_cpu(match, rounds, folder=config.parent))


def _print(columns: dict[str, Weight]) -> None:
    weights = list(columns.values())
    print(f"{'':34}" + "".join(f"{name:>12}" for name in columns) + (f"{'ratio':>9}" if len(weights) > 1 else ""))
    rows: list[tuple[str, Callable[[Weight], float], str]] = [
        ("memory, sum of PSS, MB", lambda weight: weight.pss / MB, ".1f"),
        ("ready after a first start, s", lambda weight: weight.first_ready_s, ".2f"),
        ("ready after a later start, s", lambda weight: weight.next_ready_s, ".2f"),
        ("--help, s of CPU", lambda weight: weight.help_cpu_s, ".2f"),
        ("match --text, s of CPU", lambda weight: weight.match_cpu_s, ".2f"),
        ("installed, MB", lambda weight: weight.installed / MB, ".1f"),
    ]
    for title, value, form in rows:
        values = [value(weight) for weight in weights]
        ratio = f"{values[1] / values[0]:>8.1f}x" if len(values) > 1 and values[0] else ""
        print(f"{title:34}" + "".join(f"{one:>12{form}}" for one in values) + ratio)
    for name, weight in columns.items():
        print(f"\n{name}: each process\n  {'':26}{'PSS MB':>9}{'private':>9}{'threads':>9}{'idle CPU':>10}")
        for one in weight.processes:
            print(f"  {one.name:26}{one.pss / MB:>9.1f}{one.private / MB:>9.1f}{one.threads:>9}{one.idle_cpu:>10.2%}")


def main() -> None:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--bin", type=Path, default=Path(sys.executable).parent, help="where the program is installed; otherwise beside this Python"
    )
    parser.add_argument("--beside", type=Path, help="another installation's directory of programs")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--idle", type=float, default=10.0, help="seconds of rest before memory is read")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    homes = {"this": chosen.bin, **({"beside": chosen.beside} if chosen.beside else {})}
    weights = {name: Weight(installed=installed_size(site_packages(home))) for name, home in homes.items()}
    with _net() as net:
        for _ in range(chosen.rounds):
            for name, home in homes.items():
                program = home / "news-monitor"
                _daemon(program, weights[name], net, workers=chosen.workers, idle_s=chosen.idle)
                _commands(program, weights[name], net, 3)
    _print(weights)


if __name__ == "__main__":
    main()
