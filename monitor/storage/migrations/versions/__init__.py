"""Schema migrations, applied in order."""
