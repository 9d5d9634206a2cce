"""A sample of everything that parser processes read, to be read once before they are shut in."""

from __future__ import annotations

import zlib
from typing import Final

_ITEM: Final = (
    "<item><title>A &amp; B</title><link>https://example.org/1</link><pubDate>{date}</pubDate><description>&lt;p&gt;One &lt;b&gt;two&lt;/b&gt;"
    "&lt;ul&gt;&lt;li&gt;&lt;a href='/x'&gt;x&lt;/a&gt;&lt;/ul&gt;</description></item>"
)
_DATES: Final = (
    "Thu, 21 Mar 2024 08:00:00 +0000",
    "21 March 2024 08:00 EST",
    "2024-03-21T08:00:00Z",
    "21. M\u00e4rz 2024",
    "Thu Mar 21 08:00:00 2024",
    "\u03a0\u03b5\u03bc, 21 \u039c\u03ac\u03c1 2024 08:00:00 EST",
    "2024-m\u00e1rcius-21T8:00",
    "no date",
)
_RSS: Final = f'<rss version="2.0"><channel><title>A</title>{"".join(_ITEM.format(date=date) for date in _DATES)}</channel></rss>'
_PARAGRAPHS: Final = "".join(
    f"<p>This is sentence {number} of a longer article, with words enough to be one.</p>" for number in range(20)
)
_PAGE: Final = (
    "<!doctype html><html lang=en><head><title>A page</title><meta name=author content=B></head><body><nav><a href=/>home</a></nav>"
    f"<article><h1>A page</h1>{_PARAGRAPHS}<h3>Read more</h3><ul><li><a href=/1>One</a><li><a href=/2>Two</a><li><a href=/3>Three</a></ul>"
    "</article></body></html>"
)
_MAIL: Final = (
    "From: A <a@example.org>\r\nSubject: =?utf-8?q?B=C3=A4?=\r\nDate: Thu, 21 Mar 2024 08:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\nContent-Type: text/plain; charset=iso-8859-1\r\n'
    "Content-Transfer-Encoding: quoted-printable\r\n\r\nOne =E4\r\n--x\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    "PHA+dHdvPC9wPg==\r\n--x\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nthree\r\n--x--\r\n"
)
_CONTENT: Final = zlib.compress(b"BT /F1 12 Tf (One two) Tj ET")
_PDF: Final = (
    b"%%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
    b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>\nendobj\n"
    b"4 0 obj\n<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream\nendobj\n"
    b"5 0 obj\n<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>\nendobj\n"
    b"6 0 obj\n<</Title(A)/Author(B)/CreationDate(D:20240321080000Z)>>\nendobj\n"
    b"trailer<</Size 7/Root 1 0 R/Info 6 0 R>>\nstartxref\n0\n%%%%EOF" % (len(_CONTENT), _CONTENT)
)

SAMPLES: Final[tuple[tuple[str, bytes], ...]] = (
    ("feed.xml", _RSS.encode()),
    ("broken.xml", _RSS.replace("</item>", "</itm>").replace("&amp;", "&nbsp;").encode()),
    ("latin.xml", _RSS.encode("iso-8859-7", "replace").replace(b"<rss", b'<?xml version="1.0" encoding="iso-8859-7"?><rss', 1)),
    ("atom.xml", b'<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><title>B</title><id>1</id></entry></feed>'),
    (
        "sitemap.xml",
        b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://example.org/1</loc></url></urlset>',
    ),
    ("feed.json", b'{"version":"https://jsonfeed.org/version/1.1","title":"A","items":[{"id":"1","content_html":"<p>B</p>"}]}'),
    ("page.html", _PAGE.encode()),
    ("short.html", b"<html><body>before you continue, accept cookies</body></html>"),
    ("text.txt", "date 2024-03-21 Title\n\nOne two.\n".encode("utf-16")),
    ("guess.txt", "\u043e\u0434\u0438\u043d \u0434\u0432\u0430 \u0442\u0440\u0438 ".encode("cp1251") * 20),
    ("text.md", b"---\ntitle: A\n---\n# A\n\n*one* [two](https://example.org/)\n"),
    ("lines.jsonl", b'{"title":"A","text":"B"}\n{"title":"C"}\n'),
    ("mail.eml", _MAIL.encode()),
    ("paper.pdf", _PDF),
    (
        "warning.xml",
        b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>1</identifier><info><event>A</event></info></alert>',
    ),
    ("story.xml", b"<nitf><body><hl1>A</hl1><body.content><p>B</p></body.content></body></nitf>"),
    (
        "message.xml",
        b"<newsMessage><newsItem guid='1'><headline>A</headline><inlineXML><p>B</p></inlineXML></newsItem></newsMessage>",
    ),
    ("wire.txt", b"\x01a1\x02A B\x0304-01-2024 0800EST\x04"),
)
"""Names and contents; what is no sample for a task is refused by its reader."""
