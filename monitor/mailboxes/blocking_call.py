"""Await calls that block, each in a daemon thread of its own: one that hangs keeps neither others waiting nor the process alive."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(call: Callable[[], T], *, unwanted: Callable[[T], object] | None = None) -> T:
    """Return the result of a blocking call. If nobody waits for it any more, `unwanted` gets it."""
    loop = asyncio.get_running_loop()
    result: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, error: BaseException | None) -> None:
        if result.done():
            _drop(value)
        elif error is not None:
            result.set_exception(error)
        else:
            result.set_result(value)  # type: ignore[arg-type] # the value of `call`

    def _drop(value: T | None) -> None:
        if value is not None and unwanted is not None:
            unwanted(value)

    def run() -> None:
        value: T | None = None
        error: BaseException | None = None
        try:
            value = call()
        except BaseException as raised:  # noqa: BLE001 - handed to whoever waits
            error = raised
        try:
            loop.call_soon_threadsafe(settle, value, error)
        except RuntimeError:  # the loop is closed
            _drop(value)

    threading.Thread(target=run, name="mailbox", daemon=True).start()
    return await result
