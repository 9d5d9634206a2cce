"""Which names are places, organisations, persons or common words, and which place lies in which. Pure."""
