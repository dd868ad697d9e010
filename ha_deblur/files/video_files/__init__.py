"""The parts of `video`: reading frames, encoding them, joining the pieces."""
