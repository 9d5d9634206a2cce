"""Answers that are longer than they say, read up to the length that was announced, as browsers do; broken ones given up at once."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

import aiohttp
from aiohttp.client_proto import ResponseHandler

_END_OF_HEAD = b"\r\n\r\n"
_LONGEST_HEAD = 64 * 1024


class _HeadFirst(ResponseHandler):
    """Hands a head to aiohttp's parser before what follows it: an error in what follows would take the whole answer with it."""

    def data_received(self, data: bytes) -> None:
        """As the transport calls it."""
        end = data.find(_END_OF_HEAD, 0, _LONGEST_HEAD)
        cut = end + len(_END_OF_HEAD)
        if end < 0 or cut == len(data):
            super().data_received(data)
        else:
            super().data_received(data[:cut])
            super().data_received(data[cut:])
        self._break_off()

    def _break_off(self) -> None:
        """Tell who waits for the body that it cannot be read on; aiohttp tells only who waits for a head."""
        error, body = self.exception(), self._payload
        if error is not None and body is not None and not body.is_eof() and body.exception() is None:
            body.set_exception(aiohttp.ClientPayloadError(getattr(error, "message", "") or type(error).__name__))


class TolerantConnector(aiohttp.TCPConnector):
    """A TCPConnector whose connections bear a body, or a 304, with something behind it; they are closed after it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._factory = cast("partial[ResponseHandler]", partial(_HeadFirst, loop=self._loop))
