"""How soon a running daemon takes up a word that is added to a list of 100 000, and how its work goes on meanwhile.

    python bench/reload.py [--terms 100000] [--type person] [--changes 3]

A real `news-monitor run` on a CSV list. After each change an article with the new word and one with an old word are dropped every
0.15 s, until the new word raises an alert; the old word's time from file to alert stands beside the same in a calm stretch.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.matching import made_word

OLD = "Oldword"
MAIN = (
    "data_dir: data\nfolders: [in]\nweb: {port: 8923}\nchannels:\n  log: {type: file, path: alerts.jsonl}\n"
    "watch:\n  - Oldword\n  - include: list.csv\n"
)
PATIENCE_S = 60.0


class Site:
    """A folder with a configuration, articles and alerts; `dropped` and `heard` hold times by an article's title."""

    def __init__(self, folder: Path, terms: int, kind: str) -> None:
        self.folder = folder
        self.suffix = f",{kind}" if kind else ""
        self.rng = random.Random(9)
        self.dropped: dict[str, float] = {}
        self.heard: dict[str, float] = {}
        self._read = 0
        words = dict.fromkeys(f"{made_word(self.rng, self.rng.randint(6, 9))}{n % 7 or ''}".title() for n in range(terms))
        self.words = list(words)
        (folder / "in").mkdir()
        (folder / "m.yaml").write_text(MAIN)
        (folder / "list.csv").write_text("\n".join(["name" + (",type" if kind else ""), *(w + self.suffix for w in words)]) + "\n")

    def add(self, word: str) -> None:
        """One more line in the list."""
        with (self.folder / "list.csv").open("a") as file:
            file.write(f"{word}{self.suffix}\n")

    def drop(self, word: str) -> str:
        """An article with the word; its title."""
        title = f"{word} article {len(self.dropped)} {self.rng.random()}"
        noise = " ".join(f"{self.rng.choice(self.words).lower()}{self.rng.randint(10, 99)}" for _ in range(150))
        draft = self.folder / f"{len(self.dropped)}.tmp"
        draft.write_text(f"{title}\n\n{noise} {word}.\n")
        self.dropped[title] = time.time()
        draft.rename(self.folder / "in" / f"{len(self.dropped)}.txt")
        return title

    def listen(self, seconds: float) -> None:
        """Note the alerts that come within this time."""
        end = time.time() + seconds
        while time.time() < end:
            log = self.folder / "alerts.jsonl"
            text = log.read_bytes()[self._read :] if log.exists() else b""
            for line in text[: text.rfind(b"\n") + 1].splitlines(keepends=True):
                self._read += len(line)
                data = json.loads(line)["data"]
                self.heard.setdefault(f"{data['alert']['term']}:{data['article']['title']}", time.time())
            time.sleep(0.02)

    def delays(self, titles: list[str]) -> str:
        """From file to alert, of articles with the old word."""
        took = [self.heard.get(f"{OLD}:{title}", time.time()) - self.dropped[title] for title in titles]
        return f"median {statistics.median(took):.2f} s, at most {max(took):.2f} s, of {len(took)}"

    def until(self, word: str) -> list[str]:
        """Drop articles until the word raises an alert; the titles of those with the old word."""
        began, old = time.time(), []
        while not any(key.startswith(f"{word}:") for key in self.heard):
            if time.time() - began > PATIENCE_S:
                sys.exit(f"no alert on {word} within {PATIENCE_S:.0f} s")
            self.drop(word)
            old.append(self.drop(OLD))
            self.listen(0.15)
        return old


def main() -> None:
    """Print the figures of docs/performance.md, section Matching."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--terms", type=int, default=100_000)
    parser.add_argument("--type", default="", help="makes the list one of entities")
    parser.add_argument("--changes", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder), options.terms, options.type)
        command = [str(Path(sys.executable).parent / "news-monitor"), "--config", "m.yaml", "run"]
        with (Path(folder) / "log").open("wb") as log, subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as daemon:
            try:
                measure(site, options.changes)
            finally:
                daemon.send_signal(signal.SIGTERM)


def measure(site: Site, changes: int) -> None:
    """A calm stretch, then the changes."""
    site.until(OLD)
    site.listen(5)
    calm = []
    for _ in range(30):
        calm.append(site.drop(OLD))
        site.listen(0.15)
    site.listen(2)
    print("calm, from file to alert:", site.delays(calm))
    for number in range(changes):
        word, changed = f"Newword{number}", time.time()
        site.add(word)
        old = site.until(word)
        took = min(at for key, at in site.heard.items() if key.startswith(f"{word}:")) - changed
        site.listen(2)
        print(f"a word added: alert on it after {took:.1f} s (wanted: 5); meanwhile {site.delays(old)}")


if __name__ == "__main__":
    main()
