"""What follows from the declarations of pages and endpoints, and what fails when a step of adding one is forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment, PackageLoader, nodes

from monitor.web.page import Page
from monitor.web.registry import endpoints, pages

ROOT = Path(__file__).parents[2]
WEB = ROOT / "monitor" / "web"
DOCS = ROOT / "docs" / "web.md"
TEMPLATES = Environment(loader=PackageLoader("monitor.web"), autoescape=True)
LAYOUT = "_layout.html"


def faults_of(environment: Environment, name: str) -> list[str]:
    """Return what is wrong with the blocks of a template that extends another."""
    source, parents = _blocks(environment, name)
    faults = []
    for parent in parents:
        defined, _ = _blocks(environment, parent)
        faults += [f"{name}: `{block}` is no block of {parent}" for block in source.keys() - defined.keys()]
        faults += [f"{name}: lacks the block `{block}`" for block, required in defined.items() if required and block not in source]
    return faults


def _blocks(environment: Environment, name: str) -> tuple[dict[str, bool], list[str]]:
    """Return the blocks of a template, with whether each is required, and the names of the templates that it extends."""
    assert environment.loader
    tree = environment.parse(environment.loader.get_source(environment, name)[0])
    extended = [one.template.value for one in tree.find_all(nodes.Extends) if isinstance(one.template, nodes.Const)]
    return {block.name: block.required for block in tree.find_all(nodes.Block)}, extended


def _rows(heading: str) -> list[tuple[str, str]]:
    """Return the rows of the first table under a heading of the documentation."""
    section = re.split(r"^#+ ", DOCS.read_text("utf-8").split(f"\n## {heading}\n")[1], maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(r"^\| `([^`]+)` \| (.+) \|$", section, re.MULTILINE)


def test_every_page_is_documented_as_it_is_declared() -> None:
    """The table of pages is the declarations, in their order: copy the row that is missing."""
    assert _rows("Pages") == [(page.path.replace("{id}", "ID"), page.shows) for page in pages()]


def test_every_endpoint_is_documented_as_it_is_declared() -> None:
    """The table of requests is the declarations, sorted by path and method."""
    assert _rows("API") == [(f"{endpoint.method} {endpoint.path}", endpoint.takes) for endpoint in endpoints()]


def test_every_template_has_its_page_and_every_page_its_template() -> None:
    """A template belongs to one page, or is a part (its name begins with `_`) that another template or a module uses."""
    names = set(TEMPLATES.list_templates())
    parts = {name for name in names if name.startswith("_")}
    assert sorted(page.template for page in pages()) == sorted(names - parts)
    sources = [path.read_text("utf-8") for path in (*WEB.rglob("*.py"), *WEB.rglob("*.html"))]
    assert not [name for name in parts if not any(f'"{name}"' in source for source in sources)]


@pytest.mark.parametrize("name", sorted(TEMPLATES.list_templates()))
def test_every_template_fills_the_blocks_of_its_layout(name: str) -> None:
    """No misspelled block, whose content would never be shown, and none that is required and missing."""
    assert faults_of(TEMPLATES, name) == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.template)
def test_every_page_is_laid_out_as_all_are(page: Page) -> None:
    """A page without it would have no title and no navigation."""
    assert LAYOUT in _blocks(TEMPLATES, page.template)[1]


@pytest.mark.parametrize(
    ("child", "fault"),
    [
        ("{% block main %}x{% endblock %}", ""),
        ("{% block mian %}x{% endblock %}", "`mian` is no block"),
        ("{% block main %}x{% endblock %}{% block title %}x{% endblock %}", "`title` is no block"),
        ("x", "lacks the block `main`"),
    ],
)
def test_a_wrong_block_is_found(child: str, fault: str) -> None:
    """The test above sees what it has to see."""
    layout = "{% block main required %}{% endblock %}{% block aside %}{% endblock %}"
    environment = Environment(loader=DictLoader({"layout": layout, "child": '{% extends "layout" %}' + child}), autoescape=True)
    faults = faults_of(environment, "child")
    assert any(fault in one for one in faults) if fault else faults == []


def _requests() -> Iterator[tuple[str, str]]:
    for page in pages():
        yield "GET", page.path
        yield from ((action.method, action.path) for action in page.actions)
    yield from ((endpoint.method, endpoint.path) for endpoint in endpoints())


def test_no_request_is_declared_twice() -> None:
    """Of two routes with one path and method, the second would never be reached; two pages on one position have no order."""
    requests = list(_requests())
    assert len(requests) == len(set(requests))
    assert len({page.position for page in pages()}) == len(pages())


def test_the_navigation_bar_leads_to_pages_without_parameters() -> None:
    """A page that needs an id cannot be reached from the bar; every label stands for one page."""
    shown = [page for page in pages() if page.navigation]
    assert shown
    assert not [page.path for page in shown if "{" in page.path]
    assert len({page.navigation for page in shown}) == len(shown)
