"""`fast`, this project's own network for CPUs."""
