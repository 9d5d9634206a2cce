"""The dashboard, the API, metrics and health."""
