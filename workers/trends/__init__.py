"""Tells when a name is suddenly everywhere, who is first, and how much is missed."""
