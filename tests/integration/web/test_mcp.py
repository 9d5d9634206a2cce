"""A language model's client asks the program over the Model Context Protocol, as a process on standard input and output and over HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from monitor.assistant.api_client import ApiClient
from monitor.assistant.mcp_server import http_app, server_of
from monitor.assistant.tools import NewsTools
from tests.integration.web.scenes import add_alert
from tests.integration.web.serving import Site


@asynccontextmanager
async def asking(site: Site) -> AsyncIterator[Client]:
    """A client of the tools over the pages of a site."""
    async with ApiClient(site.url, None) as api, Client(server_of(NewsTools(api))) as client:
        yield client


async def told(client: Client, tool: str, **arguments: Any) -> Any:
    """What a tool answers; it must succeed."""
    found = await client.call_tool(tool, arguments)
    text = "".join(part.text for part in found.content if part.type == "text")
    assert not found.is_error, text
    return json.loads(text)


async def refused(client: Client, tool: str, **arguments: Any) -> str:
    """Why a tool refuses."""
    found = await client.call_tool(tool, arguments)
    assert found.is_error
    return "".join(part.text for part in found.content if part.type == "text")


async def test_what_happened_is_answered_with_a_link_and_a_span_for_each_claim(site: Site) -> None:
    """What was told of Rafah, its story, why it was told, and why another article was not."""
    add_alert(site.database, title="Crossing at Rafah reopens")
    async with asking(site) as client:
        news = (await told(client, "whats_new", term="Rafah", since="2000-01-01"))["alerts"]
        assert news
        for one in news:
            assert one["article"]["url"].startswith("https://")
            assert all(match["end"] > match["start"] for match in one["matches"])
        alert = news[0]
        traced = await told(client, "why", link_or_id=alert["article"]["id"])
        assert traced["received"] is True
        assert "no such story" in await refused(client, "story", story_id="nothing")
        found = (await told(client, "search", words="Rafah"))["articles"]
        assert alert["article"]["id"] in {article["id"] for article in found}
        reasons = await told(client, "why_not", term="ceasefire", article_id=alert["article"]["id"])
        assert [term["term"] for term in reasons["terms"]] == ["ceasefire"]
        assert (await told(client, "quiet", term="ceasefire"))["term"] == "ceasefire"


async def test_a_term_is_added_only_after_its_preview(site: Site) -> None:
    """The preview of another draft does not count; what the API refuses reaches the model in words."""
    add_alert(site.database, title="Crossing at Rafah reopens")
    async with asking(site) as client:
        draft = {"name": "Talks", "query": "truce OR talks"}
        assert "preview_watch" in await refused(client, "add_watch", item=draft)
        assert (await told(client, "preview_watch", item=draft))["articles"] >= 0
        assert "preview_watch" in await refused(client, "add_watch", item={**draft, "query": "truce"})
        assert (await told(client, "add_watch", item=draft))["name"] == "Talks"
        assert "Talks" in (site.folder / "monitor.yaml").read_text()
        assert "column" in await refused(client, "preview_watch", item={"name": "Broken", "query": "truce AND ("})


async def test_somebody_takes_an_alert_and_silences_a_term(site: Site) -> None:
    """Both are seen in the API afterwards."""
    add_alert(site.database, title="Crossing at Rafah reopens")
    async with asking(site) as client:
        alert = (await told(client, "whats_new", since="2000-01-01"))["alerts"][0]["alert"]
        await told(client, "acknowledge", alert_id=alert["id"], by="Ada")
        assert site.get(f"/api/alerts/{alert['id']}").json["acknowledged"]["by"] == "Ada"
        await told(client, "silence", term="Rafah", duration="2h")
        assert [one["term"] for one in site.get("/api/silences").json] == ["Rafah"]
        assert "no such alert" in await refused(client, "acknowledge", alert_id="nothing", by="Ada")


async def test_the_command_speaks_over_standard_input_and_output(site: Site) -> None:
    """A client starts it as it would any server; its tools say what they do."""
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "monitor", "mcp", "--url", site.url, "--config", str(site.folder / "monitor.yaml")],
        cwd=str(site.folder),
        env=dict(os.environ),
    )
    async with asyncio.timeout(60), Client(command) as client:
        tools = {tool.name: tool.description for tool in (await client.list_tools()).tools}
        assert {"whats_new", "search", "story", "why", "why_not", "quiet", "add_watch", "acknowledge", "silence", "trends"} <= {
            *tools
        }
        assert all(tools.values())
        assert "alerts" in await told(client, "whats_new")


@pytest.mark.parametrize("given", [None, "Bearer wrong", "Basic token-of-twenty-letters"])
async def test_over_http_nothing_is_answered_without_the_token(given: str | None) -> None:
    """Whatever is sent instead of it."""
    async with ApiClient("http://127.0.0.1:9", None) as api:
        app = http_app(NewsTools(api), host="127.0.0.1", token="token-of-twenty-letters")
        answers: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            answers.append(message)

        headers = [] if given is None else [(b"authorization", given.encode())]
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/mcp",
            "raw_path": b"/mcp",
            "query_string": b"",
            "headers": headers,
            "scheme": "http",
        }
        await app(scope, receive, send)
    assert answers[0]["status"] == 401
