"""Scan articles: load, examine, record."""
