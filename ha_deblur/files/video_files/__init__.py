"""Videos: what is read, how it is encoded, what waits on the disk."""
