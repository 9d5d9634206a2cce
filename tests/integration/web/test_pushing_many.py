"""Pushing many articles in one request, again under the same key, and in the formats of agencies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monitor.broker import connect
from monitor.broker.queues import SCAN, queue
from tests.integration.web.serving import Answer, Site
from tests.unit.parse.agency_documents import NINJS, NITF, cap, newsml, reference

GOOD: dict[str, Any] = {
    "id": 7,
    "title": "Convoy reaches Rafah",
    "text": "A convoy of 22 lorries reached Rafah.",
    "source": "Gulf Wire",
}
OTHER: dict[str, Any] = {"id": 8, "title": "Harbour reopens", "text": "Ten ships left the harbour.", "source": "Port News"}


def _lines(*documents: Any) -> bytes:
    return b"\n".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in documents)


def _push_lines(site: Site, *documents: Any, **headers: str) -> Answer:
    return site.post("/api/articles", _lines(*documents), content_type="application/x-ndjson", **headers)


def _statuses(answers: list[dict[str, Any]]) -> list[str]:
    return [answer["status"] for answer in answers]


def test_a_list_is_answered_article_by_article(site: Site, redis_url: str) -> None:
    """A wrong one is told with its faults and keeps no other from being stored; the next time all others are known."""
    first = site.post("/api/articles", [GOOD, {"title": 7}, OTHER, "x"])
    assert (first.status, _statuses(first.json)) == (207, ["new", "refused", "new", "refused"])
    assert first.json[1]["faults"][0]["field"] == "title"
    with connect(redis_url) as connection:
        assert queue(SCAN, connection).count
    again = site.post("/api/articles", [OTHER, GOOD])
    assert (again.status, _statuses(again.json)) == (200, ["known", "known"])
    assert [one["id"] for one in again.json] == [first.json[2]["id"], first.json[0]["id"]]
    assert {record["source"] for record in site.get("/api/articles").json} == {"Gulf Wire", "Port News"}


def test_lines_are_answered_by_lines(site: Site) -> None:
    """Each line is an article; one that is no JSON is named by its number."""
    answer = _push_lines(site, GOOD, b"", b"{broken", OTHER)
    found = [json.loads(line) for line in answer.body.splitlines()]
    assert (answer.status, _statuses(found)) == (207, ["new", "refused", "new"])
    assert "line 3" in found[1]["error"]
    assert answer.headers["content-type"].startswith("application/x-ndjson")


def test_many_lines_are_all_stored(site: Site) -> None:
    """More than one transaction holds: every line has its own article."""
    answer = _push_lines(site, *({"id": number, "title": f"News {number}"} for number in range(600)))
    found = [json.loads(line) for line in answer.body.splitlines()]
    assert (answer.status, len({one["id"] for one in found})) == (201, 600)


def test_an_id_identifies_an_article_within_its_source(site: Site) -> None:
    """With another text it is a revision, under another source another article."""
    first = site.post("/api/articles", GOOD).json["id"]
    assert site.post("/api/articles", {**GOOD, "text": "It turned back."}).json == {"id": first, "status": "revised"}
    assert site.post("/api/articles", {**GOOD, "source": "Port News"}).json["id"] != first


def test_a_request_under_the_same_key_changes_nothing(site: Site) -> None:
    """A late repetition gets the first answer and does not undo what a later request has revised."""
    first = site.post("/api/articles", GOOD, Idempotency_Key="a")
    site.post("/api/articles", {**GOOD, "text": "It turned back."}, Idempotency_Key="b")
    again = site.post("/api/articles", GOOD, Idempotency_Key="a")
    assert (again.status, again.json) == (first.status, first.json) == (201, first.json)
    (record,) = site.get("/api/articles").json
    assert (record["text"], record["revision"]) == ("It turned back.", 2)
    assert site.post("/api/articles", OTHER, Idempotency_Key="a").status == 422
    assert site.post("/api/articles", OTHER, Idempotency_Key="x" * 300).status == 422
    assert len(site.get("/api/articles").json) == 1


def test_a_refused_request_does_not_use_up_its_key(site: Site) -> None:
    """What was wrong may be sent again, put right, under its key."""
    assert site.post("/api/articles", {"title": ""}, Idempotency_Key="a").status == 422
    assert site.post("/api/articles", GOOD, Idempotency_Key="a").status == 201


def test_a_story_as_an_agency_sends_it(site: Site) -> None:
    """ninjs, NewsML-G2, NITF and CAP are articles of the source that the address names; a cancellation revises its warning."""
    path = "/api/articles?source=Halden%20Agency"
    assert site.post(path, json.loads(NINJS)).json["status"] == "new"
    for document, status in (
        (newsml(2), "revised"),
        (NITF, "new"),
        (cap("H1"), "new"),
        (cap("H2", kind="Cancel", references=reference("H1"), hour=9), "revised"),
    ):
        answer = site.post(path, document.encode(), content_type="application/xml")
        assert _statuses(answer.json) == [status], document[:200]
    records = site.get("/api/articles").json
    assert {record["source"] for record in records} == {"Halden Agency"}
    assert sum(record["title"].startswith("Cancelled: Flood") for record in records) == 1


@pytest.mark.parametrize(
    ("body", "kind", "status", "says"),
    [
        (b"<svg/>", "image/svg+xml", 422, "<svg>"),
        (b"", "application/xml", 422, "empty"),
        (b"[]", "application/json", 422, "list"),
        (b"{", "application/json", 400, "JSON"),
        (b"title", "text/plain", 415, "application/x-ndjson"),
    ],
)
def test_what_cannot_be_taken_says_what_can(still: Site, body: bytes, kind: str, status: int, says: str) -> None:
    """The answer names what is wrong with the body or its type."""
    answer = still.post("/api/articles", body, content_type=kind)
    assert answer.status == status
    assert says in answer.json["error"]
