"""The processes of one machine: their supervisor, heartbeats, periodic tasks, settings that follow their files, and the sandboxed parser."""
