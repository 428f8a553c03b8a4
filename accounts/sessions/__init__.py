"""Sessions: storage, users, devices and expiry."""
