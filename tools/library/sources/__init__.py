"""What a person names to be indexed, as files."""
