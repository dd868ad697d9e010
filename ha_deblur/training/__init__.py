"""The losses of Eqs. 4, 8 and 11, the training step and the loop around it."""
