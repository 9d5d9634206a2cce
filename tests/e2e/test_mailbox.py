"""From a mailbox on a real mail server to a webhook, as a user runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.authority import Authority
from tests.dovecot import PASSWORD, dovecot, is_installed
from tests.e2e.program import Program, kill
from tests.mail_server import mail
from tests.receiving import Receiver


@pytest.mark.skipif(not is_installed(), reason="needs dovecot, and root to start it: apt-get install dovecot-imapd")
def test_letters_reach_the_webhook_once(tmp_path: Path) -> None:
    """Over TLS, by IDLE, with the password from a file; a scheduler that is killed loses and doubles nothing, and nobody sees the password."""
    authority = Authority(tmp_path)
    (tmp_path / "password").write_text(PASSWORD)
    with dovecot(authority) as server, Receiver() as receiver:
        imap = {"host": "127.0.0.1", "port": server.port, "user": "desk", "folder": "News", "ca_file": "ca.pem"}
        program = Program(
            tmp_path,
            {
                "feeds": [{"imap": {**imap, "password_file": "password"}, "name": "Press list"}],
                "watch": ["ceasefire"],
                "channels": {"hook": {"type": "webhook", "url": receiver.url()}},
                "workers": {"scan": 1},
            },
        )
        with program.running("--no-web") as daemon:
            server.add(mail("A ceasefire for the north", "It begins at noon.", number="1"))
            assert receiver.wait_for(1, 60)[0].json["data"]["article"]["source"] == "Press list"
            server.add(mail("Ferry company doubles its fleet", "A ceasefire is not among its worries.", number="2"))
            receiver.wait_for(2, 20)
            kill(daemon, "news-monitor", "scheduler")
            server.add(mail("Court reopens the harbour case", "Lawyers speak of a ceasefire between the owners.", number="3"))
            receiver.wait_for(3, 60)
            (health,) = [one for one in program.records("feeds") if one["url"].startswith("imap://")]
        told = [request.json["data"]["article"]["title"] for request in receiver.requests]
        shown = program.log.read_text() + program.command("check").stdout + str(health)
    assert sorted(told) == ["A ceasefire for the north", "Court reopens the harbour case", "Ferry company doubles its fleet"]
    assert (health["status"], health["name"], health["articles"]) == ("ok", "Press list", 3)
    assert PASSWORD not in shown
