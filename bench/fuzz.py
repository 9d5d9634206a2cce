"""Mutate documents of every kind, read them in parser processes, and see that no limit is passed, nothing fails unforeseen and nothing else is slowed.

    python bench/fuzz.py [--seconds 30] [--seed 1] [--keep FOLDER]

A seed gives the same documents in the same order. Meanwhile good documents are read beside them, and their times noted. What fails unforeseen, or ends its process
other than by a limit, is printed with its number and kept in FOLDER; exit 1 if there is any, or if a process has had more memory than it may.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Final

import psutil

from monitor import logs
from monitor.daemon.parser_client import ParserPool
from monitor.daemon.parser_protocol import OverLimit, RawDocument, Task
from monitor.daemon.parser_samples import SAMPLES
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.parse.result import NoArticle, ParseFailure

NOW: Final = datetime(2026, 3, 1, tzinfo=UTC)
LONGEST: Final = 2_000_000
AT_ONCE: Final = 3
MOST_MEMORY: Final = 700e6
UNFORESEEN: Final = ("the parser failed", "the page cannot be parsed", "reading it crashes", "the parser hangs")
TOKENS: Final = (
    *(
        b"<",
        b">",
        b"</",
        b"&",
        b";",
        b"<!--",
        b"]]>",
        b"<![CDATA[",
        b"<!DOCTYPE x [",
        b"&#x0;",
        b"\x00",
        b"\xff\xfe",
        b"<p>",
        b"<table>",
    ),
    *(
        b"{",
        b"[",
        b'"',
        b"\\u0000",
        b"1e999",
        b"\r\n\r\n",
        b"--x",
        b"=?utf-8?q?",
        b"stream\n",
        b"endobj",
        b"9" * 30,
        b"<div><b>" * 50,
    ),
)


def mutated(chance: Random, content: bytes, other: bytes) -> bytes:
    """Return a document with a few changes: bytes flipped, pieces cut out, repeated, exchanged for those of another, or strange ones put in."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at, length = chance.randrange(len(data) + 1), chance.choice((1, 4, 32, 256))
        piece = bytes(data[at : at + length])
        match chance.randrange(7):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = piece * chance.choice((1, 10, 1000, 20_000))
            case 3:
                data[at:at] = chance.choice(TOKENS) * chance.choice((1, 1, 100, 10_000))
            case 4:
                start = chance.randrange(len(other) + 1)
                data[at : at + length] = other[start : start + chance.choice((16, 256, 4096))]
            case 5:
                del data[at:]
            case _:
                data += data[: min(len(data), 10_000)]
        del data[LONGEST:]
    return bytes(data)


@dataclass
class Fuzzing:
    """The parser processes of every kind, and what has been seen."""

    feeds: ParserPool = field(default_factory=lambda: ParserPool(Task.FEED, processes=AT_ONCE, timeout_s=5.0))
    files: ParserPool = field(default_factory=lambda: ParserPool(Task.DOCUMENT, processes=AT_ONCE, timeout_s=5.0))
    pages: ParserPool = field(default_factory=lambda: ParserPool(Task.PAGE, processes=AT_ONCE, timeout_s=5.0))
    results: Counter[str] = field(default_factory=Counter)
    findings: list[tuple[str, str, bytes]] = field(default_factory=list)
    good: list[float] = field(default_factory=list)
    memory: int = 0

    async def read(self, name: str, content: bytes) -> list[Any]:
        """Return what each kind of parser process that may get such a document makes of it."""
        found: list[Any] = []
        if name.endswith((".xml", ".json", ".html")):
            found.append(await self.feeds(content, f"https://fuzz.example/{name}", {}, NOW))
        document = RawDocument(data=content, path=name, mtime=NOW, now=NOW, max_bytes=LONGEST + 1)
        (read,) = await self.files.documents([document])
        if isinstance(read, OverLimit) and read.slow:
            (read,) = await self.files.documents([document], slow=True)
        found.append(read)
        if name.endswith(".html"):
            found.append(await self.pages.page(content, "https://fuzz.example/"))
        return found

    async def judge(self, name: str, content: bytes) -> None:
        """Read a mutated document and note what came of it."""
        for found in await self.read(name, content):
            reason = found.reason if isinstance(found, ParseFailure | OverLimit | NoArticle) else "read"
            self.results["over a limit" if isinstance(found, OverLimit) else "read" if reason == "read" else "refused"] += 1
            if reason.startswith(UNFORESEEN):
                self.findings.append((name, reason, content))

    async def read_good(self) -> None:
        """Read good documents for ever, and note how long each takes and how much memory the processes have."""
        while True:
            for name, content in SAMPLES:
                began = time.monotonic()
                await self.read(name, content)
                self.good.append(time.monotonic() - began)
                for pid in (pid for pool in (self.feeds, self.files, self.pages) for pid in pool.processes()):
                    try:
                        self.memory = max(self.memory, psutil.Process(pid).memory_info().rss)
                    except psutil.NoSuchProcess:
                        continue
                await asyncio.sleep(0.05)

    def close(self) -> None:
        """End the processes."""
        for pool in (self.feeds, self.files, self.pages):
            pool.close()


async def fuzz(seconds: float, chance: Random) -> Fuzzing:
    """Read mutated documents for so many seconds."""
    fuzzing, end = Fuzzing(), time.monotonic() + seconds

    async def work(next_document: Callable[[], tuple[str, bytes]]) -> None:
        while time.monotonic() < end:
            await fuzzing.judge(*next_document())

    def next_document() -> tuple[str, bytes]:
        (name, content), (_, other) = chance.choice(SAMPLES), chance.choice(SAMPLES)
        return name, mutated(chance, content, other)

    beside = asyncio.create_task(fuzzing.read_good())
    try:
        await asyncio.gather(*(work(next_document) for _ in range(AT_ONCE - 1)))
    finally:
        beside.cancel()
        await asyncio.gather(beside, return_exceptions=True)
        fuzzing.close()
    return fuzzing


def main() -> int:
    """Print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=SYSTEM_CLOCK.now().toordinal())
    parser.add_argument("--keep", type=Path, help="a folder for documents on which something failed")
    options = parser.parse_args()
    logs.configure(level="critical")
    seen = asyncio.run(fuzz(options.seconds, Random(options.seed)))
    print(
        f"seed {options.seed}: {sum(seen.results.values())} readings: {dict(seen.results)}; at most {seen.memory / 1e6:.0f} MB a process"
    )
    print(f"good documents beside them: median {1000 * statistics.median(seen.good):.0f} ms, at most {max(seen.good):.1f} s")
    for name, reason, content in seen.findings:
        digest = hashlib.sha256(content).hexdigest()[:12]
        print(f"{name} {digest} ({len(content)} bytes): {reason}")
        if options.keep is not None:
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / f"{digest}-{name}").write_bytes(content)
    return bool(seen.findings) or seen.memory > MOST_MEMORY


if __name__ == "__main__":
    sys.exit(main())
