"""Words that say nothing about an event: function words, and the days and months, which are dates."""

from __future__ import annotations

from typing import Final

STOP_WORDS: Final = frozenset(
    "a about after again against all also am an and any are as at be because been before being between both but by can could did do does "
    "doing down during each few for from further had has have he her here hers him his how i if in into is it its just may me might more "
    "most must my no nor not of off on or our out over own said same say says shall she should so some such than that the their them then "
    "there these they this those through to told too two under until up very was we were what when where which while who whom why will "
    "with would year years new day week you your mr mrs ms according s t n nt ve re ll d m one three four five six seven eight nine ten".split()
)
DAYS: Final = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
MONTHS: Final = frozenset("january february march april june july august september october november december".split())
