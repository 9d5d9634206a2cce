"""When a server asks us to come back."""

from __future__ import annotations

from datetime import UTC, datetime

import aiohttp
from aiohttp.client_reqrep import ConnectionKey

from monitor.fetching.failures import explain_error
from monitor.fetching.outcome import Problem

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_server_that_hangs_up_early() -> None:
    """Servers that speak only old TLS say nothing before they hang up."""
    key = ConnectionKey("old.example", 443, is_ssl=True, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None)
    problem, reason = explain_error(aiohttp.ClientConnectorError(key, ConnectionResetError()))
    assert problem is Problem.CONNECT
    assert "TLS" in reason
