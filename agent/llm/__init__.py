"""The models that may be in charge, behind one protocol."""
