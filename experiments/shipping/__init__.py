"""How a trained model gets into the package."""
