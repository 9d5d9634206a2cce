"""What every registered recognizer must hold."""

from __future__ import annotations

import pytest

from monitor.domain.match import Document
from monitor.domain.watch import EntityType, Term, TermKind
from monitor.settings.model import Settings
from workers.matching.matcher import Matcher
from workers.recognition.recognizer import Recognizer, recognize_all
from workers.recognition.registry import RECOGNIZERS, build_recognizers

TERMS = (
    Term(name="Rafah", kind=TermKind.ENTITY, type=EntityType.PLACE, phrases=("Rafah", "رفح")),
    Term(name="Hamas", kind=TermKind.ENTITY, type=EntityType.ORGANISATION, phrases=("Hamas",)),
)
NEWS = Document(
    title="Hamas leaves talks on Rafah",
    body="Hamas said that Rafah, in the south, is not on the table. Hamas has left.",
    language="en",
)
HOSTILE = (
    "",
    " ",
    "\x00\x1b[31m",
    "\ud800",
    "Rafah" * 20_000,
    "é" * 5_000,
    "<script>Rafah</script>",
    "\u202eRafah",
    "A B " * 5_000,
)


@pytest.fixture(params=RECOGNIZERS.names())
def recognizer(request: pytest.FixtureRequest) -> Recognizer:
    """Each registered recognizer, built for a small watch list."""
    settings = Settings()
    return RECOGNIZERS.load(request.param).build(settings, Matcher.build(TERMS))


def test_a_kind_has_the_name_it_is_registered_under() -> None:
    """What the configuration names is what the kind calls itself."""
    assert {name: kind.name for name, kind in RECOGNIZERS.all().items()} == {name: name for name in RECOGNIZERS.names()}


def test_names_come_once_and_are_counted(recognizer: Recognizer) -> None:
    """Each name is given once, with how often it occurs."""
    found = recognizer.recognize(NEWS)
    assert len({mention.name for mention in found}) == len(found)
    assert all(mention.count > 0 and mention.name.strip() for mention in found)


def test_the_same_document_gives_the_same_mentions(recognizer: Recognizer) -> None:
    """A recognizer keeps nothing between documents."""
    first = recognizer.recognize(NEWS)
    recognizer.recognize(Document(title="Something else", body="Paris and London"))
    assert recognizer.recognize(NEWS) == first


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_breaks_it(recognizer: Recognizer, text: str) -> None:
    """Whatever a stranger writes, it is read as text."""
    for mention in recognizer.recognize(Document(title=text, body=text)):
        assert mention.count > 0


def test_watched_entities_come_first_and_once() -> None:
    """The watch list's recognizer is always asked, before the one that is configured."""
    recognizers = build_recognizers(Settings(), Matcher.build(TERMS))
    assert [(one.name, one.count) for one in recognize_all((*recognizers, *recognizers), NEWS)] == [("Hamas", 3), ("Rafah", 2)]
