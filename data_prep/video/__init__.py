"""Frames of high-speed video and their averages."""
