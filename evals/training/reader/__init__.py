"""The answer reader: its data, training and export."""
