"""The receiver of canaries: a small HTTP server of the deliver worker itself, which stores what has come back."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import MonitorError
from monitor.settings.channels import ChannelBase
from monitor.storage import canary_progress
from monitor.storage.engine import Database
from workers.channels.webhook import WebhookChannel

_LARGEST = 10_000


class CanaryReceiver:
    """Listens on this machine alone, at an address that only this process knows."""

    def __init__(self, database: Database) -> None:
        path = f"/{secrets.token_urlsafe(16)}"
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(path, lambda body: _store(database, body)))
        self._server.daemon_threads = True
        url = f"http://127.0.0.1:{self._server.server_address[1]}{path}"
        self.channel: ChannelBase = WebhookChannel.model_validate({"type": "webhook", "url": url, "timeout": "5s"})
        threading.Thread(target=self._server.serve_forever, name="canaries", daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


def _store(database: Database, body: bytes) -> bool:
    try:
        round_id = str(json.loads(body)["data"]["round"])
        with database.write() as connection:
            canary_progress.passed(connection, "received", round_id, SYSTEM_CLOCK.now())
    except (ValueError, KeyError, TypeError, MonitorError):
        return False
    return True


def _handler(path: str, store: Callable[[bytes], bool]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_POST(self) -> None:
            length = min(int(self.headers.get("content-length") or 0), _LARGEST)
            known = secrets.compare_digest(self.path, path)
            self.send_response_only((204 if store(self.rfile.read(length)) else 503) if known else 404)
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            """Keep the log free of it."""

    return Handler
