"""The working half of news-monitor: scan finds what matches and raises alerts, deliver sends them."""
