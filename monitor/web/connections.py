"""Bound what a connection may keep: one that does not finish its request's head is closed, and there are not endlessly many."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

HEAD_S: Final = 15.0
"""How long a client may take to send the head of a request."""
MAX_CONNECTIONS: Final = 1000


class PatientProtocol(H11Protocol):
    """uvicorn's protocol, with an end to its patience for heads of requests."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request, or close at once what is one too many."""
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.close()
            return
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        """Read on, and watch how long the head takes."""
        super().data_received(data)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop watching."""
        self._forget()
        super().connection_lost(exc)

    @property
    def _between_requests(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn's annotation leaves out the None
        return cycle is None or cycle.response_complete

    def _watch_head(self) -> None:
        if not self._between_requests:
            self._forget()
        elif self._head_due is None:
            self._head_due = self.loop.call_later(HEAD_S, self._close)

    def _close(self) -> None:
        self._head_due = None
        if self._between_requests and not self.transport.is_closing():
            self.transport.close()

    def _forget(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None
