"""Accept answers that are longer than announced, up to the announced length, as browsers do; fail at once on broken ones."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

import aiohttp
from aiohttp.client_proto import ResponseHandler

_END_OF_HEAD = b"\r\n\r\n"
_LONGEST_HEAD = 64 * 1024


class _HeadFirst(ResponseHandler):
    """Passes the head to aiohttp's parser before the rest: an error in the rest would otherwise discard the whole answer."""

    def data_received(self, data: bytes) -> None:
        """Parse bytes that have arrived; the transport calls this."""
        end = data.find(_END_OF_HEAD, 0, _LONGEST_HEAD)
        cut = end + len(_END_OF_HEAD)
        if end < 0 or cut == len(data):
            super().data_received(data)
        else:
            super().data_received(data[:cut])
            super().data_received(data[cut:])
        self._fail_body()

    def _fail_body(self) -> None:
        """Raise the error where the body is read; aiohttp raises it only where a head is awaited."""
        error, body = self.exception(), self._payload
        if error is not None and body is not None and not body.is_eof() and body.exception() is None:
            body.set_exception(aiohttp.ClientPayloadError(getattr(error, "message", "") or type(error).__name__))


class TolerantConnector(aiohttp.TCPConnector):
    """A TCPConnector whose connections tolerate extra bytes after a body or a 304, and are closed after them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._factory = cast("partial[ResponseHandler]", partial(_HeadFirst, loop=self._loop))
