"""Who may ask, and what a browser is kept from doing for others."""

from __future__ import annotations

import hashlib
import re
import socket
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest

from monitor.broker import connect_producer
from monitor.domain.errors import MonitorError
from monitor.relay import Relay
from monitor.settings.live import LiveSettings
from monitor.storage.engine import Database
from monitor.web.registry import endpoints, pages
from monitor.web.server import serve_web
from tests.integration.web.serving import Site, serving
from tests.waiting import until

TOKEN = "correct-horse-battery-staple-ü"
OPEN = ("/healthz", "/readyz")
EVERYTHING = (
    *(page.path.replace("{id}", "x") for page in pages()),
    *(action.path for page in pages() for action in page.actions),
    *(endpoint.path for endpoint in endpoints() if endpoint.path not in OPEN),
    *("/nothing", "/static/app.css", "/login"),
)


@pytest.fixture
def guarded(tmp_path: Path, store: Database, redis_url: str) -> Iterator[Site]:
    """A site with a token."""
    with serving(tmp_path, store, redis_url, web={"token": TOKEN}) as site:
        yield site


EVERY_REQUEST = sorted(
    {
        *((endpoint.method, endpoint.path) for endpoint in endpoints() if endpoint.path not in OPEN),
        *(("GET", page.path) for page in pages()),
        *((action.method, action.path) for page in pages() for action in page.actions),
        ("POST", "/logout"),
    }
)
"""Method and path of all that is served, apart from health, the login form and the links of messages."""


def _bearer(token: str = TOKEN) -> str:
    return "Bearer " + token.encode().decode("latin-1")


def test_everything_but_health_asks_for_the_token(guarded: Site) -> None:
    """401 with a challenge, for pages with a form; health is open."""
    for path in EVERYTHING:
        answer = guarded.get(path)
        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer"), path
        assert 'name="token"' in guarded.page(path).text
    assert guarded.post("/api/articles", {"title": "x"}).status == 401
    assert guarded.post("/api/match", {"text": "x"}).status == 401
    assert guarded.get("/healthz").status == 200
    assert guarded.get("/readyz").status == 503


def test_every_method_asks_for_the_token(guarded: Site) -> None:
    """Whatever is declared, with its own method: nothing is served without the token, nor for a cookie that was made up."""
    assert {method for method, _ in EVERY_REQUEST} >= {"GET", "POST", "PATCH", "DELETE"}
    for method, path in EVERY_REQUEST:
        address = re.sub(r"\{[^}]*\}", "x", path)
        for headers in ({}, {"cookie": "news-monitor=made-up"}):
            answer = guarded.ask(method, address, **headers)
            challenge = answer.headers.get("www-authenticate")
            assert (answer.status, challenge) == (401, "Bearer"), f"{method} {path} {headers}"


def test_the_bearer_token_opens(guarded: Site) -> None:
    """The right token, in any letter case of the scheme, and no other."""
    assert guarded.get("/api/alerts", authorization=_bearer()).status == 200
    assert guarded.get("/api/alerts", authorization=_bearer().replace("Bearer", "bearer")).status == 200
    assert guarded.post("/api/articles", {"title": "On Rafah"}, authorization=_bearer()).status == 201
    for wrong in ("Bearer", "Bearer ", _bearer(TOKEN + "x"), _bearer(TOKEN[:-1]), f"Basic {TOKEN[:5]}"):
        assert guarded.get("/api/alerts", authorization=wrong).status == 401, wrong


def test_a_person_logs_in_and_out(guarded: Site) -> None:
    """The form sets a cookie that scripts and other sites cannot use, which is not the token, and leads where one wanted to go."""
    wrong = guarded.post("/login", urlencode({"token": "guess", "wanted": "/feeds"}).encode())
    assert (wrong.status, "set-cookie" in wrong.headers, "That is not the token" in wrong.text) == (401, False, True)
    right = guarded.post("/login", urlencode({"token": TOKEN, "wanted": "/feeds"}).encode())
    assert (right.status, right.headers["location"]) == (303, "/feeds")
    cookie = right.headers["set-cookie"]
    assert "httponly" in cookie.lower()
    assert "samesite=strict" in cookie.lower()
    assert TOKEN not in cookie
    session = cookie.partition(";")[0]
    assert guarded.page("/feeds", cookie=session).status == 200
    assert guarded.page("/feeds", cookie=session[:-1] + ("0" if session[-1] != "0" else "1")).status == 401
    assert guarded.post("/logout", b"", cookie=session).headers["set-cookie"].startswith('news-monitor="";')
    assert guarded.page("/feeds", cookie=session).status == 401, "a copy of the cookie is worth nothing, either"


def test_who_guesses_is_put_off(guarded: Site) -> None:
    """Of many wrong tokens at once few are judged, in the API and at the form; who is logged in goes on, and the right token works again soon."""
    cookie = guarded.post("/login", urlencode({"token": TOKEN}).encode()).headers["set-cookie"].partition(";")[0]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda number: guarded.get("/api/alerts", authorization=f"Bearer guess-{number}"), range(12)))
        put_off = [answer for answer in answers if answer.status == 429]
        assert len(answers) - len(put_off) <= 4
        assert {answer.headers["retry-after"] for answer in put_off} == {"1"}
        forms = list(pool.map(lambda number: guarded.post("/login", f"token=guess-{number}".encode()), range(8)))
        assert 429 in {form.status for form in forms}
        assert guarded.page("/", cookie=cookie).status == 200
    until(lambda: guarded.get("/api/alerts", authorization=_bearer()).status == 200, within_s=15)


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_the_form_leads_nowhere_else(guarded: Site, wanted: str) -> None:
    """Whatever a link to the form says, it ends on our own pages."""
    assert guarded.post("/login", urlencode({"token": TOKEN, "wanted": wanted}).encode()).headers["location"] == "/"


def test_a_new_token_counts_at_once(guarded: Site) -> None:
    """Changed in the configuration, the old token and its sessions are worth nothing within seconds."""
    cookie = guarded.post("/login", urlencode({"token": TOKEN}).encode()).headers["set-cookie"].partition(";")[0]
    assert guarded.page("/", cookie=cookie).status == 200
    guarded.configure(web={"token": "another-token-for-all"})
    until(lambda: guarded.get("/api/alerts", authorization="Bearer another-token-for-all").status == 200, within_s=15)
    assert guarded.page("/", cookie=cookie).status == 401
    assert guarded.get("/api/alerts", authorization=_bearer()).status == 401


def test_the_form_is_styled_under_its_own_policy(guarded: Site) -> None:
    """The form carries its style, allowed by its hash alone."""
    answer = guarded.page("/")
    style = re.search(r"<style>(.*)</style>", answer.text, re.DOTALL)
    assert style is not None
    digest = b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["content-security-policy"], "login.css has no quotes and none of < > &"
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "", "[::"]
)
def test_another_name_for_this_machine_is_refused(still: Site, host: str) -> None:
    """A page whose name was made to lead here gets nothing, reading or writing."""
    assert still.get("/api/alerts", host=host).status in {400, 421}
    assert still.post("/api/articles", {"title": "x"}, host=host).status in {400, 421}
    assert still.get("/api/articles").json == []


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "127.0.0.1:9", "127.1.2.3", "[::1]:8765", "LOCALHOST"])
def test_this_machine_goes_by_all_its_names(still: Site, host: str) -> None:
    """Loopback names and addresses are served."""
    assert still.get("/api/alerts", host=host).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
def test_a_page_of_another_site_cannot_post(still: Site, headers: dict[str, str]) -> None:
    """What a browser sends for another page changes nothing; our own pages and programs may."""
    for path in ("/api/articles", "/api/deliveries/retry", "/api/match"):
        assert still.post(path, {"title": "x", "text": "x", "dead": True}, **headers).status == 403
    assert still.post("/deliveries/retry", b"dead=all", **headers).status == 403
    assert still.get("/api/articles").json == []
    assert still.post("/deliveries/retry", b"dead=all", origin=still.url, sec_fetch_site="same-origin").status == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site", "sec_fetch_mode": "cors"},
        {"sec_fetch_site": "same-site", "sec_fetch_mode": "no-cors"},
        {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "iframe"},
        {"origin": "https://evil.example"},
    ],
)
def test_a_page_of_another_site_cannot_read(still: Site, headers: dict[str, str]) -> None:
    """Another site gets neither pages nor streams, which it could open until there are none left."""
    for path in ("/api/events", "/api/alerts", "/"):
        assert still.get(path, **headers).status == 403, path


def test_a_link_from_another_site_leads_to_a_page_but_to_no_stream(still: Site) -> None:
    """Who follows a link in a chat sees the page."""
    headers = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}
    assert still.page("/", **headers).status == 200
    assert still.get("/api/events", **headers).status == 403


@pytest.mark.parametrize(
    "since", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "0000-00-00", "-1d", "soon", "99999999999d9"]
)
def test_times_that_no_calendar_holds_are_refused(still: Site, since: str) -> None:
    """400 with a reason, wherever a time is taken."""
    for path in ("/api/alerts", "/api/articles", "/api/stories"):
        answer = still.get(f"{path}?{urlencode({'since': since})}")
        assert (answer.status, "since" in answer.json["error"]) == (400, True), path


def test_what_is_too_dear_to_match_is_refused(still: Site) -> None:
    """A short query over a long text costs a limited time."""
    answer = still.post("/api/match", {"text": "aa bb " * 160_000, "query": "(aa OR bb) NEAR/500 (aa OR bb)"})
    assert (answer.status, "takes more than" in answer.json["error"]) == (422, True)


def test_a_long_list_of_matches_is_cut(still: Site) -> None:
    """All are counted, some are listed."""
    (term,) = still.post("/api/match", {"text": "aa " * 5000, "query": "aa"}).json["terms"]
    assert (len(term["matches"]), term["matches_total"]) == (200, 5000)


def _live(folder: Path, web: str) -> LiveSettings:
    (folder / "monitor.yaml").write_text(f"data_dir: data\nweb: {web}\n")
    return LiveSettings(folder / "monitor.yaml", {})


def test_an_open_address_without_a_token_is_refused(tmp_path: Path, store: Database, redis_url: str) -> None:
    """The command line cannot open what the configuration does not guard."""
    with pytest.raises(MonitorError, match=r"set `web\.token` first"):
        serve_web(_live(tmp_path, "{port: 0}"), store, _relay(redis_url), host="0.0.0.0")


def test_a_port_that_is_taken_is_told(tmp_path: Path, store: Database, redis_url: str) -> None:
    """The message names the address and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            MonitorError, match=rf"cannot listen on 127\.0\.0\.1:{port}: address already in use; set another `web\.port`"
        ):
            serve_web(_live(tmp_path, f"{{port: {port}}}"), store, _relay(redis_url))


def _relay(redis_url: str) -> Relay:
    return Relay(connect_producer(redis_url))
