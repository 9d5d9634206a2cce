"""Read the watch lists of other tools: groups of words, search expressions, and tables of names. Pure."""
