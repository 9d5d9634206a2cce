"""One story in several outlets, as a user sees it."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.program import Program
from tests.receiving import Receiver

REPORT = (
    "The two sides signed a ceasefire on Tuesday night in the mountain town of Orlen, after eleven days of talks that had twice been "
    "broken off. The guns fell silent at midnight, said the governor of the province, and the road to the pass was opened to lorries "
    "with flour and medicine. Observers of the union will move in on Friday, two hundred of them, unarmed and in white vehicles. "
    "Families began to come back to the lower quarter in the morning and found most roofs gone, but the bakery had bread."
)
COPY = f"From our correspondent in the north.\n\n{REPORT}\n\nMore on this as we learn it."


def test_who_follows_a_story_is_told_of_its_growth(tmp_path: Path) -> None:
    """With `repeat: update` a copy in another outlet is an `alert.updated`; who does not follow it hears nothing more."""
    for outlet, text in (("gazette", REPORT), ("courier", COPY)):
        (tmp_path / outlet).mkdir()
        (tmp_path / outlet / "report.txt").write_text(text if outlet == "gazette" else "")
    with Receiver() as receiver:
        program = Program(
            tmp_path,
            {
                "folders": ["gazette", "courier"],
                "watch": [{"name": "follow", "any": ["ceasefire"], "repeat": "update"}, {"name": "once", "any": ["observers"]}],
                "channels": {"hook": {"type": "webhook", "url": receiver.url()}},
                "workers": {"scan": 1},
            },
        )
        assert program.command("run", "--once").returncode == 0
        receiver.wait_for(2)
        (tmp_path / "courier" / "report.txt").write_text(COPY)
        assert program.command("run", "--once").returncode == 0
        told = [request.json for request in receiver.wait_for(3)]
        assert len(receiver.requests) == 3
    assert sorted((body["type"], body["data"]["alert"]["term"]) for body in told) == [
        ("alert.created", "follow"),
        ("alert.created", "once"),
        ("alert.updated", "follow"),
    ]
    grown = next(body["data"] for body in told if body["type"] == "alert.updated")
    assert grown["alert"]["reason"] == "joined"
    assert grown["article"]["source"] == "courier"
    assert [place["source"] for place in grown["story"]["also_in"]] == ["gazette"]
    (story,) = program.records("stories")
    assert story["articles"] == 2
    once = next(record for record in program.records("alerts") if record["alert"]["term"] == "once")
    assert [place["source"] for place in once["story"]["also_in"]] == ["courier"]
