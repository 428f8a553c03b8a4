"""Posting, and everything that is done to a message afterwards."""
