"""What every kind of channel for people promises of the message of a story, however many terms and outlets it has."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from typing import Any

import pytest

from monitor.domain.delivery import STORY_UPDATED, WITHDRAWN, ClaimedDelivery
from monitor.domain.ids import StoryId
from monitor.domain.story_message import FollowUp, StoryState, ToldTerm
from monitor.domain.story_update import StoryChange
from monitor.domain.watch import Severity
from tests.alerting import EPOCH, alert_data, claimed_delivery
from tests.channels import Example, examples
from tests.contract.channels.test_rendering import FORBIDDEN, HOSTILE, TAGS, body, hostile, render, texts

FOR_PEOPLE = pytest.mark.parametrize("example", [one for one in examples() if one.kind.limits.digests], ids=str)
SEVERITIES = re.compile(r"\b(info|low|medium|high|critical)\b", re.IGNORECASE)


def state(**changes: Any) -> StoryState:
    """A story with 100 terms in 1000 outlets, all of them hostile."""
    terms = tuple(
        ToldTerm(name=f"T{number:03} {HOSTILE}", severity=Severity.CRITICAL if number == 0 else Severity.LOW)
        for number in range(100)
    )
    wanted: dict[str, Any] = {
        "id": StoryId("s-1"),
        "terms": terms,
        "data": hostile(1, length=30).data | {"links": {"alert": "https://news.example.org/articles/1"}},
        "outlets": 1000,
        "first_source": HOSTILE,
        "first_at": EPOCH,
        "last_at": EPOCH + timedelta(minutes=9),
        "facts": tuple(f"F{number} {HOSTILE}" for number in range(5)),
    }
    return StoryState(**wanted | changes)


def deliveries_of(story: StoryState) -> list[ClaimedDelivery]:
    """Each of the story's alerts, on its way in one message."""
    return [
        claimed_delivery(number, data=alert_data(number), severity=term.severity, story=story)
        for number, term in enumerate(story.terms)
    ]


def event(story: StoryState, kind: str, change: StoryChange, **data: Any) -> ClaimedDelivery:
    """Something that has happened to the story."""
    article = {**alert_data(7)["article"], "title": f"Later {HOSTILE * 20}", "url": "https://later.example/1"}
    told = {"change": change, "article": article, "facts": [], "terms": [], **data}
    return ClaimedDelivery(
        id=claimed_delivery(900).id,
        alert_id=None,
        alerted_at=EPOCH,
        severity=Severity.HIGH,
        data=told,
        kind=kind,
        story_id=story.id,
        story=story,
    )


def reference_of(example: Example) -> str | None:
    """A name that this kind of channel could have been given for its message."""
    follows = example.kind.follow_up(example.channel()) is not FollowUp.NONE
    return {"slack": "C1:17.5", "email": "<d-1@news-monitor>"}.get(example.kind.name, "17") if follows else None


def shown(message: Any) -> str:
    """What there is to read in a message, and in what follows it."""
    parts = [message, *([message.then] if getattr(message, "then", None) else [])]
    return "\n".join(text for part in parts for text in texts(body(part)))


def within_limits(example: Example, message: Any) -> bool:
    """Whether each request of the message stays within what the service takes."""
    limit = example.kind.limits.characters
    parts = [message, *([message.then] if getattr(message, "then", None) else [])]
    sizes = [len(html.unescape(TAGS.sub("", "\n".join(texts(body(part)))))) for part in parts]
    return limit is None or max(sizes) <= limit


@FOR_PEOPLE
def test_a_post_lists_every_term_under_the_worst_severity(example: Example) -> None:
    """A hundred terms and a thousand outlets are one message within the limits, with no text of its own making."""
    message = render(example, *deliveries_of(state()))
    text = shown(message)
    assert [number for number in range(100) if f"T{number:03}" not in text] == []
    found = SEVERITIES.search(text)
    assert found is not None
    assert found[0].lower() == "critical"
    assert "1 → 1000 outlets in 9 min" in re.sub(r"[\\\u2060]", "", text)
    assert "https://news.example.org/articles/1" in text
    assert not FORBIDDEN.search(text)
    assert within_limits(example, message)


@FOR_PEOPLE
def test_growth_shows_the_whole_story(example: Example) -> None:
    """A change of the message says all that its post would say now."""
    reference = reference_of(example)
    if reference is None:
        pytest.skip("its messages cannot be changed")
    story = state(posted=True, reference=reference, notifies=False)
    message = render(example, event(story, STORY_UPDATED, StoryChange.GREW))
    text = shown(message)
    assert [number for number in range(100) if f"T{number:03}" not in text] == []
    assert not FORBIDDEN.search(text)
    assert within_limits(example, message)


@FOR_PEOPLE
def test_a_development_says_what_is_new(example: Example) -> None:
    """The facts, the article that brings them, and that it is a development; hostile or long as they are."""
    story = state(posted=True, reference=reference_of(example))
    facts = ["12 → 14 dead", *(f"N{number} {HOSTILE * 9}" for number in range(6))]
    message = render(example, event(story, STORY_UPDATED, StoryChange.DEVELOPED, facts=facts))
    text = re.sub(r"[\\\u2060]", "", shown(message))
    assert "DEVELOPMENT" in text
    assert "12 → 14 dead" in text
    assert all(f"N{number}" in text for number in range(6))
    assert "Later" in text
    assert not FORBIDDEN.search(text)
    assert within_limits(example, message)


@FOR_PEOPLE
def test_a_withdrawal_names_what_no_longer_matches(example: Example) -> None:
    """Also where nothing of the story is left."""
    terms = tuple(ToldTerm(name=f"W{number}", severity=Severity.HIGH, withdrawn=True) for number in range(3))
    story = state(terms=terms, posted=True, reference=reference_of(example))
    message = render(example, event(story, WITHDRAWN, StoryChange.WITHDRAWN, terms=["W0", "W1", "W2"]))
    text = shown(message).replace("\\", "")
    assert "WITHDRAWN" in text
    assert "No longer matches: W0, W1, W2" in text
    assert within_limits(example, message)


@FOR_PEOPLE
def test_stories_in_a_digest_are_one_line_each_the_worst_first(example: Example) -> None:
    """A digest names the worst severity in its title, and links every story."""
    made = [
        [one, claimed_delivery(100 + number, data=alert_data(number), severity=one.severity, story=one.story)]
        for number in range(4)
        for one in [
            claimed_delivery(
                number,
                data=alert_data(number),
                severity=Severity.CRITICAL if number == 3 else Severity.LOW,
                story=state(
                    id=StoryId(f"s-{number}"),
                    terms=(ToldTerm(name=f"S{number}", severity=Severity.CRITICAL if number == 3 else Severity.LOW),),
                    data=alert_data(number),
                ),
            )
        ]
    ]
    text = shown(render(example, *(one for pair in made for one in pair)))
    assert "4 alerts" in text
    found = SEVERITIES.search(text)
    assert found is not None
    assert found[0].lower() == "critical"
    assert text.index("report 3") < text.index("report 0")
    assert all(f"news.example.org/{number}" in text for number in range(4))


def test_slack_blocks_of_a_full_story_are_within_their_own_limits() -> None:
    """No section is longer than 3000 characters, whatever the address."""
    data = hostile(0, length=30).data
    data["article"]["url"] = "https://x.example/?" + "&" * 1400
    story = state(data=data)
    (example,) = (one for one in examples() if str(one) == "slack-0")
    message = json.loads(body(render(example, *deliveries_of(story))))
    lengths = [len(block["text"]["text"]) for block in message["blocks"] if block["type"] == "section"]
    assert max(lengths) <= 3000
    assert len(message["blocks"]) <= 50
