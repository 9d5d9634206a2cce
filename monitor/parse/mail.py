"""Parse a mail message to an article: subject, date, sender, text of the body; a mail of Google Alerts to one for each link in it."""

from __future__ import annotations

import codecs
import re
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.utils import getaddresses

from monitor.domain.urls import is_http
from monitor.parse.charset import decode_bytes
from monitor.parse.google_alerts import is_google_alert, items_of_alert
from monitor.parse.html import html_to_text, plain_text
from monitor.parse.items import Item, Markup

MAX_PARTS = 200
_MAX_DEPTH = 20
_STUB = 3
"""A plain text this many times shorter than its HTML alternative only says that there is HTML."""
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_PAGE = re.compile(r"\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)


def items_of_mail(data: bytes) -> tuple[Item, ...] | None:
    """Return the article of an RFC 5322 message, with forwarded messages and without attachments, or those that it announces; None if it cannot be parsed."""
    try:
        message = BytesParser(policy=policy.default).parsebytes(_with_readable_head(data))
        return _announced(message) or (_item(message),)
    except Exception:  # noqa: BLE001 - the standard library's parser raises a dozen kinds of error on malformed messages
        return None


def _announced(message: EmailMessage) -> tuple[Item, ...]:
    """Return the items that a mail of Google Alerts announces; none for any other mail."""
    if not is_google_alert(_header(message, "from")):
        return ()
    html, plain = (_decoded(message.get_body((kind,))) for kind in ("html", "plain"))
    return items_of_alert(html, plain, _header(message, "date"))


def _decoded(part: MIMEPart | None) -> str:
    payload = None if part is None else part.get_payload(decode=True)
    return decode_bytes(payload, declared=part.get_content_charset()) if part is not None and isinstance(payload, bytes) else ""


def _item(message: EmailMessage) -> Item:
    on_the_web = _header(message, "archived-at").strip(" <>")
    return Item(
        title=Markup(value=_header(message, "subject")),
        content=Markup(value=_text_of(message, depth=0)),
        link=on_the_web if is_http(on_the_web) else None,
        guid=_header(message, "message-id") or None,
        authors=tuple(name or address for name, address in getaddresses([_header(message, "from")])),
        language=_header(message, "content-language").partition(",")[0] or None,
        published=_header(message, "date"),
    )


def _with_readable_head(data: bytes) -> bytes:
    """Return the message without what precedes the first header, and with raw bytes in headers as UTF-8."""
    data = data.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n")
    end = _END_OF_HEAD.search(data)
    head = data[: end.start()] if end else data
    return data if head.isascii() else decode_bytes(head).encode() + data[len(head) :]


def _header(message: EmailMessage, name: str) -> str:
    return str(message.get(name, "") or "")


def _text_of(part: EmailMessage, *, depth: int) -> str:
    """Return the text that a reader of this part sees: the plain one of alternatives, all of a sequence."""
    if part.get_content_disposition() == "attachment" or depth > _MAX_DEPTH:
        return ""
    if not part.is_multipart():
        return _leaf(part)
    inner = [one for one in part.iter_parts() if isinstance(one, EmailMessage)][:MAX_PARTS]
    texts = [text for one in inner if (text := _text_of(one, depth=depth + 1))]
    if part.get_content_type() == "message/rfc822":
        return "\n\n".join(filter(None, [_header(one, "subject") for one in inner] + texts))
    if part.get_content_type() != "multipart/alternative":
        return "\n\n".join(texts)
    longest = max(texts, key=len, default="")
    return next((text for text in texts if len(text) * _STUB >= len(longest)), "")


def _leaf(part: EmailMessage) -> str:
    """Return the text of a part without subparts. A broken multipart is read as text."""
    payload = part.get_payload(decode=True)
    kind = part.get_content_type()
    if not isinstance(payload, bytes) or (kind not in {"text/plain", "text/html"} and part.get_content_maintype() != "multipart"):
        return ""
    text = decode_bytes(payload, declared=part.get_content_charset())
    return html_to_text(text) if kind == "text/html" or _PAGE.match(text) else plain_text(text)
