"""A mail message as an article: subject, date, sender, the text of its body."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses

from monitor.parse.charset import decoded
from monitor.parse.items import NOTHING, Item, Markup

MAX_PARTS = 200


def item_of_mail(data: bytes) -> Item | None:
    """The article in an RFC 5322 message; None if it cannot be taken apart. Attachments are left out."""
    try:
        message = BytesParser(policy=policy.default).parsebytes(data)
        return Item(
            title=Markup(value=_header(message, "subject")),
            content=_body(message),
            guid=_header(message, "message-id") or None,
            authors=tuple(name or address for name, address in getaddresses([_header(message, "from")])),
            language=_header(message, "content-language").partition(",")[0] or None,
            published=_header(message, "date"),
        )
    except Exception:  # noqa: BLE001 - the standard library's parser raises a dozen kinds of error on malformed messages
        return None


def _header(message: EmailMessage, name: str) -> str:
    return str(message.get(name, "") or "")


def _body(message: EmailMessage) -> Markup:
    """The plain text if there is any, else the HTML."""
    html = NOTHING
    for _, part in zip(range(MAX_PARTS), message.walk(), strict=False):
        if part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        kind = part.get_content_type()
        if kind == "text/plain" and (text := _text(part)).strip():
            return Markup(value=text)
        if kind == "text/html" and not html.value:
            html = Markup(value=_text(part), html=True)
    return html


def _text(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    return decoded(payload, declared=part.get_content_charset()) if isinstance(payload, bytes) else ""
