"""Serve the form of a term, new or on the list: preview it, save it into the files, remove it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.watch import EntityType, Severity, Term, TermKind
from monitor.settings.edited_files import config_version
from monitor.settings.editing import add_items, change_term, remove_term
from monitor.settings.load import read_config
from monitor.settings.yaml_change import flow_yaml, list_item
from monitor.web.app_state import AppState, app_state_of
from monitor.web.config_edit import edit
from monitor.web.draft_preview import BUDGET, draft_of, studio_preview
from monitor.web.page import Context
from monitor.web.responses import ApiError
from monitor.web.term_form import TermForm, changed_keys, form_of_item, item_of, item_of_form
from workers.matching.watchlist_check import watchlist_faults

_CHANGED = (
    "Somebody else has saved a change of the configuration since you opened this page, so yours was not saved. "
    "Below is what you wrote; compare it with what is written now, then save again."
)


async def written_term(request: Request, name: str) -> Term | None:
    """Return the term as the files have it now; None if they have none of this name."""
    terms = await run_in_threadpool(_written_terms, app_state_of(request))
    return next((term for term in terms if term.name == name), None)


def _written_terms(app_state: AppState) -> tuple[Term, ...]:
    """Return the watch list of the files, or the one in force while they are broken. Blocks."""
    settings = read_config(app_state.live.path, app_state.live.env).settings
    return (settings or app_state.settings).terms


async def studio_context(
    request: Request,
    present: Term | None,
    form: TermForm | None = None,
    *,
    version: str | None = None,
    preview: dict[str, Any] | None = None,
    error: ApiError | None = None,
) -> Context:
    """Return what the templates of the studio show."""
    app_state = app_state_of(request)
    before = None if present is None else item_of(present)
    conflict = error is not None and error.status_code == 412
    return {
        "form": form or (TermForm() if before is None else form_of_item(before)),
        "term": None if present is None else present.name,
        "written": None if before is None else flow_yaml(before),
        "version": version if version and not conflict else await run_in_threadpool(files_version, app_state),
        "preview": preview,
        "error": _CHANGED if conflict else None if error is None else error.detail,
        "kinds": {
            TermKind.KEYWORD: "words",
            TermKind.ENTITY: "name",
            TermKind.QUERY: "query",
            TermKind.REGEX: "regular expression",
        },
        "types": list(EntityType),
        "severities": list(reversed(Severity)),
        "channels": list(app_state.settings.channels),
    }


def files_version(app_state: AppState) -> str:
    """Return the version of the files, which guards an edit. Blocks."""
    return config_version(app_state.live.path, app_state.live.env)


async def preview_form(request: Request, form: TermForm, present: Term | None) -> dict[str, Any]:
    """Return the preview of what is in the form. Raises ApiError."""
    term = draft_of(item_of_form(form, {} if present is None else item_of(present)))
    app_state = app_state_of(request)
    return await run_in_threadpool(BUDGET.run, lambda: studio_preview(app_state, term, present, SYSTEM_CLOCK.now()))


async def save_form(request: Request, form: TermForm, present: Term | None, version: str | None) -> str:
    """Write what is in the form, and return the name of the term. Raises ApiError; with 412 if somebody else has changed the files."""
    before = {} if present is None else item_of(present)
    after = item_of_form(form, before)
    term = draft_of(after)
    if present is None:
        await _add(request, after, term, version)
    elif keys := changed_keys(before, after):
        await change_keys(request, present.name, keys, version)
    return term.name


async def _add(request: Request, item: dict[str, Any], term: Term, version: str | None) -> None:
    items = [(term.name, list_item(item, "name"))]

    def change(app_state: AppState, expected: str | None) -> bool:
        live = app_state.live
        return bool(add_items(live.path, items, live.env, check_terms=watchlist_faults, expected=expected).added)

    added, _ = await edit(request, change, version)
    if not added:
        raise ApiError(409, f"the term {term.name!r} is on the watch list already; open it from the list of terms to change it")


async def change_keys(request: Request, name: str, keys: dict[str, Any], version: str | None) -> None:
    """Set keys of a term in its file, None takes one out. Raises ApiError."""

    def change(app_state: AppState, expected: str | None) -> None:
        live = app_state.live
        change_term(live.path, name, keys, live.env, check_terms=watchlist_faults, expected=expected)

    await edit(request, change, version)


async def remove(request: Request, name: str, version: str | None) -> None:
    """Take a term out of its file. Raises ApiError."""

    def change(app_state: AppState, expected: str | None) -> None:
        live = app_state.live
        remove_term(live.path, name, live.env, check_terms=watchlist_faults, expected=expected)

    await edit(request, change, version)


def with_aliases(form: TermForm, aliases: tuple[str, ...]) -> TermForm:
    """Return the form with more aliases."""
    return replace(form, aliases="\n".join(filter(None, (form.aliases.strip(), *aliases))))
