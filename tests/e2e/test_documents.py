"""From documents in a folder to a webhook, as a user runs it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

from monitor.domain.clock import SYSTEM_CLOCK
from tests.e2e.program import Program
from tests.receiving import Receiver, Request
from tests.waiting import until

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
WATCH = [{"name": "Rafah", "type": "place"}, "ceasefire"]


def _config(hook: str, folder: Path) -> dict[str, Any]:
    return {
        "folders": [str(folder)],
        "watch": WATCH,
        "channels": {"hook": {"type": "webhook", "url": hook, "secret": SECRET}},
        "workers": {"scan": 1},
    }


def _verified(request: Request) -> dict[str, Any]:
    """The payload, its signature checked by the reference library."""
    verified: dict[str, Any] = Webhook(SECRET).verify(request.body.decode(), request.headers)
    return verified


def test_the_users_documents_raise_four_signed_alerts(tmp_path: Path, user_seeds: Path) -> None:
    """Each of the two documents alerts on Rafah and on ceasefire, once; doing it again sends nothing."""
    with Receiver() as receiver:
        program = Program(tmp_path, _config(receiver.url(), user_seeds))
        first = program.command("run", "--once")
        payloads = [_verified(request) for request in receiver.wait_for(4)]
        second = program.command("run", "--once")
        assert len(receiver.requests) == 4, "the second run sent something"
    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 4
    articles = {article["id"]: article for article in program.records("articles")}
    assert len(articles) == 2
    told = sorted((payload["data"]["article"]["id"], payload["data"]["alert"]["term"]) for payload in payloads)
    assert told == sorted((article, term) for article in articles for term in ("Rafah", "ceasefire"))
    for payload in payloads:
        _offsets_cut_the_match(payload["data"], articles[payload["data"]["article"]["id"]])
    spellings = {match["text"] for payload in payloads for match in payload["data"]["matches"]}
    assert spellings == {"Rafah", "cease-fire", "ceasefire"}
    assert {article["published_at"] for article in articles.values()} == {"2024-03-21T00:00:00Z", None}


def _offsets_cut_the_match(data: dict[str, Any], article: dict[str, Any]) -> None:
    for match in data["matches"]:
        field = article["title"] if match["field"] == "title" else article["text"]
        assert field[match["start"] : match["end"]] == match["text"]


def test_a_file_that_appears_is_told_within_seconds(tmp_path: Path) -> None:
    """While the daemon runs, a document written to the folder arrives at the webhook; a changed configuration is taken up."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    with Receiver() as receiver:
        config = _config(receiver.url(), folder)
        program = Program(tmp_path, config)
        with program.running("--no-web"):
            until(lambda: program.events("daemon.started"), within_s=60)
            (folder / "one.txt").write_text("A ceasefire was agreed on in the north of the country on Tuesday evening.")
            assert _verified(receiver.wait_for(1, 60)[0])["data"]["alert"]["term"] == "ceasefire"
            program.configure({**config, "watch": [*WATCH, "locusts"]})
            until(
                lambda: {"scheduler", "scan", "deliver"} <= {event["role"] for event in program.events("config.loaded")}, within_s=8
            )
            (folder / "two.txt").write_text("Swarms of locusts have crossed the river and reached the fields of the valley.")
            assert _verified(receiver.wait_for(2, 60)[1])["data"]["alert"]["term"] == "locusts"


def test_an_alert_says_what_the_documentation_says(tmp_path: Path) -> None:
    """The record of `alerts --json` is the webhook's data with id, time, suppression and deliveries; the file channel writes the same body."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "a.txt").write_text(" date 2024-03-21 Fighting went on around Rafah on Thursday.\n\nNo ceasefire is in sight.")
    with Receiver() as receiver:
        config = _config(receiver.url(), folder)
        config["channels"]["log"] = {"type": "file", "path": "alerts.jsonl"}
        program = Program(tmp_path, config)
        assert program.command("run", "--once").returncode == 0
        bodies = {request.json["data"]["alert"]["id"]: request.json for request in receiver.wait_for(2)}
    written = {line["data"]["alert"]["id"]: line for line in map(json.loads, (tmp_path / "alerts.jsonl").read_text().splitlines())}
    assert written == bodies
    records = program.records("alerts")
    for record in records:
        body = bodies[record["id"]]
        assert body["type"] == "alert.created"
        assert record["created_at"] == body["timestamp"]
        assert {name: record[name] for name in body["data"]} == body["data"]
        assert record["suppressed"] is None
        assert {(one["channel"], one["status"]) for one in record["deliveries"]} == {("hook", "delivered"), ("log", "delivered")}
    rafah = next(record for record in records if record["alert"]["term"] == "Rafah")
    assert rafah["alert"]["kind"] == "entity"
    assert rafah["article"]["published_at"] == "2024-03-21T00:00:00Z"
    assert datetime.fromisoformat(rafah["article"]["fetched_at"]) <= SYSTEM_CLOCK.now()
