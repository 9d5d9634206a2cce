"""Ask the program's own HTTP API."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

import aiohttp

from monitor.domain.errors import MonitorError
from monitor.domain.text import printable

_TIMEOUT: Final = aiohttp.ClientTimeout(total=60, connect=5)
_LARGEST: Final = 20_000_000


class ApiRefusal(MonitorError):
    """The API cannot be reached, or refuses; the message is its own where it gives one."""


class ApiClient:
    """`async with ApiClient(url, token) as api: await api.get("/api/alerts", term="Rafah")`."""

    def __init__(self, url: str, token: str | None) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(headers=self._headers, timeout=_TIMEOUT, trust_env=False)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, path: str, **query: str | int | None) -> Any:
        """Return the answer to a question; parameters that are None or empty are left out. Raises ApiRefusal."""
        return await self._ask("GET", path, query={name: str(value) for name, value in query.items() if value not in {None, ""}})

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Return the answer to a change. Raises ApiRefusal."""
        return await self._ask("POST", path, body=body)

    async def _ask(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> Any:
        assert self._session is not None
        try:
            async with self._session.request(method, self._url + path, params=query, json=body, allow_redirects=False) as answer:
                document = await _json(answer)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ApiRefusal(
                f"{self._url} cannot be reached ({printable(str(error)) or 'no answer in time'}); is `news-monitor web` or `run` running?"
            ) from error
        if answer.status >= 400:
            detail = document.get("detail") or document.get("title") if isinstance(document, dict) else None
            raise ApiRefusal(printable(str(detail or f"the API answered {answer.status}")))
        return document


async def _json(answer: aiohttp.ClientResponse) -> Any:
    if answer.status == 204:
        return None
    if (answer.content_length or 0) > _LARGEST:
        raise ApiRefusal("the answer is too large; ask for less")
    try:
        return await answer.json(content_type=None)
    except ValueError as error:
        raise ApiRefusal(f"the API answered {answer.status} with what is no JSON; is this address that of news-monitor?") from error


def part(text: str) -> str:
    """Return a text as one part of a path."""
    return quote(text, safe="")
