"""The Valkey we bring along: one per data directory, private, and never lost with what it carries."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import structlog

from monitor.broker import EmbeddedServer, connect, embedded, program, running_server
from monitor.domain.errors import DataDirInUse, MonitorError
from tests.waiting import gone, until

HOLDER = """
import signal, sys
from pathlib import Path
from monitor.broker import EmbeddedServer, connect
server = EmbeddedServer(Path(sys.argv[1]))
server.start()
connect(server.url).set("kept", "yes")
print(server.pid, flush=True)
signal.pause()
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    """A server that has not been started yet."""
    server = EmbeddedServer(tmp_path / "data")
    yield server
    server.stop()


def _kept(server: EmbeddedServer) -> bytes | None:
    with connect(server.url) as connection:
        value = connection.get("kept")
        assert value is None or isinstance(value, bytes)
        return value


def _put(server: EmbeddedServer, value: str = "yes") -> None:
    with connect(server.url) as connection:
        connection.set("kept", value)


def _pid(server: EmbeddedServer) -> int:
    assert server.pid is not None
    return server.pid


def _kill(server: EmbeddedServer) -> None:
    os.kill(_pid(server), signal.SIGKILL)
    until(lambda: server.poll() is not None)


def _aof(server: EmbeddedServer) -> Path:
    (path,) = (server._directory / "appendonlydir").glob("*.incr.aof")
    return path


@pytest.fixture
def server_process(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Another daemon on the same data directory, and the process of its server."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path / "data")], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield process, int(process.stdout.readline())
        process.kill()


def test_it_is_private(server: EmbeddedServer) -> None:
    """Nobody but this user may reach the socket or read the files, and there is no port."""
    server.start()
    for path in [server._directory, *server._directory.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert not psutil.Process(_pid(server)).net_connections("inet")


def test_after_a_kill_it_goes_on_where_it_was(server: EmbeddedServer) -> None:
    """Kill -9 of the server loses nothing that was put there, and its address stays."""
    server.start()
    _put(server)
    url, pid = server.url, server.pid
    _kill(server)
    server.start()
    assert (_kept(server), server.url) == (b"yes", url)
    assert server.pid != pid


def test_stopping_ends_it_and_gives_the_directory_back(server: EmbeddedServer, tmp_path: Path) -> None:
    """The next daemon starts on the same directory, with everything in it."""
    server.start()
    _put(server)
    pid = _pid(server)
    server.stop()
    assert gone(pid)
    second = EmbeddedServer(tmp_path / "data")
    second.start()
    assert _kept(second) == b"yes"
    second.stop()


def test_a_directory_in_use_names_the_process_and_what_to_do(
    server: EmbeddedServer, server_process: tuple[subprocess.Popen[bytes], int]
) -> None:
    """Two daemons on one directory would destroy each other's queue: the second says who is there, and leaves it alone."""
    with pytest.raises(
        DataDirInUse, match=rf"in use by process {server_process[0].pid}; .*kill {server_process[0].pid}.* data_dir"
    ):
        server.start()
    assert not gone(server_process[1])


def test_the_server_ends_with_a_killed_daemon(server: EmbeddedServer, server_process: tuple[subprocess.Popen[bytes], int]) -> None:
    """Kill -9 of the daemon leaves no server behind, and the next daemon finds everything."""
    server_process[0].kill()
    until(lambda: gone(server_process[1]))
    server.start()
    assert _kept(server) == b"yes"


def test_a_server_left_behind_is_ended(
    server: EmbeddedServer, server_process: tuple[subprocess.Popen[bytes], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even one that no longer reacts: it would append to the same files."""
    monkeypatch.setattr(embedded, "STOP_WITHIN_S", 0.3)
    os.kill(server_process[1], signal.SIGSTOP)
    server_process[0].kill()
    server_process[0].wait()
    assert not gone(server_process[1])
    server.start()
    assert gone(server_process[1])
    assert _kept(server) == b"yes"


def test_other_commands_find_the_running_server(server: EmbeddedServer, tmp_path: Path) -> None:
    """`status` beside a running daemon asks its Redis; without one there is none to ask."""
    assert running_server(tmp_path / "data") is None
    server.start()
    assert running_server(tmp_path / "data") == server.url
    server.stop()
    assert running_server(tmp_path / "data") is None


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    """The address of a unix socket holds about 100 bytes; a deep data directory works all the same, and leaves nothing behind."""
    server = EmbeddedServer(tmp_path / ("deep" * 30))
    server.start()
    _put(server)
    url, folder = server.url, server._private
    assert running_server(server._directory.parent) == url
    _kill(server)
    server.start()
    assert (_kept(server), server.url) == (b"yes", url)
    server.stop()
    assert folder is not None
    assert not folder.exists()


def test_odd_characters_in_the_path(tmp_path: Path) -> None:
    """A data directory may be called anything."""
    server = EmbeddedServer(tmp_path / "données 100% #1?")
    server.start()
    _put(server)
    assert _kept(server) == b"yes"
    server.stop()


def test_a_truncated_log_of_writes_still_loads(server: EmbeddedServer) -> None:
    """A power cut in the middle of a write costs that write."""
    server.start()
    _put(server)
    _put(server, "no")
    _kill(server)
    with _aof(server).open("rb+") as file:
        file.truncate(_aof(server).stat().st_size - 5)
    server.start()
    assert _kept(server) == b"yes"


def test_a_damaged_log_of_writes_is_moved_aside(server: EmbeddedServer) -> None:
    """Redis only carries work: damage there must not keep the daemon from starting, and the operator is told."""
    server.start()
    for number in range(100):
        _put(server, str(number))
    _kill(server)
    content = bytearray(_aof(server).read_bytes())
    content[100:200] = os.urandom(100)
    _aof(server).write_bytes(content)
    with structlog.testing.capture_logs() as logs:
        server.start()
    assert _kept(server) is None
    (event,) = logs
    assert event["event"] == "broker.reset"
    assert Path(event["kept_as"]).is_dir()


def test_a_server_that_cannot_start_says_why_and_keeps_the_log_of_writes(
    server: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong with the server program is no reason to throw work away."""
    server.start()
    _put(server)
    _kill(server)
    (tmp_path / "valkey-server").write_text("#!/bin/sh\necho out of luck\nexit 3\n", "utf-8")
    (tmp_path / "valkey-server").chmod(0o700)
    with monkeypatch.context() as patched:
        patched.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        with pytest.raises(MonitorError, match=r"status 3: out of luck"):
            server.start()
    server.start()
    assert _kept(server) == b"yes"


def test_a_server_on_the_path_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's server gets its security fixes from the system; ours is for machines without one."""
    monkeypatch.setenv("PATH", str(tmp_path))
    bundled = program.server_program()
    (tmp_path / "redis-server").symlink_to(bundled)
    assert program.server_program() == str(tmp_path / "redis-server")
    (tmp_path / "valkey-server").symlink_to(bundled)
    assert program.server_program() == str(tmp_path / "valkey-server")


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A data_dir below a file is the operator's mistake, told as such."""
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(MonitorError, match=r"file/data cannot be written: Not a directory"):
        EmbeddedServer(tmp_path / "file" / "data").start()


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system without a byte left."""
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], check=False, capture_output=True
    ).returncode:
        pytest.skip("only root may mount a small file system")
    fill = folder / "fill"
    with pytest.raises(OSError, match="No space left"):
        fill.write_bytes(bytes(1 << 20))
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_named(full_disk: Path) -> None:
    """The daemon says that the disk is full, and starts once it no longer is."""
    server = EmbeddedServer(full_disk)
    with pytest.raises(MonitorError, match="No space left"):
        server.start()
    (full_disk / "fill").unlink()
    server.start()
    _put(server)
    server.stop()
