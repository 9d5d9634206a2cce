"""The whole pipeline under a virtual clock: real steps and a real SQLite, a made network, and blows wherever a seed puts them."""
