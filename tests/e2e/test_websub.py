"""Feeds that are pushed by a hub (WebSub), as a user runs it: a real hub, the whole program, a webhook."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any

from tests.e2e.program import Program, kill
from tests.hub import Hub
from tests.receiving import Receiver
from tests.waiting import until


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def test_what_a_hub_sends_is_told_at_once(tmp_path: Path) -> None:
    """Subscribed with intent verified; pushes told once; wrong signatures and unknown addresses refused; kills lose nothing; unsubscribed at the end."""
    port = _free_port()
    with Receiver() as origin, Receiver() as receiver:
        hub = Hub(origin)
        config: dict[str, Any] = {
            "feeds": [hub.topic],
            "websub": {"public_url": f"http://127.0.0.1:{port}/websub"},
            "web": {"port": port, "token": "w1-7f3k9xq2mz8w4tn"},
            "watch": ["ceasefire"],
            "channels": {"hook": {"type": "webhook", "url": receiver.url()}},
            "workers": {"scan": 1},
        }
        program = Program(tmp_path, config)
        with program.running() as daemon:
            until(lambda: hub.subscriber, within_s=60)
            polls = hub.polls
            assert hub.publish("First ceasefire in the valley") == 204
            receiver.wait_for(1, 30)
            assert hub.polls == polls, "what was pushed came by polling"
            assert hub.push(hub.document([("Forged ceasefire", "")]), secret="guessed") == 403
            assert hub.subscriber is not None
            callback = hub.subscriber.callback
            assert hub.push("x", callback=callback[:-4] + "0000") == 404
            assert hub.verify({"hub.mode": "unsubscribe", "hub.topic": hub.topic, "hub.callback": callback}) == 404
            assert hub.verify({"hub.mode": "subscribe", "hub.topic": "http://other.example/", "hub.callback": callback}) == 404
            assert hub.push(hub.document([("Second ceasefire signed the old way", "")]), method="sha1") == 204
            receiver.wait_for(2, 30)
            kill(daemon, "news-monitor", "web")
            _push_until_taken(hub, "Third ceasefire while nobody listens")
            receiver.wait_for(3, 60)
            program.configure({**config, "feeds": []})
            until(lambda: hub.subscriber is None, within_s=30)
            assert hub.push_to(callback) == 404
        titles = [request.json["data"]["article"]["title"] for request in receiver.requests]
    assert titles == [
        "First ceasefire in the valley",
        "Second ceasefire signed the old way",
        "Third ceasefire while nobody listens",
    ]
    assert {request.json["data"]["article"]["source"] for request in receiver.requests} == {"Hub News"}
    assert program.events("hub.refused")


def _push_until_taken(hub: Hub, title: str) -> None:
    """Push as hubs do: again and again until it is accepted; in between the process may die."""
    document = hub.document([(title, "")])

    def accepted() -> bool:
        try:
            return hub.push(document) == 204
        except OSError:
            time.sleep(0.05)
            return False

    until(accepted, within_s=60)
