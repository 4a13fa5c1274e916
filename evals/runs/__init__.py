"""Runs of a suite: made, compared, reported."""
