"""`news-monitor mcp`: tools for language models."""

from __future__ import annotations

import asyncio
import os

import click

from monitor.assistant.api_client import ApiClient
from monitor.assistant.tools import NewsTools
from monitor.cli.loading import load_settings
from monitor.cli.options import CONFIG
from monitor.domain.errors import UsageError
from monitor.settings.extras import extra_needed

_HERE = "127.0.0.1"
_TOKEN = "NEWS_MONITOR_TOKEN"  # noqa: S105 - the name of a variable


@click.command()
@CONFIG
@click.option(
    "--url",
    help="The pages to ask, such as https://news.example.org; otherwise those of the configuration. The token is in $NEWS_MONITOR_TOKEN.",
)
@click.option(
    "--http", "port", type=click.IntRange(1, 65535), help="Answer over HTTP on this port of this machine, under the same token."
)
def mcp(*, url: str | None, port: int | None) -> None:
    """Answer language models over the Model Context Protocol, on standard input and output."""
    token = os.environ.get(_TOKEN)
    if url is None:
        web = load_settings().web
        host = _HERE if web.host in {"0.0.0.0", "::"} else web.host  # noqa: S104 - bound to all, asked at one
        url = f"http://[{host}]:{web.port}" if ":" in host else f"http://{host}:{web.port}"
        token = token or (web.token.get_secret_value() if web.token else None)
    if port is not None and not token:
        raise UsageError(f"over HTTP a token is needed: set `web.token`, or ${_TOKEN}")
    try:
        from monitor.assistant.mcp_server import serve_http, serve_stdio  # noqa: PLC0415 - the SDK is an extra
    except ImportError as error:
        raise UsageError(extra_needed("The Model Context Protocol", "mcp")) from error

    async def serve() -> None:
        async with ApiClient(url, token) as api:
            tools = NewsTools(api)
            await (serve_stdio(tools) if port is None else serve_http(tools, host=_HERE, port=port, token=str(token)))

    asyncio.run(serve())
