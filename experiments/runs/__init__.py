"""A training run: training, dry run, timing, and reading it back."""
