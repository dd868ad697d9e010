"""A training run: how it is made, rehearsed, timed and read back."""
