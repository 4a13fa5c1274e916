"""The validator measured."""
