"""A stress test: pictures on which a model must not change large areas."""
