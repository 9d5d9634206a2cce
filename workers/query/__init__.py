"""Read, check and print the query language. Pure."""
