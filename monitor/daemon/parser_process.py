"""Run a parser process: answer the requests on a socket one after the other until it closes, shut in from the first on.

    python -m monitor.daemon.parser_process TASK FD NICENESS

Its messages are those of `monitor.daemon.parser_protocol`.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from io import BufferedRWPair
from typing import Any, Final

import orjson
from setproctitle import setproctitle

from monitor.daemon import sandbox
from monitor.daemon.parser_protocol import (
    HEAD,
    READY,
    OverLimit,
    ParsedDocuments,
    ParserCrash,
    RawDocument,
    Result,
    Task,
    encode_answer,
)
from monitor.daemon.parser_samples import SAMPLES
from monitor.daemon.processes import freeze_gc
from monitor.domain.article import Entry
from monitor.domain.fingerprint import unpack_fingerprints
from monitor.parse.article_page import extract_article
from monitor.parse.documents import parse_document
from monitor.parse.feed import parse_feed
from monitor.parse.feed_delta import delta_of
from monitor.parse.result import ParsedFeed, ParseFailure
from monitor.parse.selected_page import parse_selected

MEMORY_BYTES: Final = 500_000_000
_SPENT_BYTES: Final = 250_000_000
"""A process that has once needed so much memory is not used again: it may not have given it back."""


def read_feed(body: bytes, options: Mapping[str, Any], known: bytes) -> Result:
    """Return what a poll needs of `body`; `options` and `known` are those of `Parse`."""
    fingerprints, now = unpack_fingerprints(known), datetime.fromisoformat(options["now"])
    url, headers = options["url"], options["headers"]
    if select := options.get("select"):
        parsed = parse_selected(body, url=url, headers=headers, now=now, select=select)
    else:
        parsed = parse_feed(body, url=url, headers=headers, now=now, known=fingerprints)
    return delta_of(parsed, fingerprints, now) if isinstance(parsed, ParsedFeed) else parsed


def read_documents(body: bytes, options: Mapping[str, Any], known: bytes) -> Result:
    """Return the entries of the files whose contents follow one another in `body`; `options` has those of each, as `RawDocument` says."""
    del known
    entries: list[Entry] = []
    counts: list[int] = []
    failures: list[str | None] = []
    start = 0
    for about in options["documents"]:
        times = {name: datetime.fromisoformat(about[name]) for name in ("mtime", "now")}
        content = body[start : start + about["size"]]
        found = parse_document(content, path=about["path"], max_bytes=about["max_bytes"], **times)
        entries += () if isinstance(found, ParseFailure) else found
        counts.append(0 if isinstance(found, ParseFailure) else len(found))
        failures.append(found.reason if isinstance(found, ParseFailure) else None)
        start += about["size"]
    return ParsedDocuments(entries=tuple(entries), counts=tuple(counts), failures=tuple(failures))


def read_page(body: bytes, options: Mapping[str, Any], known: bytes) -> Result:
    """Return the article of a web page; `options` are the further arguments of `extract_article`."""
    del known
    return extract_article(body, options["url"], title=options["title"], first=options["first"], number=options["number"])


_READERS: Final[dict[Task, Callable[[bytes, Mapping[str, Any], bytes], Result]]] = {
    Task.FEED: read_feed,
    Task.DOCUMENT: read_documents,
    Task.PAGE: read_page,
}


def answer_requests(task: Task, connection: socket.socket, largest_memory: Callable[[], int]) -> None:
    """Answer requests until the other end closes. `largest_memory` tells the most memory that this process has had."""
    with suppress(ConnectionError), connection, connection.makefile("rwb") as stream:
        connection.sendall(READY)
        while len(head := stream.read(HEAD)) == HEAD:
            request = orjson.loads(stream.read(int.from_bytes(head)))
            result = _within_limits(task, request, stream)
            for message in encode_answer(result, spent=largest_memory() > _SPENT_BYTES):
                stream.write(message)
            stream.flush()
            sandbox.limit_cpu(0)


def _within_limits(task: Task, request: Mapping[str, Any], stream: BufferedRWPair) -> Result:
    try:
        body, known = stream.read(request["body"]), stream.read(request["known"])
        sandbox.limit_cpu(request["cpu_s"])
        return _READERS[task](body, request["options"], known)
    except MemoryError:
        return OverLimit(reason=f"reading it takes more than {MEMORY_BYTES // 10**6} MB of memory")
    except Exception as error:  # noqa: BLE001 - a bug in the parser is one document's failure, not the end of the process
        return ParserCrash(error=repr(error)[:500])


def _load_libraries(task: Task) -> None:
    """Read a sample of everything once, so that what is imported late is there before nothing can be loaded any more."""
    now = datetime(2024, 3, 21, 8, tzinfo=UTC)
    for name, content in SAMPLES:
        document = RawDocument(data=content, path=name, mtime=now, now=now, max_bytes=10**6)
        options: dict[str, Any] = {"url": f"https://example.org/{name}", "headers": {}, "now": now.isoformat()}
        options |= {"title": "", "first": None, "number": 1}
        if task is Task.FEED:
            for item in ("li", "//li", "$.items"):
                parse_selected(content, url=options["url"], headers={}, now=now, select={"item": item, "text": item})
        with suppress(Exception):
            _READERS[task](content, {**options, "documents": [document.options]}, b"")


if __name__ == "__main__":
    chosen, asked = Task(sys.argv[1]), socket.socket(fileno=int(sys.argv[2]))
    os.nice(int(sys.argv[3]))
    setproctitle(f"news-monitor: parser of {chosen}s")
    _load_libraries(chosen)
    freeze_gc()
    meter = sandbox.memory_meter()
    sandbox.shut_in(MEMORY_BYTES)
    answer_requests(chosen, asked, meter)
