"""Feed text is hostile in every chat's own mark-up, and every chat has its limits."""

from __future__ import annotations

import email
import email.policy
import html
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from monitor.domain.watch import Severity
from tests.alerting import EPOCH, alert_data, claimed_delivery
from workers.channels import apprise, discord, slack, teams, telegram
from workers.channels import email as mail
from workers.rendering.card import Card, card_of, followable_link, mark_matches
from workers.rendering.truncation import boundary, cut, cut_around

HOSTILE = (
    "<!channel> <@U123> <https://evil.example|click> *bold* _it_ ~no~ `code` :rotating_light: @everyone [a](http://evil) "
    "<b>x</b><script>alert(1)</script> > quote # head || spoiler || \u202eevil \x1b[31m /start"
)


def hostile(title: str = HOSTILE, snippet: str = HOSTILE, match: str = "evil", **article: Any) -> Card:
    """The card of an article that tries everything."""
    data = alert_data(1, title=title, source=title, **article)
    data["alert"]["term"] = title
    data["snippet"] = snippet
    data["matches"] = [{"field": "body", "start": 0, "end": 1, "text": match}]
    data["entities"] = [{"name": f"{title} too", "type": "person", "count": 3}] * 30
    return card_of(claimed_delivery(data=data))


def texts(value: Any) -> Iterator[str]:
    """Every string in a JSON document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)


def slack_is_within_limits(message: dict[str, Any]) -> None:
    """As slack_sdk's models and Slack's documentation have it."""
    assert 1 <= len(message["blocks"]) <= 50
    assert message["text"]
    for block in Block.parse_all(message["blocks"]):
        block.validate_json()
    assert sum(map(len, texts(message["blocks"]))) <= 13_000
    assert len(message["text"]) <= 4_000


def test_slack_shows_what_the_contract_lists() -> None:
    """Severity and term, linked title, the match in bold, source, time, story size, entities, and a fallback text."""
    message = slack.content([card_of(claimed_delivery())])
    shown = "\n".join(texts(message["blocks"]))
    assert "*HIGH* · *Rafah*" in shown
    assert "*<https://news.example.org/1?a=1&amp;b=2|Crossing reopens, report 1>*" in shown
    assert "city of *Rafah* to open" in shown
    assert "Example World · 21 Mar 2024 07:59 UTC · 3 articles" in shown
    assert "With Hamas (5)" in shown
    assert message["text"] == "HIGH · Rafah: Crossing reopens, report 1"
    slack_is_within_limits(message)


@pytest.mark.parametrize("url", ["https://x.example/a|b>c", "javascript:alert(1)", "https://x.example/<!here>", None])
def test_slack_text_from_a_feed_stays_text(url: str | None) -> None:
    """No mention, link, emoji or formatting of its own making, in a message and in a digest."""
    for message in (slack.content([hostile(url=url)]), slack.content([hostile(url=url)] * 30)):
        shown = "\n".join(texts(message))
        assert not re.search(r"<[!@#]", shown)
        assert "<https://evil" not in shown
        assert "javascript:" not in shown
        assert ":rotating_light:" not in shown
        assert not re.search(r"\*bold\*|_it_|~no~|`code`", shown)
        assert not re.search(r"[\u202a-\u202e\x00-\x08\x1b]", shown)
        slack_is_within_limits(message)


def test_slack_quote_and_bold_hold_at_the_edges() -> None:
    """A snippet that begins with > is no quotation; a hit inside a word is still bold."""
    assert slack.escape("> he said") == "› he said"
    shown = slack.content([hostile(snippet="الرفح xRafahx", match="Rafah")])["blocks"][1]["text"]["text"]
    assert "x\u200b*Rafah*\u200bx" in shown


def test_a_digest_names_every_alert_whatever_the_titles() -> None:
    """A hundred alerts with endless titles and addresses are one message within Slack's limits."""
    cards = [
        hostile(title=f"N{n:03} " + "&<>*" * 200, url="https://x.example/" + "&" * 400)
        for n in range(slack.KIND.limits.alerts_per_message)
    ]
    message = slack.content(cards)
    shown = "\n".join(texts(message["blocks"]))
    assert all(f"N{n:03}" in shown for n in range(slack.KIND.limits.alerts_per_message))
    slack_is_within_limits(message)


def test_slack_stays_within_its_limits_for_every_feed_there_is(corpora: Path) -> None:
    """Titles and texts of all feeds of the corpora, as alerts one by one and as digests."""
    found = list({title: text[:1500] for title, text in _entries(corpora / "feeds")}.items())
    assert len(found) > 1000
    cards = [hostile(title=title, snippet=text, match=text[len(text) // 2 :][:20]) for title, text in found]
    for one in cards:
        slack_is_within_limits(slack.content([one]))
    for start in range(0, len(cards), slack.KIND.limits.alerts_per_message):
        slack_is_within_limits(slack.content(cards[start : start + slack.KIND.limits.alerts_per_message]))


def _entries(folder: Path) -> Iterator[tuple[str, str]]:
    for line in (folder / "oracle.jsonl").read_text().splitlines():
        one = json.loads(line)
        for entry in one.get("entries") or list((one.get("entries_by_index") or {}).values()):
            yield str(entry.get("title") or ""), str(entry.get("summary") or entry.get("title") or "")
    for path in sorted(folder.rglob("*.*")):
        if path.suffix != ".jsonl":
            raw = path.read_bytes()[:200_000].decode("utf-8", "replace")
            for title in re.findall(r"<title[^>]*>(.*?)</title>", raw, re.DOTALL)[:5]:
                yield title, raw[:3000]


def test_discord_text_from_a_feed_stays_text() -> None:
    """Nobody is pinged, no link is masked, and the embed is within Discord's limits."""
    for message in (discord.content([hostile()]), discord.content([hostile()] * discord.KIND.limits.alerts_per_message)):
        assert message["allowed_mentions"] == {"parse": []}
        assert discord_size(message) <= 6000
        assert len(message["embeds"]) <= 10
        for embed in message["embeds"]:
            assert len(embed.get("description", "")) <= 4096
            assert len(embed.get("title", "")) <= 256
            assert "[a](http" not in embed.get("description", "")
            assert "@everyone" not in embed.get("description", "")
            assert not re.search(r"(?<!\\)<[@!#]", embed.get("description", ""))


def discord_size(message: dict[str, Any]) -> int:
    """The characters that count towards Discord's 6000."""
    return sum(
        len(embed.get("title", ""))
        + len(embed.get("description", ""))
        + len(embed.get("footer", {}).get("text", ""))
        + len(embed.get("author", {}).get("name", ""))
        + sum(len(field["name"]) + len(field["value"]) for field in embed.get("fields", []))
        for embed in message["embeds"]
    )


def test_teams_knows_no_markup_in_feed_text() -> None:
    """Feed text stands only in text runs, which are shown as they are; cards stay under 28 KB."""
    for message in (teams.content([hostile()]), teams.content([hostile()] * teams.KIND.limits.alerts_per_message)):
        assert len(json.dumps(message, ensure_ascii=False).encode()) <= 28_000
        for block in message["attachments"][0]["content"]["body"]:
            assert block["type"] == "RichTextBlock"
            assert {run["type"] for run in block["inlines"]} == {"TextRun"}


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        assert tag != "a" or [name for name, _ in attrs] == ["href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_telegram_html_holds_only_our_tags() -> None:
    """No tag from a feed survives; mentions, hashtags and commands are no links; 4096 characters are never passed."""
    for message in (telegram.content([hostile()]), telegram.content([hostile()] * telegram.KIND.limits.alerts_per_message)):
        tags = _Tags()
        tags.feed(message["text"])
        assert tags.found <= {"b", "i", "a"}
        assert not re.search(r"(?<!\w)[@/](?:everyone|start)", tags.text)
        assert len(tags.text) <= 4096


def test_an_email_header_cannot_be_injected() -> None:
    """A title with line breaks stays a subject; the HTML part holds only our tags."""
    card_ = hostile(title="Big\r\nBcc: victim@example.org\r\n\r\nnews")
    raw = mail.content([card_], sender="news@example.org", to=["desk@example.org"], message_id="d-1", at=EPOCH)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["Bcc"] is None
    assert "Big Bcc: victim@example.org news" in message["Subject"]
    assert message["Message-ID"] == "<d-1@news-monitor>"
    body = message.get_body(("html",))
    assert body is not None
    tags = _Tags()
    tags.feed(body.get_content())
    assert tags.found <= {"html", "body", "p", "b", "br", "a", "small", "hr"}
    assert raw == mail.content([card_], sender="news@example.org", to=["desk@example.org"], message_id="d-1", at=EPOCH)


def test_plain_text_for_apprise_speaks_to_nobody() -> None:
    """Mentions and formatting that any chat behind Apprise would take up are made harmless."""
    title, text = apprise.title_and_text([hostile()])
    assert not re.search(r"@everyone|<!channel|\[a\]\(|\*bold\*|`code`", title + text)
    assert "evil" in text


def test_the_match_stays_in_view() -> None:
    """A hit far into a long snippet is still shown, in bold, within the limit."""
    pieces = mark_matches("a " * 400 + "Rafah" + " b" * 400, ["Rafah"], 100)
    assert ("Rafah", True) in pieces
    assert sum(len(text) for text, _ in pieces) <= 100
    assert pieces[0][0].startswith("…")
    assert pieces[-1][0].endswith("…")


def test_only_whole_words_are_marked_where_the_match_is_a_word() -> None:
    """`US` in bold, `USA` and `virus` not."""
    assert [text for text, hit in mark_matches("USA and US, virus", ["US"]) if hit] == ["US"]
    assert [text for text, hit in mark_matches("新华社报道", ["华社"]) if hit] == ["华社"]


@pytest.mark.parametrize(
    "whole",
    [
        "e\u0301",
        "👨‍👩‍👧",
        "🇵🇸",
        "👍🏽",
        "❤️",
        "각".encode().decode(),
        "\u1100\u1161\u11a8",
        "क्षि",
        "ลำ",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    ],
)
def test_no_character_is_broken(whole: str) -> None:
    """A cut never falls inside what a reader sees as one character."""
    text = whole * 6
    for limit in range(len(text) + 1):
        assert boundary(text, limit) % len(whole) == 0


@given(st.text(max_size=300), st.integers(0, 300), st.integers(0, 40), st.integers(3, 120))
def test_a_window_is_within_its_limit_and_holds_the_hit(text: str, start: int, length: int, limit: int) -> None:
    """Cutting never exceeds the limit, and what fits of the hit is there."""
    start = min(start, len(text))
    end = min(start + length, len(text))
    shown = cut_around(text, start, end, limit)
    assert len(shown) <= limit
    assert len(cut(text, limit)) <= limit
    if end - start <= limit - 2:
        assert text[start:end].strip() in shown


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400), st.text(max_size=900), st.text(min_size=1, max_size=30), st.sampled_from(list(Severity)))
def test_no_text_breaks_a_chat(title: str, snippet: str, match: str, severity: Severity) -> None:
    """Any text at all gives messages within the limits of every chat."""
    data = alert_data(1, title=title, source=title, url="https://x.example/" + title[:20])
    data["snippet"] = snippet + match
    data["matches"] = [{"field": "body", "start": 0, "end": 1, "text": match}]
    shown = card_of(claimed_delivery(data=data, severity=severity))
    slack_is_within_limits(slack.content([shown]))
    assert discord_size(discord.content([shown])) <= 6000
    assert len(html.unescape(re.sub(r"<[^>]*>", "", telegram.content([shown])["text"]))) <= 4096
    assert teams.content([shown])["attachments"]
    mail.content([shown], sender="a@example.org", to=["b@example.org"], message_id="d", at=EPOCH)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x y|z", "https://a.example/x%20y%7Cz"),
        ("http://a.example/%20?q=1&r=ü", "http://a.example/%20?q=1&r=%C3%BC"),
        ("javascript:alert(1)", None),
        ("//a.example", None),
        ("https://", None),
        ("http://[broken", None),
        ("", None),
        (None, None),
    ],
)
def test_links(url: str | None, expected: str | None) -> None:
    """Only http and https lead anywhere, and no address can break out of a link."""
    assert followable_link(url) == expected
