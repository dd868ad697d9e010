"""The network of secs. 4.1 and 4.2, one part per file."""
