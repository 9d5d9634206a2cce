"""Serve the web application on a free port in a thread, over a real database and a real Valkey, and request it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

import uvicorn

from monitor.broker import connect_producer
from monitor.relay import Relay
from monitor.settings.live import LiveSettings
from monitor.storage.engine import Database
from monitor.web.server import application
from tests.waiting import until

TERMS: list[Any] = [
    {"name": "Rafah", "type": "place", "severity": "high"},
    "ceasefire",
    {"name": "Rafah offensive", "query": "Rafah NEAR/10 (offensive OR invasion)", "severity": "critical"},
]


@dataclass(frozen=True)
class Answer:
    """An answer of the server."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any) -> None:
        """Hand a redirect to the test as it is."""


@dataclass(frozen=True)
class Site:
    """A served application, its folder and its database."""

    url: str
    folder: Path
    database: Database

    def get(self, path: str, **headers: str) -> Answer:
        """GET; `_` in a header's name becomes a dash."""
        return self._send(Request(self.url + path, headers=_dashed(headers)))

    def page(self, path: str, **headers: str) -> Answer:
        """GET as a browser does."""
        return self.get(path, accept="text/html,*/*", **headers)

    def post(self, path: str, document: Any, **headers: str) -> Answer:
        """POST: bytes as a form, anything else as JSON."""
        form = isinstance(document, bytes)
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        body = document if form else json.dumps(document).encode()
        return self._send(Request(self.url + path, data=body, headers={"Content-Type": kind, **_dashed(headers)}))

    def delete(self, path: str, **headers: str) -> Answer:
        """DELETE; `_` in a header's name becomes a dash."""
        return self.ask("DELETE", path, **headers)

    def ask(self, method: str, path: str, **headers: str) -> Answer:
        """Send a request without a body, with any method; `_` in a header's name becomes a dash."""
        return self._send(Request(self.url + path, headers=_dashed(headers), method=method))

    def configure(self, **config: Any) -> None:
        """Write the configuration anew, as an editor would: the file is there whole or not at all."""
        new = self.folder / "monitor.yaml.new"
        new.write_text(_config(config))
        new.replace(self.folder / "monitor.yaml")

    def _send(self, request: Request) -> Answer:
        try:
            with build_opener(_NoRedirect).open(request, timeout=20) as answer:
                return Answer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read())
        except HTTPError as error:
            with error:
                return Answer(error.code, {name.lower(): value for name, value in error.headers.items()}, error.read())


@contextmanager
def serving(folder: Path, database: Database, redis_url: str, **config: Any) -> Iterator[Site]:
    """Serve the application with this configuration until the end of the block."""
    (folder / "monitor.yaml").write_text(_config(config))
    live = LiveSettings(folder / "monitor.yaml", {"REDIS_URL": redis_url})
    redis = connect_producer(redis_url)
    listening = socket.create_server(("127.0.0.1", 0))
    app = application(live, database, Relay(redis))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1))
    thread = Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        until(lambda: server.started, within_s=20)
        yield Site(f"http://127.0.0.1:{listening.getsockname()[1]}", folder, database)
    finally:
        app.state.app_state.hub.close()
        server.should_exit = True
        thread.join(10)
        redis.close()


def _config(config: Mapping[str, Any]) -> str:
    return json.dumps({"data_dir": "data", "watch": TERMS, **config}, ensure_ascii=False)


def _dashed(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
