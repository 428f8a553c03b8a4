"""One connection: its frames, its limits, its way out, and what it missed."""
