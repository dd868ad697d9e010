"""The flags of training, by what they decide."""
