"""Blur that is made: paths of cameras and people, and exposures along them."""
