"""Parse, check and print watch queries. Pure."""
