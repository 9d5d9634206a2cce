"""A Dovecot of its own on loopback, with one user, a folder and TLS by a certificate of the tests' own authority."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.authority import Authority
from tests.waiting import until

PASSWORD = "k1-7f3k9xq2mz8w4tn"
_CONFIG = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
mailbox_idle_check_interval = 1 s
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
first_valid_uid = 1
mail_location = maildir:{home}/mail
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={home}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""


def is_installed() -> bool:
    """Return whether there is a Dovecot, and we may start it: it changes users."""
    return os.geteuid() == 0 and shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is not None


@dataclass(frozen=True)
class Dovecot:
    """A running server, and the folder `News` of the user `desk`."""

    port: int
    folder: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1), repr=False)

    def add(self, data: bytes) -> None:
        """Deliver a message, as a mail server does with a maildir."""
        name = f"{next(self._numbers)}.M1.loopback"
        (self.folder / "tmp" / name).write_bytes(data)
        shutil.chown(self.folder / "tmp" / name, "mail", "mail")
        (self.folder / "tmp" / name).rename(self.folder / "new" / name)


@contextmanager
def dovecot(authority: Authority) -> Iterator[Dovecot]:
    """Run a server for as long as the block runs. Not below pytest's own directory, which other users may not enter."""
    with tempfile.TemporaryDirectory(prefix="news-monitor-imap-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        home.chmod(0o755)
        folder = home / "mail" / ".News"
        for part in ("cur", "new", "tmp"):
            (folder / part).mkdir(parents=True)
        for path in (home / "mail", *(home / "mail").rglob("*")):
            shutil.chown(path, "mail", "mail")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        certificate, key = authority.issue("imap")
        text = _CONFIG.format(home=home, certificate=certificate, key=key, password=PASSWORD, port=port)
        (home / "dovecot.conf").write_text(text)
        program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        assert program is not None
        process = subprocess.Popen([program, "-F", "-c", str(home / "dovecot.conf")])
        try:
            until(lambda: _answers(port), within_s=30)
            yield Dovecot(port, folder)
        finally:
            process.terminate()
            process.wait(30)


def _answers(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0
