"""Names of sources on platforms, in the place of addresses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.domain.platforms import platform_source, platforms
from monitor.parse.result import ParsedFeed
from monitor.parse.selected_page import parse_selected
from monitor.settings.feeds import FeedSettings

# As a channel's public page is built, shortened; the words are invented.
TELEGRAM = """<!DOCTYPE html><html><head><title>Halden News – Telegram</title></head><body><section class="tgme_channel_history js-message_history">
<div class="tgme_widget_message_wrap js-widget_message_wrap"><div class="tgme_widget_message text_not_supported_wrap js-widget_message" data-post="haldennews/17">
<div class="tgme_widget_message_bubble"><div class="tgme_widget_message_author accent_color"><a class="tgme_widget_message_owner_name" href="https://t.me/haldennews"><span dir="auto">Halden News</span></a></div>
<a class="tgme_widget_message_reply user-color-default" href="https://t.me/haldennews/3"><div class="tgme_widget_message_text js-message_reply_text">an older message</div></a>
<div class="tgme_widget_message_text js-message_text" dir="auto">The bridge of Halden is closed.<br/><br/>It opens in May. <a href="https://halden.example/">More</a></div>
<div class="tgme_widget_message_footer compact js-message_footer"><a class="tgme_widget_message_date" href="https://t.me/haldennews/17"><time datetime="2024-03-21T08:00:00+00:00" class="time">08:00</time></a></div>
</div></div></div></section></body></html>"""


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("telegram:haldennews", "https://t.me/s/haldennews"),
        ("Telegram:@haldennews", "https://t.me/s/haldennews"),
        ("youtube:@halden", "https://www.youtube.com/@halden"),
        ("youtube:UCabcdefghijklmnopqrstuv", "https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghijklmnopqrstuv"),
        ("mastodon:@desk@halden.example", "https://halden.example/@desk.rss"),
        ("bluesky:halden.example.org", "https://bsky.app/profile/halden.example.org/rss"),
        ("reddit:r/halden", "https://www.reddit.com/r/halden/new/.rss"),
        ("reddit:u/halden", "https://www.reddit.com/user/halden/.rss"),
        ("github:halden/bridge", "https://github.com/halden/bridge/releases.atom"),
        ("googlenews:Halden bridge", "https://news.google.com/rss/search?q=Halden%20bridge&hl=en-US&gl=US&ceid=US%3Aen"),
        ("https://halden.example/rss", "https://halden.example/rss"),
    ],
)
def test_a_name_is_the_address_that_is_read(name: str, url: str) -> None:
    """Whatever case the platform is written in; an address stays what it is."""
    feed = FeedSettings(url=name, tags=("halden",))
    assert (feed.url, feed.tags) == (url, ("halden",))


def test_only_the_page_of_a_channel_is_looked_through_for_its_feed() -> None:
    """YouTube's page names the feed; the operator's own keys go before those of the platform."""
    assert FeedSettings(url="youtube:@halden").discover
    assert not FeedSettings(url="youtube:@halden", discover=False).discover
    assert not FeedSettings(url="github:halden/bridge").discover


@pytest.mark.parametrize("platform", platforms())
def test_a_name_that_cannot_be_is_refused(platform: str) -> None:
    """The error says what a name looks like there, and no name leads to another host."""
    for rest in ("", "a/../../b c", "@@@", "x\ny"):
        if platform == "googlenews" and rest:
            continue
        with pytest.raises(ValueError, match=f"expected one such as `{platform}:"):
            platform_source(f"{platform}:{rest}")


def test_a_channel_on_telegram_is_read_from_its_page() -> None:
    """Text with its paragraphs, first sentence as title, own link and date; what it replies to is not its text."""
    select = FeedSettings(url="telegram:haldennews").select
    assert select is not None
    found = parse_selected(
        TELEGRAM.encode(), url="https://t.me/s/haldennews", headers={}, now=datetime(2024, 3, 22, tzinfo=UTC), select=select.given()
    )
    assert isinstance(found, ParsedFeed)
    (entry,) = found.entries
    assert (entry.title, entry.url) == ("The bridge of Halden is closed.", "https://t.me/haldennews/17")
    assert entry.text == "The bridge of Halden is closed.\n\nIt opens in May. More"
    assert entry.published_at == datetime(2024, 3, 21, 8, tzinfo=UTC)
