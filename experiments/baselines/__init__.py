"""The systems that Table 4 compares, as presets like any other."""
