"""Documents in folders: every kind of file to its title, text, date and identity."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.article import Entry
from monitor.parse.documents import is_document, parse_document
from monitor.parse.result import ParseFailure

NOW = datetime(2026, 11, 21, tzinfo=UTC)
MARCH = datetime(2024, 3, 21, tzinfo=UTC)
KINDS = (".txt", ".md", ".html", ".json", ".jsonl", ".eml", ".pdf")


def _read(data: bytes | str, name: str = "a.txt") -> tuple[Entry, ...]:
    result = parse_document(data.encode() if isinstance(data, str) else data, path=f"/in/{name}", mtime=NOW, now=NOW)
    assert not isinstance(result, ParseFailure), result.reason
    return result


def _reason(data: bytes, name: str = "a.txt") -> str:
    result = parse_document(data, path=f"/in/{name}", mtime=NOW, now=NOW)
    assert isinstance(result, ParseFailure)
    return result.reason


def test_a_leading_date_is_the_publication_date_and_no_text() -> None:
    """` date 2024-03-21 ` before the first word dates the document and is not part of what is matched."""
    (entry,) = _read(" date 2024-03-21 The council met in Rafah. It decided nothing.\n\nBackground\n\nMore.")
    assert entry.published_at == MARCH
    assert entry.title == "The council met in Rafah."
    assert entry.text == "The council met in Rafah. It decided nothing.\n\nBackground\n\nMore."
    assert entry.key == "/in/a.txt"
    assert entry.url == "file:///in/a.txt"


def test_no_date_is_invented() -> None:
    """A document that states no date has none, and a sentence about a date stays a sentence."""
    (entry,) = _read("Date night is 2024-03-21 in town.")
    assert entry.published_at is None
    assert entry.text == "Date night is 2024-03-21 in town."
    (refused,) = _read("date 2031-01-01 From the future.")
    assert (refused.published_at, refused.text) == (None, "From the future.")


def test_a_heading_line_without_marks_is_the_title() -> None:
    """A short first line that stands alone and is no sentence heads the document; the body begins after it."""
    (entry,) = _read("Talks resume in Cairo\n\nNegotiators met again. They talked.")
    assert (entry.title, entry.text) == ("Talks resume in Cairo", "Negotiators met again. They talked.")


def test_a_long_first_sentence_is_cut_at_a_word() -> None:
    """The title fits a line, and nothing is taken out of the body for it."""
    sentence = "word " * 60 + "end."
    (entry,) = _read(sentence)
    assert len(entry.title) <= 120
    assert entry.title.endswith("word…")
    assert entry.text == sentence


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Dr. Smith of the U.S. Navy met Mr. Jones. Then he left.", "Dr. Smith of the U.S. Navy met Mr. Jones."),
        ("\u201cWe will go on.\u201d He said no more.", "\u201cWe will go on.\u201d"),
        ("停火协议达成。双方撤军。", "停火协议达成。"),
        ("Growth was 3.5 per cent. Prices fell.", "Growth was 3.5 per cent."),
        ("A text that is broken\ninto short lines. And\nmore.", "A text that is broken into short lines."),
        ("- one\n- two", "- one"),
    ],
)
def test_first_sentences(text: str, title: str) -> None:
    """Abbreviations, quotations, numbers and other scripts do not cut a title short."""
    assert _read(text)[0].title == title


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings(encoding: str) -> None:
    """A document is read in whatever encoding an editor saved it."""
    text = "Die Waffenruhe über München hält für drei Tage, sagte der Café-Besitzer."
    assert _read(text.encode(encoding))[0].text == text


def test_an_encoding_of_another_script_is_recognized() -> None:
    """Text that is neither UTF-8 nor Western is not turned into accents."""
    text = "Сегодня стороны объявили о прекращении огня. Переговоры продолжатся завтра в столице."
    assert _read(text.encode("cp1251"))[0].text == text


def test_markdown() -> None:
    """The heading is the title, marks are gone, links keep their words."""
    (entry,) = _read(
        "date 2024-03-21\n# The *truce* holds\n\nSee [the report](https://example.org/x) **now**.\n\n- one\n- two\n", "a.md"
    )
    assert entry.title == "The truce holds"
    assert entry.text == "See the report now.\n\none\ntwo"
    assert entry.published_at == MARCH


def test_markdown_front_matter() -> None:
    """Fields that site generators write are used."""
    source = '---\ntitle: "A title"\ndate: 2024-03-21\nauthor: Jo\nlang: en-GB\ntags: [a, b]\nurl: https://example.org/a\n---\nBody text.\n'
    (entry,) = _read(source, "a.md")
    assert (entry.title, entry.text, entry.author, entry.language) == ("A title", "Body text.", "Jo", "en-GB")
    assert (entry.published_at, entry.tags, entry.url) == (MARCH, ("a", "b"), "https://example.org/a")


def test_html_page() -> None:
    """A saved page gives its article, not its menus, and its own address."""
    page = """<html lang="en"><head><title>T &amp; U</title><meta property="article:published_time" content="2024-03-21T00:00:00Z">
        <meta name="author" content="Jo"><link rel="canonical" href="https://example.org/s"></head>
        <body><nav>Menu</nav><article><p>One.<p>Two.</article><footer>Imprint</footer></body></html>"""
    (entry,) = _read(page, "a.html")
    assert (entry.title, entry.text, entry.url) == ("T & U", "One.\n\nTwo.", "https://example.org/s")
    assert (entry.published_at, entry.author, entry.language, entry.key) == (MARCH, "Jo", "en", "/in/a.html")


def test_html_in_its_declared_encoding() -> None:
    """The page's own declaration decides where UTF-8 does not fit."""
    page = '<meta charset="iso-8859-2"><p>Zażółć gęślą jaźń</p>'.encode("iso-8859-2")
    assert _read(page, "a.htm")[0].text == "Zażółć gęślą jaźń"


def test_json_object_and_lists() -> None:
    """One object is one article; a list is many, each under an identity of its own."""
    (one,) = _read('{"headline": "T", "body": "<p>a</p><p>b</p>", "url": "https://example.org/1", "date": "2024-03-21"}', "a.json")
    assert (one.title, one.text, one.url, one.published_at, one.key) == (
        "T",
        "a\n\nb",
        "https://example.org/1",
        MARCH,
        "/in/a.json",
    )
    two = _read('{"articles": [{"id": 7, "title": "A"}, 3, {"text": "B only", "author": {"name": "Jo"}}]}', "a.json")
    assert [entry.title for entry in two] == ["A", "B only"]
    assert two[0].key == "/in/a.json#7"
    assert two[1].author == "Jo"
    assert len({entry.url for entry in two}) == 2


def test_json_that_wraps_its_articles() -> None:
    """Answers saved from an interface are unwrapped; an article that has lists of its own stays one article."""
    assert _read('{"status": "ok", "data": {"results": [{"title": "A", "text": "a"}]}}', "a.json")[0].title == "A"
    assert _read('{"title": "T", "summary": "s", "data": [1, 2]}', "a.json")[0].title == "T"


def test_a_record_keeps_its_identity_when_the_list_grows() -> None:
    """A record put in front of others makes one new article, not a revision of every one."""
    before = _read('[{"title": "A", "text": "a"}, {"title": "B", "text": "b"}]', "a.json")
    after = _read('[{"title": "New", "text": "n"}, {"title": "A", "text": "a"}, {"title": "B", "text": "b"}]', "a.json")
    assert [(entry.key, entry.url) for entry in after[1:]] == [(entry.key, entry.url) for entry in before]


def test_json_lines_pass_over_broken_ones() -> None:
    """A line cut off in the middle does not cost the others."""
    assert [entry.title for entry in _read('{"title": "A"}\n{"title": "B\n\n{"title": "C"}\n', "a.jsonl")] == ["A", "C"]


def test_json_feed_in_a_file() -> None:
    """A JSON Feed on disk is read as what it is."""
    feed = '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "content_html": "<p>Hello there.</p>"}]}'
    assert _read(feed, "a.json")[0].title == "Hello there."


def test_mail() -> None:
    """Subject, sender, date and the readable parts of the body; attachments are left out."""
    message = (
        "Subject: =?utf-8?q?Lage_in_M=C3=BCnchen?=\r\nFrom: Jo <jo@example.org>\r\nDate: Thu, 21 Mar 2024 01:00:00 +0100\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>html</p>\r\n--b\r\n"
        "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe\r\n--b\r\n"
        "Content-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nno\r\n--b--\r\n"
    )
    (entry,) = _read(message, "a.eml")
    assert (entry.title, entry.text, entry.author, entry.published_at) == ("Lage in München", "html\n\nGrüße", "Jo", MARCH)


def test_pdf() -> None:
    """The text of a PDF document, where the optional reader is installed."""
    pytest.importorskip("pypdf")
    drawn = b"BT /F1 12 Tf 72 700 Td (The truce holds. So far.) Tj ET"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Title(A report)/CreationDate(D:20240321000000Z)>>",
    )
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size 7/Root 1 0 R/Info 6 0 R>>\nstartxref\n%d\n%%%%EOF" % len(body)
    (entry,) = _read(body + b"xref\n0 7\n0000000000 65535 f \n" + table + trailer, "a.pdf")
    assert (entry.title, entry.text, entry.published_at) == ("A report", "The truce holds. So far.", MARCH)


def test_a_stray_control_character_costs_no_document() -> None:
    """A short text with a bell in it, or with a terminal's colours, is read all the same."""
    (entry,) = _read(b"A \x1b[31mred\x1b[0m line and a bell \x07 in the north.", "a.txt")
    assert "in the north." in entry.text


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "a.txt", "empty"),
        (b" \n\t", "a.txt", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a.txt", "PNG picture"),
        (b"\x89PNG\r\n\x1a\nIHDR", "a.txt", "PNG picture"),
        (bytes(range(256)) * 10, "a.md", "binary"),
        (b"x" * 10_000_001, "a.txt", "larger than 10 MB"),
        (b"{'a': 1}", "a.json", "not valid JSON"),
        (b'{"a": 1}', "a.json", "no object"),
        (b"nothing\nhere", "a.jsonl", "no line"),
        (b"<html><script>x</script></html>", "a.html", "no text"),
        (b"%PDF-1.7 broken", "a.pdf", "PDF"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, name: str, reason: str) -> None:
    """An unreadable file is reported in words that tell what to do about it."""
    assert reason in _reason(data, name)


def test_which_files_are_documents() -> None:
    """Names decide, in any case; hidden files and other kinds are not looked at."""
    assert all(is_document(f"/in/A{kind.upper()}") for kind in KINDS)
    assert not any(is_document(name) for name in ("/in/a.exe", "/in/.a.txt", "/in/a", "/in/a.txt.part", "/in/a.txt~"))


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(KINDS))
def test_any_bytes_in_any_kind_of_file(data: bytes, kind: str) -> None:
    """No content makes it raise; what comes out has a title and the file's key."""
    result = parse_document(data, path=f"/in/a{kind}", mtime=NOW, now=NOW)
    assert isinstance(result, ParseFailure) or all(entry.key.startswith("/in/a") for entry in result)


def test_the_users_own_documents() -> None:
    """No title, a date in front, headings without marks: each gives a title, a whole body, and its date."""
    seeds = os.environ.get("NEWS_MONITOR_SEEDS")
    if not seeds:
        pytest.skip("NEWS_MONITOR_SEEDS is not set")
    for path in Path(seeds).glob("*.txt"):
        data = path.read_bytes()
        (entry,) = _read(data, path.name)
        dated = data.lstrip().startswith(b"date 2024-03-21")
        assert entry.published_at == (MARCH if dated else None)
        assert not entry.text.startswith("date")
        assert entry.text.count("\n\n") >= 6
        assert 20 < len(entry.title) <= 120
