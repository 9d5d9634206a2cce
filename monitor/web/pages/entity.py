"""The page of one recognised name."""

from __future__ import annotations

from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from monitor.domain.text import one_line, printable
from monitor.storage import archive, mentions
from monitor.storage.engine import Connection
from monitor.web.app_state import app_state_of
from monitor.web.page import Context, Page
from workers.gazetteer.gazetteer import preferred_name

_SHOWN: Final = 30


async def _load(request: Request) -> Context:
    name = printable(request.path_params["name"])
    terms = {term.name: term for term in app_state_of(request).settings.terms}

    def read(connection: Connection) -> dict[str, Any] | None:
        listed = name if mentions.is_known(connection, name) else preferred_name(name)
        history = mentions.history(connection, listed)
        if history is None:
            return None
        return {"history": history, "articles": archive.listing(connection, entity=listed, limit=_SHOWN)}

    found = await app_state_of(request).read(read)
    if found is None:
        raise HTTPException(404, "no stored article has this name; it may have been deleted by retention")
    history = found["history"]
    term = terms.get(history.known.name)
    missing = [text for text, _ in history.spellings if term is not None and text not in term.phrases]
    most = max((stories for _, stories in history.days), default=1)
    return {"title": one_line(history.known.name), "term": term, "missing": missing, "most": most, **found}


PAGE: Final = Page(
    path="/entities/{name}",
    title="Name",
    template="entity.html",
    shows="one recognised name: in how many stories it was on each day, with whom, how it was spelled and which spellings its term lacks, its newest articles",
    position=68,
    load=_load,
)
