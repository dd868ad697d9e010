"""The losses of Eqs. 4, 8 and 11, the step that applies them, the loop."""
