"""A model as one program that runs without this package."""
