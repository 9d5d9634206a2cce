"""What every registered kind of channel promises of its messages, whatever an article holds."""

from __future__ import annotations

import dataclasses
import email
import email.policy
import html
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any

import orjson
import pytest

from monitor.domain.alert import HeldAlert, Hold, Suppression
from monitor.domain.delivery import ClaimedDelivery
from monitor.domain.ids import AlertId, ArticleId
from monitor.domain.watch import Severity
from monitor.settings.load import load_config
from tests.alerting import EPOCH, alert_data, claimed_delivery
from tests.channels import Example, examples
from workers.alerts.held_report import report_parts

HOSTILE = "<!channel> @everyone <b>x</b> [a](http://evil.example) \u202eevil \x1b[31m \x00 \r\nBcc: victim@example.org"
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]|javascript:")
TAGS = re.compile(r"""</?[a-z]+(?: [a-z]+="[^"]*")*>""")
ACTIVE = ("<!channel>", "@everyone", "[a](http://evil.example)")
"""What one service or another would make a mention or a link of, as it stands in HOSTILE."""
SHOWN_AS_TEXT = {
    "email": (ACTIVE, "mail knows neither mentions nor Markdown; its HTML is escaped, as tests/unit/channels tests"),
    "slack": (ACTIVE[1:], "in mrkdwn they would be <!everyone> and <address|text>"),
    "teams": (ACTIVE, "a TextRun has no markup"),
    "blackboard": (ACTIVE, "the example of a plug-in, which writes with chalk"),
}
"""By kind of channel, what the service shows as it stands wherever it occurs, with the reason."""
PLAIN_FIELDS = {"discord": {"author", "footer"}}
"""By kind of channel, the fields of its JSON in which the service knows no markup."""
WITHOUT_LIMIT = {
    "apprise": "each of the services behind it has its own",
    "email": "a mail may be as long as it is",
}
"""The kinds of channel for people whose service takes a text of any length, with the reason."""
EXAMPLES = pytest.mark.parametrize("example", examples(), ids=str)
FOR_PEOPLE = pytest.mark.parametrize("example", [one for one in examples() if one.kind.limits.digests], ids=str)


def hostile(number: int = 0, *, length: int = 1) -> ClaimedDelivery:
    """An alert whose every text is hostile, and as long as `length` repetitions make it."""
    text = f"N{number:03} " + HOSTILE * length
    data = alert_data(
        number, title=text, source=text, author=text, url="javascript:alert(1)" if number % 2 else "https://x.example/&"
    )
    data["alert"]["term"] = text
    data["snippet"] = text
    data["matches"] = [{"field": "body", "start": at, "end": at + 4, "text": "evil"} for at in range(100 * length)]
    data["entities"] = [{"name": f"{text} too", "type": "person", "count": 3}] * 30 * length
    data["story"]["also_in"] = [{"source": text, "url": "https://x.example/"}] * 30 * length
    return claimed_delivery(number, data=data)


def texts(value: Any) -> Iterator[str]:
    """Yield every text in a message, those in its JSON and in its e-mail among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield from _texts_in(value)
    elif isinstance(value, Mapping):
        yield from (text for one in value.values() for text in texts(one))
    elif isinstance(value, list | tuple):
        yield from (text for one in value for text in texts(one))
    elif dataclasses.is_dataclass(value):
        yield from (text for field in dataclasses.fields(value) for text in texts(getattr(value, field.name)))


def _texts_in(content: bytes) -> Iterator[str]:
    try:
        yield from texts(orjson.loads(content))
    except orjson.JSONDecodeError:
        mail = email.message_from_bytes(content, policy=email.policy.default)
        if mail["Message-ID"] is None:
            yield content.decode()
        else:
            yield mail["Subject"]
            yield from (part.get_content() for part in mail.walk() if not part.is_multipart())


def marked_up(value: Any, plain: Collection[str]) -> Any:
    """Return a message without the fields of its JSON that are `plain`."""
    if isinstance(value, bytes):
        return marked_up(orjson.loads(value), plain)
    if isinstance(value, Mapping):
        return {key: marked_up(one, plain) for key, one in value.items() if key not in plain}
    return [marked_up(one, plain) for one in value] if isinstance(value, list) else value


def body(message: Any) -> Any:
    """Return what the receiver reads of a message: the body of a POST, otherwise all of it."""
    return getattr(message, "body", message)


def render(example: Example, *deliveries: ClaimedDelivery) -> Any:
    """Return the message of these deliveries."""
    return example.kind.render(example.channel(), deliveries, EPOCH)


def full(example: Example, *, length: int = 1) -> list[ClaimedDelivery]:
    """Return as many hostile alerts as one message can hold."""
    return [hostile(number, length=length) for number in range(example.kind.limits.alerts_per_message)]


@EXAMPLES
def test_the_example_is_a_configuration(example: Example, tmp_path: Any) -> None:
    """What a kind gives as an example loads, and its `type` is the name under which it is registered."""
    path = tmp_path / "monitor.yaml"
    path.write_bytes(orjson.dumps({"channels": {"desk": example.settings("https://receiver.example")}}))
    desk = load_config(path, {}).channels["desk"]
    assert type(desk) is example.kind.settings
    assert desk.type == example.kind.name


@EXAMPLES
def test_a_channel_that_leads_elsewhere_has_another_target(example: Example) -> None:
    """Each setting in `leads_to` exists, and a change of it is noticed; a setting that nobody can leave out is among them."""
    kind, channel = example.kind, example.channel()
    assert set(kind.leads_to) <= set(kind.settings.model_fields)
    required = {name for name, info in kind.settings.model_fields.items() if info.is_required()} - {"type"}
    assert required - set(kind.leads_to) == set(), (
        "`leads_to` of the kind: a paused channel starts afresh when one of these changes"
    )
    assert kind.target(channel) == kind.target(channel.model_copy(update={"timeout": channel.timeout * 2}))
    for name in kind.leads_to:
        assert kind.target(channel) != kind.target(channel.model_copy(update={name: "elsewhere"}))


@EXAMPLES
def test_the_same_alerts_give_the_same_message(example: Example) -> None:
    """A retry sends the same content."""
    assert render(example, hostile()) == render(example, hostile())
    assert render(example, *full(example)) == render(example, *full(example))


@FOR_PEOPLE
def test_hostile_text_is_shown_as_text(example: Example) -> None:
    """No control character, override of direction or address that runs code reaches a reader, alone or in a digest."""
    for deliveries in ([hostile(0)], [hostile(1)], full(example)):
        shown = "\n".join(texts(body(render(example, *deliveries))))
        assert not FORBIDDEN.search(shown)
        assert deliveries[-1].data["article"]["title"][:4] in shown


@FOR_PEOPLE
def test_nobody_is_called_and_nothing_linked_by_an_article(example: Example) -> None:
    """Mentions and links in the markup of any service are escaped, but for what this service shows as text."""
    name = example.kind.name
    for deliveries in ([hostile(0)], full(example)):
        message = body(render(example, *deliveries))
        plain = PLAIN_FIELDS.get(name, ())
        sent = "\n".join(texts(marked_up(message, plain) if plain else message))
        raw = {text for text in ACTIVE if text in sent}
        assert raw == set(SHOWN_AS_TEXT.get(name, ((), ""))[0]), (
            f"{name}: escape these where they are shown; what its service takes for text is named in SHOWN_AS_TEXT"
        )


@FOR_PEOPLE
def test_a_limit_of_the_service_is_known(example: Example) -> None:
    """A message that is too long would be refused, and its alerts be dead letters."""
    limited = example.kind.limits.characters is not None
    assert limited is (example.kind.name not in WITHOUT_LIMIT), "`characters` in the limits of the kind, or a row in WITHOUT_LIMIT"


@EXAMPLES
def test_a_full_message_names_every_alert(example: Example) -> None:
    """However long the titles are, none is left out."""
    shown = "\n".join(texts(body(render(example, *full(example, length=5)))))
    assert [number for number in range(example.kind.limits.alerts_per_message) if f"N{number:03}" not in shown] == []


@EXAMPLES
def test_no_article_is_too_large(example: Example) -> None:
    """A message stays within what the service takes, for a huge article and for a full digest of huge articles."""
    limit = example.kind.limits.characters
    for deliveries in ([hostile(length=30)], full(example, length=5)):
        shown = "\n".join(texts(body(render(example, *deliveries))))
        assert limit is None or len(html.unescape(TAGS.sub("", shown))) <= limit


@EXAMPLES
def test_a_notice_to_the_operator_can_be_rendered(example: Example) -> None:
    """Every channel can tell that monitoring is broken."""
    data = {"subject": "feed Example", "problem": "HTTP 500", "since": "2024-03-21T08:00:00Z"}
    for kind in ("system.problem", "system.resolved"):
        assert "Example" in "\n".join(texts(body(render(example, claimed_delivery(data=data, kind=kind)))))


def held_report(example: Example, count: int, *, length: int = 1) -> list[ClaimedDelivery]:
    """Return the report of `count` hostile events, in as many deliveries as this kind of channel needs."""
    held = [
        HeldAlert(
            id=AlertId(f"a-{number}"),
            hold=Hold(reason=Suppression.COOLDOWN, until=EPOCH),
            term=HOSTILE,
            severity=Severity.HIGH,
            tags=(),
            title=f"N{number:03} " + HOSTILE * length,
            url="javascript:alert(1)" if number % 2 else f"https://x.example/{number}",
            source=HOSTILE,
            article_id=ArticleId(f"x-{number}"),
            story_id=None,
            created_at=EPOCH + timedelta(seconds=number),
        )
        for number in range(count)
    ]
    limits = example.kind.limits
    most, characters = (limits.alerts_per_message, limits.characters) if limits.digests else (None, None)
    parts = report_parts("desk", held, most=most, characters=characters)
    return [claimed_delivery(part.data["part"], data=part.data, kind="held.report", severity=part.severity) for part in parts]


@EXAMPLES
@pytest.mark.parametrize(("count", "length"), [(1, 1), (300, 1), (300, 5)])
def test_every_event_that_was_held_back_is_named(example: Example, count: int, length: int) -> None:
    """In messages within the limits of the service; for people each says that it was quiet, and links what has a link."""
    limit, people = example.kind.limits.characters, example.kind.limits.digests
    messages = ["\n".join(texts(body(render(example, one)))) for one in held_report(example, count, length=length)]
    together = "\n".join(messages)
    assert [number for number in range(count) if f"N{number:03}" not in together] == []
    assert limit is None or all(len(html.unescape(TAGS.sub("", shown))) <= limit for shown in messages)
    if people:
        assert not FORBIDDEN.search(together)
        assert all(f"While quiet: {count} event" in shown for shown in messages)
        assert [number for number in range(0, count, 2) if f"https://x.example/{number}" not in together] == []


@FOR_PEOPLE
def test_what_quiet_hours_held_says_so(example: Example) -> None:
    """A digest of alerts that all waited for the morning is headed as a report is; one with others among them is not."""
    quiet = [claimed_delivery(number, quiet=True) for number in (1, 2)]
    assert "While quiet: 2 events" in "\n".join(texts(body(render(example, *quiet))))
    assert "While quiet" not in "\n".join(texts(body(render(example, *quiet, claimed_delivery(3)))))


def linked(number: int) -> ClaimedDelivery:
    """An alert with pages of ours."""
    alert = claimed_delivery(number)
    site = f"https://news.example.org/n{number:03}"
    return dataclasses.replace(
        alert, data={**alert.data, "links": {name: f"{site}/{name}" for name in ("alert", "acknowledge", "silence")}}
    )


@FOR_PEOPLE
def test_whoever_reads_a_message_can_act(example: Example) -> None:
    """A message leads to the alert, why it was raised, and what acknowledges and silences; a short digest to the last two for each."""
    alone = "\n".join(texts(body(render(example, linked(1)))))
    assert [place for place in ("alert", "alert#why", "acknowledge", "silence") if f"n001/{place}" not in alone] == []
    digest = "\n".join(texts(body(render(example, *map(linked, (1, 2, 3))))))
    wanted = [f"n{number:03}/{name}" for number in (1, 2, 3) for name in ("acknowledge", "silence")]
    assert [place for place in wanted if place not in digest] == []


@FOR_PEOPLE
def test_a_long_digest_names_every_alert_rather_than_what_acts(example: Example) -> None:
    """It stays within the limits of the service."""
    limits = example.kind.limits
    shown = "\n".join(texts(body(render(example, *map(linked, range(limits.alerts_per_message))))))
    assert limits.characters is None or len(html.unescape(TAGS.sub("", shown))) <= limits.characters
    assert [number for number in range(limits.alerts_per_message) if f"report {number}" not in shown] == []
