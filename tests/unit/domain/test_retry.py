"""What a server says about trying again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.retry import retry_after, wait_asked_for

NOW = datetime(2024, 3, 21, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("1.5", 2),
        ("0", 0),
        ("Thu, 21 Mar 2024 08:02:00 GMT", 120),
        ("Thursday, 21-Mar-24 08:02:00 GMT", 120),
        ("Thu Mar 21 08:02:00 2024", 120),
        ("Thu, 21 Mar 2024 07:00:00 GMT", None),
        ("Thu, 21 Mar 2034 07:00:00 GMT", 86_400),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("Mon, 01 Jan 0001 00:00:00 +2300", None),
        ("99999999999", 86_400),
        ("9" * 400, None),
        ("inf", None),
        ("-5", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("Thu, 99 Foo 2024", None),
    ],
)
def test_retry_after_is_read_in_all_its_forms(header: str | None, seconds: int | None) -> None:
    """Seconds and HTTP dates count, nonsense and the past do not, and nobody can put us off for more than a day."""
    assert retry_after(header, NOW) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("headers", "refused", "seconds"),
    [
        ({"x-ratelimit-reset": "31"}, True, 31),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "45"}, False, 45),
        ({"ratelimit-remaining": "3", "ratelimit-reset": "45"}, False, None),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 20)}, True, 20),
        ({"x-ratelimit-reset": str((int(NOW.timestamp()) + 20) * 1000)}, True, 20),
        ({"ratelimit": '"default";r=0;t=12'}, False, 12),
        ({"retry-after": "7", "x-ratelimit-reset": "31"}, True, 7),
        ({"x-ratelimit-reset": "soon"}, True, None),
        ({}, True, None),
    ],
)
def test_the_wait_that_rate_headers_tell(*, headers: dict[str, str], refused: bool, seconds: int | None) -> None:
    """Seconds, a Unix time or the form of the draft; of a good answer only where nothing is left."""
    found = wait_asked_for(headers, NOW, refused=refused)
    assert found == (None if seconds is None else timedelta(seconds=seconds))
