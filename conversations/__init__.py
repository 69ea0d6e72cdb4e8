"""What the two sides of a match say to each other."""
