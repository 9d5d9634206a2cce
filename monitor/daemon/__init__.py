"""Run the processes of one machine: supervisor, heartbeats, periodic tasks, reloading of settings, and the sandboxed parser."""
