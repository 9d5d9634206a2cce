"""Render alerts as text that any kind of channel can build on. Pure."""
