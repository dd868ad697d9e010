"""From a trained model to sharp pictures of any size."""
