"""What makes a photo file more than pixels, one matter a file."""
