"""Files in, library out."""
