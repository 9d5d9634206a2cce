"""Decompress a body while it arrives, in bounded steps, so that a decompression bomb is noticed after one step."""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Iterator
from typing import Any, Protocol

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

STEP = 256 * 1024
"""At most so many bytes are produced by one step, in about a millisecond."""

_HEAD = 32
_PLAIN = re.compile(rb"(?:\xef\xbb\xbf)?\s*[<{\[][\x20-\x7e\s]*\Z")
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
ACCEPTED = "gzip, deflate, br, zstd"


class BrokenEncoding(Exception):
    """The body is not compressed as its Content-Encoding says, or it ends in the middle."""


class _Codec(Protocol):
    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the output for `data`, in pieces of at most STEP bytes."""

    @property
    def complete(self) -> bool:
        """Whether the stream is complete."""


class Decoder:
    """Decodes what a Content-Encoding header names, and gzip or zstd that no header names.

    A body that is plainly not compressed is passed on although the header says that it is: some servers label error pages and cached
    copies wrongly.
    """

    def __init__(self, content_encoding: str) -> None:
        names = [name.strip().lower().removeprefix("x-") for name in content_encoding.split(",")]
        self._names = [name for name in names if name not in {"", "identity", "none", "utf-8", "binary"}]
        self._head = b""
        self._codecs: list[_Codec] | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield decoded pieces of at most STEP bytes each."""
        if self._codecs is None:
            self._head += data
            if len(self._head) < _HEAD:
                return
            data, self._head = self._head, b""
            self._codecs = self._choose(data)
        yield from _decode(self._codecs, data)

    def finish(self) -> Iterator[bytes]:
        """Yield what is left at the end of the body. Raises BrokenEncoding if the compressed stream is not complete."""
        if self._codecs is None:
            self._codecs = self._choose(self._head)
            yield from _decode(self._codecs, self._head)
        if not all(codec.complete for codec in self._codecs):
            raise BrokenEncoding("the compressed body ends in the middle")

    def _choose(self, head: bytes) -> list[_Codec]:
        if head.startswith(_GZIP):
            return [_Zlib(31), *_codecs(self._names[:-1])]
        if head.startswith(_ZSTD):
            return [_Zstd(), *_codecs(self._names[:-1])]
        if not head or _PLAIN.match(head[:_HEAD]):
            return []
        if len(head) > 1 and self._names and self._names[-1] == "deflate":
            zlib_header = head[0] & 0x0F == 8 and (head[0] << 8 | head[1]) % 31 == 0
            return [_Zlib(15 if zlib_header else -15), *_codecs(self._names[:-1])]
        return _codecs(self._names)


def _codecs(names: list[str]) -> list[_Codec]:
    makers: dict[str, Any] = {"gzip": lambda: _Zlib(31), "deflate": lambda: _Zlib(15), "br": _Brotli, "zstd": _Zstd}
    for name in names:
        if name not in makers:
            raise BrokenEncoding(f"the body is encoded as {name[:40]!r}, which we did not ask for")
    if len(names) > 3:
        raise BrokenEncoding("the body is compressed more than three times over")
    return [makers[name]() for name in reversed(names)]


def _decode(codecs: list[_Codec], data: bytes) -> Iterator[bytes]:
    if not codecs:
        yield data
        return
    for piece in codecs[0].feed(data):
        yield from _decode(codecs[1:], piece)


class _Zlib:
    """Decodes gzip (one or several members), zlib or raw deflate, by window bits."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._inner = zlib.decompressobj(bits)

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._inner.eof:
                if self._bits != 31 or not data.startswith(_GZIP):
                    return
                self._inner = zlib.decompressobj(self._bits)
            try:
                piece = self._inner.decompress(data, STEP)
            except zlib.error as error:
                raise BrokenEncoding("the compressed body is damaged") from error
            data = self._inner.unused_data if self._inner.eof else self._inner.unconsumed_tail
            yield piece

    @property
    def complete(self) -> bool:
        return self._inner.eof


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            piece = self._inner.process(data, output_buffer_limit=STEP)
            while piece:
                yield piece
                piece = b"" if self._inner.is_finished() else self._inner.process(b"", output_buffer_limit=STEP)
        except brotli.error as error:
            raise BrokenEncoding("the compressed body is damaged") from error

    @property
    def complete(self) -> bool:
        return bool(self._inner.is_finished())


class _Zstd:
    def __init__(self) -> None:
        self._inner = zstd.ZstdDecompressor()

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            while data or not (self._inner.needs_input or self._inner.eof):
                if self._inner.eof:
                    if not data.startswith(_ZSTD):
                        return
                    self._inner = zstd.ZstdDecompressor()
                yield self._inner.decompress(data, STEP)
                data = self._inner.unused_data if self._inner.eof else b""
        except zstd.ZstdError as error:
            raise BrokenEncoding("the compressed body is damaged") from error

    @property
    def complete(self) -> bool:
        return bool(self._inner.eof)
