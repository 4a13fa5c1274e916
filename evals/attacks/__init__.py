"""Attacks on the whole product: what was tried, and what held."""
