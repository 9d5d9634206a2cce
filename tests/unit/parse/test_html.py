"""HTML to text: what a reader sees, and no more."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.parse.dear_html import is_dear
from monitor.parse.html import first_image, html_to_text, plain_text, read_html
from tests.growth import assert_grows_linearly


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One <b>b</b>old</p><p>Two</p>", "One bold\n\nTwo"),
        ("<p>One<p>Two", "One\n\nTwo"),
        ("a<br>b<br/><br/>c", "a\nb\n\nc"),
        ("<ul><li>one<li>two</ul>", "one\n\ntwo"),
        ("<table><tr><td>1<td>2</tr><tr><td>3</td></tr></table>", "1\n\n2\n\n3"),
        ("x<script>alert(1)</script><style>p{}</style>y", "xy"),
        ("AT&amp;T &lt;b&gt; &eacute;&#8217;", "AT&T <b> é’"),
        ("AT&amp;amp;T", "AT&amp;T"),
        ("a\n  b\t c", "a b c"),
        ("a\n\nb", "a\n\nb"),
        ("1 < 2 & 3", "1 < 2 & 3"),
        ("a&nbsp;b\u200f", "a b\u200f"),
        ("a\x00\x1b[31mb", "ab"),
        ("<!-- no --><p>yes</p>", "yes"),
        ("<form><p>A page inside a form</p><select><option>no</select><button>no</button></form>", "A page inside a form"),
        ("", ""),
    ],
)
def test_text_of_markup(markup: str, text: str) -> None:
    """Paragraphs are kept, entities decoded once, scripts and styles dropped."""
    assert html_to_text(markup) == text


def test_plain_text_keeps_what_looks_like_markup() -> None:
    """Text that is declared as text is not read as HTML."""
    assert plain_text("a <b> c &amp;\r\nd\n\n\n e ") == "a <b> c &amp;\nd\n\ne"


@pytest.mark.parametrize("piece", ["<div>", "<table><td>", "<p ", "<b><p>", "<a href='", "<img "])
def test_hostile_nesting_takes_no_more_time_than_its_length(piece: str) -> None:
    """A page made to keep parsers busy costs a moment, not a minute."""

    def read(markup: str) -> None:
        html_to_text(markup)
        first_image(markup)

    read(piece * 100_000)
    assert_grows_linearly(read, lambda times: piece * times, 10_000)


def test_too_deep_markup_still_gives_its_text() -> None:
    """Nothing that could match is lost to nesting."""
    assert html_to_text("<div>" * 5000 + "ceasefire &amp; more") == "ceasefire & more"


def test_first_image() -> None:
    """The picture of an entry, if its text shows one."""
    assert first_image('<p><img alt="x" src="https://example.org/a.jpg?x=1&amp;y=2"></p>') == "https://example.org/a.jpg?x=1&y=2"
    assert first_image("<p>none</p>") is None


@settings(deadline=None)
@given(st.text())
def test_any_text_passes(text: str) -> None:
    """Nothing raises, and no control character comes through."""
    result = html_to_text(text) + plain_text(text)
    assert not any(ord(char) < 32 and char != "\n" for char in result)


DEAR = {
    "nested": "<div>",
    "closed in a comment": "<div><!--</div>-->",
    "closed in an attribute": "<div title='</div>'>",
    "closed in a script": "<div><script></div></script>",
    "closed in a text area": "<div><textarea></div></textarea>",
    "a stray quote": '<div ">',
    "in a picture": "<svg><title><g></title>",
    "options": "<option>x",
    "nested tables": "<table><tr><td>",
}


@pytest.mark.parametrize("unit", DEAR.values(), ids=DEAR)
def test_html_that_costs_more_than_its_length_is_read_flat(unit: str) -> None:
    """Its text is still there."""
    markup = f"<p>before</p>{unit * 6000} and after"
    assert is_dear(markup)
    text = read_html(markup).text
    assert "before" in text
    assert "and after" in text or "script" in unit or "textarea" in unit


def test_attributes_without_end_are_dear() -> None:
    """The parser compares each with all others."""
    assert is_dear("<div " + " ".join(f"a{number}=1" for number in range(20_000)) + ">x</div>")
    assert not is_dear(f"<img src='data:{'x y ' * 50_000}'>" + "<p>x</p>" * 5000)


@pytest.mark.parametrize(
    "unit", ["<p>x", "<div><b>x</b></div>", "<ul><li>x</ul>", "<table><tr><td>x</table>", "<br>", "<!-- <div> -->"]
)
def test_long_pages_of_ordinary_markup_are_not_dear(unit: str) -> None:
    """Whatever its length."""
    assert not is_dear(unit * 20_000)
