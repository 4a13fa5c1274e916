"""What is held and how it is found."""
