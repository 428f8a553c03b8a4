"""Sessions: how they are stored, whose they are, and when they end."""
