"""Where redirects may lead, and what never goes along."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web

from monitor.domain.feed import Validators
from monitor.domain.urls import parse_url
from monitor.fetching.access import Access, access_for, user_agent
from monitor.fetching.fetcher import Fetcher
from monitor.fetching.outcome import Fetched, FetchFailure, NotModified, Problem
from monitor.settings.feeds import FeedSettings, HttpSettings, PollingSettings
from tests.integration.polling.hostile import self_signed
from tests.integration.polling.world import Site

MakeSite = Callable[[], Awaitable[Site]]
PRIVATE_TARGETS = [
    *(
        "http://127.0.0.1:{other}/secret",
        "http://localhost:{other}/secret",
        "http://2130706433:{other}/secret",
        "http://0x7f.1:{other}/secret",
    ),
    *(
        "http://0177.0.0.1:{other}/secret",
        "http://[::ffff:127.0.0.1]:{other}/secret",
        "http://[::1]:{other}/secret",
        "http://0.0.0.0:{other}/secret",
    ),
    *(
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://192.168.0.1/",
        "http://100.100.100.200/",
        "http://[fd00:ec2::254]/",
    ),
    "//127.0.0.1:{other}/secret",
]


@pytest.mark.parametrize("target", PRIVATE_TARGETS)
async def test_a_redirect_never_reaches_our_own_network(target: str, make_site: MakeSite) -> None:
    """Whatever spelling or name the redirect uses, nothing is sent to the machine behind it."""
    site, secret = await make_site(), await make_site()
    secret.page("/secret", "secret")
    location = target.format(other=secret.url.rpartition(":")[2])
    url = site.page("/feed", status=302, headers={"Location": location})
    async with Fetcher(PollingSettings(), HttpSettings()) as fetcher:
        outcome = await fetcher.get(parse_url(url), origin=parse_url(url))
    assert isinstance(outcome, FetchFailure)
    assert outcome.problem is Problem.FORBIDDEN_ADDRESS, outcome.reason
    assert secret.requests == []


async def test_a_page_that_a_feed_links_to_is_guarded_too(site: Site) -> None:
    """The link of an entry is a stranger's URL from the start."""
    url = site.page("/page", "page")
    async with Fetcher(PollingSettings(), HttpSettings()) as fetcher:
        assert isinstance(await fetcher.get(parse_url(url), origin=parse_url(url)), Fetched)
        outcome = await fetcher.get(parse_url(url), origin=None)
        by_name = await fetcher.get(parse_url(url.replace("127.0.0.1", "localhost")), origin=None)
    assert isinstance(outcome, FetchFailure)
    assert isinstance(by_name, FetchFailure)
    assert outcome.problem is by_name.problem is Problem.FORBIDDEN_ADDRESS
    assert len(site.requests) == 1


async def test_the_operators_own_server_may_redirect_within_itself(site: Site) -> None:
    """A private feed that has moved on the same server is followed, with what the server needs to know us."""
    site.page("/new", "here")
    url = site.page("/old", status=301, headers={"Location": "/new"})
    async with Fetcher(PollingSettings(), HttpSettings()) as fetcher:
        outcome = await fetcher.get(parse_url(url), origin=parse_url(url), access=Access(headers={"Authorization": "Bearer t"}))
    assert isinstance(outcome, Fetched)
    assert [(step.status, step.url) for step in outcome.redirects] == [(301, site.url + "/new")]
    assert [request.headers["Authorization"] for request in site.requests] == ["Bearer t", "Bearer t"]


async def test_secrets_stay_with_their_server(make_site: MakeSite) -> None:
    """Credentials, cookies and configured headers are not sent to the server that a redirect names."""
    site, other = await make_site(), await make_site()
    target = other.page("/feed", "x")
    url = site.page("/feed", status=302, headers={"Location": target})
    settings = FeedSettings.model_validate(
        {"url": url, "headers": {"X-Key": "k"}, "cookies": {"session": "s"}, "auth": {"username": "u", "password": "p"}}
    )
    async with Fetcher(PollingSettings(), HttpSettings(), permitted=lambda _: True) as fetcher:
        outcome = await fetcher.get(parse_url(url), origin=parse_url(url), access=access_for(settings, HttpSettings()))
    assert isinstance(outcome, Fetched)
    sent, leaked = site.requests[0].headers, other.requests[0].headers
    assert (sent["X-Key"], sent["Cookie"], sent["Authorization"]) == ("k", "session=s", "Basic dTpw")
    assert not {"X-Key", "Cookie", "Authorization"} & set(leaked)


async def test_a_cookie_that_a_redirect_sets_is_brought_along(site: Site) -> None:
    """Sites that set a cookie and redirect to the same address are read, not taken for a loop."""

    async def wall(request: web.Request) -> web.StreamResponse:
        if request.cookies.get("seen"):
            return web.Response(text="behind the wall")
        return web.Response(status=302, headers={"Location": "/feed", "Set-Cookie": "seen=1"})

    site.pages["/feed"] = wall
    url = site.url.replace("127.0.0.1", "localhost") + "/feed"
    async with Fetcher(PollingSettings(), HttpSettings()) as fetcher:
        outcome = await fetcher.get(parse_url(url), origin=parse_url(url))
    assert isinstance(outcome, Fetched)


async def test_we_say_who_we_are(site: Site) -> None:
    """The User-Agent names the program and the operator's contact; conditions and deltas are asked for."""
    url = site.page("/feed", status=304)
    http = HttpSettings(contact="https://harness.example/bot")
    async with Fetcher(PollingSettings(), http) as fetcher:
        outcome = await fetcher.get(
            parse_url(url), origin=parse_url(url), validators=Validators(etag='"1"', last_modified="Sun, 01 Mar 2026 12:00:00 GMT")
        )
    assert isinstance(outcome, NotModified)
    headers = site.requests[0].headers
    assert headers["User-Agent"].startswith("news-monitor/")
    assert "(+https://harness.example/bot)" in headers["User-Agent"]
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == ('"1"', "Sun, 01 Mar 2026 12:00:00 GMT")
    assert "gzip" in headers["Accept-Encoding"]
    assert user_agent(HttpSettings(user_agent="harness/1", contact="a@b.example")) == "harness/1 (+a@b.example)"


async def test_a_proxy_carries_the_request(site: Site) -> None:
    """Through a proxy the whole URL is asked of the proxy, credentials for it included."""
    site.page("/feed", "from afar")
    settings = FeedSettings.model_validate({"url": "http://far.example/feed", "proxy": site.url.replace("http://", "http://u:p@")})
    async with Fetcher(PollingSettings(), HttpSettings()) as fetcher:
        outcome = await fetcher.get(
            parse_url(settings.url), origin=parse_url(settings.url), access=access_for(settings, HttpSettings())
        )
    assert isinstance(outcome, Fetched)
    assert site.requests[0].headers["Host"] == "far.example"
    assert "Proxy-Authorization" in site.requests[0].headers


async def test_a_proxy_that_is_not_there(site: Site) -> None:
    """A dead proxy is named as such."""
    async with Fetcher(PollingSettings(), HttpSettings()) as fetcher:
        outcome = await fetcher.get(
            parse_url("http://far.example/"), origin=parse_url("http://far.example/"), access=Access(proxy="http://127.0.0.1:1")
        )
    assert isinstance(outcome, FetchFailure)
    assert outcome.problem is Problem.PROXY


async def test_a_client_certificate_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A feed with `client_cert` is read from a server that asks for one; an unreadable certificate is named."""
    context = self_signed(tmp_path)
    pem = tmp_path / "server.pem"
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    runner = web.AppRunner(_app())
    await runner.setup()
    await web.TCPSite(runner, "localhost", 0, ssl_context=context).start()
    url = f"https://localhost:{runner.addresses[0][1]}/feed"
    async with Fetcher(PollingSettings(), HttpSettings()) as fetcher:
        shown = await fetcher.get(parse_url(url), origin=parse_url(url), access=Access(client_cert=pem))
        missing = await fetcher.get(parse_url(url), origin=parse_url(url), access=Access(client_cert=tmp_path / "nothing.pem"))
    await runner.cleanup()
    assert isinstance(shown, Fetched), shown
    assert isinstance(missing, FetchFailure)
    assert missing.problem is Problem.CREDENTIALS


async def test_a_certificate_of_ones_own_is_trusted_where_it_is_named(tmp_path: Path) -> None:
    """By `ca_file`, or without looking by `verify: false`, on the feed's own site alone; a missing file is named."""
    context, pem = self_signed(tmp_path), tmp_path / "server.pem"
    runner = web.AppRunner(_app())
    await runner.setup()
    await web.TCPSite(runner, "localhost", 0, ssl_context=context).start()
    url = f"https://localhost:{runner.addresses[0][1]}/feed"
    elsewhere = parse_url("https://localhost:1/feed")
    async with Fetcher(PollingSettings(), HttpSettings()) as fetcher:
        outcomes = [
            await fetcher.get(parse_url(url), origin=origin, access=access)
            for origin, access in (
                (parse_url(url), Access(ca_file=pem)),
                (parse_url(url), Access(verify=False)),
                (parse_url(url), Access()),
                (parse_url(url), Access(ca_file=tmp_path / "missing.pem")),
                (elsewhere, Access(verify=False)),
            )
        ]
    await runner.cleanup()
    found = [one.problem if isinstance(one, FetchFailure) else getattr(one, "status", None) for one in outcomes]
    assert found == [200, 200, Problem.TLS, Problem.CREDENTIALS, Problem.FORBIDDEN_ADDRESS]


def _app() -> web.Application:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text="for your eyes only")

    app = web.Application()
    app.router.add_get("/feed", answer)
    return app


async def test_a_connection_of_the_operator_never_serves_a_stranger(site: Site) -> None:
    """A kept-alive connection to a private server is not reused for a URL that somebody else has named."""
    url = site.page("/feed", "x")
    async with Fetcher(PollingSettings(), HttpSettings()) as fetcher:
        await asyncio.gather(*(fetcher.get(parse_url(url), origin=parse_url(url)) for _ in range(3)))
        outcome = await fetcher.get(
            parse_url(url.replace("127.0.0.1", "localhost")), origin=parse_url("http://elsewhere.example/feed")
        )
    assert isinstance(outcome, FetchFailure)
    assert outcome.problem is Problem.FORBIDDEN_ADDRESS


def test_nothing_of_an_access_is_shown() -> None:
    """Headers and proxy, which hold secrets, are not in the repr that ends up in logs."""
    shown = repr(Access(headers={"Authorization": "Bearer hush"}, proxy="http://u:hush@proxy"))
    assert "hush" not in shown
