"""A feed server for the polling benchmark: every address of 127.0.0.0/8 is a host with one feed of fifty entries.

    python bench/beside/feed_server.py PORT-FILE

GET /feed answers 304 to the current ETag. POST /turn makes one entry of every feed new. The port is written to PORT-FILE.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from aiohttp import web

ENTRIES = 50
_TEXT = "The crossing was opened in the morning and the first lorries went through before noon, officials said on Tuesday. " * 8


def document(host: str, turn: int) -> bytes:
    """RSS 2.0 as a news site writes it, about 60 KB; `turn` of its entries are newer than those of turn 0."""
    items = "".join(
        f"<item><title>Report {number} of {host}</title><link>https://{host}.example/{number}</link><guid>https://{host}.example/{number}</guid>"
        f"<pubDate>Sun, 01 Mar 2026 {number // 60 % 24:02}:{number % 60:02}:00 GMT</pubDate><description>{_TEXT}</description></item>"
        for number in range(turn + ENTRIES, turn, -1)
    )
    return (
        f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>{host}</title>{items}</channel></rss>".encode()
    )


class Feeds:
    """All feeds at the same turn."""

    def __init__(self) -> None:
        self.turn = 0

    async def feed(self, request: web.Request) -> web.Response:
        """The document, or 304."""
        tag = f'"{self.turn}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        headers = {"ETag": tag, "Content-Type": "application/rss+xml"}
        return web.Response(body=document(request.host.partition(":")[0], self.turn), headers=headers)

    async def next_turn(self, _: web.Request) -> web.Response:
        """One new entry in every feed."""
        self.turn += 1
        return web.Response(text=str(self.turn))


async def main(port_file: Path) -> None:
    """Serve until killed."""
    feeds = Feeds()
    app = web.Application()
    app.router.add_get("/feed", feeds.feed)
    app.router.add_post("/turn", feeds.next_turn)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", 0, backlog=1024).start()
    await asyncio.to_thread(port_file.write_text, str(runner.addresses[0][1]))
    await asyncio.Event().wait()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        asyncio.run(main(Path(sys.argv[1])))
    else:
        print("this is the other side of bench/polling.py")
