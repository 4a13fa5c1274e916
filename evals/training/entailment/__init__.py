"""Training of the entailment model."""
