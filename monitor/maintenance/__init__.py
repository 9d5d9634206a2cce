"""Keep the database small (retention) and notice what is broken (watchdog)."""
