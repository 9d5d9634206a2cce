"""Settings with all that scanning builds from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.domain.watch import Term
from monitor.settings.model import Settings
from workers.matching.matcher import Matcher
from workers.matching.word_shares import WordShares
from workers.recognition.recognizer import Recognizer
from workers.recognition.registry import build_recognizers


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledSettings:
    """Settings with the matcher and the recognizers built from them: one value, so that no scan mixes old and new ones.

    `watch` is the watch list by name, `confirming` those of its terms that ask for several origins; `budgets` are the alerts an hour of each
    feed by its address, `families` the owners that are configured.
    """

    settings: Settings
    matcher: Matcher
    recognizers: tuple[Recognizer, ...]
    watch: Mapping[str, Term]
    confirming: Mapping[str, Term]
    budgets: Mapping[str, int]
    families: Mapping[str, str]

    @classmethod
    def build(
        cls, settings: Settings, before: CompiledSettings | None = None, shares: WordShares | None = None
    ) -> CompiledSettings:
        """Build the matcher and the recognizers: seconds for a very long watch list, less if that of `before` was nearly the same.

        `shares` say which words of queries are common.
        """
        matcher = Matcher.build(settings.terms, before.matcher if before is not None else None, shares)
        return cls(
            settings=settings,
            matcher=matcher,
            recognizers=build_recognizers(settings, matcher),
            watch={term.name: term for term in settings.terms},
            confirming={term.name: term for term in settings.terms if term.scope.origins > 1},
            budgets={feed.address: feed.budget for feed in settings.listed_feeds},
            families={feed.address: feed.family for feed in settings.listed_feeds if feed.family is not None},
        )
