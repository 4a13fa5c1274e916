"""Words, sentences, numbers, units and names of running text: written once, used by all."""
