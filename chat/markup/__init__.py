"""Message text as safe HTML. Pure."""
