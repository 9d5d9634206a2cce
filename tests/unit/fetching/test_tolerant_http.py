"""Heads of answers that are not proper HTTP, as browsers read them."""

from __future__ import annotations

import pytest

from monitor.fetching.tolerant_http import repair_head


@pytest.mark.parametrize(
    ("lines", "repaired"),
    [
        ([b"A: 1", b"X-Powered", b"B: 2"], [b"A: 1", b"B: 2"]),
        ([b"Content-Type : text/xml"], [b"Content-Type: text/xml"]),
        ([b"Content-Length: 5", b"content-length: 5"], [b"Content-Length: 5"]),
        ([b"Content-Length: 5", b"Transfer-Encoding: chunked"], [b"Transfer-Encoding: chunked"]),
        ([b"A: 1", b"  more"], [b"A: 1 more"]),
    ],
)
def test_what_is_borne(lines: list[bytes], repaired: list[bytes]) -> None:
    """Lines that are no header are dropped, and one length is left."""
    for end in (b"\r\n", b"\n"):
        head = end.join((b"HTTP/1.1 200 OK", *lines)) + end + end
        assert repair_head(head) == b"\r\n".join((b"HTTP/1.1 200 OK", *repaired)) + b"\r\n\r\n"


def test_two_lengths_that_differ_stay_for_the_parser_to_refuse() -> None:
    """Nobody knows which one is right."""
    assert repair_head(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n").count(b"Content-Length") == 2
