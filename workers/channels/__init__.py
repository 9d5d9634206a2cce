"""Render alerts for each kind of channel. Pure."""
