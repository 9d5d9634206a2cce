"""The page of a recognised name, and what the API and the commands tell of names."""

from __future__ import annotations

from monitor.domain.article import Entry, Origin
from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.watch import EntityType, Term, TermKind
from monitor.settings.model import Settings
from monitor.storage import articles
from monitor.storage.engine import Database
from tests.integration.web.scenes import HOSTILE
from tests.integration.web.serving import Site
from tests.integration.web.test_pages import is_clean
from workers.scanning.compiled_settings import CompiledSettings
from workers.scanning.load import load_tasks
from workers.scanning.scan import scan_batch
from workers.scanning.statement_cache import StatementCache

NAME = "Hanna%20Velk"
TEXT = "On Monday Hanna Velk went to Rafah. Velk said that Cairo agreed. From the Gaza Strip nothing was heard."


def _scan(database: Database, text: str) -> None:
    with database.write() as connection:
        entry = Entry(
            key="1", title="A report", text=text, url="https://news.example.org/1", language="en", published_at=SYSTEM_CLOCK.now()
        )
        origin = Origin(id="https://news.example.org/rss", name="Example World")
        scans = articles.ingest(connection, origin, [entry], now=SYSTEM_CLOCK.now(), alertable=lambda _: True).scans
    term = Term(name="Rafah", kind=TermKind.ENTITY, type=EntityType.PLACE, phrases=("Rafah",))
    scan_batch(
        database, CompiledSettings.build(Settings(terms=(term,))), load_tasks(database, scans), StatementCache(), clock=SYSTEM_CLOCK
    )


def test_a_name_has_a_page(site: Site) -> None:
    """Who is named how often, with whom, in which spellings, in which articles; each name leads to its own page."""
    _scan(site.database, TEXT)
    text = site.page(f"/entities/{NAME}").text
    for part in ("Hanna Velk", "person", '<a href="/entities/Rafah"', "Spellings seen", ">Velk</span>", "A report"):
        assert part in text, part
    assert "Gaza Strip" in site.page("/entities/Gaza%20Strip").text
    assert site.page("/entities/Nobody").status == 404
    is_clean(text)


def test_a_hostile_name_stays_text(site: Site) -> None:
    """What a page shows of a name that nobody has is escaped."""
    answer = site.page("/entities/%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    assert answer.status == 404
    is_clean(answer.text)
    _scan(site.database, f"{HOSTILE} said Hanna Velk.")
    is_clean(site.page("/entities/Hanna%20Velk").text)


def test_the_api_filters_by_name(site: Site) -> None:
    """Articles and alerts in which a name, or a spelling of a place, was recognised."""
    _scan(site.database, TEXT)
    (article,) = site.get("/api/articles?entity=Gaza%20Strip").json
    assert {"name": "Hanna Velk", "type": "person", "count": 2, "watched": False} in article["entities"]
    assert len(site.get("/api/alerts?entity=Cairo").json) == 1
    assert site.get("/api/alerts?entity=Oslo").json == []
    persons = site.get("/api/entities?type=person").json
    assert [(one["name"], one["stories"]) for one in persons] == [("Hanna Velk", 1)]
    assert site.get("/api/entities?type=animal").status == 400
