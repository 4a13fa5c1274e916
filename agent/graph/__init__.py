"""The state machine of one turn: search, look, write, check."""
