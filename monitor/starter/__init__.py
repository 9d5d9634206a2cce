"""What a new installation starts with: a commented configuration, two sample documents, a unit for systemd."""
