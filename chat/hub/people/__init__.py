"""State of users, as this process's tabs were told."""
