"""A library checked, tuned and moved."""
