"""Decide when a match becomes an alert, whom it goes to, and what it contains. Pure."""
