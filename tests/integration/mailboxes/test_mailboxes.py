"""Mailboxes over time, against a server that fails in the ways mail servers do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from monitor.daemon.parser_client import ParserPool
from monitor.daemon.parser_protocol import Task
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.source import SourceHealth, SourceStatus
from monitor.mailboxes import mail_session
from monitor.mailboxes.mailbox_kind import MAILBOXES
from monitor.mailboxes.mailbox_source import MailboxSource
from monitor.settings.load import load_config
from monitor.settings.model import Settings
from monitor.sources.source import HealthRequest, SourceContext
from monitor.storage.engine import Database, sqlite_url
from monitor.storage.tables import articles, metadata
from tests.mail_server import MailServer, mail

ALERT = """<html><body><table><tr><td><a href="https://www.google.com/url?rct=j&amp;sa=t&amp;url=https://paper.example/a%3Fx%3D1&amp;ct=ga">
<span itemprop="name">Truce <b>holds</b> in the north</span></a>
<div itemprop="publisher" itemscope><span itemprop="name">The Paper</span></div><div itemprop="description">Both sides kept to it.</div>
<a href="https://www.google.com/alerts/share?u=https://paper.example/a">share</a></td></tr>
<tr><td><a href="https://www.google.com/url?rct=j&amp;url=https://www.post.example/b&amp;ct=ga">Convoy reaches the town</a></td></tr>
<tr><td><a href="https://www.google.com/url?q=javascript:alert(1)">no page</a> <a href="https://www.google.com/alerts/edit">edit</a></td></tr>
</table></body></html>"""


class Desk:
    """A configuration with one mailbox, and what the daemon makes of it."""

    parsers = ParserPool(Task.DOCUMENT)

    def __init__(self, home: Path, **imap: Any) -> None:
        (home / "monitor.yaml").write_text(json.dumps({"feeds": [{"imap": imap, "name": "Letters", "tags": ["mail"]}]}))
        self.settings: Settings = load_config(home / "monitor.yaml", {})
        self.database = Database(sqlite_url(home / "news.db"))
        with self.database.write() as connection:
            metadata.create_all(connection)
        self.scans: list[object] = []

    def open(self) -> MailboxSource:
        """As the scheduler does."""
        return MailboxSource(SourceContext(database=self.database, on_stored=self.scans.extend), parsers=self.parsers)

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Read what comes for as long as the block runs."""
        source = self.open()
        try:
            await source.configure(self.settings)
            await source.start(lambda *_arguments: None)
            yield
        finally:
            await source.close()

    async def read(self) -> None:
        """Read once."""
        source = self.open()
        try:
            await source.configure(self.settings)
            await source.run_once(asyncio.Event())
        finally:
            await source.close()

    def stored(self, *columns: str) -> list[tuple[Any, ...]]:
        """These columns of every article, in the order in which they came."""
        with self.database.read() as connection:
            query = select(*(articles.c[name] for name in columns)).order_by(articles.c.fetched_at, articles.c.title)
            return [tuple(row) for row in connection.execute(query)]

    def health(self) -> SourceHealth:
        """As the health list shows it."""
        with self.database.read() as connection:
            (health,) = MAILBOXES.health_of(connection, HealthRequest(settings=self.settings, now=SYSTEM_CLOCK.now()))
        return health

    async def until(self, count: int) -> None:
        """Wait until so many articles are stored."""
        async with asyncio.timeout(30):
            while len(self.stored("id")) < count:  # noqa: ASYNC110 - what is waited for is in the database, which sends no event
                await asyncio.sleep(0.02)


@pytest.fixture(scope="module", autouse=True)
def _parsers() -> Iterator[None]:
    """Let the parser processes serve every test, since starting them takes longer than the rest."""
    yield
    Desk.parsers.close()


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A mail server."""
    with MailServer() as server:
        yield server


async def test_what_a_message_says_is_an_article(server: MailServer, tmp_path: Path) -> None:
    """Subject, text, sender and tags; old letters are archive at the first reading, as is what arrives with an old date of receipt."""
    desk = Desk(tmp_path, **server.settings)
    server.add(mail("An old letter", "From before."), age=timedelta(days=2))
    server.add(mail("A ceasefire is near", "Talks went on in the night."))
    await desk.read()
    server.add(mail("A late letter", "It took two days."), age=timedelta(days=2))
    server.add(mail("A moved letter", "Somebody has moved it here."), age=timedelta(days=9))
    await desk.read()
    assert sorted(desk.stored("title", "source", "author", "alertable")) == [
        ("A ceasefire is near", "Letters", "Desk", True),
        ("A late letter", "Letters", "Desk", True),
        ("A moved letter", "Letters", "Desk", False),
        ("An old letter", "Letters", "Desk", False),
    ]
    assert ("Talks went on in the night.",) in desk.stored("text")
    assert desk.health().url.startswith("imap://desk@127.0.0.1:")
    assert desk.health().articles == 4


async def test_a_folder_that_is_numbered_anew_brings_nothing_twice(server: MailServer, tmp_path: Path) -> None:
    """Numbers under another UIDVALIDITY say nothing: everything is looked at again, and known again by what it is."""
    desk = Desk(tmp_path, **server.settings)
    for number in range(3):
        server.add(mail(f"Letter {number}", "As ever."))
    await desk.read()
    server.add(mail("Letter 3", "Arrived just before."))
    server.renumber()
    await desk.read()
    assert [title for (title,) in desk.stored("title")] == ["Letter 0", "Letter 1", "Letter 2", "Letter 3"]
    assert len(desk.scans) == 4


async def test_one_sender_cannot_overwrite_what_another_has_sent(server: MailServer, tmp_path: Path) -> None:
    """The same message id with other words is another article; the same letter by two ways is one."""
    desk = Desk(tmp_path, **server.settings)
    letter = mail("The truth", "The bridge stands.")
    server.add(letter)
    server.add(b"Received: by another way\n" + letter)
    server.add(letter.replace(b"stands", b"fell"))
    await desk.read()
    assert sorted(desk.stored("text", "revision")) == [("The bridge fell.", 1), ("The bridge stands.", 1)]


async def test_google_alerts_are_their_links(server: MailServer, tmp_path: Path) -> None:
    """One article for each link, under the name of who published it."""
    desk = Desk(tmp_path, **server.settings)
    head = b"From: Google Alerts <googlealerts-noreply@google.com>\nSubject: Google Alert - truce\nMIME-Version: 1.0\n"
    server.add(head + b"Content-Type: text/html; charset=utf-8\n\n" + ALERT.encode())
    await desk.read()
    assert sorted(desk.stored("source", "title", "text", "url")) == [
        ("The Paper", "Truce holds in the north", "Both sides kept to it.", "https://paper.example/a?x=1"),
        ("post.example", "Convoy reaches the town", "", "https://www.post.example/b"),
    ]
    assert desk.health().articles == 2


async def test_letters_arrive_through_every_fault(server: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dropped connections and a server that hangs: the letters of that time come when it is back, once."""
    monkeypatch.setattr(mail_session, "READ_S", 0.3)
    monkeypatch.setattr("monitor.mailboxes.mailbox_reader._FIRST_PAUSE_S", 0.01)
    desk = Desk(tmp_path, **server.settings)
    async with desk.following():
        server.add(mail("One", "First."))
        await desk.until(1)
        server.drop_connections()
        server.add(mail("Two", "Second."))
        await desk.until(2)
        server.hangs = True
        server.add(mail("Three", "Third."))
        server.drop_connections()
        async with asyncio.timeout(30):
            while desk.health().status is not SourceStatus.FAILING:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.02)
        server.hangs = False
        await desk.until(3)
    assert [title for (title,) in desk.stored("title")] == ["One", "Two", "Three"]


async def test_a_server_without_idle_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What arrives is found by asking."""
    monkeypatch.setattr("monitor.mailboxes.mailbox_reader._POLL_S", 0.01)
    with MailServer(idle=False) as server:
        desk = Desk(tmp_path, **server.settings)
        async with desk.following():
            server.add(mail("One", "First."))
            await desk.until(1)
            server.add(mail("Two", "Second."))
            await desk.until(2)


async def test_what_cannot_be_read_is_said(server: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that is too large is skipped with a remark; those after it are read."""
    monkeypatch.setattr("monitor.mailboxes.mailbox_reader.MAX_BYTES", 5000)
    desk = Desk(tmp_path, **server.settings)
    server.add(mail("Large", "x " * 4000))
    server.add(mail("Small", "Good."))
    await desk.read()
    assert desk.stored("title") == [("Small",)]
    assert desk.health().status is SourceStatus.OK
    assert "messages were skipped: number 1 (larger than" in str(desk.health().reason)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"password": "a wrong password"}, "does not accept user and password"),
        ({"folder": "None"}, "there is no folder `None`"),
        ({"tls": "true"}, "does `tls` fit its port?"),
        ({"port": 1}, "takes no connections on port 1"),
        ({"tls": "true", "ca_file": "missing.pem"}, "`ca_file` cannot be read"),
    ],
)
async def test_every_refusal_is_explained(server: MailServer, tmp_path: Path, changed: dict[str, Any], told: str) -> None:
    """The health list says what is wrong, and nothing of the password."""
    desk = Desk(tmp_path, **{**server.settings, **changed})
    await desk.read()
    assert desk.health().status is SourceStatus.FAILING
    assert told in str(desk.health().reason)
    assert "a wrong password" not in str(desk.health().reason)


async def test_a_reader_that_dies_anywhere_loses_and_doubles_nothing(server: MailServer, tmp_path: Path) -> None:
    """Whatever moment it is cut off, the next one goes on where the database says."""
    desk = Desk(tmp_path, **server.settings)
    for number in range(45):
        server.add(mail(f"Letter {number:02}", "As ever."))
    for pause_s in (0.01, 0.05, 0.1, 0.2, 0.4):
        source = desk.open()
        await source.configure(desk.settings)
        reading = asyncio.ensure_future(source.run_once(asyncio.Event()))
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(reading), pause_s)
        await source.close()
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    await desk.read()
    assert [title for (title,) in desk.stored("title")] == [f"Letter {number:02}" for number in range(45)]
    assert all(alertable for (alertable,) in desk.stored("alertable"))
