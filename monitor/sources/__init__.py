"""The door for sources of articles: what a source is, and the registry of every kind."""
