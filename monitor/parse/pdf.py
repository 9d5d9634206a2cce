"""Parse PDF documents with the optional `pypdf` (`pip install news-monitor[pdf]`)."""

from __future__ import annotations

import io
import logging
from importlib.util import find_spec

from monitor.parse.items import Item, Markup
from monitor.parse.result import ParseFailure

MAX_PAGES = 300


def item_of_pdf(data: bytes) -> Item | ParseFailure:
    """Return the text of a PDF document's first MAX_PAGES pages, a paragraph each, with the title, author and date of its metadata."""
    if find_spec("pypdf") is None:
        return ParseFailure(reason="PDF is not read: install news-monitor[pdf]")
    from pypdf import PdfReader  # noqa: PLC0415 - an optional extra, and heavy

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data))
        pages = [page.extract_text() for _, page in zip(range(MAX_PAGES), reader.pages, strict=False)]
        about = reader.metadata
        created = about.creation_date if about is not None else None
    except Exception:  # noqa: BLE001 - a damaged PDF raises any error there is
        return ParseFailure(reason="a damaged or encrypted PDF document")
    return Item(
        title=Markup(value=(about.title or "") if about is not None else ""),
        content=Markup(value="\n\n".join(pages)),
        authors=((about.author or "") if about is not None else "",),
        published=created.isoformat() if created is not None else "",
    )
