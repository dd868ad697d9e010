"""The parts of `photo`: what a photo file holds beside pixels, by format."""
