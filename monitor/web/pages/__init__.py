"""The pages of the dashboard: every module declares one as `PAGE`."""
