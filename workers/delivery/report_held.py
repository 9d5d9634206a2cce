"""Tell what was held back once its silence, cooldown or hour is over: one report for each channel, in one transaction with the mark "reported"."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.domain.alert import HeldAlert
from monitor.domain.channel_state import quiet_until
from monitor.domain.clock import SYSTEM_CLOCK, Clock
from monitor.domain.watch import Severity
from monitor.logs import get_logger
from monitor.settings.channels import ChannelBase, Event, takes
from monitor.settings.model import Settings, SilenceSettings
from monitor.storage import holds, relations, silences
from monitor.storage.engine import Connection, Database
from workers.alerts.held_back import held_until, in_force
from workers.alerts.held_report import HeldReport, report_parts, untold
from workers.alerts.routing import channels_for
from workers.announcing.announce import tells_apart
from workers.announcing.quiet_stories import reconsider
from workers.channels.registry import kind_of

EVERY_S = 1.0


class HeldReporter:
    """Makes the reports that are due; several processes may do so at once. `on_report` is called with each channel that has one."""

    def __init__(
        self,
        database: Database,
        settings: Callable[[], Settings],
        on_report: Callable[[str], object],
        *,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._database = database
        self._settings = settings
        self._on_report = on_report
        self._clock = clock
        self._silences: tuple[SilenceSettings, ...] | None = None

    def report_due(self) -> None:
        """Report what is due. Where the silences in force have changed, what they held or hold is looked at anew."""
        settings, now = self._settings(), self._clock.now()
        with self._database.read() as connection:
            present = in_force((*settings.silences, *silences.active(connection, now)), now)
            changed = present != self._silences
            if not changed and not holds.any_due(connection, now):
                return
        with self._database.write() as connection:
            holds.lock(connection)
            channels = _report(connection, settings, only_due=not changed, now=now)
            channels += reconsider(connection, settings, present, now) if changed else ()
        self._silences = present
        for channel in dict.fromkeys(channels):
            self._on_report(channel)


def takes_reports(channel: ChannelBase) -> bool:
    """Whether a channel gets reports of what was held back: one for people does, one for programs unless its `events` leave them out."""
    return kind_of(channel).limits.digests or takes(channel, Event.HELD_REPORT)


def _report(connection: Connection, settings: Settings, *, only_due: bool, now: datetime) -> tuple[str, ...]:
    """Store the reports of what is due and until when the rest is held now; return the channels that have a report."""
    present = (*settings.silences, *silences.active(connection, now))
    waiting = holds.waiting(connection, due_at=now if only_due else None)
    ends = {alert.id: held_until(alert, present, now) for alert in waiting}
    holds.set_until(connection, {alert.id: ends[alert.id] for alert in waiting if ends[alert.id] != alert.hold.until})
    due = [
        replace(alert, hold=replace(alert.hold, until=end))
        for alert in waiting
        if (end := ends[alert.id]) is not None and end <= now
    ]
    holds.mark_reported(connection, [alert.id for alert in due], now=now)
    due = _with_facts(connection, [alert for alert in due if not alert.withdrawn])
    told = holds.told_stories(connection, [alert.story_id for alert in due if alert.story_id is not None])
    channels: list[str] = []
    for name, alerts in _by_channel(due, settings).items():
        channel = settings.channels[name]
        limits = kind_of(channel).limits
        most, characters = (limits.alerts_per_message, limits.characters) if limits.digests else (None, None)
        told_here = told if limits.digests else [one for one in told if not one.developed]
        reports = report_parts(name, untold(alerts, told_here, name), most=most, characters=characters)
        _send(connection, name, channel, reports, now)
        channels += [name] if reports else []
    if due:
        get_logger().info("alert.reported", alerts=len(due), channels=channels)
    return tuple(channels)


def _with_facts(connection: Connection, held: Sequence[HeldAlert]) -> list[HeldAlert]:
    """Return the alerts with what their stories have brought since."""
    found = relations.developments(connection, [alert.story_id for alert in held if alert.story_id is not None])
    return [
        replace(
            alert,
            facts=tuple(
                fact
                for one in (found.get(alert.story_id, ()) if alert.story_id is not None else ())
                if one.at > alert.created_at
                for fact in one.relation.changes
            ),
        )
        for alert in held
    ]


def _by_channel(due: Sequence[HeldAlert], settings: Settings) -> dict[str, list[HeldAlert]]:
    """Return the alerts of each channel that takes reports, as the routes of today send them."""
    terms = {term.name: term for term in settings.terms}
    found: dict[str, list[HeldAlert]] = {}
    for alert in due:
        own = terms[alert.term].channels if alert.term in terms else None
        for name in channels_for(alert.severity, alert.tags, own, settings.routes, settings.channels, term=alert.term):
            if name in settings.channels and _hears_of(settings.channels[name], alert):
                found.setdefault(name, []).append(alert)
    return found


def _hears_of(channel: ChannelBase, alert: HeldAlert) -> bool:
    for_people = kind_of(channel).limits.digests
    return takes_reports(channel) and (not for_people or tells_apart(channel, alert.reason))


def _send(connection: Connection, name: str, channel: ChannelBase, reports: Iterable[HeldReport], now: datetime) -> None:
    for report in reports:
        holds.send_report(
            connection,
            report_id=report.id,
            channel=name,
            severity=report.severity,
            data=report.data,
            now=now,
            quiet_until=_quiet_until(channel, report.severity, now),
        )


def _quiet_until(channel: ChannelBase, severity: Severity, now: datetime) -> datetime | None:
    """Return until when the channel's quiet hours keep a report of this severity, None if they do not."""
    hours = channel.quiet_hours
    if hours is None or (hours.breakthrough is not None and severity.rank >= hours.breakthrough.rank):
        return None
    return quiet_until(now, start=hours.start, end=hours.end, zone=hours.zone, days=hours.days)
