"""A scene for each kind of source: something to read, that more can be published in, and that can be broken."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web

from monitor.domain.clock import SYSTEM_CLOCK
from tests.mail_server import MailServer, mail
from tests.receiving import Receiver


class Scene(Protocol):
    """One source of a kind. `configuration` is what monitor.yaml says about it."""

    configuration: Mapping[str, Any]

    def publish(self, text: str) -> None:
        """Add an article with this text, which is one line."""

    def break_it(self) -> None:
        """Make the source unreadable."""


class FeedScene:
    """A feed on a server of its own."""

    def __init__(self, server: Receiver) -> None:
        self.configuration: Mapping[str, Any] = {
            "feeds": [{"url": server.url("/feed"), "every": "1s"}],
            "polling": {"min": "1s", "host_gap": "0s"},
        }
        self._texts: list[str] = []
        self._broken = False
        server.answer = self._answer

    def publish(self, text: str) -> None:
        """Add an item."""
        self._texts.append(text)

    def break_it(self) -> None:
        """Answer with status 500."""
        self._broken = True

    async def _answer(self, _request: web.Request) -> web.StreamResponse:
        date = format_datetime(SYSTEM_CLOCK.now())
        items = "".join(f"<item><title>{text}</title><guid>{text}</guid><pubDate>{date}</pubDate></item>" for text in self._texts)
        return web.Response(
            status=500 if self._broken else 200,
            text=f"<?xml version='1.0'?><rss version='2.0'><channel><title>A feed</title>{items}</channel></rss>",
        )


class FolderScene:
    """A folder of text files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        self.configuration: Mapping[str, Any] = {"folders": [str(folder)]}

    def publish(self, text: str) -> None:
        """Write a file."""
        (self._folder / f"{text.replace(' ', '-')}.txt").write_text(text)

    def break_it(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self._folder)


class MailboxScene:
    """A folder of a mail server."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self.configuration: Mapping[str, Any] = {"feeds": [{"imap": server.settings, "name": "Letters"}]}

    def publish(self, text: str) -> None:
        """Receive a message."""
        self._server.add(mail(text, text))

    def break_it(self) -> None:
        """Let nobody in any more."""
        self._server.refuses = True
        self._server.drop_connections()


class NoticeboardScene:
    """The text file that the example plug-in reads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.touch()
        self.configuration: Mapping[str, Any] = {"sources": {"board": {"type": "noticeboard", "path": str(path)}}}

    def publish(self, text: str) -> None:
        """Add a line."""
        with self._path.open("a") as board:
            board.write(f"{text}\n")

    def break_it(self) -> None:
        """Remove the file."""
        self._path.unlink()


@contextmanager
def feed_scene(_folder: Path) -> Iterator[Scene]:
    """Serve a feed for as long as the block runs."""
    with Receiver() as server:
        yield FeedScene(server)


@contextmanager
def folder_scene(folder: Path) -> Iterator[Scene]:
    """Make a folder of documents."""
    yield FolderScene(folder / "documents")


@contextmanager
def mailbox_scene(_folder: Path) -> Iterator[Scene]:
    """Serve a mailbox for as long as the block runs."""
    with MailServer() as server:
        yield MailboxScene(server)


@contextmanager
def noticeboard_scene(folder: Path) -> Iterator[Scene]:
    """Make a noticeboard."""
    yield NoticeboardScene(folder / "board.txt")


SCENES: Mapping[str, Callable[[Path], AbstractContextManager[Scene]]] = {
    "feed": feed_scene,
    "folder": folder_scene,
    "mailbox": mailbox_scene,
    "noticeboard": noticeboard_scene,
}
"""One for each registered kind; a kind without a scene fails the suite."""
