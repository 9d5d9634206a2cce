"""What the linter says of routes, channels and their addresses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.lint.linting import warnings_of

TERMS = "watch: [truce, {name: port, severity: high, tags: [harbour]}]\n"
TWO = "channels:\n  log: {type: file, path: a}\n  other: {type: file, path: b}\n"


@pytest.mark.parametrize(
    ("routes", "line", "said"),
    [
        ("- {channels: [log]}\n- {min_severity: high, channels: [other]}", 6, "route 1 takes every alert"),
        ("- {channels: [log]}", 3, "nothing is ever sent to the channel `other`"),
        ("- {tags: [harbor], channels: [other]}\n- {channels: [log]}", 5, "did you mean `harbour`"),
        ("- {min_severity: critical, channels: [other]}\n- {channels: [log]}", 5, "the worst is `high`"),
        ("- {min_severity: high, channels: [log, other]}", 5, "'truce' fit no route"),
    ],
)
def test_a_route_that_leads_nowhere(tmp_path: Path, routes: str, line: int, said: str) -> None:
    """Routes that never apply, channels that nothing reaches and terms without a route are named at their line."""
    (warning,) = warnings_of(tmp_path, f"{TWO}routes:\n{routes}\n{TERMS}")
    assert warning.line == line
    assert said in warning.message


def test_good_routes(tmp_path: Path) -> None:
    """Routes and channels that all have their use are not doubted; a fallback counts as one."""
    routes = "- {tags: [harbour], channels: [other]}\n- {min_severity: high, channels: [other]}\n- {channels: [log]}"
    assert warnings_of(tmp_path, f"{TWO}routes:\n{routes}\n{TERMS}") == []
    assert warnings_of(tmp_path, TWO + TERMS) == []
    fallback = TWO.replace("path: a}", "path: a, fallback: other}")
    assert warnings_of(tmp_path, f"{fallback}routes: [{{channels: [log]}}]\n{TERMS}") == []


@pytest.mark.parametrize(
    ("feed", "said"),
    [
        ("{url: https://a.example/, verify: false}", "any certificate is trusted"),
        ("{imap: {host: m.example, user: u, password: p, verify: false}}", "any certificate is trusted"),
        ("{imap: {host: m.example, user: u, password: p, tls: false}}", "unencrypted"),
        ("{imap: {host: 127.0.0.1, user: u, password: p, tls: false}}", None),
        ("{imap: {host: m.example, user: u, password: p, tls: starttls}}", None),
        ("{url: https://a.example/, ca_file: a.pem}", None),
    ],
)
def test_a_connection_that_nobody_checks(tmp_path: Path, feed: str, said: str | None) -> None:
    """Certificates that are not looked at, and passwords that others can read, are warned of."""
    found = [warning.message for warning in warnings_of(tmp_path, f"{TERMS}feeds:\n  - {feed}\n")]
    assert len(found) == (said is not None)
    assert said is None or said in found[0]


def test_a_silence_of_no_term(tmp_path: Path) -> None:
    """A silence of a tag that no term has is named, with the tag that was meant."""
    (warning,) = warnings_of(tmp_path, f"{TWO}{TERMS}silences: [{{tag: harbor}}]\n")
    assert "did you mean `harbour`" in warning.message


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("slack, url: 'https://hooks.slack.com/services/T0ABCD123/B0ABCD123/abcdefghijkl'", None),
        ("slack, url: 'https://hooks.slack.com/workflows/T012/A012/1234/abc'", None),
        ("slack, url: 'https://chat.example.org/hooks/abc'", None),
        ("slack, url: 'https://hooks.slack.com/services/T0ABCD123/B0ABCD123'", "no address of a webhook"),
        ("slack, url: 'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXX'", "still an example"),
        ("slack, url: 'https://team.slack.com/archives/C0123456789'", "not posted to team.slack.com"),
        ("slack, url: 'http://hooks.slack.com/services/T0ABCD123/B0ABCD123/abcdefghijkl'", "only over https"),
        ("slack, token: xoxb-1234-abcd, channel: C0123456789", None),
        ("slack, token: abcdefgh, channel: C0123456789", "no bot token"),
        ("slack, token: xoxb-1234-abcd, channel: '#desk'", "by its id"),
        ("apprise, url: 'ntfy://topic'", None),
        ("apprise, url: 'nfty://topic'", "did you mean `ntfy`"),
        ("apprise, url: 'tgram://nothing'", "cannot read this address"),
    ],
)
def test_an_address_that_cannot_be(tmp_path: Path, channel: str, said: str | None) -> None:
    """Addresses that the service cannot have are named without what is secret in them; possible ones are not."""
    warnings = warnings_of(tmp_path, f"channels:\n  desk: {{type: {channel}}}\n{TERMS}")
    assert [warning.line for warning in warnings] == ([] if said is None else [2])
    assert all(said in warning.message for warning in warnings if said)
    assert "abcdefgh" not in "".join(warning.message for warning in warnings)
