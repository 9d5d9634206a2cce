"""Find the declarations of all pages and endpoints: those of the modules in `monitor/web/pages` and `monitor/web/api`."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import ModuleType

from monitor.web import api
from monitor.web import pages as page_modules
from monitor.web.endpoint import Endpoint
from monitor.web.page import Page


@cache
def pages() -> tuple[Page, ...]:
    """Return every page, sorted by position. Raises AttributeError for a module in `pages/` without a `PAGE`."""
    found: list[Page] = [module.PAGE for module in _modules(page_modules)]
    return tuple(sorted(found, key=lambda page: page.position))


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """Return every endpoint, sorted by path and method. Raises AttributeError for a module in `api/` without `ENDPOINTS`."""
    found: list[Endpoint] = [endpoint for module in _modules(api) for endpoint in module.ENDPOINTS]
    return tuple(sorted(found, key=lambda endpoint: (endpoint.path, endpoint.method)))


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        yield import_module(module.name)
