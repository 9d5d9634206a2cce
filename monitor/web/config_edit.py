"""Edit the configuration's files for a request, guarded by `ETag` and `If-Match`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from monitor.domain.errors import ConfigError, UsageError
from monitor.domain.text import one_line
from monitor.settings.edited_files import ConfigChanged, config_version
from monitor.settings.yaml_edit import CannotInsert
from monitor.web.app_state import AppState, app_state_of
from monitor.web.responses import ApiError

_T = TypeVar("_T")
_REFUSED: Final = frozenset({"include", "columns"})


async def edit(
    request: Request, change: Callable[[AppState, str | None], _T], version: str | None = None
) -> tuple[_T, dict[str, str]]:
    """Return what `change` returns, called in a thread with the `version` or that which `If-Match` names, and the headers with the new version.

    Raises ApiError with 404, 412 or 422; then nothing is written.
    """
    app_state = app_state_of(request)
    expected = version or _expected(request.headers.get("if-match"))
    try:
        done = await run_in_threadpool(change, app_state, expected)
        return done, await run_in_threadpool(version_headers, app_state)
    except ConfigChanged as error:
        raise ApiError(412, str(error)) from error
    except ConfigError as error:
        faults = [{"field": "", "message": fault.message} for fault in error.faults]
        raise ApiError(422, "; ".join(fault["message"] for fault in faults), faults) from error
    except CannotInsert as error:
        raise ApiError(422, str(error)) from error
    except UsageError as error:
        raise ApiError(404, str(error)) from error


def version_headers(app_state: AppState) -> dict[str, str]:
    """Return the `ETag` of the configuration's files. Blocks."""
    return {"etag": f'"{config_version(app_state.live.path, app_state.live.env)}"'}


def plain_keys(document: Mapping[str, Any], what: str) -> dict[str, Any]:
    """Return the keys of an item to be written. Raises ApiError with 422 for one that would read a file of this machine."""
    for key in (*document, *(inner for value in document.values() if isinstance(value, Mapping) for inner in value)):
        if not isinstance(key, str) or key in _REFUSED or key.endswith("_file"):
            raise ApiError(
                422, f"`{one_line(str(key))[:50]}` can only be written into the file itself, not into a {what} that is sent"
            )
    return dict(document)


def _expected(header: str | None) -> str | None:
    if header is None or header.strip() == "*":
        return None
    return header.strip().removeprefix("W/").strip('"')
