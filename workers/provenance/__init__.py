"""Where a report comes from: its publisher, the agencies it credits, and whose words it has."""
