"""Decode text whose encoding is unknown or wrongly declared, and detect binary data."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a RIFF file (picture, sound or video)"),
    (b"BM", "a bitmap picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"SQLite format 3\x00", "a SQLite database"),
)
_DECLARED = re.compile(rb"<\?xml\b[^>]{0,100}?\bencoding\s*=\s*[\"']([\w.-]{1,40})[\"']", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_SAMPLE = 65536
_UNUSUAL = re.compile("[\u0591-\u05cf\u05f0-\u05f4\uff61-\uff9f\ufb50-\ufdff\ufe70-\ufeff]")
"""Half-width Katakana, Hebrew points and Arabic presentation forms: rare in real text, common after a wrong guess."""
_FEW_CONTROLS = 8
"""Control characters that even a short text may contain by accident."""
_MIN_BYTES_PER_NUL = 30
"""A text may contain a stray NUL; more of them in few bytes mean binary data."""
_ASCII_NULS = 0.3
"""UTF-16 of any European text is about half NUL bytes, all of them at even or all at odd places."""


def binary_kind(data: bytes) -> str | None:
    """Return what `data` is, such as `a PNG picture`, if it is not text in any encoding; else None."""
    controls, nuls = _count_controls(data[:_SAMPLE])
    if (controls * 100 <= len(data[:_SAMPLE]) and not nuls) or encoding_by_marks(data):
        return None
    named = next((name for signature, name in _SIGNATURES if data.startswith(signature)), None)
    return named or (None if controls <= _FEW_CONTROLS and nuls * _MIN_BYTES_PER_NUL <= len(data) else "binary data")


def decode_bytes(data: bytes, *, declared: str | None = None) -> str:
    """Return `data` as text: by its byte order mark or NUL bytes, else as valid UTF-8, else as `declared`, else by a guess.

    Valid UTF-8 counts for more than `declared`, unless all is ASCII: then it may be an encoding in seven bits, such as ISO-2022-JP.
    """
    stated = (declared, "utf-8") if data.isascii() else ("utf-8", declared)
    for encoding in (encoding_by_marks(data), *stated):
        if encoding:
            try:
                return data.decode(encoding).removeprefix("\ufeff")
            except (UnicodeError, LookupError):
                continue
    return data.decode(_guess_encoding(data), "replace")


def says_utf8(body: bytes, content_type: str) -> bool:
    """Return whether an XML document is in UTF-8 by its own word, else by its header, else because neither says anything."""
    declared = _DECLARED.match(body.removeprefix(codecs.BOM_UTF8).lstrip()[:300])
    stated = _CHARSET.search(content_type)
    name = declared[1].decode("ascii") if declared else stated[1] if stated else "utf-8"
    return name.lower() in {"utf-8", "utf8"} and encoding_by_marks(body[:1000]) in {None, "utf-8"}


def repair_utf8(data: bytes) -> bytes:
    """Return UTF-8 with its invalid bytes replaced by U+FFFD if most of what is not ASCII in `data` is valid UTF-8; else `data`."""
    if data.isascii():
        return data
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    else:
        return data
    bad = text.count("\ufffd")
    good = len(text) - bad - len(text.encode("ascii", "ignore"))
    return text.encode() if good > bad else data


def encoding_by_marks(data: bytes) -> str | None:
    """Return the encoding that a byte order mark or the positions of NUL bytes prove, or None."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    sample = data[:_SAMPLE]
    for encoding, high, low in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        nuls = sample[high::2].count(0)
        if nuls > len(sample) / 2 * _ASCII_NULS and sample[low::2].count(0) * 20 < nuls:
            return encoding
    return None


def _count_controls(sample: bytes) -> tuple[int, int]:
    """Return the number of control characters that no text needs, and how many of these are NUL."""
    return sum(sample.count(byte) for byte in (*range(9), *range(14, 27), *range(28, 32))), sample.count(0)


def _guess_encoding(data: bytes) -> str:
    """Return cp1252 for a text with few bytes outside ASCII, else what charset-normalizer detects.

    A result with letters that nobody writes is taken for Cyrillic if the text has hardly any ASCII letters. cp1251 and KOI8-R swap the
    case of letters: the one that gives more small letters is right.
    """
    sample = data[:_SAMPLE]
    high = sum(byte > 127 for byte in sample)
    if high * 4 <= len(sample):
        return "cp1252"
    best = from_bytes(sample).best()
    if best is not None and not _UNUSUAL.search(sample.decode(best.encoding, "replace")):
        return best.encoding
    if high < 3 * sum(byte < 128 and chr(byte).isalpha() for byte in sample):
        return "cp1252"
    return max(("cp1251", "koi8-r"), key=lambda encoding: sum(map(str.islower, sample.decode(encoding, "replace"))))
