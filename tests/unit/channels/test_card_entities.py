"""Which of an alert's entities a message names."""

from __future__ import annotations

from tests.alerting import alert_data, claimed_delivery
from workers.rendering.card import card_of


def test_a_message_names_the_other_entities_only() -> None:
    """What an alert is about stands in its heading already: the line of names leaves it out."""
    data = alert_data()
    data["entities"].append({"name": "Rafah", "type": "place", "count": 2, "watched": True})
    assert card_of(claimed_delivery(data=data)).entities == ("Hamas (5)",)
