"""The page on which a new term is written: the studio, empty."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.web.form_body import form_fields
from monitor.web.page import Action, Context, Page, respond
from monitor.web.parameters import text_parameter
from monitor.web.responses import ApiError
from monitor.web.studio import preview_form, save_form, studio_context, with_aliases
from monitor.web.term_form import TermForm, form_of_fields, term_path


async def _load(request: Request) -> Context:
    return await studio_context(request, None, TermForm(name=text_parameter(request, "name") or ""))


async def _act(request: Request) -> Response:
    """Preview or save what is in the form, then show it; a saved term has a page of its own."""
    fields = await form_fields(request)
    form = with_aliases(form_of_fields(fields), tuple(fields.get("suggested", ())))
    version, preview, error = fields.get("version", [""])[0], None, None
    try:
        if fields.get("do") == ["save"]:
            return RedirectResponse(f"{term_path(await save_form(request, form, None, version))}?saved=1", 303)
        preview = await preview_form(request, form, None)
    except ApiError as raised:
        error = raised
    context = await studio_context(request, None, form, version=version, preview=preview, error=error)
    return respond(request, PAGE, context, 200 if error is None else error.status_code)


PAGE: Final = Page(
    path="/terms/new",
    title="New term",
    template="new_term.html",
    shows="the studio: a new term as words, name or query, with severity, tags, channels and cooldown; what the last 30 days would have "
    "raised, what is doubtful in it, which aliases it may lack; saves it into the files",
    position=31,
    load=_load,
    actions=(Action(method="POST", path="/terms/new", handler=_act),),
)
