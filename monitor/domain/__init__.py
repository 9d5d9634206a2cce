"""What the program is about, in pure standard-library Python: no IO, no clock, no randomness."""
