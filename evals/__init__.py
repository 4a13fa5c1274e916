"""How good is it: cases, questions, measures."""
