"""Turn bytes into entries: feeds of every format, and documents. Pure: no file, no network, no clock."""
