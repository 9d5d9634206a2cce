"""The role `web` as an operator runs it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import urllib.request
from pathlib import Path

from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import heartbeats
from tests.e2e.program import Program
from tests.waiting import until

LONG_S = 100
"""More than a loaded machine needs; only a process that hangs takes so long."""


def test_it_stops_though_a_client_listens(tmp_path: Path, redis_url: str) -> None:
    """SIGTERM ends the event streams and the process: exit status 0, and its heartbeat is deleted."""
    program = Program(tmp_path, {"redis_url": redis_url, "web": {"port": 0}})
    with program.log.open("ab") as log:
        process = subprocess.Popen(program._argv("web"), env=program._env, stdin=subprocess.DEVNULL, stderr=log, cwd=tmp_path)
    try:
        started = until(lambda: program.events("daemon.started"), within_s=LONG_S)
        with urllib.request.urlopen(f"{started[0]['url']}/api/events", timeout=LONG_S) as stream:
            assert stream.readline() == b"retry: 2000\n"
            process.send_signal(signal.SIGTERM)
            assert stream.read().endswith(b"\n\n")
            assert process.wait(LONG_S) == 0
    finally:
        process.kill()
        process.wait()
    assert program.events("daemon.stopped")
    database = Database(sqlite_url(tmp_path / "data" / "news.db"))
    with database.read() as connection:
        assert connection.execute(heartbeats.select()).all() == []
    database.close()


def test_a_port_or_an_address_that_cannot_be_served_is_named(tmp_path: Path, redis_url: str) -> None:
    """A taken port, or an open address without a token, ends the command with status 1 and a sentence."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        program = Program(tmp_path, {"redis_url": redis_url, "web": {"port": port}})
        done = program.command("web")
    assert (done.returncode, f"cannot listen on 127.0.0.1:{port}: address already in use" in done.stderr) == (1, True)
    refused = program.command("web", "--host", "0.0.0.0", "--port", "0")
    assert (refused.returncode, "set `web.token` first" in refused.stderr) == (1, True)
    assert json.loads((tmp_path / "monitor.yaml").read_text())["web"] == {"port": port}
