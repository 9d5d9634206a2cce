"""What a server says about trying again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.retry import retry_after

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
