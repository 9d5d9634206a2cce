"""Announce what has happened to a story to the channels that were told of it."""
