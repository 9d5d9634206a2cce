"""Match a watch list against articles. Pure."""
