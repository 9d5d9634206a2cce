"""Acknowledge and silence for whoever asks: the API, a page, or a link of a message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.errors import UsageError
from monitor.domain.ids import AlertId
from monitor.storage.alerts import StoredAlert
from monitor.storage.engine import Connection
from monitor.storage.silence_requests import read_silence, set_silence
from monitor.storage.silences import Silence
from monitor.web.app_state import AppState
from monitor.web.responses import ApiError
from workers.announcing.acknowledge import Acknowledged, acknowledge


def acknowledge_alert(app_state: AppState, alert_id: AlertId, by: str) -> StoredAlert:
    """Acknowledge an alert and send what is to be told of it. Blocks. Raises ApiError with 404."""
    with app_state.database.write() as connection:
        done = acknowledge_in(connection, app_state, alert_id, by)
    send_on(app_state, done)
    return done.alert


def acknowledge_in(connection: Connection, app_state: AppState, alert_id: AlertId, by: str) -> Acknowledged:
    """Acknowledge an alert within a transaction; `send_on` is to follow it. Raises ApiError with 404."""
    done = acknowledge(connection, app_state.settings, alert_id, by=by, now=SYSTEM_CLOCK.now())
    if done is None:
        raise ApiError(404, "there is no such alert; it may have been deleted by retention")
    return done


def send_on(app_state: AppState, done: Acknowledged) -> None:
    """Have the channels send what an acknowledgement has brought. Without Redis they find it by themselves."""
    for channel in done.channels:
        if not app_state.relay.deliver(channel):
            break


def silence(app_state: AppState, document: Mapping[str, Any]) -> Silence:
    """Set the silence that an object asks for. Blocks. Raises ApiError with 422."""
    with app_state.database.write() as connection:
        return silence_in(connection, app_state, document)


def silence_in(connection: Connection, app_state: AppState, document: Mapping[str, Any]) -> Silence:
    """Set a silence within a transaction. Raises ApiError with 422."""
    now = SYSTEM_CLOCK.now()
    try:
        return set_silence(connection, app_state.settings, read_silence(document, now), now)
    except UsageError as error:
        raise ApiError(422, str(error)) from error
