"""Agencies are credited where an article says whose material it is, and nowhere else."""

from __future__ import annotations

import pytest

from workers.provenance.credits import credited_agencies

BODY = "The mayor said the crossing would stay closed until Monday. Aid groups protested. " * 12


@pytest.mark.parametrize(
    ("before", "after", "author", "agencies"),
    [
        ("GAZA CITY, Gaza Strip (AP) — ", "", None, ("AP",)),
        ("LONDON, Jan 3 (Reuters) - ", "", None, ("Reuters",)),
        ("Hannover (dpa/lni) - ", "", None, ("dpa",)),
        ("Madrid, 3 mar (EFE).- ", "", None, ("EFE",)),
        ("(ANSA) - ROMA, 03 MAR - ", "", None, ("ANSA",)),
        ("МОСКВА, 3 мар — РИА Новости. Министр сказал. ", "", None, ("RIA Novosti",)),
        ("МОСКВА, 3 марта. /ТАСС/. Министр сказал. ", "", None, ("TASS",)),
        ("غزة (أ ف ب) – قال مسؤول ", "", None, ("AFP",)),
        ("新华社北京3月3日电 ", "", None, ("Xinhua",)),
        ("【ロンドン共同】", "", None, ("Kyodo",)),
        ("(서울=연합뉴스) 김 기자 = ", "", None, ("Yonhap",)),
        ("AFP - ", "", None, ("AFP",)),
        ("By Jane Doe, Associated Press\n", "", None, ("AP",)),
        ("", "\n(With material from AP)", None, ("AP",)),
        ("", "With inputs from PTI", None, ("PTI",)),
        ("", "\nThe Associated Press contributed to this report.", None, ("AP",)),
        ("", "\nCopyright 2026 The Associated Press. All rights reserved.", None, ("AP",)),
        ("", "\n© 2026 AFP", None, ("AFP",)),
        ("", "\nSource: AFP", None, ("AFP",)),
        ("", " (dpa/AFP)", None, ("dpa", "AFP")),
        ("", "\nmit Material von dpa", None, ("dpa",)),
        ("", "\nAvec l'AFP", None, ("AFP",)),
        ("", "\nCon información de EFE", None, ("EFE",)),
        ("", "\nCom informações da Reuters", None, ("Reuters",)),
        ("", "\nЗа матеріалами Укрінформ", None, ("Ukrinform",)),
        ("", "— Reuters", None, ("Reuters",)),
        ("", " /ritzau/", None, ("Ritzau",)),
        ("", "\n(Reporting by Nidal al-Mughrabi in Cairo; Editing by Ed Smith)", None, ("Reuters",)),
        ("", "", "Reuters", ("Reuters",)),
        ("", "", "Jane Doe and AP", ("AP",)),
        ("", "", "Staff with AFP, Reuters", ("AFP", "Reuters")),
    ],
)
def test_a_credit_is_found(before: str, after: str, author: str | None, agencies: tuple[str, ...]) -> None:
    """In by-lines, datelines and at the end, in the languages that are read."""
    assert credited_agencies(author, before + BODY + after) == agencies


@pytest.mark.parametrize(
    ("before", "after", "author"),
    [
        ("", " An official told Reuters on Monday that talks go on.", None),
        ("The Associated Press (AP) said on Monday it would cut jobs. ", "", None),
        ("Reuters said on Monday that it would cut jobs. ", "", None),
        ("", "\nPhoto: Reuters", None),
        ("A man walks past a shop. Photo (Reuters) ", "", None),
        ("", " The AA guidelines were met. A PA announcement followed.", None),
        ("", "", "AFP via Getty Images"),
        ("", "", "John Apple"),
    ],
)
def test_a_mention_is_no_credit(before: str, after: str, author: str | None) -> None:
    """An agency in the news, the agency of a photo, and letters that only look like one."""
    assert credited_agencies(author, before + BODY + after) == ()


@pytest.mark.parametrize("text", ["", "(", "AP" * 5000, "(AP" * 3000, "\ud800 (AP) — x", "By " + "x" * 100_000])
def test_no_text_is_too_odd(text: str) -> None:
    """Whatever a feed holds is read."""
    assert set(credited_agencies(text, text)) <= {"AP"}
