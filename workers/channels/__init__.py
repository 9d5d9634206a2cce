"""The kinds of channel: one file each, registered as entry points."""
