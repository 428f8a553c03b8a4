"""Text of messages as safe HTML. Pure."""
