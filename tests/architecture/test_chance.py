"""Chance and time enter the program in two places, so that a simulation can take both in hand."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = {"monitor/domain/randomness.py", "monitor/domain/clock.py"}
NOBODY_GUESSES = {
    "monitor/web/login_sessions.py": "who can guess a session is logged in",
    "monitor/storage/link_secrets.py": "who can guess the key can sign a link that acts",
    "workers/delivery/canary_receiver.py": "who can guess its path can let a canary arrive",
}
"""What no seed may ever decide, and is therefore drawn from the system alone."""
ANYTHING_RANDOM = {"random", "secrets", "uuid", "uuid_utils"}
MAY_IMPORT = {
    "Random": "the type of a generator that is handed in",
    "UUID": "the type of an id that is derived from something",
    "getnode": "names this machine, always alike",
}


def _drawn(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield what draws a random number or asks the time of day."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=module, names=names) if module in ANYTHING_RANDOM:
                yield from ((name.name, node.lineno) for name in names if name.name not in MAY_IMPORT)
            case (
                ast.Call(func=ast.Name(id="Random"), args=[]) | ast.Call(func=ast.Attribute(attr="urandom" | "token_hex" | "uuid4"))
            ):
                yield ast.unparse(node), node.lineno
            case ast.Attribute(value=ast.Name(id="random" | "secrets" as module), attr=name):
                yield f"{module}.{name}", node.lineno
            case ast.Attribute(value=owner, attr="now" | "utcnow" | "today") if ast.unparse(owner) in {
                "datetime",
                "date",
                "datetime.datetime",
            }:
                yield ast.unparse(node), node.lineno
            case _:
                pass


def test_what_draws_is_recognized() -> None:
    """However it is written."""
    code = "import random, secrets\nfrom uuid import uuid4, UUID\nrandom.random(); Random(); Random(7)\nos.urandom(8); datetime.now(UTC); clock.now()"
    assert sorted(line for _, line in _drawn(ast.parse(code))) == [2, 3, 3, 4, 4]


def test_chance_and_time_have_one_place_each() -> None:
    """Everybody else is given a generator and a clock."""
    found = {
        path.relative_to(ROOT).as_posix(): drawn
        for room in ("monitor", "workers")
        for path in sorted((ROOT / room).rglob("*.py"))
        if (drawn := list(_drawn(ast.parse(path.read_text("utf-8")))))
    }
    assert {path: drawn for path, drawn in found.items() if path not in {*SOURCES, *NOBODY_GUESSES}} == {}
    assert set(found) == {*SOURCES, *NOBODY_GUESSES}
