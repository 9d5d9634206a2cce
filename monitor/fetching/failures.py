"""Name the ways in which a request fails, each with a sentence for the operator."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping

import aiohttp

from monitor.domain.text import one_line
from monitor.fetching.address_guard import ForbiddenAddress
from monitor.fetching.outcome import Problem

_STATUS = {
    400: "the server rejects the request as malformed",
    401: "the server asks for credentials, or does not accept those configured",
    402: "the server asks for payment",
    403: "the server refuses us at this address, and the pause before the next try grows",
    404: "the server knows no feed at this address",
    407: "the proxy asks for credentials",
    410: "the server says the feed is gone for good",
    429: "the server refuses us as too fast, and the pause before the next try grows",
    451: "the feed is withheld for legal reasons",
}
_PROBLEMS = {403: Problem.FORBIDDEN, 404: Problem.NOT_FOUND, 410: Problem.GONE, 429: Problem.TOO_FAST}

_GUARDS = (
    ("cf-mitigated", "challenge", "Cloudflare"),
    ("server", "ddos-guard", "DDoS-Guard"),
    ("x-datadome", "protected", "DataDome"),
    ("x-vercel-mitigated", "challenge", "Vercel"),
    ("x-amzn-waf-action", "challenge", "AWS WAF"),
)
"""Header, a part of its value, and the protection service that sends it with a challenge."""


def explain_error(error: BaseException) -> tuple[Problem, str]:
    """Return the problem and a sentence for an exception that a request has raised."""
    for kind, explain in _EXPLAINED:
        if isinstance(error, kind):
            return explain(error)
    return Problem.CONNECT, f"the connection failed: {_words(error)}"


def explain_status(status: int, headers: Mapping[str, str]) -> tuple[Problem, str]:
    """Return the problem and a sentence for an answer that is neither a body nor "not changed"."""
    guard = _guard_of(headers) if status in {403, 429, 503} else None
    if guard is not None:
        return (
            Problem.FORBIDDEN,
            f"{guard}, a protection service, wants proof of a browser ({status}); ask the publisher to let us in",
        )
    if status in _STATUS:
        return _PROBLEMS.get(status, Problem.HTTP_STATUS), f"{_STATUS[status]} ({status})"
    if status >= 500:
        return Problem.SERVER_ERROR, f"the server has a fault of its own ({status})"
    return Problem.HTTP_STATUS, f"the server answers with status {status}"


def _guard_of(headers: Mapping[str, str]) -> str | None:
    """Return the name of the protection service whose challenge this is; None for an answer of the server itself."""
    return next((name for header, mark, name in _GUARDS if mark in headers.get(header, "").lower()), None)


def _dns(error: BaseException) -> tuple[Problem, str]:
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorDNSError) else error
    number = cause.errno if isinstance(cause, OSError) else None
    if isinstance(cause.__cause__, OSError) and number is None:
        number = cause.__cause__.errno
    if number == socket.EAI_AGAIN:
        return Problem.DNS_TEMPORARY, "the name of the server cannot be looked up at the moment"
    return Problem.DNS, "there is no server of this name"


def _connector(error: BaseException) -> tuple[Problem, str]:
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, ForbiddenAddress) or "is not a public address" in str(cause):
        return Problem.FORBIDDEN_ADDRESS, f"a redirect or link leads into a private network: {_words(cause)}"
    if isinstance(cause, ConnectionRefusedError) or "Connect call failed" in str(cause):
        return Problem.CONNECT, "the server does not take connections"
    if isinstance(cause, ConnectionResetError):
        return Problem.CONNECT, "the server or a firewall broke off while the connection was being made; perhaps its TLS is too old"
    return Problem.CONNECT, f"the server cannot be reached: {_words(cause)}"


def _tls(error: BaseException) -> tuple[Problem, str]:
    cause = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Problem.TLS, f"the server's certificate cannot be trusted: {one_line(cause.verify_message)[:200]}"
    return Problem.TLS, f"no secure connection: {_words(cause)}"


def _payload(error: BaseException) -> tuple[Problem, str]:
    text = str(error)
    if "ContentLengthError" in text:
        return Problem.TRUNCATED, "the body is shorter than announced"
    if "TransferEncodingError" in text:
        return Problem.TRUNCATED, "the body ends in the middle of a chunk"
    return Problem.TRUNCATED, f"the body broke off: {_words(error)}"


def _protocol(error: BaseException) -> tuple[Problem, str]:
    message = error.message if isinstance(error, aiohttp.ClientResponseError) else ""
    return Problem.PROTOCOL, f"the answer is not proper HTTP: {one_line(message)[:150]}"


def _words(error: BaseException) -> str:
    return one_line(str(error))[:200] or type(error).__name__


_EXPLAINED = (
    (TimeoutError, lambda _: (Problem.TIMEOUT, "the server did not answer in time")),
    (aiohttp.ClientConnectorDNSError, _dns),
    (aiohttp.ClientProxyConnectionError, lambda e: (Problem.PROXY, f"the proxy cannot be reached: {_words(e)}")),
    (aiohttp.ClientHttpProxyError, lambda e: (Problem.PROXY, f"the proxy refuses the request: {_words(e)}")),
    (aiohttp.ClientConnectorCertificateError, _tls),
    (aiohttp.ClientConnectorSSLError, _tls),
    (aiohttp.ClientSSLError, _tls),
    (aiohttp.ClientConnectorError, _connector),
    (aiohttp.ClientPayloadError, _payload),
    (aiohttp.ServerDisconnectedError, lambda _: (Problem.PROTOCOL, "the server hung up without an answer")),
    (aiohttp.ClientResponseError, _protocol),
    (aiohttp.InvalidURL, lambda _: (Problem.BAD_URL, "the address is not a usable URL")),
    (ssl.SSLError, _tls),
    (ConnectionError, lambda e: (Problem.CONNECT, f"the connection broke: {_words(e)}")),
)
