"""The webhook's body: what the schema says, the same bytes each time, never too large."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.watch import Severity
from tests.alerting import EPOCH, alert_data, claimed_delivery
from workers.channels.webhook import WebhookChannel, render
from workers.rendering.alert_json import MAX_BYTES, alert_json
from workers.rendering.sample_alert import sample_alert
from workers.rendering.template import fill

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "alert.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_the_schema_is_one() -> None:
    """What is published can be used to validate."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_an_alert_and_a_test_alert_fit_the_schema() -> None:
    """Receivers can rely on docs/alert.schema.json."""
    VALIDATOR.validate(json.loads(alert_json(claimed_delivery())))
    VALIDATOR.validate(json.loads(alert_json(sample_alert("desk", delivery_id="d", now=EPOCH))))


@pytest.mark.parametrize("change", [{"type": "alert.other"}, {"timestamp": "2024-03-21 08:00"}, {"data": {}}, {"more": 1}])
def test_the_schema_notices_what_is_wrong(change: dict[str, Any]) -> None:
    """It is no rubber stamp."""
    assert not VALIDATOR.is_valid(json.loads(alert_json(claimed_delivery())) | change)


def test_the_body_is_the_same_on_every_attempt() -> None:
    """It depends on the frozen alert alone."""
    assert alert_json(claimed_delivery(attempts=0)) == alert_json(claimed_delivery(attempts=7, first_attempt_at=EPOCH))
    assert json.loads(alert_json(claimed_delivery()))["timestamp"] == "2024-03-21T08:00:01Z"


def test_long_lists_are_cut_with_their_counts_kept() -> None:
    """An alert with a thousand matches still fits, and says how many there were."""
    data = alert_data()
    data["matches"] = [{"field": "body", "start": n, "end": n + 5, "text": "Rafah"} for n in range(1000)]
    data["story"]["also_in"] = [{"source": "s" * 50, "url": "u" * 100}] * 300
    sent = alert_json(claimed_delivery(data=data))
    assert len(sent) <= MAX_BYTES
    shown = json.loads(sent)["data"]
    assert shown["cut"]["matches"] == 1000
    assert shown["matches"] == data["matches"][: len(shown["matches"])]
    assert len(shown["matches"]) >= 3
    VALIDATOR.validate(json.loads(sent))
    assert len(data["matches"]) == 1000


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2000),
    st.integers(0, 500),
    st.text(max_size=50).map(lambda text: text * 1000),
    st.text(max_size=50).map(lambda text: text * 1000),
)
def test_no_article_makes_it_too_large(matches: int, entities: int, title: str, snippet: str) -> None:
    """Whatever an article holds: at most 20 KB, valid, and the same twice."""
    data = alert_data(1, title=title, url="https://example.org/" + "x" * len(title))
    data["snippet"] = snippet
    data["matches"] = [{"field": "title", "start": n, "end": n + 1, "text": title[:500]} for n in range(matches)]
    data["entities"] = [{"name": title[:300] + str(n), "type": "other", "count": 1} for n in range(entities)]
    if not _encodable(title + snippet):
        return
    sent = alert_json(claimed_delivery(data=data))
    assert len(sent) <= MAX_BYTES
    assert sent == alert_json(claimed_delivery(data=data))
    VALIDATOR.validate(orjson.loads(sent))


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def test_a_template_gives_the_body_another_shape() -> None:
    """A receiver with a shape of its own gets it, with text that cannot break out of its JSON."""
    payload = json.loads(alert_json(claimed_delivery(data=alert_data(1, title='He said "no"\n</script>'))))
    made = fill('{"text": {{ (alert.term + ": " + article.title) | tojson }}, "n": {{ story.articles }}}', payload)
    assert json.loads(made) == {"text": 'Rafah: He said "no"\n</script>', "n": 3}


def test_a_template_made_for_alerts_also_tells_a_report() -> None:
    """What was held back has every part that an alert has, so that no template fails on it."""
    events = [
        {
            "alert": f"a-{n}",
            "term": "Rafah",
            "terms": ["Rafah"],
            "severity": severity,
            "title": f"Event {n}",
            "source": "Example",
            "url": f"https://x.example/{n}",
            "story": None,
            "reason": "cooldown",
            "alerts": 1,
        }
        for n, severity in enumerate(("high", "low"))
    ]
    data = {"since": "2024-03-21T08:00:00Z", "until": "2024-03-21T09:00:00Z", "events": events, "total": 2, "part": 1, "parts": 1}
    parts = "alert.id alert.kind alert.tags article.author article.url story.articles matches entities latency.fetched_to_alert_s"
    template = "{{ alert.term }}: {{ article.title }} {{ alert.severity }} {{ snippet }}" + "".join(
        f"{{{{ {part} | tojson }}}}" for part in parts.split()
    )
    channel = WebhookChannel.model_validate({"type": "webhook", "url": "https://x.example/", "template": template})
    report = claimed_delivery(data=data, kind="held.report", severity=Severity.HIGH)
    body = render(channel, [report], EPOCH).body.decode()
    assert body.startswith(
        "While quiet: 2 events: Event 0; Event 1 high HIGH · Rafah: Event 0 https://x.example/0\nLOW · Rafah: Event 1"
    )


@pytest.mark.parametrize(
    "source",
    [
        "{{ nothing.at.all }}",
        "{% if %}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ alert.update({'term': 'x'}) }}",
        "{{ 1 / 0 }}",
        "{{ range(10**9) | list }}",
    ],
)
def test_a_bad_template_is_an_error_and_no_way_out_of_the_sandbox(source: str) -> None:
    """It cannot reach Python's inside, change the alert or eat the memory."""
    with pytest.raises(ValueError, match="template"):
        fill(source, json.loads(alert_json(claimed_delivery())))
