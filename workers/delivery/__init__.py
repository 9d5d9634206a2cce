"""Deliver alerts: lease a channel, claim its deliveries, send, settle."""
