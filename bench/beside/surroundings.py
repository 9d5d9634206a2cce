"""What surrounds a daemon whose states are measured: a server that stands for the world, a small disk, a clock that can be moved."""

from __future__ import annotations

import contextlib
import http.server
import json
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Outside:
    """A server that stands for the world: feeds, the operator's receiver, the heartbeat's address."""

    feeds_up: bool = True
    notices: list[dict[str, Any]] = field(default_factory=list)
    pings: list[float] = field(default_factory=list)
    port: int = 0

    def start(self) -> None:
        """Serve in a thread."""
        outside = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/ping":
                    outside.pings.append(time.monotonic())
                elif not outside.feeds_up:
                    self.connection.close()
                    return
                self._answer(
                    b"<rss version='2.0'><channel><title>t</title><item><title>One</title><guid>1</guid></item></channel></rss>"
                )

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if body["type"] == "system.problem":
                    outside.notices.append(body)
                self._answer(b"")

            def _answer(self, body: bytes) -> None:
                with contextlib.suppress(OSError):
                    self.send_response(200)
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()


def set_offset(file: Path, seconds: float) -> None:
    """Change the bytes of the file in place, since they are mapped."""
    with file.open("r+b") as opened:
        opened.write(struct.pack("d", seconds))


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A disk of 96 MB at this folder."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def own_clock(folder: Path) -> dict[str, str]:
    """Return the environment in which processes read the wall clock with the offset that stands in `folder`."""
    library, offset = folder / "clock_offset.so", folder / "offset"
    source = Path(__file__).with_name("clock_offset.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source)], check=True)
    offset.write_bytes(struct.pack("d", 0.0))
    return {"LD_PRELOAD": str(library), "CLOCK_OFFSET": str(offset)}
