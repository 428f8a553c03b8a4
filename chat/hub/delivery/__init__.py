"""One connection: its frames, limits, transport and replay."""
