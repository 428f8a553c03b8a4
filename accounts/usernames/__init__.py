"""Usernames: rules, look-alikes and search."""
