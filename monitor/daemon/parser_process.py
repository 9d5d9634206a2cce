"""The parser's own process: reads bodies from a socket and answers with what is needed of them, one after the other, until the socket closes.

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

from monitor.daemon.parser_protocol import HEAD, ParserCrash, framed, messages_of
from monitor.daemon.processes import freeze_gc
from monitor.domain.fingerprint import unpack_fingerprints
from monitor.parse.feed import parse_feed
from monitor.parse.feed_delta import FeedDelta, delta_of
from monitor.parse.result import ParsedFeed, ParseFailure

_LONGEST_S = 60
"""A document that takes this long ends the process, even if nobody is left who would."""


def answer(
    body: bytes, url: str, headers: Mapping[str, str], now: datetime, known: bytes
) -> FeedDelta | ParseFailure | ParserCrash:
    """What is needed of `body`, as in `ParserProcess`."""
    try:
        fingerprints = unpack_fingerprints(known)
        parsed = parse_feed(body, url=url, headers=headers, now=now, known=fingerprints)
        return delta_of(parsed, fingerprints, now) if isinstance(parsed, ParsedFeed) else parsed
    except Exception as error:  # noqa: BLE001 - a bug in the parser is one feed's failure, not the end of the process
        return ParserCrash(error=repr(error))


def answer_requests(connection: socket.socket) -> None:
    """Answer until the other end closes, or is gone."""
    with suppress(ConnectionError), connection, connection.makefile("rwb") as stream:
        while len(head := stream.read(HEAD)) == HEAD:
            request: Any = pickle.loads(stream.read(int.from_bytes(head)))  # noqa: S301 - from our own parent
            signal.alarm(_LONGEST_S)
            result = answer(*request)
            signal.alarm(0)
            for message in messages_of(result):
                stream.write(framed(message))
            stream.flush()


if __name__ == "__main__":
    setproctitle("news-monitor: polling.parser")
    freeze_gc()
    answer_requests(socket.socket(fileno=int(sys.argv[1])))
