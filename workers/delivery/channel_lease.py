"""The lease on a channel: settle what was sent, and claim what comes next.

The lease is held in the database, so that a channel's order and rate hold across processes. Every delivery is claimed before it is sent and
settled only by the process that still holds its claim: a process may be killed at any instant, and what it had claimed is sent again under
the same id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from monitor.domain.canary import CANARY_CHANNEL
from monitor.domain.channel_state import ChannelState, next_send_time
from monitor.domain.delivery import Outcome
from monitor.domain.lease import Lease
from monitor.logs import get_logger
from monitor.settings.channels import ChannelBase
from monitor.storage import channels, deliveries
from monitor.storage.engine import Connection, Database
from workers.channels.registry import kind_of
from workers.delivery.batch import BatchMemory, Idle, LeasedChannel, SendBatch, SentMessage
from workers.delivery.claim import claim
from workers.delivery.settle import settle_channel, settle_deliveries

SPARE_TIME = timedelta(seconds=8)
ConfiguredChannels = Callable[[], Mapping[str, ChannelBase]]
"""Returns the channels of the newest settings, by name."""

_EVENTS = {Outcome.ACCEPTED: "delivery.sent", Outcome.REFUSED: "delivery.dead"}


class ChannelLease:
    """Leases channels, settles deliveries and claims them. `rng` gives the jitter."""

    def __init__(self, database: Database, configured: ConfiguredChannels, *, rng: Random) -> None:
        self._database = database
        self._configured = configured
        self._rng = rng
        self._memory = BatchMemory()

    def settle(self, name: str, owner: str, sent: Sequence[SentMessage], *, now: datetime) -> None:
        """Settle what was sent while its batch goes on, so that a process that is killed leaves little to be sent again.

        This commit waits for no disk: after a loss of power, what it says is lost, and sent again under the same id.
        """
        with self._database.write() as connection:
            self._settle(connection, name, owner, sent, now)
        _log_results(name, sent)

    def settle_and_claim(
        self, name: str, owner: str, sent: Sequence[SentMessage], *, settled: int = 0, now: datetime, stopping: bool
    ) -> Idle | SendBatch:
        """Settle what was sent, but for the first `settled` messages, and claim the next batch, in one transaction.

        It is durable: what is sent next is on the disk before, so that even a loss of power gives no alert a second id.

        `stopping` claims nothing and ends the lease.
        """
        settings = self._configured().get(name)
        with self._database.write(durable=True) as connection:
            self._settle(connection, name, owner, sent[settled:], now)
            if settings is None:
                deliveries.dead_letter_all(connection, name, "there is no channel of this name", now=now)
                channels.release(connection, name, owner=owner)
                return Idle(until=None)
            leased = LeasedChannel(
                name=name,
                settings=settings,
                kind=kind_of(settings),
                lease=Lease(owner=owner, until=now + settings.timeout + SPARE_TIME),
                now=now,
            )
            before = channels.acquire(connection, name, leased.lease, now=now, target=leased.kind.target(settings))
            if before is None:
                return Idle(until=None)
            state, batch = self._next(connection, leased, before, sent, stopping=stopping)
            channels.save(connection, name, state, release=isinstance(batch, Idle))
        _log_results(name, sent[settled:])
        _log_changes(name, before, state)
        return batch

    def _settle(self, connection: Connection, name: str, owner: str, sent: Sequence[SentMessage], now: datetime) -> None:
        settle_deliveries(connection, name, sent, self._memory.refused_together, owner=owner, now=now, rng=self._rng)

    def _next(
        self, connection: Connection, leased: LeasedChannel, state: ChannelState, sent: Sequence[SentMessage], *, stopping: bool
    ) -> tuple[ChannelState, Idle | SendBatch]:
        state = settle_channel(connection, leased, state, sent, self._rng)
        if stopping or state.paused:
            return state, Idle(until=None)
        batch = claim(connection, leased, state, self._memory, first=not sent)
        if isinstance(batch, SendBatch):
            state = replace(state, next_send_at=next_send_time(leased.now, leased.limits.rate))
        return state, batch


def _log_results(name: str, sent: Sequence[SentMessage]) -> None:
    log = get_logger()
    for one in sent if name != CANARY_CHANNEL else ():
        result = one.result
        (log.info if result.outcome is Outcome.ACCEPTED else log.warning)(
            _EVENTS.get(result.outcome, "delivery.failed"),
            channel=name,
            delivery=one.deliveries[0].id,
            alerts=len(one.deliveries),
            reason=result.reason,
            duration_s=result.duration_s,
        )


def _log_changes(name: str, before: ChannelState, state: ChannelState) -> None:
    log = get_logger()
    if state.paused and not before.paused:
        log.error("channel.paused", channel=name, reason=state.reason)
    if state.probing and not before.probing:
        log.warning("channel.resting", channel=name, reason=state.reason, failures=state.failures)
    if before.probing and not state.probing:
        log.info("channel.recovered", channel=name)
