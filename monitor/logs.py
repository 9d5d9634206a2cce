"""Log with structlog: a closed list of event names, and JSON lines when not on a terminal.

    log = get_logger()
    log.info("feed.failed", feed=url, reason=reason)

An event that is not in EVENTS is a bug, and raises under test. Control characters in values never reach a terminal.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, TextIO

import orjson
import structlog

from monitor.domain.text import printable
from monitor.masking import mask

EVENTS: dict[str, str] = {
    "alert.raised": "a term fired and an alert was stored",
    "alert.escalated": "an alert that nobody has acknowledged is told to the next channel",
    "burst.started": "a name is suddenly in many more stories than usual",
    "burst.updated": "a burst has a new peak",
    "burst.ended": "a burst is over",
    "alert.reported": "alerts that were held back are told in a report, now that their silence, cooldown or hour is over",
    "alert.shown": "an alert on a channel of type `log`",
    "alert.suppressed": "a term fired, the alert is held back and told later; `suppressed` says why",
    "article.stored": "a source brought articles that were not known",
    "broker.reset": "the queue's file was damaged and moved aside, or keys of ours held something else; their work is put on the queue again from the database",
    "channel.failed": "a channel could not be worked on; it is tried again",
    "channel.paused": "a channel takes no more deliveries until it is resumed",
    "channel.recovered": "a failing channel works again",
    "channel.resting": "a channel has failed several times in a row; one delivery at a time tests it",
    "config.loaded": "a configuration is in force",
    "config.rejected": "a changed configuration is broken; the old one goes on",
    "daemon.started": "a process of the daemon is ready",
    "daemon.stopped": "a process of the daemon has ended in good order",
    "delivery.dead": "a delivery was given up and kept as a dead letter",
    "delivery.failed": "an attempt failed and will be repeated",
    "delivery.sent": "a receiver has accepted an alert",
    "feed.failed": "a feed could not be read; it is tried again",
    "feed.rekeyed": "most entries of a feed came under new ids; they were recognized, and none is told again",
    "feed.gone": "a feed says it is gone for good; it is polled no more",
    "feed.polled": "a feed was read",
    "feed.recovered": "a failing feed works again",
    "file.failed": "a document in a folder cannot be read",
    "message.skipped": "a message of a mailbox cannot be read; the others are",
    "hub.confirmed": "a hub has confirmed a subscription, or its end",
    "hub.failed": "a hub has not taken a request, or refuses a subscription; it is asked again",
    "hub.quiet": "polling has found entries that the hub of the feed did not bring; the feed is polled as without one",
    "hub.refused": "something was sent to the address of a subscription without the right signature",
    "incident.begun": "something of the monitoring itself does not work; the operator is told",
    "incident.over": "what was told to the operator works again",
    "job.failed": "a job raised an error; its work is put on the queue again from the database",
    "job.refused": "a job found in Redis is none of ours and was not run",
    "library.warned": "a library that we use complains",
    "login.failed": "somebody has sent a wrong token; after several of them none is judged for a while",
    "process.exited": "a child process ended and is started again",
    "process.hung": "a process does not work any more, though it runs; it is ended and started again",
    "quarantine.added": "an article, page or document brought a process down, and is read in part or not at all until somebody decides",
    "queue.trouble": "a worker has trouble with the queue; it goes on, or is started again",
    "relay.failed": "the queue cannot be reached; work waits in the database",
    "relay.repeated": "unfinished work was put on the queue again",
    "scan.failed": "an article could not be scanned; it is tried again",
    "stories.indexed": "the articles of the last days were indexed anew, so that later reports find their stories",
    "tick.failed": "a scheduled step raised an error; it runs again at its next time",
    "uplink.away": "every host fails at once, so our own connection is away; one is tried every few seconds",
    "uplink.back": "a host answers again; all feeds that failed meanwhile are polled",
}


class UnknownEvent(Exception):
    """A log call used a name that is not in EVENTS."""


_strict = False


def get_logger() -> Any:
    """Return the program's logger, a bound logger of structlog."""
    return structlog.get_logger()


def configure(*, stream: TextIO | None = None, level: str = "info", strict: bool = False) -> None:
    """Set up the log of this process. `strict` makes an undocumented event name an error."""
    global _strict  # noqa: PLW0603 - logging is process-wide by nature
    _strict = strict
    stream = sys.stderr if stream is None else stream
    terminal = stream.isatty()
    final: list[Any] = (
        [_without_control_characters, structlog.dev.ConsoleRenderer(colors=True)]
        if terminal
        else [structlog.processors.dict_tracebacks, _json]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _known_event,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *final,
            _masked,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(stream),  # a line is one write: several processes share the stream
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Libraries()], force=True)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of every tick that finds its predecessor at work


class _Libraries(logging.Handler):
    """Turns the warnings of libraries into events."""

    def emit(self, record: logging.LogRecord) -> None:
        cause = f": {record.exc_info[1]!r}" if record.exc_info and record.exc_info[1] else ""
        get_logger().warning("library.warned", library=record.name, message=record.getMessage() + cause)


def _known_event(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if _strict and event["event"] not in EVENTS:
        raise UnknownEvent(event["event"])
    return event


def _without_control_characters(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {key: printable(value) if isinstance(value, str) else value for key, value in event.items()}


def _masked(_logger: Any, _method: str, line: Any) -> str:
    return mask(line)


def _json(_logger: Any, _method: str, event: structlog.typing.EventDict) -> str:
    return orjson.dumps(event, default=repr).decode()
