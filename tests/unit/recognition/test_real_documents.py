"""The names of two real articles, as a careful reader marks them. They are not part of this repository; `NEWS_MONITOR_SEEDS` says where they are."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from monitor.domain.match import Document
from workers.naming.document_names import recognized_names

PEOPLE_ARE_NO_NAMES = "other"

READ = {
    "000_bc70c7a1cce8217f.txt": """
        place: Middle East, Israel, Gaza, Rafah, United States
        organisation: Hamas, Hamas, Hamas, Hamas, Hamas, Hamas, U.N. Security Council
        place: Gaza, Al Shifa Hospital, Gaza City, Israel, Canada, Israel, U.S.
        person: Antony Blinken, Benjamin Netanyahu, Joe Biden
        place: U.S., Israel, Rafah, U.K., Gaza, Gaza, Al Shifa, Rafah, Israel, U.S., Middle East, Gaza, Israel, Rafah, Middle East
    """,
    "002_ff7f6ef5f5bbac78.txt": """
        place: Qatar, Israel, Rafah, Israel, Gaza, Israel, Rafah, Gaza Strip, Rafah, Gaza Strip, Israel, Israel, Gaza, Rafah, Gaza, Israel
        organisation: Hamas, Hamas, Hamas, Hamas, Hamas, Hamas, US State Department, UN
        person: Biden
    """,
}


def marked(text: str) -> Counter[tuple[str, str]]:
    """The names of a list with their types, and how often each occurs."""
    rows = [line.strip().partition(": ") for line in text.strip().splitlines()]
    return Counter((name, type_) for type_, _, names in rows for name in names.split(", "))


@pytest.mark.parametrize("file", READ)
def test_what_a_careful_reader_marks_is_recognized(file: str) -> None:
    """Of the persons, organisations and places in two articles at least 95 % are found, and at least 90 % of what is found is right."""
    folder = os.environ.get("NEWS_MONITOR_SEEDS")
    if folder is None:
        pytest.skip("NEWS_MONITOR_SEEDS is not set")
    text = (Path(folder) / file).read_text(encoding="utf-8")
    document = Document(title="", body=text, language="en")
    found = Counter(
        (text[one.start - 1 : one.end - 1], one.type.value)
        for one in recognized_names(document)
        if one.type.value != PEOPLE_ARE_NO_NAMES
    )
    right = (found & marked(READ[file])).total()
    assert right / marked(READ[file]).total() >= 0.95, marked(READ[file]) - found
    assert right / found.total() >= 0.9, found - marked(READ[file])
