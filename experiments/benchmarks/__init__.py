"""What experiments.benchmark measures, one thing a file."""
