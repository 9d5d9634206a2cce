"""Content-Encoding undone while the body arrives, in bounded steps: a bomb is noticed after one step, not after it went off."""

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
"""Bytes that one step may produce; a step takes about a millisecond."""

_HEAD = 32
_PLAIN = re.compile(rb"(?:\xef\xbb\xbf)?\s*[<{\[][\x20-\x7e\s]*\Z")
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
ACCEPTED = "gzip, deflate, br, zstd"


class BrokenEncoding(Exception):
    """The body is not what its Content-Encoding says, or it ends in the middle."""


class _Stage(Protocol):
    def feed(self, data: bytes) -> Iterator[bytes]:
        """The output for `data`, in pieces of at most STEP."""

    @property
    def complete(self) -> bool:
        """Whether the stream may end here."""


class Decoder:
    """Undoes the encodings that a Content-Encoding header names, and gzip or zstd that no header names.

    A body that is plainly not compressed passes through although the header says it is: some servers label error pages and cached copies wrongly.
    """

    def __init__(self, content_encoding: str) -> None:
        names = [name.strip().lower().removeprefix("x-") for name in content_encoding.split(",")]
        self._names = [name for name in names if name not in {"", "identity", "none", "utf-8", "binary"}]
        self._head = b""
        self._stages: list[_Stage] | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decoded pieces of at most STEP bytes each."""
        if self._stages is None:
            self._head += data
            if len(self._head) < _HEAD:
                return
            data, self._head = self._head, b""
            self._stages = self._choose(data)
        yield from _through(self._stages, data)

    def finish(self) -> Iterator[bytes]:
        """What is left at the end of the body; BrokenEncoding if the compressed stream is not complete."""
        if self._stages is None:
            self._stages = self._choose(self._head)
            yield from _through(self._stages, self._head)
        if not all(stage.complete for stage in self._stages):
            raise BrokenEncoding("the compressed body ends in the middle")

    def _choose(self, head: bytes) -> list[_Stage]:
        if head.startswith(_GZIP):
            return [_Zlib(31), *_stages(self._names[:-1])]
        if head.startswith(_ZSTD):
            return [_Zstd(), *_stages(self._names[:-1])]
        if not head or _PLAIN.match(head[:_HEAD]):
            return []
        if len(head) > 1 and self._names and self._names[-1] == "deflate":
            zlib_header = head[0] & 0x0F == 8 and (head[0] << 8 | head[1]) % 31 == 0
            return [_Zlib(15 if zlib_header else -15), *_stages(self._names[:-1])]
        return _stages(self._names)


def _stages(names: list[str]) -> list[_Stage]:
    makers: dict[str, Any] = {"gzip": lambda: _Zlib(31), "deflate": lambda: _Zlib(15), "br": _Brotli, "zstd": _Zstd}
    for name in names:
        if name not in makers:
            raise BrokenEncoding(f"the body is encoded as {name[:40]!r}, which we did not ask for")
    if len(names) > 3:
        raise BrokenEncoding("the body is compressed more than three times over")
    return [makers[name]() for name in reversed(names)]


def _through(stages: list[_Stage], data: bytes) -> Iterator[bytes]:
    if not stages:
        yield data
        return
    for piece in stages[0].feed(data):
        yield from _through(stages[1:], piece)


class _Zlib:
    """gzip (one or several members), zlib or raw deflate, by window bits."""

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
