"""The API as programs use it: described as it is, paged, filtered, and changing the files of the configuration."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request

import pytest

from monitor.storage.engine import Database
from monitor.web.registry import endpoints
from tests.integration.web.scenes import add_alert, add_article
from tests.integration.web.serving import Answer, Site, serving
from tests.receiving import Receiver

YAML = """# The desk's own list. Ask Mona before you change it.
data_dir: data
watch:
  - ceasefire   # since March
  - name: Rafah   # the city
    type: place
    aliases: [Rafiah]  # as the wires write it
    severity: high
feeds:
  - https://one.example/rss  # the first
"""


@pytest.fixture
def written(tmp_path: Path, store: Database, redis_url: str) -> Any:
    """A site whose configuration somebody has written by hand."""
    with serving(tmp_path, store, redis_url) as site:
        (tmp_path / "monitor.yaml").write_text(YAML)
        yield site


def _send(site: Site, method: str, path: str, document: Any = None, **headers: str) -> Answer:
    body = None if document is None else json.dumps(document).encode()
    sent = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return site._send(Request(site.url + path, data=body, headers=sent, method=method))


def _file(site: Site) -> str:
    return (site.folder / "monitor.yaml").read_text()


def test_every_endpoint_is_described_as_it_behaves(still: Site) -> None:
    """The description has every endpoint of the program with its parameters, and one that it does not name is refused."""
    described = still.get("/api/openapi.json").json
    assert described["openapi"].startswith("3.1")
    declared = {(one.path.replace(":path", ""), one.method.lower()) for one in endpoints()}
    assert {(path, method) for path, operations in described["paths"].items() for method in operations} == declared
    identifiers = [operation["operationId"] for operations in described["paths"].values() for operation in operations.values()]
    assert len(identifiers) == len(set(identifiers))
    for endpoint in endpoints():
        operation = described["paths"][endpoint.path.replace(":path", "")][endpoint.method.lower()]
        named = {one["name"] for one in operation["parameters"] if one["in"] == "query"}
        assert named == {one.name for one in endpoint.query or ()}
        if endpoint.method == "GET" and endpoint.query is not None and "{" not in endpoint.path:
            refused = still.get(f"{endpoint.path}?no-such-parameter=1")
            assert (refused.status, refused.headers["content-type"]) == (422, "application/problem+json"), endpoint.path


def test_a_list_is_read_page_by_page(site: Site) -> None:
    """Following `rel=next` gives every record once, also if new ones come meanwhile; the filter goes along."""
    for number in range(5):
        add_alert(site.database, title=f"Number {number}", ago=timedelta(minutes=number))
    for path in ("/api/alerts?term=Rafah&limit=2", "/api/articles?limit=2"):
        found: list[str] = []
        following: str | None = path
        while following is not None:
            answer = site.get(following)
            found += [record["id"] for record in answer.json]
            link = answer.headers.get("link")
            following = None if link is None else link.partition("<")[2].partition(">")[0]
            if len(found) == 2:
                add_alert(site.database, title="New")
        assert len(found) == len(set(found))
        assert len(found) >= 5
    assert site.get("/api/alerts?cursor=nonsense").status == 422


def test_a_list_comes_as_a_table_or_as_lines(site: Site) -> None:
    """With what is nested in columns of its own, and no cell that a spreadsheet would calculate."""
    add_alert(site.database, title="=1+1", term="ceasefire")
    rows = list(csv.DictReader(site.get("/api/alerts?format=csv").text.splitlines()))
    assert (rows[0]["alert.term"], rows[0]["article.title"]) == ("ceasefire", "'=1+1")
    (line,) = site.get("/api/alerts?format=ndjson").text.splitlines()
    assert json.loads(line)["article"]["title"] == "=1+1"
    assert site.get("/api/alerts?format=xml").status == 422


def test_what_is_refused_is_a_problem(site: Site) -> None:
    """Of one article, of many, of a missing one: with type, title, status and detail; of many also why for each."""
    for answer in (
        site.post("/api/articles", {"title": ""}),
        site.post("/api/articles", [{"title": ""}, {"url": "x"}]),
        site.get("/api/articles/none"),
        site.get("/api/nothing"),
    ):
        assert answer.headers["content-type"] == "application/problem+json"
        assert {"type", "title", "status", "detail"} <= answer.json.keys()
        assert answer.json["status"] == answer.status
    refused = site.post("/api/articles", [{"title": ""}, {"url": "x"}])
    assert (refused.status, len(refused.json["items"])) == (422, 2)


def test_one_article_and_the_channels_are_answered(site: Site) -> None:
    """An article with its text; channels without a secret."""
    article_id = add_article(site.database, title="Crossing reopens", text="Lorries cross.")
    assert site.get(f"/api/articles/{article_id}").json["text"] == "Lorries cross."
    assert site.get("/api/channels").json == []


def test_a_channel_is_tested(tmp_path: Path, store: Database, redis_url: str) -> None:
    """With the receipt; 502 where it is not accepted, 404 for one that there is not."""
    with Receiver() as receiver:
        good, bad = ({"type": "webhook", "url": url} for url in (receiver.url(), "http://127.0.0.1:9/"))
        with serving(tmp_path, store, redis_url, channels={"good": good, "bad": {**bad, "timeout": "1s"}}) as site:
            assert site.post("/api/channels/good/test", {}).json["outcome"] == "accepted"
            assert site.post("/api/channels/bad/test", {}).status == 502
            assert site.post("/api/channels/none/test", {}).status == 404
            assert json.loads(receiver.requests[0].body)["type"] == "alert.test"


def test_terms_and_feeds_are_changed_in_their_file(written: Site) -> None:
    """Comments and layout are kept through every change, and each can be undone."""
    added = _send(written, "POST", "/api/terms", {"name": "Truce talks", "any": ["truce", "talks"], "severity": "low"})
    assert (added.status, added.json["phrases"]) == (201, ["truce", "talks"])
    assert _send(written, "POST", "/api/terms", {"name": "Truce talks"}).status == 409
    assert _send(written, "PATCH", f"/api/terms/{quote('Truce talks')}", {"severity": "high", "any": None}).status == 200
    assert "name: Truce talks" in _file(written)
    assert _send(written, "DELETE", f"/api/terms/{quote('Truce talks')}").status == 204
    assert _file(written) == YAML
    changed = _send(written, "PATCH", "/api/terms/Rafah", {"severity": "critical", "aliases": ["Rafiah", "Rafa"], "tags": ["gaza"]})
    assert changed.status == 200, changed.text
    text = _file(written)
    assert all(comment in text for comment in ("# the city", "# as the wires write it", "# since March", "# the first", "Ask Mona"))
    assert "    severity: critical\n" in text
    assert "    aliases: [Rafiah, Rafa]  # as the wires write it\n" in text
    assert _send(written, "PATCH", "/api/terms/Rafah", {"severity": "high", "aliases": ["Rafiah"], "tags": None}).status == 200
    assert _file(written) == YAML
    assert _send(written, "PATCH", "/api/terms/ceasefire", {"severity": "high"}).status == 200
    assert "  - {name: ceasefire, severity: high}   # since March\n" in _file(written)
    assert _send(written, "POST", "/api/feeds", {"url": "https://two.example/rss", "tags": ["world"]}).status == 201
    assert _send(written, "DELETE", f"/api/feeds?url={quote('https://two.example/rss', safe='')}").status == 204
    assert "https://one.example/rss  # the first" in _file(written)


def test_two_editors_do_not_undo_each_other(written: Site) -> None:
    """Who changes what somebody else has changed since is refused with 412, and reads it again first."""
    seen = written.get("/api/terms").headers["etag"]
    assert _send(written, "POST", "/api/terms", {"name": "flood"}, If_Match=seen).status == 201
    for method, path, body in (
        ("POST", "/api/terms", {"name": "quake"}),
        ("PATCH", "/api/terms/Rafah", {"severity": "low"}),
        ("DELETE", "/api/terms/ceasefire", None),
        ("POST", "/api/feeds", {"url": "https://two.example/rss"}),
    ):
        before = _file(written)
        assert _send(written, method, path, body, If_Match=seen).status == 412
        assert _file(written) == before
    fresh = written.get("/api/terms").headers["etag"]
    assert _send(written, "POST", "/api/terms", {"name": "quake"}, If_Match=fresh).status == 201


@pytest.mark.parametrize(
    ("method", "path", "document", "status"),
    [
        ("POST", "/api/terms", {"name": ""}, 422),
        ("POST", "/api/terms", {"name": "x", "severty": "low"}, 422),
        ("POST", "/api/terms", {"name": "x", "query": "a AND ("}, 422),
        ("POST", "/api/terms", {"name": "x", "channels": ["none"]}, 422),
        ("POST", "/api/terms", {"include": "secrets.csv"}, 422),
        ("POST", "/api/feeds", {"url": "ftp://one.example/"}, 422),
        ("POST", "/api/feeds", {"url": "https://three.example/rss", "auth": {"password_file": "token"}}, 422),
        ("POST", "/api/feeds", {"url": "https://one.example/rss"}, 409),
        ("PATCH", "/api/terms/none", {"severity": "low"}, 404),
        ("PATCH", "/api/terms/Rafah", {"severity": "loud"}, 422),
        ("PATCH", "/api/terms/Rafah", {"name": "ceasefire"}, 422),
        ("DELETE", "/api/terms/none", None, 404),
        ("DELETE", "/api/feeds?url=https://none.example/", None, 404),
    ],
)
def test_what_would_break_the_configuration_is_not_written(
    written: Site, method: str, path: str, document: Any, status: int
) -> None:
    """The file is as it was."""
    answer = _send(written, method, path, document)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    assert _file(written) == YAML


def test_what_is_sent_names_no_variable_of_the_machine(written: Site) -> None:
    """It is written so that it stays the text that it is."""
    assert _send(written, "POST", "/api/terms", {"name": "${HOME}"}).status == 201
    assert "$${HOME}" in _file(written)


def test_a_draft_says_what_it_would_have_raised(site: Site) -> None:
    """Over the articles of the last 30 days, with what is doubtful in it; nothing is stored."""
    add_article(site.database, title="Flood in the valley", text="The river rose.")
    add_article(site.database, title="Calm", text="Nothing.")
    answer = site.post("/api/terms/preview", {"name": "flood"})
    assert {key: answer.json[key] for key in ("articles", "stories")} == {"articles": 1, "stories": 1}
    assert answer.json["samples"][0]["title"] == "Flood in the valley"
    assert answer.json.keys() == {"articles", "stories", "per_day", "samples", "warnings"}
    assert site.post("/api/terms/preview", {"name": "the"}).json["warnings"]
    assert site.post("/api/terms/preview", {"name": "x", "query": "a AND ("}).status == 422
    assert "flood" not in [term["name"] for term in site.get("/api/terms").json]
