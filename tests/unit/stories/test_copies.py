"""Which texts are copies of one another."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.article import Article
from monitor.domain.ids import ArticleId, StoryId
from workers.stories.boilerplate import without_boilerplate, without_outlet_name
from workers.stories.near_duplicates import (
    ArticleFeatures,
    Candidate,
    copy_score,
    features_of,
    find_copied_story,
    pack_signature,
    unpack_signature,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WINDOW = timedelta(hours=72)
WIRE = (
    "Negotiators for the two sides met for a third day in the capital on Sunday to settle how aid would cross the northern border. "
    "Officials who asked not to be named said that most of the text was agreed and that only the order of the first steps was open. "
    "The mediators hope to present a full draft before the end of the week, after talks with the neighbouring governments. "
    "Residents of the border towns said that they had heard such hopes before, and went on repairing what the winter had left. "
    "Two earlier rounds had broken down over the release of prisoners, which both sides now say is a matter for later."
)
OTHER = (
    "The harvest in the river valleys was the smallest in twenty years after a summer in which hardly any rain had fallen at all. "
    "Growers have asked the ministry for credit until spring, when the first vegetables can be sold on the markets of the coast."
)
COOKIES = "We use cookies to give you the best experience. Read our privacy policy. Accept all cookies."
FOOTER = "(Reporting by a team of ours; Editing by another.) Our Standards: the Trust Principles. © 2026. All rights reserved."
CHINESE = "联合国官员星期日表示双方代表在首都举行了第三天的会谈讨论援助物资如何通过北部边界进入受灾地区目前大部分文本已经达成一致只剩下第一步的顺序尚未确定"


def _features(text: str, title: str = "") -> ArticleFeatures:
    article = Article(
        id=ArticleId("a"),
        title=title,
        url=None,
        guid=None,
        source="alpha",
        feed_url=None,
        author=None,
        language=None,
        published_at=None,
        updated_at=None,
        fetched_at=NOW,
        summary="",
        text=text,
        revision=1,
        story_id=None,
    )
    return features_of(article)


def _alike(first: ArticleFeatures, second: ArticleFeatures, *, hours: float = 0) -> bool:
    return copy_score(first.signature, second.signature, gap=timedelta(hours=hours)) > 0


@pytest.mark.parametrize(
    "copy",
    [
        pytest.param("A day of hope in the border towns, our correspondent found." + WIRE[125:], id="new lead"),
        pytest.param(WIRE[: len(WIRE) // 2], id="cut tail"),
        pytest.param(f"{WIRE} {OTHER}", id="added paragraphs"),
        pytest.param(f"{COOKIES}\n\n{WIRE}\n\n{FOOTER}", id="furniture"),
        pytest.param(" ".join(WIRE.split(". ")[::-1]), id="reordered"),
        pytest.param(WIRE.upper(), id="capitals"),
        pytest.param(f"CAPITAL (Reuters) - {WIRE}", id="dateline"),
    ],
)
def test_a_wire_copy_is_found_and_known(copy: str) -> None:
    """However an outlet dressed it up, the report is the same; the index finds it, and the comparison agrees."""
    original, changed = _features(WIRE, "Talks near their end"), _features(copy, "Hope at the border")
    assert set(original.keys) & set(changed.keys)
    assert _alike(original, changed)


def test_furniture_makes_no_copies() -> None:
    """Two different short reports of one site share its cookie notice and footer, and nothing else."""
    first = _features(f"{COOKIES}\n\n{OTHER}\n\n{FOOTER}", "Smallest harvest")
    second = _features(f"{COOKIES}\n\n{WIRE[:250]}\n\n{FOOTER}", "Talks near their end")
    assert not _alike(first, second)
    assert without_boilerplate(f"{COOKIES}\n\n{OTHER}\n\n{FOOTER}").replace("\n", " ").strip() == OTHER


def test_a_copy_with_another_lead_and_half_the_text_is_known_by_its_headline() -> None:
    """The headline decides where the text alone does not."""
    middle = WIRE.split(". ")
    piece = (
        f"{middle[1]}. {OTHER} {OTHER.swapcase()} It was not known what else was said in the capital that day, or when, or by whom."
    )
    assert _alike(
        _features(WIRE, "Talks on aid near their end"), _features(f"{piece} {middle[2]}", "Talks on aid near their end, say aides")
    )


@pytest.mark.parametrize(("hours", "same"), [(11, True), (13, False)])
def test_short_items_are_one_by_title_and_time(hours: float, *, same: bool) -> None:
    """A headline with a sentence is the same news under the same title within half a day."""
    first = _features("Officials said so on Sunday.", "Talks on border aid near their end")
    second = _features("More to follow.", "Talks on border aid near their end - Example News")
    assert _alike(first, second, hours=hours) is same


def test_a_title_that_says_little_joins_nothing() -> None:
    """Every evening's briefing has the same title, and other news."""
    assert not _alike(_features("Rain fell.", "Evening briefing"), _features("The market rose.", "Evening briefing"))


def test_languages_without_spaces_are_compared_by_characters() -> None:
    """A Chinese copy with another beginning is known; another text is not."""
    assert _alike(_features(CHINESE), _features(f"本报讯{CHINESE[8:]}"))
    assert not _alike(
        _features(CHINESE),
        _features("今年夏天几乎没有降雨河谷地区的收成是二十年来最少的种植者要求政府提供贷款直到春天第一批蔬菜可以在沿海市场出售"),
    )


def test_an_article_without_words_is_its_own_story() -> None:
    """Nothing to compare is no copy_score."""
    empty = _features("", "")
    assert empty.keys == ()
    assert not _alike(empty, _features("…", "!"))


def test_the_most_alike_story_wins() -> None:
    """Of two stories that would do, the closer text decides; one outside the window does not count."""
    mine = _features(WIRE)
    near = Candidate(story_id=StoryId("near"), dated_at=NOW, packed=pack_signature(_features(f"{WIRE} More.").signature))
    far = Candidate(story_id=StoryId("far"), dated_at=NOW, packed=pack_signature(_features(WIRE[:300]).signature))
    old = Candidate(story_id=StoryId("old"), dated_at=NOW - timedelta(hours=73), packed=pack_signature(mine.signature))
    assert find_copied_story(mine, NOW, [far, near, old], window=WINDOW) == "near"
    assert find_copied_story(mine, NOW, [old], window=WINDOW) is None


def test_an_outlet_name_is_no_part_of_a_headline() -> None:
    """A feed's name after the headline is removed."""
    assert without_outlet_name("Talks on border aid near their end | Example News") == "Talks on border aid near their end"
    assert without_outlet_name("Spider-Man - review") == "Spider-Man - review"


@given(st.text(max_size=400), st.text(max_size=60))
def test_any_text_survives_packing(text: str, title: str) -> None:
    """Every text has a signature that survives storage, and is a copy of itself unless it is empty."""
    features = _features(text, title)
    assert unpack_signature(pack_signature(features.signature)) == features.signature
    assert all(0 <= one < 2**63 for one in features.keys)


def test_no_two_reports_of_the_corpus_but_the_duplicates_are_copies(corpora: Path) -> None:
    """Pairwise precision and recall are 1.0 over a thousand articles with ten duplicates."""
    rows = [json.loads(line) for line in (corpora / "clusters" / "minhash_1000.jsonl").read_text("utf-8").splitlines()]
    features = [_features(row["text"]) for row in rows]
    by_key: dict[int, list[int]] = {}
    for place, one in enumerate(features):
        for each in one.keys:
            by_key.setdefault(each, []).append(place)
    pairs = {pair for places in by_key.values() for pair in itertools.combinations(places, 2)}
    found = {(one, other) for one, other in pairs if _alike(features[one], features[other])}
    wanted = {
        (one, other) for one, other in itertools.combinations(range(len(rows)), 2) if rows[one]["cluster"] == rows[other]["cluster"]
    }
    assert found == wanted
    assert len(wanted) == 10
