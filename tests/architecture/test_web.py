"""What follows from the declarations of pages and endpoints, and what fails when a step of adding one is forgotten."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
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
    named = {"{id}": "ID", "{name}": "NAME", "{name:path}": "NAME"}
    paths = [re.sub(r"{[^}]+}", lambda found: named[found[0]], page.path) for page in pages()]
    assert _rows("Pages") == [(path, page.shows) for path, page in zip(paths, pages(), strict=True)]


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
    """Of two routes with one path and method, the second would never be reached."""
    requests = list(_requests())
    assert [request for request, count in Counter(requests).items() if count > 1] == []


def test_no_position_is_taken_twice() -> None:
    """Two pages on one position have no order."""
    taken: defaultdict[int, list[str]] = defaultdict(list)
    for page in pages():
        taken[page.position].append(page.path)
    assert {at: paths for at, paths in taken.items() if len(paths) > 1} == {}, "choose another position"


def test_the_navigation_bar_leads_to_pages_without_parameters() -> None:
    """A page that needs an id cannot be reached from the bar; every label stands for one page."""
    shown = [page for page in pages() if page.navigation]
    assert shown
    assert not [page.path for page in shown if "{" in page.path]
    assert len({page.navigation for page in shown}) == len(shown)


@pytest.mark.parametrize("page", [page for page in pages() if not page.navigation], ids=lambda page: page.path)
def test_a_page_that_is_not_in_the_bar_is_linked(page: Page) -> None:
    """Nobody guesses an address."""
    start = page.path.partition("{")[0]
    linked = re.compile(rf'href="{re.escape(start)}' + ("" if "{" in page.path else '["?#]'))
    sources = {path.name: path.read_text("utf-8") for path in WEB.rglob("*.html")}
    where = [name for name, source in sources.items() if name != page.template and linked.search(source)]
    assert where, f'give {page.path} a `navigation` label, or put <a href="{start}…"> into the template of another page'


@pytest.mark.parametrize("name", sorted(TEMPLATES.list_templates()))
def test_no_template_switches_escaping_off(name: str) -> None:
    """Whatever is markup is made in monitor/web/rendering.py, which escapes what it is made of."""
    assert TEMPLATES.loader
    tree = TEMPLATES.parse(TEMPLATES.loader.get_source(TEMPLATES, name)[0])
    unescaped = [f"line {one.lineno}" for one in tree.find_all(nodes.Filter) if one.name == "safe"]
    switched = [f"line {one.lineno}" for one in tree.find_all(nodes.ScopedEvalContextModifier)]
    assert unescaped + switched == [], f"{name}: no `|safe`, no `autoescape`"


def _opened(path: Path) -> Iterator[str]:
    """Return the addresses that the tests of a module open by name, each up to its first variable part."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Attribute(attr="page"), args=[ast.Constant(value=str(address)), *_]):
                yield address
            case ast.Call(func=ast.Attribute(attr="page"), args=[ast.JoinedStr(values=[ast.Constant(value=str(start)), *_]), *_]):
                yield start + "{"
            case _:
                pass


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.path)
def test_every_page_has_a_test_of_its_own(page: Page) -> None:
    """That every declared page is opened, whatever it is, does not tell that it shows what it is for."""
    opened = {address for path in (ROOT / "tests/integration/web").glob("test_*.py") for address in _opened(path)}
    own = {address for address in opened if re.split(r"[?{]", address)[0] == page.path.partition("{")[0]}
    assert own, f'tests/integration/web/test_pages.py: a test that looks at what `site.page("{page.path}")` shows'
