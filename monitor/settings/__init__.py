"""Settings: the model, loading YAML with positions, secrets, taking up changes, editing files in place."""

import os

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # else pydantic looks through all installed packages for some
