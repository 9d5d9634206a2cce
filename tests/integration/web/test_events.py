"""Server-sent events as a client sees them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import update

from monitor.storage.tables import deliveries
from monitor.web import event_hub
from tests.integration.web.scenes import add_alert
from tests.integration.web.serving import Site
from tests.waiting import until


@dataclass(frozen=True)
class Event:
    """One event of the stream."""

    name: str
    id: str | None
    data: Any


class Listener:
    """A client of the event stream."""

    def __init__(self, answer: HTTPResponse) -> None:
        self._answer = answer
        self.status = answer.status

    def block(self) -> list[str]:
        """The lines up to the next empty one."""
        lines = []
        while line := self._answer.readline().decode().rstrip("\n"):
            lines.append(line)
        return lines

    def next(self) -> Event:
        """The next event; comments are passed over."""
        while True:
            fields = dict(line.split(": ", 1) for line in self.block() if not line.startswith(":"))
            if "data" in fields:
                return Event(fields["event"], fields.get("id"), json.loads(fields["data"]))


@contextmanager
def listening(site: Site, path: str = "/api/events", **headers: str) -> Iterator[Listener]:
    """A connection that listens, once it has been welcomed."""
    connection = HTTPConnection(urlsplit(site.url).netloc, timeout=20)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    listener = Listener(answer)
    try:
        if answer.status == 200:
            assert listener.block()[1] == ": welcome"
        yield listener
    finally:
        answer.close()
        connection.close()


def test_an_alert_comes_as_it_is_raised(site: Site) -> None:
    """The event carries the record that the list of alerts gives, under the alert's id, once."""
    with listening(site) as client:
        alert = add_alert(site.database)
        event = client.next()
        second = add_alert(site.database, term="ceasefire")
        assert client.next().id == second
    assert (event.name, event.id) == ("alert", alert)
    assert event.data == site.get("/api/alerts?term=Rafah").json[0]


def test_a_changed_delivery_is_sent(site: Site) -> None:
    """When a receiver has accepted an alert, every client gets its deliveries again."""
    with listening(site) as client:
        alert = add_alert(site.database, channels=("desk",))
        assert client.next().data["deliveries"][0]["status"] == "pending"
        with site.database.write() as connection:
            connection.execute(update(deliveries).values(status="delivered", attempts=1))
        event = client.next()
    assert (event.name, event.id, event.data["alert_id"]) == ("deliveries", None, alert)
    assert event.data["deliveries"][0]["status"] == "delivered"


def test_a_client_goes_on_where_it_was(site: Site) -> None:
    """With the last id it has seen, a client gets what it missed, oldest first, and then what comes."""
    seen, *missed = [add_alert(site.database) for _ in range(3)]
    for headers, path in (({"last_event_id": seen}, "/api/events"), ({}, f"/api/events?after={seen}")):
        with listening(site, path, **headers) as client:
            assert [client.next().id for _ in missed] == missed
            missed.append(add_alert(site.database))
            assert client.next().id == missed[-1]


def test_filters_hold_for_what_is_missed_and_what_comes(site: Site) -> None:
    """Only alerts of the term and the severity asked for."""
    seen = add_alert(site.database)
    add_alert(site.database, term="ceasefire", severity="low")
    wanted = add_alert(site.database, severity="critical")
    with listening(site, f"/api/events?severity=critical&after={seen}") as client:
        assert client.next().id == wanted
        add_alert(site.database, severity="low")
        new = add_alert(site.database, severity="critical")
        assert client.next().id == new


def test_a_quiet_stream_is_kept_open(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing happens a comment shows that the connection lives."""
    monkeypatch.setattr(event_hub, "HEARTBEAT_S", 0.1)
    with listening(site) as client:
        assert client.block() == [": still here"]


def test_clients_are_limited(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit a client is refused with `Retry-After`; when another leaves, its place is free."""
    monkeypatch.setattr(event_hub, "MAX_CLIENTS", 1)
    with listening(site):
        refused = site.get("/api/events")
        assert (refused.status, refused.headers["retry-after"]) == (503, "10")
    until(lambda: "news_monitor_event_clients 0.0" in site.get("/metrics").text, within_s=10)


def test_the_page_gets_ready_html(site: Site) -> None:
    """The stream of the page carries the card as the page itself shows it, escaped."""
    with listening(site, "/events") as client:
        add_alert(site.database, title="<b>bold</b>")
        event = client.next()
    assert '<article class="alert high"' in event.data["html"]
    assert "&lt;b&gt;bold&lt;/b&gt;" in event.data["html"]
    assert "<b>" not in event.data["html"]
