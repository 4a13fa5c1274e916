"""Training of mini, the image-text encoder."""
