"""The compared systems of Table 4, as presets like any other."""
