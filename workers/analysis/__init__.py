"""Hold watch lists against texts and stored articles without raising anything."""
