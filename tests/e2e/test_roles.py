"""The separate roles on a Redis and a PostgreSQL of their own, as on several machines."""

from __future__ import annotations

from pathlib import Path

from monitor.broker import EmbeddedServer, connect
from tests.e2e.program import Program
from tests.receiving import Receiver
from tests.waiting import until


def test_roles_take_over_from_one_another(tmp_path: Path, postgres_database_url: str, redis_url: str) -> None:
    """Roles wait for `migrate`; a killed scheduler is replaced by the second; a wiped Redis costs nothing."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with Receiver() as receiver:
        program = Program(
            tmp_path,
            {
                "redis_url": redis_url,
                "database_url": postgres_database_url,
                "folders": ["inbox"],
                "watch": ["ceasefire"],
                "channels": {"hook": {"type": "webhook", "url": receiver.url()}},
                "web": {"port": 0},
            },
        )
        for role in (("scheduler",), ("worker",), ("web",)):
            refused = program.command(*role)
            assert refused.returncode == 3, role
            assert "news-monitor migrate" in refused.stderr
        assert program.command("migrate").returncode == 0
        with program.role("scheduler") as first, program.role("worker", "--processes", "2"), program.role("web"):
            until(lambda: {"scheduler", "scan", "deliver", "web"} <= _roles(program), within_s=60)
            (inbox / "one.txt").write_text("A bridge\n\nEngineers say a ceasefire lets them mend the bridge across the river.")
            receiver.wait_for(1, 60)
            with program.role("scheduler"):
                first.kill()
                with connect(redis_url) as connection:
                    connection.flushall()
                (inbox / "two.txt").write_text(
                    "A harbour\n\nFishermen hope that a ceasefire opens the harbour before the winter storms."
                )
                receiver.wait_for(2, 60)
                until(lambda: program.records("status")["deliveries"]["delivered"] == 2)
        titles = [request.json["data"]["article"]["title"] for request in receiver.requests]
    assert titles == ["A bridge", "A harbour"]


def test_the_processes_of_one_machine_are_forks(tmp_path: Path) -> None:
    """`run` forks its children, which share its memory; none of them is an interpreter of its own."""
    program = Program(tmp_path, {})
    with program.running("--workers", "2", "--no-web") as parent:
        wanted = {f"news-monitor: {role}" for role in ("scheduler", "scan-worker", "deliver-worker")}
        until(lambda: wanted <= {" ".join(child.cmdline()).strip() for child in parent.children()}, within_s=60)
        assert not [child for child in parent.children() if "monitor" in child.cmdline()[1:]]


def test_redis_may_come_late_and_go(tmp_path: Path, postgres_database_url: str) -> None:
    """A worker without Redis says so and ends; the scheduler takes in what comes all the same. Once started, workers do without it."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "one.txt").write_text("A bridge\n\nEngineers say a ceasefire lets them mend the bridge across the river.")
    server = EmbeddedServer(tmp_path / "redis")
    with Receiver() as receiver:
        program = Program(
            tmp_path,
            {
                "redis_url": server.url,
                "database_url": postgres_database_url,
                "folders": ["inbox"],
                "watch": ["ceasefire"],
                "channels": {"hook": {"type": "webhook", "url": receiver.url()}},
            },
        )
        assert program.command("migrate").returncode == 0
        try:
            with program.role("scheduler"):
                until(lambda: program.records("status")["articles"]["waiting"] == 1, within_s=60)
                assert program.records("status")["queues"] == {"scan": None, "deliver": None}
                for command in (("worker",), ("run", "--once")):
                    refused = program.command(*command)
                    assert refused.returncode == 3, command
                    assert "cannot be reached" in refused.stderr
                server.start()
                with program.role("worker", "--processes", "1"):
                    receiver.wait_for(1, 60)
                    server.stop()
                    (inbox / "two.txt").write_text("A harbour\n\nFishermen hope that a ceasefire opens the harbour before winter.")
                    receiver.wait_for(2, 60)
                    server.start()
                    (inbox / "three.txt").write_text(
                        "Olives\n\nGrowers of the valley pick their olives early, as nobody there trusts this ceasefire."
                    )
                    receiver.wait_for(3, 60)
                    until(lambda: program.records("status")["deliveries"]["delivered"] == 3)
        finally:
            server.stop()
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 3


def _roles(program: Program) -> set[str]:
    return {worker["role"] for worker in program.records("status")["workers"]}
