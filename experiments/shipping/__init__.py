"""Putting a trained model into the package."""
