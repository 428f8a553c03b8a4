"""What this process's tabs were told about users."""
