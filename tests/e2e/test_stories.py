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


def test_a_wrong_join_is_traced_and_undone(tmp_path: Path) -> None:
    """A message that did not come is explained; split off, it comes with the next look, and once only."""
    for outlet, text in (("gazette", REPORT), ("courier", "")):
        (tmp_path / outlet).mkdir()
        (tmp_path / outlet / "report.txt").write_text(text)
    with Receiver() as receiver:
        program = Program(
            tmp_path,
            {
                "folders": ["gazette", "courier"],
                "watch": ["ceasefire"],
                "channels": {"hook": {"type": "webhook", "url": receiver.url()}},
                "workers": {"scan": 1},
            },
        )
        assert program.command("run", "--once").returncode == 0
        (tmp_path / "courier" / "report.txt").write_text(COPY)
        assert program.command("run", "--once").returncode == 0
        assert len(receiver.wait_for(1)) == 1
        article = next(one for one in program.records("articles") if one["source"] == "courier")
        assert "told already by gazette" in program.command("trace", article["id"]).stdout
        (made,) = program.records("stories", "split", article["id"])
        for _ in range(2):
            assert program.command("run", "--once").returncode == 0
        bodies = [request.json for request in receiver.wait_for(2)]
        assert len(receiver.requests) == 2
    assert [body["data"]["article"]["source"] for body in bodies] == ["gazette", "courier"]
    assert bodies[1]["data"]["story"]["id"] == made["story_id"]
    traced = program.records("trace", article["id"])["articles"][0]
    assert traced["relation"]["evidence"][0] == "split by hand"
    assert traced["alerts"][0]["deliveries"][0]["results"][0]["http_status"] == 204
    assert program.command("trace", "https://never.example/").returncode == 1
