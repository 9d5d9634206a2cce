"""Read what processes and installed packages weigh: memory, threads, CPU, bytes on disk. Linux only."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessWeight:
    """An idle process: bytes of memory, threads, and the share of a core that it uses."""

    name: str
    pss: int
    private: int
    threads: int
    idle_cpu: float


def environment() -> dict[str, str]:
    """Return the environment of an installed program: without this checkout on the path, and without other servers."""
    return {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "REDIS_URL", "DATABASE_URL"}}


def family(pid: int) -> list[int]:
    """Return a process and its descendants."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    family = [pid]
    for member in family:
        family += parents.get(member, [])
    return family


def cpu_times(pid: int) -> dict[int, float]:
    """Return the CPU seconds so far of a process and its descendants."""
    tick = os.sysconf("SC_CLK_TCK")
    found = {}
    for member in family(pid):
        fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        found[member] = (int(fields[11]) + int(fields[12])) / tick
    return found


def measure_processes(pid: int, before: dict[int, float], seconds: float) -> list[ProcessWeight]:
    """Measure a process and its descendants; `before` are their CPU times `seconds` ago."""
    after = cpu_times(pid)
    found = []
    for member in sorted(after):
        rollup = dict(re.findall(r"^(\w+):\s+(\d+) kB", Path(f"/proc/{member}/smaps_rollup").read_text(), re.MULTILINE))
        found.append(
            ProcessWeight(
                name=_role(member),
                pss=int(rollup["Pss"]) * 1024,
                private=(int(rollup["Private_Clean"]) + int(rollup["Private_Dirty"])) * 1024,
                threads=len(list(Path(f"/proc/{member}/task").iterdir())),
                idle_cpu=(after[member] - before.get(member, 0.0)) / seconds,
            )
        )
    return found


def _role(pid: int) -> str:
    """Return the role of a process from its command line."""
    words = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").replace("\0", " ").split()
    told = [word for word in words if not re.search(r"^-|python|/news-monitor$|^news-monitor:$|^monitor$", word)]
    return (told[0] if told else " ".join(words)).rpartition("/")[2][:24] or "?"


def least_cpu(command: Sequence[str], times: int, *, folder: Path) -> float:
    """Return the least CPU time of a command in several runs in `folder`, user and system together, in seconds."""
    best = float("inf")
    for _ in range(times):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=folder, env=environment())
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stderr.close()
        if process.returncode != 0:
            sys.exit(f"{' '.join(command)} failed: {said.decode()}")
        best = min(best, usage.ru_utime + usage.ru_stime)
    return best


def installed_size(site: Path) -> int:
    """Return the bytes of news-monitor and of all it needs without extras, compiled files included."""
    known: dict[str, Distribution] = {}
    for one in distributions(path=[str(site)]):
        known.setdefault(canonicalize_name(one.name), one)
    wanted: list[tuple[str, frozenset[str]]] = [("news-monitor", frozenset())]
    for name, extras in wanted:
        for written in (known[name].requires or ()) if name in known else ():
            needed = Requirement(written)
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                next_one = (str(canonicalize_name(needed.name)), frozenset(needed.extras))
                if next_one not in wanted:
                    wanted.append(next_one)
    return sum(_package_size(known[name]) for name in {name for name, _ in wanted} if name in known)


def _package_size(package: Distribution) -> int:
    listed = {Path(str(package.locate_file(file))).resolve() for file in package.files or ()}
    if origin := package.read_text("direct_url.json"):
        told = json.loads(origin)
        if told.get("dir_info", {}).get("editable"):
            source = Path(told["url"].removeprefix("file://"))
            listed |= {file for room in ("monitor", "workers") for file in (source / room).rglob("*") if file.is_file()}
    return sum(file.stat().st_size for file in listed if file.exists())


def site_packages(programs: Path) -> Path:
    """Return the packages of the environment that has these programs."""
    return next((programs.parent / "lib").glob("python*/site-packages"))
