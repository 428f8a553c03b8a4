"""Parts shared by all services: locks, validation, quotas, the audit log."""
