"""Messages: posting them, and all later changes."""
