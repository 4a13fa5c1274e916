"""File in, parts out: `parse(path)` chooses the parser by what the file is, not only by its name."""
