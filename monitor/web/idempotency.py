"""Answer a request that is sent again, under the same `Idempotency-Key`, as it was answered before."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.responses import Response

from monitor.web.responses import ApiError

MAX_KEY: Final = 255
_MOST_KEPT: Final = 2000
_MOST_BYTES: Final = 100_000
"""A longer answer is not kept: the articles are recognized by themselves."""


class IdempotencyKeys:
    """Remembers the answers to the last requests that had a key, for as long as the process runs. Call it from one event loop."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, tuple[bytes, asyncio.Future[Response]]] = OrderedDict()

    async def answer(self, key: str, digest: bytes, work: Callable[[], Awaitable[Response]]) -> Response:
        """Return what `work` answered under this key, calling it unless it has; what it raises is not kept.

        Raises ApiError with 422 if the key came with another request, whose `digest` differs.
        """
        if not key.strip() or len(key) > MAX_KEY:
            raise ApiError(422, f"`Idempotency-Key` has 1 to {MAX_KEY} characters")
        known = self._answers.get(key)
        if known is not None:
            if known[0] != digest:
                raise ApiError(422, "this `Idempotency-Key` was used for another request; send a new key with a new body")
            return await asyncio.shield(known[1])
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._answers[key] = digest, answer
        try:
            response = await work()
        except BaseException as error:
            del self._answers[key]
            answer.set_exception(
                error if isinstance(error, Exception) else ApiError(503, "the request was broken off; send it again")
            )
            answer.exception()
            raise
        answer.set_result(response)
        if len(response.body) > _MOST_BYTES:
            self._answers.pop(key, None)
        while len(self._answers) > _MOST_KEPT:
            self._answers.popitem(last=False)
        return response
