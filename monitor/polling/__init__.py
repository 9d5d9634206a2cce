"""Poll feeds: claim what is due, fetch, parse, decide, store."""
