"""What all services use: locks, validation, quotas, the audit log."""
