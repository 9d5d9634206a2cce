"""The page on which a term of the list is changed: the studio, with what is written at present."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.text import printable
from monitor.domain.watch import Term
from monitor.web.form_body import form_fields
from monitor.web.page import Action, Context, Page, respond
from monitor.web.parameters import text_parameter
from monitor.web.responses import ApiError
from monitor.web.studio import preview_form, remove, save_form, studio_context, with_aliases, written_term
from monitor.web.term_form import form_of_fields, term_path


async def _load(request: Request) -> Context:
    present = await _present(request)
    context = await studio_context(request, present)
    return {**context, "title": present.name, "saved": bool(text_parameter(request, "saved"))}


async def _act(request: Request) -> Response:
    """Preview, save or remove the term, then show it, or the list."""
    fields, present = await form_fields(request), await _present(request)
    form = with_aliases(form_of_fields(fields), tuple(fields.get("suggested", ())))
    wanted, version = fields.get("do", ["preview"])[0], fields.get("version", [""])[0]
    preview, error = None, None
    try:
        if wanted == "remove":
            await remove(request, present.name, version)
            return RedirectResponse(f"/terms?{urlencode({'removed': present.name})}", 303)
        if wanted == "save":
            return RedirectResponse(f"{term_path(await save_form(request, form, present, version))}?saved=1", 303)
        preview = await preview_form(request, form, present)
    except ApiError as raised:
        error = raised
    context = await studio_context(request, present, form, version=version, preview=preview, error=error)
    shown = {**context, "title": present.name, "saved": False}
    return respond(request, PAGE, shown, 200 if error is None else error.status_code)


async def _present(request: Request) -> Term:
    name = " ".join(printable(request.path_params["name"]).split())
    found = await written_term(request, name)
    if found is None:
        raise HTTPException(404, "there is no such term on the watch list; it may have been renamed or removed")
    return found


PAGE: Final = Page(
    path="/terms/{name:path}",
    title="Term",
    template="edited_term.html",
    shows="the studio with a term of the list: changes it, compares what the last 30 days would have raised with what its present wording "
    "did, saves or removes it",
    position=32,
    load=_load,
    actions=(Action(method="POST", path="/terms/{name:path}", handler=_act),),
)
