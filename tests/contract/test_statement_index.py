"""What a worker has looked up before it takes the lock is brought up to date under it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from monitor.domain.article import Article, Entry, Origin
from monitor.domain.ids import StoryId
from monitor.domain.relation import Relation, RelationKind
from monitor.settings.model import StoriesSettings
from monitor.storage import articles, placements, scans, splits, statement_index, stories
from monitor.storage.engine import Database
from monitor.storage.placements import PlacedStatement
from monitor.storage.statement_removal import remove_of_articles
from monitor.storage.statements import IndexedStatement
from monitor.storage.tables import statement_keys, statements
from tests.placing import place
from workers.scanning.background import read_statements
from workers.scanning.relate_statement import StoryPlacer
from workers.scanning.statement_cache import StatementCache

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULES = StoriesSettings()
WIRE = (
    "Negotiators in Mirna said on Tuesday that talks on the border aid convoy were near their end. The ministers of both countries are to sign "
    "the agreement at the old customs house, an official said, and forty lorries wait at the crossing since Sunday."
)


def _store(database: Database, outlet: str, text: str = WIRE) -> Article:
    entry = Entry(key=outlet, title=f"Talks near their end, says {outlet}", text=text, url=f"https://{outlet}.test/1")
    with database.write() as connection:
        taken = articles.ingest(connection, Origin(id=outlet, name=outlet), [entry], now=NOW, alertable=lambda _: True)
        return articles.load(connection, taken.new)[0]


def _look_up(database: Database, article: Article) -> StoryPlacer:
    with database.read() as connection:
        read = read_statements(connection, [article])
        return StoryPlacer(connection, [(article, read[article.id])], StatementCache(), RULES)


def _record(database: Database, placer: StoryPlacer, article: Article) -> StoryId:
    with database.write() as connection:
        placer.begin(connection, NOW)
        story_id = placer.place(article.id).story_id
        placer.flush()
    return story_id


def _place(database: Database, article: Article) -> StoryId:
    with database.write() as connection:
        return place(connection, [article], StatementCache(), now=NOW, settings=RULES)[0].story_id


def test_a_copy_that_another_worker_stored_meanwhile_is_found(database: Database) -> None:
    """Looked up when there was none, decided when there is one."""
    first, copy = _store(database, "alpha"), _store(database, "beta")
    placer = _look_up(database, copy)
    story_id = _place(database, first)
    assert _record(database, placer, copy) == story_id


def test_a_story_that_was_split_or_merged_meanwhile_is_the_one_of_now(database: Database) -> None:
    """A copy joins the story in which the statement is when it is recorded, not the one in which it was found."""
    first, copy, other = _store(database, "alpha"), _store(database, "beta"), _store(database, "gamma", "The harvest was small.")
    begun, apart = _place(database, first), _place(database, other)
    placer = _look_up(database, copy)
    with database.write() as connection:
        stories.lock(connection)
        assert stories.merge(connection, begun, apart)
    assert _record(database, placer, copy) == apart
    late = _store(database, "delta")
    placer = _look_up(database, late)
    with database.write() as connection:
        stories.lock(connection)
        new = stories.begin(connection, first, now=NOW)
        splits.move_articles(connection, [first.id, copy.id], apart, new)
    assert _record(database, placer, late) == new


def test_what_a_failed_transaction_has_placed_is_placed_again(database: Database) -> None:
    """The same look-up serves for another try, and the article is in one story."""
    first = _store(database, "alpha")
    placer = _look_up(database, first)
    with database.write() as connection:
        placer.begin(connection, NOW)
        placer.place(first.id)
    story_id = _record(database, placer, first)
    with database.read() as connection:
        assert stories.current(connection, [first.id]) == {first.id: story_id}
        assert len(statement_index.added_after(connection, 0)) == 1


def test_only_the_newest_statements_of_a_key_are_read(database: Database) -> None:
    """Numbers ascend in the order of storing; a revision gets a number of its own, and the one before leads nowhere."""
    stored = [_store(database, f"outlet {number}") for number in range(34)]
    relation = Relation(kind=RelationKind.OTHER)

    def save(article: Article, *, again: bool = False) -> None:
        indexed = IndexedStatement(article_id=article.id, at=NOW, dated_at=NOW, data=b"", keys=(7,))
        one = PlacedStatement(
            article=article, story_id=StoryId(article.id), begins=not again, relation=None if again else relation, indexed=indexed
        )
        placements.save(connection, [one], {}, now=NOW)

    with database.write() as connection:
        for article in stored:
            save(article)
        before = statement_index.last_number(connection)
        found = statement_index.postings(connection, [7, 8])
        assert found == {7: sorted(found[7], reverse=True)}
        assert len(found[7]) == statement_index.NEWEST_PER_KEY
        save(stored[-1], again=True)
        assert statement_index.last_number(connection) == before + 1
        assert before not in statement_index.postings(connection, [7])[7]
        assert [head.article_id for head in statement_index.heads(connection, [before, before + 1]).values()] == [stored[-1].id]


def test_retention_leaves_no_keys_behind_and_no_number_is_given_again(database: Database) -> None:
    """Articles may be kept for a shorter time than stories look back; what comes after they are gone is placed as ever."""
    gone = [_store(database, "alpha"), _store(database, "beta")]
    for article in gone:
        _place(database, article)
    with database.write() as connection:
        scans.finish(connection, [scan.id for scan in scans.outstanding(connection, NOW + timedelta(hours=1), 10)])
        numbers = set(connection.execute(select(statements.c.id)).scalars())
        assert articles.prune(connection, NOW + timedelta(hours=1), 100, now=NOW) == 2
        assert connection.execute(select(func.count()).select_from(statement_keys)).scalar_one() == 0
    entry = Entry(key="later", title="Talks near their end, says gamma", text=WIRE, url="https://gamma.test/1")
    with database.write() as connection:
        taken = articles.ingest(
            connection, Origin(id="gamma", name="gamma"), [entry], now=NOW + timedelta(minutes=1), alertable=lambda _: True
        )
        later = articles.load(connection, taken.new)[0]
    _place(database, later)
    with database.read() as connection:
        assert numbers.isdisjoint(connection.execute(select(statements.c.id)).scalars())


def test_only_what_is_named_is_taken_out_of_the_index(database: Database) -> None:
    """The keys of other statements stay, also those that both have."""
    first, copy = _store(database, "alpha"), _store(database, "beta")
    for article in (first, copy):
        _place(database, article)
    with database.write() as connection:
        remove_of_articles(connection, [first.id])
        assert set(connection.execute(select(statements.c.article_id)).scalars()) == {copy.id}
        left = set(connection.execute(select(statement_keys.c.statement_id)).scalars())
        assert left == set(connection.execute(select(statements.c.id)).scalars())
