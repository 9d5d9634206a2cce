"""When a server asks us to come back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from monitor.fetching.failures import explain_error, retry_at
from monitor.fetching.outcome import Problem

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("0", timedelta()),
        ("999999999999", timedelta(days=1)),
        ("Sat, 21 Nov 2026 12:05:00 GMT", timedelta(minutes=5)),
        ("Sat, 21 Nov 2026 13:05:00 +0100", timedelta(minutes=5)),
        ("Fri, 31 Dec 2100 23:59:59 GMT", timedelta(days=1)),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("Mon, 01 Jan 0001 00:00:00 +2300", None),
        ("Sat, 21 Nov 2020 12:05:00 GMT", None),
        ("-5", None),
        ("inf", None),
        ("soon", None),
        ("9" * 400, None),
        ("", None),
    ],
)
def test_retry_after(text: str, wait: timedelta | None) -> None:
    """Seconds or a date, at most a day; what cannot be meant is passed over, whatever it says."""
    assert retry_at({"retry-after": text}, NOW) == (None if wait is None else NOW + wait)


def test_a_server_that_hangs_up_early() -> None:
    """Servers that speak only old TLS say nothing before they hang up."""
    key = ConnectionKey("old.example", 443, is_ssl=True, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None)
    problem, reason = explain_error(aiohttp.ClientConnectorError(key, ConnectionResetError()))
    assert problem is Problem.CONNECT
    assert "TLS" in reason
