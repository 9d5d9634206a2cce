"""Accept what browsers accept: answers longer than announced, and heads with lines that are not proper HTTP; fail at once on broken ones."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, cast

import aiohttp
from aiohttp.client_proto import ResponseHandler

_ENDS_OF_HEAD = (b"\r\n\r\n", b"\n\n")
_LONGEST_HEAD = 64 * 1024
_STATUS_LINE = b"HTTP/"
_PROPER_HEAD = re.compile(rb"HTTP/[^\r\n]*\r\n(?:[!#-9;-~]+:[^\r\n]*\r\n)*\r\n")
_LENGTHS = re.compile(rb"\n(?:content-length|transfer-encoding):", re.IGNORECASE)


def repair_head(head: bytes) -> bytes:
    """Return the head of an answer without lines that are no header, with names as they should be, and one length.

    A length that is repeated is dropped, and so is one beside chunks; two that differ are left for the parser to refuse.
    """
    if _PROPER_HEAD.fullmatch(head) and len(_LENGTHS.findall(head)) <= 1:
        return head
    status, *lines = head.replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n")
    kept: list[bytes] = []
    for line in lines:
        if line[:1] in {b" ", b"\t"} and kept:
            kept[-1] += b" " + line.strip()
            continue
        name, colon, value = line.partition(b":")
        if colon and name.strip():
            kept.append(b"_".join(name.split()) + b": " + value.strip())
    chunked = any(_is(line, b"transfer-encoding") and b"chunked" in line.lower() for line in kept)
    lengths = [line for line in kept if _is(line, b"content-length")]
    if chunked or len(lengths) > 1:
        values = {part.strip() for line in lengths for part in line.partition(b":")[2].split(b",")}
        same = [b"Content-Length: " + value for value in values] if not chunked else []
        kept = [line for line in kept if not _is(line, b"content-length")] + same
    return b"\r\n".join((status, *kept)) + b"\r\n\r\n"


def _is(line: bytes, name: bytes) -> bool:
    return line.partition(b":")[0].lower() == name


class _HeadFirst(ResponseHandler):
    """Passes the repaired head to aiohttp's parser before the rest: an error in the rest would otherwise discard the whole answer."""

    _begun = b""
    """The beginning of a head whose end has not arrived."""

    def data_received(self, data: bytes) -> None:
        """Parse bytes that have arrived; the transport calls this."""
        if self._payload is None or self._payload.is_eof():
            data = self._begun + data
            self._begun = b""
            end = _end_of_head(data)
            if data.startswith(_STATUS_LINE) and end:
                super().data_received(repair_head(data[:end]))
                data = data[end:]
            elif _STATUS_LINE.startswith(data[: len(_STATUS_LINE)]) and len(data) < _LONGEST_HEAD:
                self._begun = data
                return
        if data:
            super().data_received(data)
        self._fail_body()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Parse what was waiting for the rest of its head; the transport calls this."""
        begun, self._begun = self._begun, b""
        if begun:
            super().data_received(begun)
        super().connection_lost(exc)

    def _fail_body(self) -> None:
        """Raise the error where the body is read; aiohttp raises it only where a head is awaited."""
        error, body = self.exception(), self._payload
        if error is not None and body is not None and not body.is_eof() and body.exception() is None:
            body.set_exception(aiohttp.ClientPayloadError(getattr(error, "message", "") or type(error).__name__))


def _end_of_head(data: bytes) -> int:
    """Return where the head ends, 0 if it does not within the longest one."""
    ends = [found + len(end) for end in _ENDS_OF_HEAD if (found := data.find(end, 0, _LONGEST_HEAD)) >= 0]
    return min(ends, default=0)


class TolerantConnector(aiohttp.TCPConnector):
    """A TCPConnector whose connections tolerate extra bytes after a body or a 304, and are closed after them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._factory = cast("partial[ResponseHandler]", partial(_HeadFirst, loop=self._loop))
