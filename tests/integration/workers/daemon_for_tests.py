"""A small daemon: the embedded server, two workers and two plain children under a supervisor: `python -m … FOLDER run|fork GRACE_S`.

With `fork` the children are forked, as those of the program are; else they run commands.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

from monitor import logs
from monitor.broker import EmbeddedServer
from monitor.daemon.supervisor import ChildSpec, Supervisor
from tests.integration.workers import jobs_for_tests

CHILD = """
import os, signal, sys
from pathlib import Path
name, folder = sys.argv[1:]
def note(what):
    with Path(folder, "order").open("a") as file: file.write(f"{name} {what}\\n")
def leave(*_):
    note("stopping")
    sys.exit(0)
signal.signal(signal.SIGTERM, signal.SIG_IGN if name == "deaf" else leave)
note(f"started {os.environ['FOR_CHILDREN']}")
while True: signal.pause()
"""


def plain_child(name: str, folder: Path) -> None:
    """Do what the command of a plain child does."""
    sys.argv = ["-c", name, str(folder)]
    exec(CHILD, {})


def children(folder: Path, url: str, *, forked: bool) -> list[ChildSpec]:
    """Web, scheduler and two workers, stopped in this order."""
    worker = (sys.executable, "-m", "tests.integration.workers.jobs_for_tests", "scan", url, str(folder))
    plain = [
        ChildSpec(
            name=name,
            argv=(sys.executable, "-c", CHILD, name, str(folder)),
            work=partial(plain_child, name, folder) if forked else None,
            env={"FOR_CHILDREN": "yes"},
            stage=stage,
        )
        for stage, name in enumerate(["web", "deaf" if (folder / "deaf").exists() else "scheduler"])
    ]
    return [
        *plain,
        *(
            ChildSpec(
                name=f"worker-{number}", argv=worker, work=partial(jobs_for_tests.main, worker[3:]) if forked else None, stage=2
            )
            for number in range(2)
        ),
    ]


def main() -> None:
    """Run until a signal, then print why it ended."""
    folder, start, grace_s = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    logs.configure(strict=True)
    server = EmbeddedServer(folder / "data")
    server.start()
    with Supervisor(children(folder, server.url, forked=start == "fork"), server=server, grace_s=grace_s) as supervisor:
        sys.stdout.write(json.dumps({"url": server.url, "server": server.pid}) + "\n")
        sys.stdout.flush()
        ended = supervisor.run_forever()
    sys.stdout.write(ended)


if __name__ == "__main__":
    main()
