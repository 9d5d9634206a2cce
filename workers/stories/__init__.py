"""Decide whether two articles are copies of one text, or reports of one event. Pure."""
