"""Turn values of typed classes into JSON and back: what comes back is of the declared types, or refused.

A process that reads documents from strangers answers in JSON, since unpickling would let whoever takes it over run code here.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import orjson

Convert = Callable[[Any], Any]


class MalformedMessage(Exception):
    """A message is not JSON, or its parts are not of the declared types."""


@dataclass(frozen=True, slots=True)
class Codec:
    """Converts values of one type: `encode` to what JSON can say, `decode` back, raising MalformedMessage. None: they are as they are."""

    encode: Convert | None
    decode: Convert


def dump_json(value: object) -> bytes:
    """Return `value` as JSON; a half of a surrogate pair, which is no text, becomes a question mark."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def load_json(data: bytes | bytearray | memoryview) -> Any:
    """Return the value of a JSON text. Raises MalformedMessage."""
    try:
        return orjson.loads(data)
    except ValueError as error:
        raise MalformedMessage(str(error)) from error


@cache
def codec_of(kind: Any) -> Codec:
    """Return the codec of a type. Classes are read by their annotations: dataclasses and named tuples become lists of their fields."""
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return _optional(*(argument for argument in arguments if argument is not NoneType))
    if origin in {tuple, frozenset}:
        return _many(arguments[0], origin)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return Codec(encode=None, decode=_refusing(kind))
    if isinstance(kind, type) and (is_dataclass(kind) or hasattr(kind, "_fields")):
        return _record(kind)
    if (known := getattr(kind, "__supertype__", None)) is not None:
        return codec_of(known)
    raise TypeError(f"no JSON for {kind!r}")


def _refusing(convert: Convert, *expected: type) -> Convert:
    """Return `convert`, which raises MalformedMessage for what it cannot take."""

    def decode(value: Any) -> Any:
        if expected and type(value) not in expected:
            raise MalformedMessage(f"{type(value).__name__} instead of {expected[0].__name__}")
        try:
            return convert(value)
        except (ValueError, TypeError, OverflowError) as error:
            raise MalformedMessage(str(error)) from error

    return decode


def _as_it_is(kind: type) -> Codec:
    def decode(value: Any) -> Any:
        if type(value) is not kind:
            raise MalformedMessage(f"{type(value).__name__} instead of {kind.__name__}")
        return value

    return Codec(encode=None, decode=decode)


def _optional(kind: Any) -> Codec:
    inner = codec_of(kind)
    encode, decode = inner.encode, inner.decode
    return Codec(
        encode=None if encode is None else (lambda value: None if value is None else encode(value)),
        decode=lambda value: None if value is None else decode(value),
    )


def _many(kind: Any, container: Callable[[Any], Any]) -> Codec:
    inner = codec_of(kind)
    encode, decode = inner.encode, inner.decode

    def read(value: Any) -> Any:
        if type(value) is not list:
            raise MalformedMessage(f"{type(value).__name__} instead of a list")
        return container(map(decode, value))

    return Codec(encode=list if encode is None else (lambda value: list(map(encode, value))), decode=read)


def _record(kind: Any) -> Codec:
    hints = get_type_hints(kind)
    names = tuple(kind._fields) if hasattr(kind, "_fields") else tuple(field.name for field in fields(kind) if field.init)
    codecs = [codec_of(hints[name]) for name in names]
    read_all = attrgetter(*names) if len(names) > 1 else (lambda value: (getattr(value, names[0]),))
    converted = [(at, codec.encode) for at, codec in enumerate(codecs) if codec.encode is not None]
    decoders = [codec.decode for codec in codecs]

    def encode(value: Any) -> list[Any]:
        found = list(read_all(value))
        for at, convert in converted:
            found[at] = convert(found[at])
        return found

    def decode(value: Any) -> Any:
        if type(value) is not list or len(value) != len(names):
            raise MalformedMessage(f"no {kind.__name__}")
        return kind(**{name: convert(one) for name, convert, one in zip(names, decoders, value, strict=True)})

    return Codec(encode=encode, decode=decode)


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment


def _number(value: Any) -> float:
    if value is None:
        return math.nan
    if type(value) is not float and type(value) is not int:
        raise MalformedMessage(f"{type(value).__name__} instead of float")
    return float(value)


_SIMPLE: Final[Mapping[Any, Codec]] = {
    str: _as_it_is(str),
    int: _as_it_is(int),
    bool: _as_it_is(bool),
    float: Codec(encode=None, decode=_number),
    bytes: Codec(encode=lambda value: base64.b64encode(value).decode("ascii"), decode=_refusing(_from_base64, str)),
    datetime: Codec(encode=datetime.isoformat, decode=_refusing(_moment, str)),
}
"""A float that is not a number is null in JSON."""
