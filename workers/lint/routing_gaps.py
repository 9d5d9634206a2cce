"""Find routes that never apply, channels that no alert reaches, and silences of tags that no term has."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.domain.watch import Severity, Term
from monitor.settings.config_positions import Place
from monitor.settings.model import RouteSettings, Settings
from monitor.settings.suggestion import did_you_mean
from workers.lint.finding import Doubt, LintSubject


def dead_routes(subject: LintSubject) -> Iterator[Doubt]:
    """Yield routes to which no alert comes."""
    settings = subject.settings
    routed = [term for term in settings.terms if term.channels is None]
    tags = {tag for term in settings.terms for tag in term.tags}
    for number, route in enumerate(settings.routes):
        place = Place(key=("routes", number))
        before = next((at for at, earlier in enumerate(settings.routes[:number]) if _covers(earlier, route)), None)
        if before is not None:
            yield (
                place,
                f"this route never applies: route {before + 1} takes every alert that would fit it; put the narrower one first",
            )
            continue
        unknown = [tag for tag in route.tags if tag not in tags]
        for tag in unknown:
            yield Place(key=("routes", number, "tags"), value=tag), f"no term has the tag `{tag}`{did_you_mean(tag, tags)}"
        if unknown or not settings.terms or any(_may_fit(route, term) for term in routed):
            continue
        yield place, f"this route never applies: {_why(route, routed)}"


def _covers(earlier: RouteSettings, later: RouteSettings) -> bool:
    """Whether every alert that fits `later` fits `earlier`."""
    return (
        _rank(earlier) <= _rank(later)
        and (not earlier.tags or (bool(later.tags) and set(later.tags) <= set(earlier.tags)))
        and (not earlier.terms or (bool(later.terms) and set(later.terms) <= set(earlier.terms)))
    )


def _rank(route: RouteSettings) -> int:
    return 0 if route.min_severity is None else route.min_severity.rank


def _may_fit(route: RouteSettings, term: Term) -> bool:
    return (
        term.severity.rank >= _rank(route)
        and (not route.tags or not set(route.tags).isdisjoint(term.tags))
        and (not route.terms or term.name in route.terms)
    )


def _why(route: RouteSettings, routed: list[Term]) -> str:
    if not routed:
        return "every term names its own `channels`"
    if route.min_severity is not None and all(term.severity.rank < route.min_severity.rank for term in routed):
        worst = max((term.severity for term in routed), key=lambda severity: severity.rank)
        return f"no term that the routes decide on is `{route.min_severity}` or worse; the worst is `{worst}`"
    return "no term without `channels` of its own fits all its conditions"


def unreached_channels(subject: LintSubject) -> Iterator[Doubt]:
    """Yield channels to which nothing is ever sent."""
    settings = subject.settings
    reached = _reached(settings)
    for name in settings.channels:
        if name not in reached:
            how = "no route and no term names it" if settings.routes else "every term names other channels"
            yield Place(key=("channels", name)), f"nothing is ever sent to the channel `{name}`: {how}"


def _reached(settings: Settings) -> set[str]:
    reached = {name for term in settings.terms for name in term.channels or ()}
    reached |= {name for route in settings.routes for name in route.channels}
    if not settings.routes and any(term.channels is None for term in settings.terms):
        reached |= set(settings.channels)
    if not settings.terms:
        return set(settings.channels)
    reached |= {step.to for term in settings.terms for step in term.escalate}
    reached |= {step.to for _, steps in settings.escalate for step in steps or ()}
    if settings.notify_operator is not None:
        reached |= set(settings.notify_operator.channels)
    waiting = list(reached)
    while waiting:
        channel = settings.channels.get(waiting.pop())
        if channel is not None and channel.fallback is not None and channel.fallback not in reached:
            reached.add(channel.fallback)
            waiting.append(channel.fallback)
    return reached


def unrouted_terms(subject: LintSubject) -> Iterator[Doubt]:
    """Yield the end of the routes where alerts of some term fit none of them, so that nobody hears of them."""
    settings = subject.settings
    if not settings.routes:
        return
    lost = [
        term for term in settings.terms if term.channels is None and not any(_may_fit(route, term) for route in settings.routes)
    ]
    if lost:
        last = Place(key=("routes", len(settings.routes) - 1))
        names = ", ".join(repr(term.name) for term in lost[:3]) + (f" and {len(lost) - 3} more" if len(lost) > 3 else "")
        yield (
            last,
            f"alerts of {names} fit no route and are sent to nobody; end the routes with one without conditions, such as {{channels: []}}",
        )


def silent_silences(subject: LintSubject) -> Iterator[Doubt]:
    """Yield silences of a tag that no term has."""
    tags = {tag for term in subject.terms for tag in term.tags}
    for number, silence in enumerate(subject.settings.silences):
        if silence.tag is not None and silence.tag not in tags:
            yield Place(key=("silences", number, "tag")), f"no term has the tag `{silence.tag}`{did_you_mean(silence.tag, tags)}"


def never_disturbed(subject: LintSubject) -> Iterator[Doubt]:
    """Yield terms whose named channels are an empty list."""
    for term in subject.terms:
        if term.channels == () and term.severity.rank >= Severity.HIGH.rank:
            place = Place(term=term.where, key=("channels",))
            yield place, f"{term.name!r} is `{term.severity}`, but its alerts are sent to nobody, since `channels` is empty"
