"""Pushing articles in, and trying texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from monitor.broker import connect
from monitor.broker.queues import SCAN, queue
from monitor.storage.engine import Database
from tests.integration.web.serving import Site, serving
from tests.waiting import until

ARTICLE: dict[str, Any] = {
    "title": "Convoy reaches Rafah",
    "text": "A convoy of 22 lorries reached Rafah on Thursday, and a ceasefire was agreed on in the evening.",
    "url": "https://wire.example/convoy?utm_source=x",
    "published_at": "2024-03-21T08:00:00Z",
    "language": "en",
    "source": "Gulf Wire",
    "author": "A. Reporter",
    "tags": ["world"],
}


def test_a_pushed_article_is_stored_and_scanned_at_once(site: Site, redis_url: str) -> None:
    """201 with the id; the article is listed with all its fields, and its scan is on the queue."""
    answer = site.post("/api/articles", ARTICLE)
    assert (answer.status, answer.json["status"]) == (201, "new")
    (record,) = site.get("/api/articles").json
    assert record["id"] == answer.json["id"]
    for name in ("title", "text", "published_at", "language", "source", "author", "tags"):
        assert record[name] == ARTICLE[name], name
    assert record["url"].startswith("https://wire.example/convoy")
    with connect(redis_url) as connection:
        assert queue(SCAN, connection).count == 1


def test_the_same_article_twice_is_one(site: Site) -> None:
    """Pushed again it keeps its id; with another text it is a revision; another source says its own under the same address."""
    first = site.post("/api/articles", ARTICLE)
    again = site.post("/api/articles", ARTICLE)
    assert (again.status, again.json) == (200, {"id": first.json["id"], "status": "known"})
    changed = site.post("/api/articles", {**ARTICLE, "text": ARTICLE["text"] + " " + "Another convoy is expected on Friday."})
    assert (changed.status, changed.json) == (200, {"id": first.json["id"], "status": "revised"})
    elsewhere = site.post("/api/articles", {**ARTICLE, "source": "Another Wire"})
    assert elsewhere.status == 201
    assert {record["id"]: record["revision"] for record in site.get("/api/articles").json} == {
        first.json["id"]: 2,
        elsewhere.json["id"]: 1,
    }


def test_a_misspelled_field_is_told(site: Site) -> None:
    """Fields that mean nothing are named in the answer, so that a misspelling is noticed."""
    answer = site.post("/api/articles", {"title": "On Rafah", "publishedAt": "2024-03-21", "slug": 7})
    assert (answer.status, answer.json["ignored"]) == (201, ["publishedAt", "slug"])


@pytest.mark.parametrize(
    ("document", "status", "fields"),
    [
        ({}, 422, [""]),
        ({"title": "  ", "text": ""}, 422, [""]),
        ({"title": 7}, 422, ["title"]),
        ({"title": "x", "url": "javascript:alert(1)"}, 422, ["url"]),
        ({"title": "x", "url": "file:///etc/passwd"}, 422, ["url"]),
        ({"title": "x", "published_at": "the day before", "language": "klingon!"}, 422, ["language", "published_at"]),
        ({"title": "x", "tags": "world"}, 422, ["tags"]),
        ({"title": "x" * 5001}, 422, ["title"]),
        ("x", 422, None),
    ],
)
def test_what_is_wrong_is_said(still: Site, document: Any, status: int, fields: list[str] | None) -> None:
    """A wrong article is refused whole, with a fault for each field that is wrong."""
    answer = still.post("/api/articles", document)
    assert answer.status == status
    assert answer.json["error"]
    assert fields is None or sorted(fault["field"] for fault in answer.json["faults"]) == fields
    assert still.get("/api/articles").json == []


def test_bodies_that_are_no_json_or_too_large(still: Site) -> None:
    """415 for another type, 413 beyond the limit; nothing is stored."""
    assert still.post("/api/articles", b"title=x").status == 415
    assert still.post("/api/articles", {"title": "x", "text": "y" * 5_000_000}).status == 413
    assert still.get("/api/articles").json == []


def test_characters_that_no_database_takes_are_replaced(tmp_path: Path, database: Database, redis_url: str) -> None:
    """NUL in every field is stored as a replacement character, on both databases; the article can be pushed again."""
    hostile = {"title": "Rafah\x00", "text": "x\x00y", "source": "a\x00b", "author": "\x00", "guid": "\x00g", "tags": ["\x00t"]}
    with serving(tmp_path, database, redis_url) as site:
        first = site.post("/api/articles", hostile)
        assert first.status == 201
        assert site.post("/api/articles", hostile).json == {"id": first.json["id"], "status": "known"}
        assert site.post("/api/deliveries/retry", {"ids": ["\x00"]}).status == 200


def test_html_that_is_pushed_becomes_text(site: Site) -> None:
    """Tags are no words: what is matched and shown is the text."""
    site.post("/api/articles", {"title": "A &amp; B", "text": "<p>Truce in <b>Rafah</b></p><p>Second</p>"})
    (record,) = site.get("/api/articles").json
    assert record["text"] == "Truce in Rafah\n\nSecond"


def test_a_text_is_tried(still: Site) -> None:
    """The dry run says which terms match and where, and stores nothing."""
    found = still.post("/api/match", {"title": "On Rafah", "text": "An offensive against Rafah."}).json
    assert {term["term"]: term["matched"] for term in found["terms"]} == {
        "Rafah": True,
        "ceasefire": False,
        "Rafah offensive": True,
    }
    assert found["terms"][0]["matches"][0] == {"field": "title", "start": 3, "end": 8, "text": "Rafah"}
    assert still.get("/api/articles").json == []


def test_html_is_tried_without_what_is_not_the_article(still: Site) -> None:
    """Of HTML the plain text comes back, and a hit in a list of links beside the article is passed over."""
    box = '<h3>Most read</h3><ul><li><a href="/1">Offensive on Rafah</a></li></ul>'
    found = still.post("/api/match", {"text": f"<p>Ships wait off the coast.</p>{box}", "html": True, "term": "Rafah"}).json
    (term,) = found["terms"]
    assert found["text"] == "Ships wait off the coast.\n\nMost read\n\nOffensive on Rafah"
    assert (term["matched"], term["passed_over"][0]["text"], term["passed_over"][0]["reason"]) == (
        False,
        "Rafah",
        "links to other articles",
    )


def test_a_query_that_is_not_on_the_list_is_tried(still: Site) -> None:
    """A query is tried before it is written down; one that cannot be read is explained by column."""
    found = still.post("/api/match", {"text": "Aid reached Khan Younis.", "query": '"khan younis" AND aid'}).json
    assert [term["matched"] for term in found["terms"]] == [True]
    refused = still.post("/api/match", {"text": "x", "query": "aid AND ("})
    assert refused.status == 422
    assert refused.json["error"].startswith("query, column ")


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({}, "text"),
        ({"text": "x", "term": "Rafa"}, "did you mean `Rafah`"),
        ({"text": "x", "trem": "Rafah"}, "trem"),
        ({"text": 1}, "text"),
    ],
)
def test_a_preview_that_makes_no_sense_is_refused(still: Site, document: Any, expected: str) -> None:
    """422, and what was expected."""
    answer = still.post("/api/match", document)
    assert answer.status == 422
    assert expected in answer.json["error"]


def test_the_preview_follows_the_configuration(site: Site) -> None:
    """A term added to the file is known within seconds, without a restart."""
    site.configure(watch=["locusts"])

    def known() -> bool:
        return [term["term"] for term in site.post("/api/match", {"text": "Swarms of locusts."}).json["terms"]] == ["locusts"]

    until(known, within_s=15)
    assert "locusts" in site.page("/terms").text
