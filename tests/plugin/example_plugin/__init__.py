"""A plug-in for news-monitor, as small as it can be."""
