"""Read the body of an answer in bounded steps, and keep what has arrived when it ends early."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp

from monitor.fetching.content_encoding import Decoder
from monitor.fetching.outcome import Fetched, FetchFailure, Redirect

_EXPANDED = 8


@dataclass(slots=True, kw_only=True)
class ReceivedBody:
    """What of an answer has arrived so far. `url` is where the redirects ended."""

    url: str = ""
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    redirects: tuple[Redirect, ...] = ()
    body: bytearray = field(default_factory=bytearray)
    wire_bytes: int = 0
    limit: int = 0

    async def read(self, response: aiohttp.ClientResponse) -> bool:
        """Read and decompress the body. Return False if it is larger than `limit`; then the rest is not read."""
        decoder = Decoder(",".join(response.headers.getall("Content-Encoding", ())))
        async for chunk in response.content.iter_any():
            self.wire_bytes += len(chunk)
            for piece in decoder.feed(chunk):
                self.body += piece
                if len(self.body) > self.limit:
                    break
                if len(piece) > len(chunk) * _EXPANDED:
                    await asyncio.sleep(0)
            if max(len(self.body), self.wire_bytes) > self.limit:
                response.close()
                return False
        for piece in decoder.finish():
            self.body += piece
        return True

    def as_fetched(self, broken: FetchFailure | None = None) -> Fetched:
        """Return what has arrived; `broken` is why there is no more."""
        return Fetched(
            url=self.url,
            status=self.status,
            headers=self.headers,
            body=bytes(self.body[: self.limit]),
            wire_bytes=self.wire_bytes,
            redirects=self.redirects,
            broken=broken,
        )
