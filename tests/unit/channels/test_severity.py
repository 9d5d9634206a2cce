"""Severity as the services themselves know it, and threads of mail."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest

from monitor.domain.watch import Severity
from tests.alerting import EPOCH, claimed_delivery
from workers.channels import email as mail
from workers.channels.apprise import with_priority
from workers.rendering.card import card_of


@pytest.mark.parametrize(
    ("url", "severity", "expected"),
    [
        ("ntfy://topic", Severity.CRITICAL, "ntfy://topic?priority=max&tags=rotating_light"),
        ("ntfys://host/topic?auth=x", Severity.INFO, "ntfys://host/topic?auth=x&priority=min&tags=white_circle"),
        ("ntfy://topic?priority=low", Severity.HIGH, "ntfy://topic?priority=low&tags=orange_circle"),
        ("pover://user@token", Severity.HIGH, "pover://user@token?priority=high"),
        ("pagerduty://key@id", Severity.HIGH, "pagerduty://key@id?severity=error"),
        ("json://host/x", Severity.CRITICAL, "json://host/x"),
    ],
)
def test_the_priority_of_a_service(url: str, severity: Severity, expected: str) -> None:
    """It follows from the severity, unless the address says what it is to be."""
    assert with_priority(url, severity) == expected


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_apprise_takes_the_addresses() -> None:
    """Each address with a priority is one that Apprise still knows, and the priority arrives there."""
    apprise = pytest.importorskip("apprise")
    for url in ("ntfy://topic", "pover://" + "u" * 30 + "@" + "t" * 30, "gotify://host/token", "prowl://" + "a" * 40):
        for severity in Severity:
            plain, service = (apprise.Apprise.instantiate(one) for one in (url, with_priority(url, severity)))
            assert plain is not None
            assert service is not None
            assert severity is not Severity.HIGH or service.priority != plain.priority


def read(severity: Severity, answers: str | None = None) -> EmailMessage:
    """A mail of this severity."""
    card = card_of(claimed_delivery(severity=severity))
    raw = mail.content([card], sender="a@example.org", to=["b@example.org"], message_id="d-2", at=EPOCH, answers=answers)
    found = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_mail_shows_what_is_important() -> None:
    """Mail programs mark what is high and above; the usual has no mark."""
    assert [read(severity)["Importance"] for severity in Severity] == ["low", "low", None, "high", "high"]


def test_mail_on_a_story_is_in_one_thread() -> None:
    """It names the first mail of the story."""
    assert read(Severity.HIGH)["In-Reply-To"] is None
    answer = read(Severity.HIGH, answers="<d-1@news-monitor>")
    assert answer["In-Reply-To"] == answer["References"] == "<d-1@news-monitor>"
    assert answer["Subject"].startswith("Re: HIGH")
    assert answer["Message-ID"] == "<d-2@news-monitor>"
