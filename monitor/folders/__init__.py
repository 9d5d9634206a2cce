"""Read documents from watched folders."""
