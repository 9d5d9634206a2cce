"""Mask the secrets of the configuration in answers."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

from monitor.masking import mask_bytes


class MaskedResponse:
    """Sends the messages of one answer with their bodies masked. A secret that is cut by the border of two parts is not found.

    The start waits for the first part of the body, since its length may change.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        """Send one message."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        if message["type"] == "http.response.body":
            before = message.get("body", b"")
            message = {**message, "body": mask_bytes(before)}
            await self._begin(len(message["body"]) - len(before))
        await self._send(message)

    async def _begin(self, longer: int) -> None:
        start, self._start = self._start, None
        if start is None:
            return
        headers = MutableHeaders(scope=start)
        if longer and "content-length" in headers:
            headers["content-length"] = str(int(headers["content-length"]) + longer)
        await self._send(start)
