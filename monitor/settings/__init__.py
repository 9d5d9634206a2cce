"""Settings: the model, loading YAML with positions, secrets, taking up changes, editing files in place."""
