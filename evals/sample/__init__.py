"""Sample library for evaluation: one invented machine, its manual, parts, screens and notes."""
