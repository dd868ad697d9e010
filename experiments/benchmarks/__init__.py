"""The measurements of experiments.benchmark, one per file."""
