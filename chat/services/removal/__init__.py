"""Deletion in batches: rooms, all messages of a user, old messages."""
