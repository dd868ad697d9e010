"""The training flags, grouped by subject."""
