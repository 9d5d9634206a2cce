"""Which matches raise alerts, and how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.alert import PastAlert, Reason, Suppression
from monitor.domain.article import Article
from monitor.domain.ids import AlertId, ArticleId, StoryId
from monitor.domain.match import ComputedEvidence, TermMatch
from monitor.domain.watch import Repeat, Severity, Term, TermKind
from monitor.settings.model import SilenceSettings
from workers.alerts.policy import AlertContext, AlertDecision, decide_alerts

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HARVEST = Term(name="harvest", kind=TermKind.KEYWORD, phrases=("harvest",), tags=("food",))
STORY = StoryId("story")
ARTICLE = Article(
    id=ArticleId("second"),
    title="Smallest harvest in years",
    url=None,
    guid=None,
    source="alpha",
    feed_url=None,
    author=None,
    language="en",
    published_at=None,
    updated_at=None,
    fetched_at=NOW,
    summary="",
    text="The harvest was small.",
    revision=1,
    story_id=None,
)


def _decide(
    term: Term,
    context: AlertContext,
    *,
    article: Article = ARTICLE,
    matching: bool = True,
    silences: tuple[SilenceSettings, ...] = (),
) -> AlertDecision:
    matches = (TermMatch(term, ComputedEvidence((), {})),) if matching else ()
    return decide_alerts(article, matches, context, watch={term.name: term}, silences=silences, now=NOW)


def _past_alert(
    *,
    article: str = "first",
    severity: Severity = Severity.MEDIUM,
    reason: Reason = Reason.NEW,
    suppressed: Suppression | None = None,
) -> PastAlert:
    return PastAlert(
        id=AlertId("a"),
        term="harvest",
        severity=severity,
        reason=reason,
        article_id=ArticleId(article),
        created_at=NOW - timedelta(minutes=10),
        suppressed=suppressed,
    )


NEW_STORY = AlertContext(story_id=STORY, joined=False)
ALREADY_ALERTED = AlertContext(story_id=STORY, joined=True, past_alerts=(_past_alert(),))


def test_the_first_article_of_a_story_alerts_at_once() -> None:
    """The alert does not wait for copies."""
    (draft,) = _decide(HARVEST, NEW_STORY).drafts
    assert (draft.reason, draft.suppressed, len(draft.key)) == (Reason.NEW, None, 32)


def test_a_later_article_of_the_story_raises_no_alert() -> None:
    """Forty outlets, one alert."""
    assert _decide(HARVEST, ALREADY_ALERTED).drafts == ()


def test_two_workers_deciding_at_once_write_the_same_key() -> None:
    """Two articles of one story, decided without knowing of each other, cannot both be stored."""
    other = replace(ARTICLE, id=ArticleId("third"))
    assert _decide(HARVEST, NEW_STORY).drafts[0].key == _decide(HARVEST, NEW_STORY, article=other).drafts[0].key


def test_repeat_article_alerts_for_each_but_once() -> None:
    """`repeat: article` tells of every article, and of none twice."""
    term = replace(HARVEST, repeat=Repeat.ARTICLE)
    (draft,) = _decide(term, ALREADY_ALERTED).drafts
    assert draft.key != _decide(term, ALREADY_ALERTED, article=replace(ARTICLE, id=ArticleId("third"))).drafts[0].key
    assert _decide(term, replace(ALREADY_ALERTED, past_alerts=(_past_alert(article="second"),))).drafts == ()


def test_repeat_update_tells_of_each_growth() -> None:
    """`repeat: update` sends an update for each article that joins, whether it names the term or not."""
    term = replace(HARVEST, repeat=Repeat.UPDATE)
    for matching in (True, False):
        (draft,) = _decide(term, ALREADY_ALERTED, matching=matching).drafts
        assert draft.reason is Reason.JOINED
        assert (draft.match is not None) is matching
    assert _decide(term, replace(ALREADY_ALERTED, joined=False), matching=False).drafts == ()


@pytest.mark.parametrize(("severity", "alerts"), [(Severity.LOW, 0), (Severity.MEDIUM, 0), (Severity.HIGH, 1)])
def test_only_more_severe_alerts_again(severity: Severity, alerts: int) -> None:
    """A term that has become more severe since its alert raises another one, with another key."""
    drafts = _decide(replace(HARVEST, severity=severity), ALREADY_ALERTED).drafts
    assert len(drafts) == alerts
    assert all(draft.key != _decide(HARVEST, NEW_STORY).drafts[0].key for draft in drafts)


@pytest.mark.parametrize(("minutes", "suppressed"), [(29, Suppression.COOLDOWN), (30, None)])
def test_a_cooldown_keeps_the_alert_but_notifies_nobody(minutes: int, suppressed: Suppression | None) -> None:
    """Within the cooldown another story's alert is kept and marked."""
    term = replace(HARVEST, cooldown=timedelta(minutes=30))
    context = replace(NEW_STORY, last_notified_at={"harvest": NOW - timedelta(minutes=minutes)})
    assert _decide(term, context).drafts[0].suppressed is suppressed


@pytest.mark.parametrize(
    ("silence", "suppressed"),
    [
        (SilenceSettings(term="harvest"), True),
        (SilenceSettings(tag="food", until=NOW + timedelta(hours=1)), True),
        (SilenceSettings(tag="food", until=NOW), False),
        (SilenceSettings(term="harvest", since=NOW + timedelta(hours=1)), False),
        (SilenceSettings(term="harvest", tag="gaza"), False),
        (SilenceSettings(term="drought"), False),
    ],
)
def test_a_silence_holds_for_what_it_names_and_while_it_lasts(silence: SilenceSettings, *, suppressed: bool) -> None:
    """A silenced alert is kept, marked as silenced."""
    (draft,) = _decide(HARVEST, NEW_STORY, silences=(silence,)).drafts
    assert draft.suppressed is (Suppression.SILENCED if suppressed else None)


def test_an_edit_that_adds_the_term_alerts_as_updated() -> None:
    """A term that only the new revision matches raises an alert."""
    revised = replace(ARTICLE, revision=2)
    assert _decide(HARVEST, NEW_STORY, article=revised).drafts[0].reason is Reason.UPDATED


def test_an_edit_elsewhere_in_the_article_alerts_nobody_twice() -> None:
    """A term that matched before raises no second alert; one that matched and raised none does, as new."""
    revised = replace(ARTICLE, revision=2)
    before = frozenset({"harvest"})
    assert (
        _decide(
            HARVEST, replace(NEW_STORY, matched_before=before, past_alerts=(_past_alert(article="second"),)), article=revised
        ).drafts
        == ()
    )
    assert _decide(HARVEST, replace(NEW_STORY, matched_before=before), article=revised).drafts[0].reason is Reason.NEW


def test_an_edit_that_removes_the_term_is_noted() -> None:
    """The alert on an article that the term no longer matches is marked; alerts on other articles are not."""
    context = replace(
        NEW_STORY, past_alerts=(_past_alert(article="second"), _past_alert(), _past_alert(article="second", reason=Reason.JOINED))
    )
    revised = replace(ARTICLE, revision=2)
    assert _decide(HARVEST, context, article=revised, matching=False).stale == (context.past_alerts[0],)
    assert _decide(HARVEST, context, article=revised).stale == ()
    called_off = replace(revised, tags=("Cancel", "Flood"))
    assert _decide(HARVEST, context, article=called_off).stale == (context.past_alerts[0],)


@pytest.mark.parametrize(("alertable", "expected"), [(True, Reason.NEW), (False, None)])
def test_a_page_that_came_late_is_no_edit(expected: Reason | None, *, alertable: bool) -> None:
    """What it says is the article's first wording: news for what is news, nothing for what a feed held long ago."""
    context = replace(NEW_STORY, alertable=alertable, page_came_late=True)
    decision = _decide(HARVEST, context, article=replace(ARTICLE, revision=2))
    assert [draft.reason for draft in decision.drafts] == ([] if expected is None else [expected])


def test_what_a_feed_held_long_ago_alerts_only_when_edited() -> None:
    """Backfill raises no alert, and the next article of the story can; an edit is news."""
    old = replace(NEW_STORY, alertable=False)
    assert _decide(HARVEST, old).drafts == ()
    assert _decide(HARVEST, old, article=replace(ARTICLE, revision=2)).drafts[0].reason is Reason.UPDATED
