"""Documents in folders as they come: the words in them are found whatever program has written them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.domain.article import Entry
from monitor.parse.documents import parse_document
from monitor.parse.result import ParseFailure

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HEAD = b"From: Jane <jane@example.org>\nSubject: Plan\n"
LONG = b"The ministry presented its plan for the harbour in the capital today. " * 5


def read(data: bytes, suffix: str) -> tuple[Entry, ...]:
    """The entries of a file."""
    entries = parse_document(data, path=f"/in/a{suffix}", mtime=NOW, now=NOW)
    assert isinstance(entries, tuple), entries
    return entries


def mixed(kind: bytes, *parts: bytes) -> bytes:
    """A mail of several parts."""
    body = b"".join(b"--B\n" + part + b"\n" for part in parts)
    return HEAD + b"Content-Type: multipart/" + kind + b"; boundary=B\n\n" + body + b"--B--\n"


@pytest.mark.parametrize(
    ("mail", "text"),
    [
        (mixed(b"mixed", b"\nFirst.", b"Content-Type: text/html\n\n<p>Second.</p>"), "First.\n\nSecond."),
        (mixed(b"alternative", b"\nWords.", b"Content-Type: text/html\n\n<p>Words!</p>"), "Words."),
        (mixed(b"alternative", b"\nSee the HTML.", b"Content-Type: text/html\n\n<p>" + LONG + b"</p>"), LONG.decode().strip()),
        (mixed(b"mixed", b"\nSee below.", b"Content-Type: message/rfc822\n\nSubject: Old\n\nNews."), "See below.\n\nOld\n\nNews."),
        (mixed(b"mixed", b"\nHello.", b"Content-Disposition: attachment\n\nsecret"), "Hello."),
        (HEAD + b"Content-Type: multipart/mixed\n\nNo parts.", "No parts."),
        (HEAD + b"Content-Type: text/plain\n\n<html><p>A page.</p></html>", "A page."),
        (b"\xef\xbb\xbf\r\n" + HEAD + b"\nMarked.", "Marked."),
        (HEAD + b"Content-Type: text/plain; charset=us-ascii\n\nCaf\xc3\xa9.", "Café."),
    ],
)
def test_all_that_a_mail_says(mail: bytes, text: str) -> None:
    """Every part that a mail program would show is searched, and no attachment."""
    assert [(entry.title, entry.text) for entry in read(mail, ".eml")] == [("Plan", text)]


def test_a_subject_in_raw_bytes() -> None:
    """Old programs did not encode their headers."""
    assert read("Subject: Überfall in Köln\n\nText.".encode("latin-1"), ".eml")[0].title == "Überfall in Köln"


@pytest.mark.parametrize(
    ("document", "suffix", "titles"),
    [
        (b'{"title": "A"},\n{"title": "B"},\n', ".jsonl", ["A", "B"]),
        (b'\x1e{"title": "A"}\n\x1e{"title": "B"}\n', ".jsonl", ["A", "B"]),
        (b'{\n"title": "A"\n}', ".jsonl", ["A"]),
        (b'{"title": "A"}\n{"title": "B"}\n', ".json", ["A", "B"]),
        (b'{"@graph": [{"headline": "A"}]}', ".json", ["A"]),
        (b'{"hits": {"hits": [{"_id": "1", "_source": {"title": "A"}}]}}', ".json", ["A"]),
        (b'{"x1": {"title": "A"}, "x2": {"title": "B"}}', ".json", ["A", "B"]),
        (b'[{"title": {"rendered": "A &amp; <b>B</b>"}}]', ".json", ["A & B"]),
    ],
)
def test_json_in_many_wrappings(document: bytes, suffix: str, titles: list[str]) -> None:
    """Articles are found in what search engines, blogs and scripts put around them."""
    assert [entry.title for entry in read(document, suffix)] == titles


def test_paragraphs_in_a_list() -> None:
    """A text in paragraphs is one text."""
    assert read(b'{"title": "A", "text": ["One.", "Two."]}', ".json")[0].text == "One.\n\nTwo."


@pytest.mark.parametrize("document", [b'{"meta": {"name": "x"}, "n": 1}', b'[\n{"title": "A"},\n{"title": "B"'])
def test_what_is_no_article_makes_none(document: bytes) -> None:
    """Neither a file of settings nor half a list is taken for articles."""
    assert isinstance(parse_document(document, path="/in/a.json", mtime=NOW, now=NOW), ParseFailure)


@pytest.mark.parametrize(
    "front",
    [
        "---\ntitle: Harbour\ntags: [a, b]\n---\n",
        "---\r\ntitle: Harbour\r\ntags:\r\n  - a\r\n  - b\r\n---\r\n",
        "+++\ntitle = 'Harbour'\ntags = ['a', 'b']\n+++\n",
    ],
)
def test_front_matter_in_its_forms(front: str) -> None:
    """YAML with any line ends, and TOML."""
    entry = read(f"{front}Text.".encode(), ".md")[0]
    assert (entry.title, entry.text, entry.tags) == ("Harbour", "Text.", ("a", "b"))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\x1b[31mRed alert\x1b[0m at the harbour.", "Red alert at the harbour."),
        (b"A stray \x00 in a text that is otherwise as it should be.", "A stray in a text that is otherwise as it should be."),
        ("Президент подписал указ о мерах поддержки.".encode("koi8-r"), "Президент подписал указ о мерах поддержки."),
        ("Президент подписал указ о мерах поддержки.".encode("cp1251"), "Президент подписал указ о мерах поддержки."),
        ("Grüße".encode("latin-1"), "Grüße"),
    ],
)
def test_texts_that_are_not_quite_text(data: bytes, text: str) -> None:
    """Colours of a terminal, a stray NUL and old encodings hide no word."""
    assert read(data, ".txt")[0].text == text


def test_a_page_that_declares_the_wrong_encoding() -> None:
    """What is UTF-8 to the last byte is UTF-8."""
    page = '<meta charset="iso-8859-1"><title>Café ☕</title><body><svg><title>icon</title></svg>x'
    assert read(page.encode(), ".html")[0].title == "Café ☕"
