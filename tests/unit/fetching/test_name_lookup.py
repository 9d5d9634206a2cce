"""Names that nobody answers for hold up no others."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import pytest

from monitor.fetching import name_lookup
from monitor.fetching.name_lookup import NameLookup

FOUND: list[Any] = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 80))]


async def test_a_silent_name_server_stops_no_other_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred names without an answer fail in time, and meanwhile others are found; a second round leaves all threads to these."""
    monkeypatch.setattr(name_lookup, "LIMIT_S", 0.2)
    end = threading.Event()

    def look_up(host: str, *_: Any, **__: Any) -> list[Any]:
        if host.startswith("silent"):
            end.wait(60)
        return FOUND

    names = NameLookup(look_up=look_up)
    try:
        assert (await names.resolve("good.example", 80))[0]["host"] == "192.0.2.1"
        silent = await asyncio.gather(*(names.resolve(f"silent{n}.example", 80) for n in range(100)), return_exceptions=True)
        assert {type(one) for one in silent} == {OSError}
        assert {one.errno for one in silent if isinstance(one, OSError)} == {socket.EAI_AGAIN}
        assert sum(thread.name == "name-lookup" for thread in threading.enumerate()) <= 32
    finally:
        end.set()


async def test_slow_names_have_threads_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that has failed once waits with others like it, not with those that answer."""
    monkeypatch.setattr(name_lookup, "LIMIT_S", 5.0)
    end, failing = threading.Event(), True

    def look_up(host: str, *_: Any, **__: Any) -> list[Any]:
        if host.startswith("bad") and failing:
            raise OSError(socket.EAI_AGAIN, "try again")
        if host.startswith("bad"):
            end.wait(60)
        return FOUND

    names = NameLookup(look_up=look_up)
    bad = [f"bad{n}.example" for n in range(60)]
    await asyncio.gather(*(names.resolve(name, 80) for name in bad), return_exceptions=True)
    failing = False
    waiting = [asyncio.ensure_future(names.resolve(name, 80)) for name in bad]
    try:
        assert (await names.resolve("good.example", 80))[0]["port"] == 80
        assert not any(one.done() for one in waiting)
    finally:
        end.set()
        await asyncio.gather(*waiting)


async def test_a_name_is_asked_for_once_at_a_time() -> None:
    """Whoever asks meanwhile gets the same answer."""
    asked = []

    def look_up(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return FOUND

    names = NameLookup(look_up=look_up)
    await asyncio.gather(*(names.resolve("a.example", 80) for _ in range(20)))
    assert asked == ["a.example"]
