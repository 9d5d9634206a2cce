"""What the log looks like to those who read it: machines and people."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from monitor import logs


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Always."""
        return True


@pytest.fixture(autouse=True)
def _back_to_strict() -> Iterator[None]:
    """Later tests log as before."""
    yield
    logs.configure(strict=True)


def test_off_a_terminal_every_line_is_json() -> None:
    """Event, level and time are always there; complaints of libraries are lines like any other."""
    stream = io.StringIO()
    logs.configure(stream=stream)
    logs.get_logger().info("feed.failed", feed="https://example.org", reason="\x1b[31mred\x1b[0m")
    logging.getLogger("some.library").warning("odd: %s", "thing")
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert (first["event"], first["level"], first["reason"]) == ("feed.failed", "info", "\x1b[31mred\x1b[0m")
    assert "\x1b" not in stream.getvalue()
    assert first["timestamp"].endswith("Z")
    assert (second["event"], second["library"], second["message"]) == ("library.warned", "some.library", "odd: thing")


def test_a_terminal_never_gets_a_feeds_control_characters() -> None:
    """Escape sequences and bidirectional overrides from the net are dropped; our own colours are not."""
    stream = Terminal()
    logs.configure(stream=stream)
    logs.get_logger().warning("feed.failed", reason="a\x1b]0;title\x07b\u202ec")
    assert "\x1b]0" not in stream.getvalue()
    assert "\u202e" not in stream.getvalue()


def test_an_unknown_event_is_a_bug() -> None:
    """Under test a name that is not on the list raises."""
    logs.configure(stream=io.StringIO(), strict=True)
    with pytest.raises(logs.UnknownEvent):
        logs.get_logger().info("made.up")


def test_levels_are_kept() -> None:
    """What is below the configured level is not written."""
    stream = io.StringIO()
    logs.configure(stream=stream, level="warning")
    logs.get_logger().info("feed.polled")
    assert stream.getvalue() == ""
