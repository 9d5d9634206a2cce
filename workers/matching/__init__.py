"""Match articles against the watch list. Pure."""
