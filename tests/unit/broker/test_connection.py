"""Reaching Redis, or saying why not, without giving a password away."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from monitor.broker import connect, connect_producer, ping
from monitor.domain.errors import MonitorError, ServiceUnavailable


@pytest.mark.parametrize("url", ["http://:secret@h/0", "secret", "redis://u:secret@h:port/0", ""])
def test_what_is_no_redis_url_is_refused_without_repeating_it(url: str) -> None:
    """A mistyped redis_url is an error that does not print the password."""
    with pytest.raises(MonitorError, match="redis_url") as caught:
        connect(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["redis://user:secret@127.0.0.1:1/0", "unix:///nonexistent/valkey.sock?password=secret"])
def test_a_redis_that_is_not_there_is_named_without_its_password(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator reads where we tried to connect, and nothing secret; a producer tries once."""
    tried: list[object] = []
    to_connect = socket.socket.connect

    def noted(self: socket.socket, address: Any) -> None:
        tried.append(address)
        to_connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", noted)
    with pytest.raises(ServiceUnavailable, match=r"127.0.0.1:1|/nonexistent/valkey.sock") as caught:
        ping(connect_producer(url))
    assert "secret" not in str(caught.value)
    assert len(tried) == 1
