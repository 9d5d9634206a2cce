"""Decide when a match becomes an alert, to which channels it goes, and what it contains. Pure."""
