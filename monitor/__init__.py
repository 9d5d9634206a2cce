"""news-monitor: feed or file → Article → Match → Alert → Delivery → webhook. ARCHITECTURE.md lists the rooms."""
