"""Run the parser process: answer the requests on a socket one after the other until it closes.

    python -m monitor.daemon.parser_process FD

Its messages are those of `monitor.daemon.parser_protocol`.
"""

from __future__ import annotations

import pickle
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from setproctitle import setproctitle

from monitor.daemon.parser_protocol import HEAD, ParserCrash, encode_message, split_messages
from monitor.daemon.processes import freeze_gc
from monitor.domain.fingerprint import unpack_fingerprints
from monitor.parse.feed import parse_feed
from monitor.parse.feed_delta import FeedDelta, delta_of
from monitor.parse.result import ParsedFeed, ParseFailure

_LONGEST_S = 60
"""A document that takes longer ends the process, even if the parent no longer does."""


def parse_delta(
    body: bytes, url: str, headers: Mapping[str, str], now: datetime, known: bytes
) -> FeedDelta | ParseFailure | ParserCrash:
    """Return what a poll needs of `body`; the arguments are those of `Parse`."""
    try:
        fingerprints = unpack_fingerprints(known)
        parsed = parse_feed(body, url=url, headers=headers, now=now, known=fingerprints)
        return delta_of(parsed, fingerprints, now) if isinstance(parsed, ParsedFeed) else parsed
    except Exception as error:  # noqa: BLE001 - a bug in the parser is one feed's failure, not the end of the process
        return ParserCrash(error=repr(error))


def answer_requests(connection: socket.socket) -> None:
    """Answer requests until the other end closes."""
    with suppress(ConnectionError), connection, connection.makefile("rwb") as stream:
        while len(head := stream.read(HEAD)) == HEAD:
            request: Any = pickle.loads(stream.read(int.from_bytes(head)))  # noqa: S301 - from our own parent
            signal.alarm(_LONGEST_S)
            result = parse_delta(*request)
            signal.alarm(0)
            for message in split_messages(result):
                stream.write(encode_message(message))
            stream.flush()


if __name__ == "__main__":
    setproctitle("news-monitor: polling.parser")
    freeze_gc()
    answer_requests(socket.socket(fileno=int(sys.argv[1])))
