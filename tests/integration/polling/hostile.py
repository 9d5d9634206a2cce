"""Everything a server can do to a client, as answers to a request whose head has been read."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import ssl
import zlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import brotli
from backports import zstd
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.fetching.outcome import Problem

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def saying(*parts: bytes, every: float = 0.0) -> Answer:
    """Write `parts`, each `every` seconds after the last, and hang up."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            if every:
                await asyncio.sleep(every)

    return answer


async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take the request and say nothing until the client goes away."""
    del writer
    await reader.read()


async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A byte every now and then: each one would reset a timeout that only looks at silence."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
    with contextlib.suppress(ConnectionError):
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)


async def drip_headers(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Headers that never end."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    with contextlib.suppress(ConnectionError):
        while not writer.is_closing():
            writer.write(b"X-More: 1\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)


async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A body without end, as fast as it goes."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
    with contextlib.suppress(ConnectionError):
        while not writer.is_closing():
            writer.write(b"<item>endless</item>" * 4096)
            await writer.drain()


def pack_fingerprints(encoding: str, body: bytes) -> Answer:
    """A whole answer with a Content-Encoding."""
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return saying(head + body)


BOMB = b"\0" * 50_000_000
ERROR_PAGE = b"<!doctype html><html><head><title>Sorry</title></head><body><h1>An error has occurred</h1></body></html>"

HOSTILE: dict[str, tuple[Answer, Problem]] = {
    "never answers": (never, Problem.TIMEOUT),
    "drips its body": (drip, Problem.TIMEOUT),
    "drips its headers": (drip_headers, Problem.TIMEOUT),
    "endless body": (endless, Problem.TOO_LARGE),
    "gzip bomb": (pack_fingerprints("gzip", gzip.compress(BOMB)), Problem.TOO_LARGE),
    "gzip bomb in gzip": (pack_fingerprints("gzip, gzip", gzip.compress(gzip.compress(BOMB))), Problem.TOO_LARGE),
    "deflate bomb": (pack_fingerprints("deflate", zlib.compress(BOMB)), Problem.TOO_LARGE),
    "brotli bomb": (pack_fingerprints("br", brotli.compress(BOMB, quality=1)), Problem.TOO_LARGE),
    "zstd bomb": (pack_fingerprints("zstd", zstd.compress(BOMB)), Problem.TOO_LARGE),
    "damaged gzip": (pack_fingerprints("gzip", gzip.compress(bytes(range(256)) * 40)[:60] + b"\xff" * 60), Problem.BAD_COMPRESSION),
    "gzip that ends in the middle": (
        pack_fingerprints("gzip", gzip.compress(bytes(range(256)) * 40)[:90]),
        Problem.BAD_COMPRESSION,
    ),
    "unknown encoding": (pack_fingerprints("lzma", bytes(range(128, 228))), Problem.BAD_COMPRESSION),
    "encoded a hundred times": (pack_fingerprints(", ".join(["gzip"] * 100), gzip.compress(b"x" * 99)), Problem.BAD_COMPRESSION),
    "200 with an error page": (saying(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + ERROR_PAGE), Problem.NO_FEED),
    "200 with nothing": (saying(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), Problem.NO_FEED),
    "truncated chunks": (
        saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n50\r\nabc"),
        Problem.TRUNCATED,
    ),
    "less than announced": (saying(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<rss>"), Problem.TRUNCATED),
    "negative length": (saying(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n<rss>"), Problem.PROTOCOL),
    "two lengths": (saying(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n<rss>."), Problem.PROTOCOL),
    "not HTTP": (saying(b"220 mail.example ESMTP\r\n"), Problem.PROTOCOL),
    "hangs up": (saying(), Problem.PROTOCOL),
    "304 unasked": (saying(b"HTTP/1.1 304 Not Modified\r\n\r\n"), Problem.UNASKED_304),
    "404": (saying(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), Problem.NOT_FOUND),
    "403": (saying(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"), Problem.FORBIDDEN),
    "429": (saying(b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n"), Problem.TOO_FAST),
    "500": (saying(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"), Problem.SERVER_ERROR),
    "999": (saying(b"HTTP/1.1 999 Denied\r\nContent-Length: 0\r\n\r\n"), Problem.SERVER_ERROR),
    "401": (saying(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"), Problem.HTTP_STATUS),
    "206 unasked": (saying(b"HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\n\r\n<rss>"), Problem.HTTP_STATUS),
    "redirect without a target": (saying(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"), Problem.HTTP_STATUS),
    "redirect to file": (
        saying(b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"),
        Problem.BAD_REDIRECT,
    ),
    "redirect to data": (saying(b"HTTP/1.1 302 Found\r\nLocation: data:,hello\r\nContent-Length: 0\r\n\r\n"), Problem.BAD_REDIRECT),
    "redirect to itself": (saying(b"HTTP/1.1 301 Moved\r\nLocation: /feed\r\nContent-Length: 0\r\n\r\n"), Problem.REDIRECT_LOOP),
}
"""What the server does, and the name under which it is reported."""


def self_signed(folder: Path) -> ssl.SSLContext:
    """The context of a TLS server whose certificate nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = SYSTEM_CLOCK.now()
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    pem = certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "server.pem"
    file.write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
